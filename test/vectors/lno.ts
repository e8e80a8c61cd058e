import { fromHex, toHex } from '../../src/base/hex.js'
import { type Inspection, inspect } from '../../src/bolt12/inspect.js'
import type { Bolt12Message, Kind } from '../../src/bolt12/layout.js'
import { merkleRoot } from '../../src/bolt12/merkle.js'
import type { Issue, ReadContext } from '../../src/bolt12/rules/rule.js'
import { encodeString, type Prefix } from '../../src/bolt12/string.js'
import type { TlvRecord } from '../../src/wire/tlv.js'

/** What the replays of `vectors/lno/` have in common: a reader of the format that its README describes. */

/** What every vector has. */
export interface Vector {
  readonly description: string
  readonly valid: boolean
  readonly rule: string
  readonly needs?: readonly string[]
}

/** A vector of a message of BOLT 12. */
export interface Bolt12Vector extends Vector {
  readonly bolt12: string
  readonly fields?: readonly Listed[]
  readonly merkle?: string
  readonly context: ContextJson
}
export interface Listed {
  readonly type: number
  readonly length: number
  readonly hex: string
}
export interface ContextJson {
  readonly now: number
  readonly chains: readonly string[]
  readonly arrived_on?: string
  readonly sent_to?: string
  readonly authorised_msat?: string
}

export function readContext({ now, chains }: ContextJson): ReadContext {
  return { now: BigInt(now), chains: chains.map((chain) => fromHex(chain)) }
}

export function expectEqual(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`)
}

export function listed(records: readonly TlvRecord[]): readonly Listed[] {
  return records.map(({ type, value }) => ({ type: Number(type), length: value.length, hex: toHex(value) }))
}

/** Issues of what stands in front of the rules of a message: nothing more can be asked of it then. */
const unreadable = ({ layer }: Issue) => layer === 'string' || layer === 'tlv' || layer === 'field'

/**
 * All that is wrong with a message: by itself, and where all of it can be read, against its counterpart. A field that is
 * missing is named once, not again by each rule that compares it.
 */
export function issuesOf<M extends Bolt12Message>(
  kind: Kind,
  input: string | Uint8Array,
  context: ReadContext,
  match: (message: M) => readonly Issue[] = () => [],
): { readonly inspection: Inspection; readonly issues: readonly Issue[] } {
  const inspection = inspect(input, { as: kind, context })
  const { issues, fields, records, bytes } = inspection
  if (issues.some(unreadable)) return { inspection, issues }
  const named = new Set(issues.map(({ field }) => field))
  const others = match({ kind, fields, records, bytes } as Bolt12Message as M)
  return { inspection, issues: [...issues, ...others.filter(({ field }) => field === undefined || !named.has(field))] }
}

/** The rules that these issues break, as a vector states the one. */
export function expectVerdict(vector: Vector, issues: readonly Issue[]): void {
  const broken = [...new Set(issues.map(({ rule }) => rule))]
  const why = issues.map(({ code }) => code).join(' ')
  expectEqual(broken, vector.valid ? [] : [vector.rule], `broken rules (${why})`)
  // What takes more than the bytes to see is not refused by a decoder, which has no more.
  const early = issues.find(({ phase }) => phase !== 'read' && phase !== 'match')
  if (early && vector.needs?.length !== 0) throw new Error(`${early.code} needs nothing but the bytes`)
}

/** What a vector lists of its bytes is what they hold, and they encode to its string again. */
export function expectShown(prefix: Prefix, vector: Bolt12Vector, { records, bytes }: Inspection): void {
  if (vector.fields === undefined) return
  expectEqual(listed(records), vector.fields, 'fields')
  expectEqual(encodeString(prefix, bytes), vector.bolt12, 'encoded again')
  if (vector.merkle !== undefined) expectEqual(toHex(merkleRoot(records)), vector.merkle, 'merkle root')
}
