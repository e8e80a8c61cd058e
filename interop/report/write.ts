import { join } from 'node:path'
import type { Report } from '../run/result.js'
import { collectKeys, copyClean, type Evidence, gatherEvidence, replaceFile } from './evidence.js'
import { htmlPage } from './html.js'
import { blot } from './keys.js'

/**
 * Writes a report: `report.json`, `index.html`, and the files of its cells without keys. Captures are decoded with their
 * keys before they lose them, so that what a second call makes of the same folder shows onion messages closed.
 * @param dir made if it is not there; the paths of the report's files are relative to it
 * @param from where those files are now, if not in `dir` already
 */
export async function writeReport(report: Report, dir: string, from = dir): Promise<void> {
  const keys = await collectKeys(report.cells, from)
  const evidence: Evidence[] = []
  for (const cell of report.cells) evidence.push(await gatherEvidence(cell, from, keys))
  await copyClean(report.cells, from, dir, keys)
  await replaceFile(join(dir, 'report.json'), blot(`${JSON.stringify(report, undefined, 1)}\n`, keys))
  await replaceFile(join(dir, 'index.html'), blot(htmlPage(report, evidence), keys))
}
