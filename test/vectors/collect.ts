import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { filesBelow } from '../../scripts/lib/files.js'
import { parseJson } from '../support/json.js'
import type { Case, Replay } from './replay.js'

const MODULES = fileURLToPath(new URL('.', import.meta.url))
const VECTORS = fileURLToPath(new URL('../../vectors/', import.meta.url))
/** What a reader counts in a file: a replay with fewer cases leaves some out. */
const COUNTED: Readonly<Record<string, number>> = {
  'bolt01/bigsize-decoding.json': 18,
  'bolt01/bigsize-encoding.json': 8,
  'bolt01/init-extension.json': 5,
  'bolt01/signed-integers.json': 23,
  'bolt01/tlv.json': 59,
  'bolt07/extended-queries.json': 10,
  'bolt08/transport.json': 16,
  'bolt12/format-string-test.json': 12,
  'bolt12/offers-test.json': 53,
  'bolt12/payer-proof-test.json': 28,
  'bolt12/signature-test.json': 4,
  'legacy/bolt12-2021.json': 8,
  'legacy/golden-vectors.json': 49,
  'legacy/live-2021.json': 7,
  'lno/invoice-error-test.json': 29,
  'lno/invoice-request-test.json': 129,
  'lno/invoice-test.json': 136,
  'lno/onion-message-test.json': 103,
  'lno/standalone-invoice-request-test.json': 40,
}

/** One vector file with its cases; `problem` says why there are none, or too few. */
export interface Collected {
  readonly file: string
  readonly cases: readonly Case[]
  readonly problem?: string
}

/** Every file of `vectors/`, replayed or not, and every replay without a file, sorted by path. */
export async function collectReplays(): Promise<readonly Collected[]> {
  const collected = new Map<string, Collected>()
  for (const file of pathsBelow(VECTORS, '.json')) {
    collected.set(file, { file, cases: [], problem: `no test/vectors/${file.replace(/json$/, 'ts')} replays it` })
  }
  for (const path of pathsBelow(MODULES, '.ts').filter((name) => name.includes('/'))) {
    const file = path.replace(/ts$/, 'json')
    collected.set(file, { file, ...(await load(path, file)) })
  }
  return [...collected.values()].sort((a, b) => (a.file < b.file ? -1 : 1))
}

async function load(path: string, file: string): Promise<Omit<Collected, 'file'>> {
  try {
    const module: { default?: Replay } = await import(/* @vite-ignore */ pathToFileURL(join(MODULES, path)).href)
    if (module.default?.file !== file) return { cases: [], problem: `test/vectors/${path} does not replay ${file}` }
    const cases = module.default.cases(parseJson(readFileSync(join(VECTORS, file), 'utf8')))
    const counted = COUNTED[file] ?? 1
    return cases.length < counted ? { cases, problem: `${cases.length} cases, of at least ${counted}` } : { cases }
  } catch (error) {
    return { cases: [], problem: error instanceof Error ? error.message : String(error) }
  }
}

function pathsBelow(folder: string, ending: string): readonly string[] {
  return filesBelow(folder, ending).map((path) => relative(folder, path).split(sep).join('/'))
}
