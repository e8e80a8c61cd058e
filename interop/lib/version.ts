import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LAB } from './cache.js'
import { runProgram } from './run.js'

/** What this checkout is: version of the package, commit, and whether files differ from it. */
export async function checkoutVersion(): Promise<{ version: string; commit: string; modified: boolean }> {
  const { version } = JSON.parse(readFileSync(join(LAB, '..', 'package.json'), 'utf8')) as { version: string }
  const [commit, status] = await Promise.all([
    runProgram('git', ['rev-parse', 'HEAD'], { cwd: LAB }),
    runProgram('git', ['status', '--porcelain'], { cwd: LAB }),
  ])
  const known = commit.code === 0
  return {
    version,
    commit: known ? commit.output.trim() : 'unknown',
    modified: !known || status.output.trim() !== '',
  }
}
