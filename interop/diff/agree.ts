import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../src/base/hex.js'
import { encodeString } from '../../src/bolt12/string.js'
import { LAB } from '../lib/cache.js'
import { compare } from './compare.js'
import type { Kind, Oracle, OracleName, Question } from './oracle.js'
import { bytesOf, ourAnswer, prefixOf } from './ours.js'
import { startOracle } from './programs.js'

/**
 * `npm run vectors:agree`: LDK and lightning-kmp read the vectors of `vectors/lno`, and those that they agree with go into a
 * report for `npm run vectors:make -- REPORT`. Agreed is what they judged and found as the vector says: a valid message that
 * they read as we do, a fault in the bytes that they refuse, a hop that passes on the same bytes. What needs a counterpart
 * or a context, no decoder judges; those vectors get no agreement, whatever they are.
 */

interface Hop {
  readonly privkey: string
  readonly message: string
  readonly does: 'forward' | 'deliver' | 'ignore' | 'drop'
  readonly local_hops?: number
}

interface Vector {
  readonly description: string
  readonly valid: boolean
  readonly rule: string
  readonly needs?: readonly string[]
  readonly bolt12?: string
  readonly hops?: readonly Hop[]
}

const KINDS: Readonly<Record<string, Kind>> = {
  'invoice-request-test.json': 'invoice_request',
  'standalone-invoice-request-test.json': 'refund',
  'invoice-test.json': 'invoice',
}
const ONIONS = 'onion-message-test.json'

const TYPE_HEX = 4

const read = (file: string) =>
  JSON.parse(readFileSync(join(LAB, '..', 'vectors', 'lno', file), 'utf8')) as readonly Vector[]

/** What of a vector an oracle can judge, and whether it must say yes; nothing where it cannot. */
function questions(
  oracle: OracleName,
  file: string,
  vector: Vector,
): readonly { readonly question: Question; readonly yes: boolean }[] {
  const { valid, needs = [], bolt12, rule, hops = [] } = vector
  const kind = KINDS[file]
  if (kind !== undefined) {
    // LDK reads bytes alone, so that what is wrong with a string is not seen by it.
    const bytes = bolt12 === undefined || rule.startsWith('A1.') ? undefined : bytesOf({ text: bolt12 })
    if (bytes === undefined || (!valid && needs.length > 0)) return []
    // And lightning-kmp reads text alone.
    const item = oracle === 'kmp' ? { kind, text: encodeString(prefixOf(kind), bytes) } : { kind, hex: toHex(bytes) }
    return [{ question: { method: 'decode', item }, yes: valid }]
  }
  // Dummy hops are peeled one by one there, and whom a message is for only its recipient knows.
  if (hops.some(({ does, local_hops = 0 }) => does === 'ignore' || local_hops > 0)) return []
  return hops.map(({ privkey, message, does }) => ({
    question: { method: 'peel', item: { secret: privkey, message: message.slice(TYPE_HEX) } },
    yes: does !== 'drop',
  }))
}

/** Descriptions of the vectors of a file that an oracle agrees with, and how many it judged. */
async function agreedWith(oracle: Oracle, file: string): Promise<{ judged: number; agreed: readonly string[] }> {
  const agreed: string[] = []
  let judged = 0
  for (const vector of read(file)) {
    // lightning-kmp refuses whole kinds of messages, and takes much that nobody may: its word on faults says nothing.
    if (oracle.name === 'kmp' && !vector.valid) continue
    const asked = questions(oracle.name, file, vector)
    const ours = asked.map(({ question }) => ourAnswer(question))
    // What a decoder leaves to whoever knows the features and channels in use, it does not judge.
    if (asked.length === 0 || asked.some(({ yes }, i) => ours[i]!.ok !== yes)) {
      if (vector.valid && asked.length > 0) throw new Error(`${file}: we refuse ${vector.description} ourselves`)
      continue
    }
    judged++
    const theirs = await oracle.ask(asked.map(({ question }) => question))
    const holds = asked.every(({ question, yes }, i) => {
      const answer = theirs[i]!
      const accepted = answer.ok && (answer.value as { readonly signature?: boolean }).signature !== false
      return accepted === yes && compare(oracle.name, question, ours[i]!, answer, vector.description).length === 0
    })
    if (holds) agreed.push(vector.description)
  }
  return { judged, agreed }
}

const folder = join(LAB, '..', '.tmp', 'interop')
mkdirSync(folder, { recursive: true })
let wrote = 0
for (const name of ['ldk', 'kmp'] satisfies OracleName[]) {
  const found = await startOracle(name, (line) => console.log(line))
  if ('skipped' in found) {
    console.log(`SKIPPED: ${found.skipped}`)
    continue
  }
  const { oracle, program } = found
  const agreed: Record<string, readonly string[]> = {}
  for (const file of [...Object.keys(KINDS), ONIONS]) {
    const result = await agreedWith(oracle, file)
    agreed[file] = result.agreed
    console.log(`${oracle.title}  ${file}  agrees with ${result.agreed.length} of ${result.judged} that it can judge`)
  }
  await program.stop()
  const [, implementation = oracle.title, version = ''] = /^(.*) (\S+)$/.exec(oracle.title) ?? []
  const report = join(folder, `agreed-${name}.json`)
  writeFileSync(report, `${JSON.stringify({ implementation, version, agreed }, undefined, 1)}\n`)
  console.log(`npm run vectors:make -- ${report}`)
  wrote++
}
process.exitCode = wrote > 0 ? 0 : 1
