import fc from 'fast-check'
import { concatBytes } from '../../src/base/bytes.js'
import { toHex } from '../../src/base/hex.js'
import { encodeString } from '../../src/bolt12/string.js'
import { bigsize, encode, tu64 } from '../../src/wire/codec.js'
import { encodeRecord, joinRecords, type TlvRecord } from '../../src/wire/tlv.js'
import { type Made, signed } from './objects.js'
import type { Question } from './oracle.js'
import { prefixOf } from './ours.js'

/** A question about a valid message that was damaged, and how. */
export interface Mutated {
  readonly question: Extract<Question, { method: 'decode' }>
  readonly how: string
}

/** Numbers that choose within whatever is there. */
type Pick = readonly [a: number, b: number]

/** A record as it may never stand, of any type and value. */
const raw = (type: bigint, value: Uint8Array) => encodeRecord(type, value)

/** Changes the records; the message may be signed anew behind it, so that more than the signature is judged. */
type RecordMutation = (
  records: readonly TlvRecord[],
  pick: Pick,
) => readonly [how: string, records: readonly TlvRecord[]]

const replaced = (records: readonly TlvRecord[], at: number, by: TlvRecord) =>
  records.map((one, i) => (i === at ? by : one))

/** A record that is put where its type belongs, in place of one of the same type. */
const placed = (records: readonly TlvRecord[], record: TlvRecord) =>
  [...records.filter(({ type }) => type !== record.type), record].sort((a, b) => (a.type < b.type ? -1 : 1))

/** Values at the edges of what a type of BOLT 1 holds. */
const EDGES: readonly Uint8Array[] = [
  new Uint8Array(0),
  Uint8Array.of(0),
  Uint8Array.of(1),
  Uint8Array.of(0, 1),
  Uint8Array.of(0xff),
  encode(tu64, 2_100_000_000_000_000_000n),
  encode(tu64, 2_100_000_000_000_000_001n),
  new Uint8Array(8).fill(0xff),
  Uint8Array.of(0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0),
  new Uint8Array(9).fill(1),
  Uint8Array.of(0xff, 0xfe),
  Uint8Array.of(0xc0, 0x80),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xef, 0xbb, 0xbf, 0x41),
  new Uint8Array(33).fill(2),
  new Uint8Array(32),
  new Uint8Array(300).fill(0x41),
]

/** Types at the edges of the ranges, and such as no table knows. */
const TYPES: readonly bigint[] = [
  0n,
  1n,
  3n,
  24n,
  25n,
  79n,
  80n,
  81n,
  92n,
  93n,
  159n,
  160n,
  161n,
  178n,
  179n,
  239n,
  241n,
  1000n,
  1001n,
  999_999_999n,
  1_000_000_000n,
  1_000_000_001n,
  1_999_999_999n,
  2_000_000_001n,
  2_999_999_999n,
  3_000_000_001n,
  3_999_999_999n,
  4_000_000_001n,
  2n ** 64n - 1n,
]

const RECORD_MUTATIONS: readonly RecordMutation[] = [
  (records, [a]) => {
    const at = a % records.length
    return [`without type ${records[at]!.type}`, records.filter((_, i) => i !== at)]
  },
  (records, [a]) => {
    const one = records[a % records.length]!
    return [`type ${one.type} twice`, records.flatMap((each) => (each === one ? [each, each] : [each]))]
  },
  (records, [a]) => {
    const at = a % records.length
    const next = (at + 1) % records.length
    return [
      `types ${records[at]!.type} and ${records[next]!.type} in the other order`,
      records.map((each, i) => (i === at ? records[next]! : i === next ? records[at]! : each)),
    ]
  },
  (records, [a, b]) => {
    const at = a % records.length
    const { type, value } = records[at]!
    if (value.length === 0)
      return [`type ${type} with a byte more`, replaced(records, at, raw(type, Uint8Array.of(b & 0xff)))]
    const flipped = value.slice()
    flipped[b % value.length]! ^= 1 << (a % 8)
    return [`a bit of type ${type}`, replaced(records, at, raw(type, flipped))]
  },
  (records, [a, b]) => {
    const at = a % records.length
    const { type } = records[at]!
    const value = EDGES[b % EDGES.length]!
    return [`type ${type} is ${toHex(value.subarray(0, 12))}`, replaced(records, at, raw(type, value))]
  },
  (records, [a, b]) => {
    const at = a % records.length
    const { type, value } = records[at]!
    const cut = b % 2 === 0 ? value.subarray(0, -1) : concatBytes(value, Uint8Array.of(b & 0xff))
    return [`type ${type} with a byte ${b % 2 === 0 ? 'less' : 'more'}`, replaced(records, at, raw(type, cut))]
  },
  (records, [a, b]) => {
    const type = TYPES[a % TYPES.length]!
    return [`with type ${type}`, placed(records, raw(type, new Uint8Array(b % 3)))]
  },
  // A known field that was not there, with a value of the edges.
  (records, [a, b]) => {
    const known = [
      2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 80, 82, 84, 86, 88, 89, 90, 91, 160, 162, 164, 166, 168, 170, 172, 174,
      176,
    ]
    const type = BigInt(known[a % known.length]!)
    const value = EDGES[b % EDGES.length]!
    return [`with type ${type}: ${toHex(value.subarray(0, 12))}`, placed(records, raw(type, value))]
  },
  (records, [a, b]) => {
    const at = a % records.length
    const { type, value, bytes } = records[at]!
    const long = Uint8Array.of(0xfd, 0, Number(type & 0xffn))
    const how = b % 2 === 0 ? 'type' : 'length'
    const written =
      type > 252n || value.length > 252
        ? bytes
        : b % 2 === 0
          ? concatBytes(long, encode(bigsize, BigInt(value.length)), value)
          : concatBytes(encode(bigsize, type), Uint8Array.of(0xfd, 0, value.length), value)
    return [`${how} of ${type} in three bytes`, replaced(records, at, { ...records[at]!, bytes: written })]
  },
]

/** Changes the bytes of the stream. */
const BYTE_MUTATIONS: readonly ((bytes: Uint8Array, pick: Pick) => readonly [how: string, bytes: Uint8Array])[] = [
  (bytes, [a, b]) => {
    const flipped = bytes.slice()
    flipped[a % bytes.length]! ^= 1 << (b % 8)
    return [`bit ${b % 8} of byte ${a % bytes.length}`, flipped]
  },
  (bytes, [a]) => [`the first ${a % bytes.length} bytes`, bytes.slice(0, a % bytes.length)],
  (bytes, [a]) => [
    `byte ${a % bytes.length} left out`,
    concatBytes(bytes.subarray(0, a % bytes.length), bytes.subarray((a % bytes.length) + 1)),
  ],
  (bytes, [a, b]) => [
    `byte ${b & 0xff} at ${a % bytes.length}`,
    concatBytes(bytes.subarray(0, a % bytes.length), Uint8Array.of(b & 0xff), bytes.subarray(a % bytes.length)),
  ],
]

const SPACES: readonly string[] = [
  '',
  ' ',
  '\n',
  '\t',
  '\r\n',
  '  \n',
  '\u00a0',
  '\v',
  '\f',
  '\u2028',
  '\u0085',
  '\ufeff',
  '\0',
]
const STRANGE: readonly string[] = ['b', 'i', 'o', '1', 'B', '-', '=', '%', 'é', '\u212a', '\u0130', '🙂', '+', ' ']

const named = (text: string) =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Changes the text. */
const TEXT_MUTATIONS: readonly ((text: string, pick: Pick) => readonly [how: string, text: string])[] = [
  (text) => ['upper case', text.toUpperCase()],
  (text, [a]) => [
    `character ${a % text.length} in upper case`,
    put(text, a % text.length, text[a % text.length]!.toUpperCase(), 1),
  ],
  (text) => ['prefix in upper case', text.slice(0, 4).toUpperCase() + text.slice(4)],
  (text, [a, b]) => {
    const space = SPACES[b % SPACES.length]!
    return [`+ and ${named(space)} at ${a % text.length}`, put(text, a % text.length, `+${space}`)]
  },
  (text, [, b]) => [`+ and ${named(SPACES[b % SPACES.length]!)} at the end`, `${text}+${SPACES[b % SPACES.length]}`],
  (text, [a]) => [`++ at ${a % text.length}`, put(text, a % text.length, '++')],
  (text, [a]) => [`space and + at ${a % text.length}`, put(text, a % text.length, ' +')],
  (text, [a, b]) => [
    `${named(SPACES[b % SPACES.length]!)} at ${a % text.length}`,
    put(text, a % text.length, SPACES[b % SPACES.length]!),
  ],
  (text, [, b]) => [`${named(SPACES[b % SPACES.length]!)} in front`, SPACES[b % SPACES.length] + text],
  (text, [, b]) => [`${named(SPACES[b % SPACES.length]!)} behind`, text + SPACES[b % SPACES.length]],
  (text, [a, b]) => [
    `${named(STRANGE[b % STRANGE.length]!)} for character ${a % text.length}`,
    put(text, a % text.length, STRANGE[b % STRANGE.length]!, 1),
  ],
  (text, [a]) => [`${'qpzq'.slice(0, (a % 4) + 1)} behind`, text + 'qpzq'.slice(0, (a % 4) + 1)],
  (text, [a]) => [`${(a % 3) + 1} characters less`, text.slice(0, -((a % 3) + 1))],
  (text, [a]) => [`character ${a % text.length} left out`, put(text, a % text.length, '', 1)],
  (text, [a]) => {
    const other = ['lno', 'lnr', 'lni', 'lnp', 'lnbc', 'lnx', 'ln'][a % 7]!
    return [`prefix ${other}`, other + text.slice(3)]
  },
  (text, [a]) => [`a checksum behind`, text + ['qqqqqq', 'a9j6tk'][a % 2]],
  (text) => ['nothing behind the prefix', text.slice(0, 4)],
  (text) => ['the empty text', text.slice(0, 0)],
]

function put(text: string, at: number, what: string, instead = 0): string {
  return text.slice(0, at) + what + text.slice(at + instead)
}

const pick: fc.Arbitrary<Pick> = fc.tuple(fc.nat(), fc.nat())

/**
 * One mutation of a valid message.
 * @param asText whether text can be asked about: otherwise only the bytes are damaged
 */
export function mutated(made: fc.Arbitrary<Made>, asText: boolean): fc.Arbitrary<Mutated> {
  const ask = (of: Made, bytes: Uint8Array): Mutated['question'] => ({
    method: 'decode',
    item: asText
      ? { kind: of.kind, text: encodeString(prefixOf(of.kind), bytes) }
      : { kind: of.kind, hex: toHex(bytes) },
  })
  const inRecords = fc
    .tuple(made, fc.constantFrom(...RECORD_MUTATIONS), pick, fc.nat(4))
    .map(([of, mutation, numbers, resign]): Mutated => {
      const [how, records] = mutation(of.records, numbers)
      const again = resign > 0 && of.signer !== undefined && isAscending(records)
      const bytes = joinRecords(again ? signed({ ...of, records }) : records)
      return { question: ask(of, bytes), how: again ? `${how}, signed anew` : how }
    })
  const inBytes = fc.tuple(made, fc.constantFrom(...BYTE_MUTATIONS), pick).map(([of, mutation, numbers]): Mutated => {
    const [how, bytes] = mutation(joinRecords(of.records), numbers)
    return { question: ask(of, bytes), how }
  })
  const inText = fc.tuple(made, fc.constantFrom(...TEXT_MUTATIONS), pick).map(([of, mutation, numbers]): Mutated => {
    const [how, text] = mutation(encodeString(prefixOf(of.kind), joinRecords(of.records)), numbers)
    return { question: { method: 'decode', item: { kind: of.kind, text } }, how }
  })
  return fc.oneof(
    { weight: 5, arbitrary: inRecords },
    { weight: 1, arbitrary: inBytes },
    ...(asText ? [{ weight: 3, arbitrary: inText }] : []),
  )
}

/** Only records that ascend can be signed: `encodeRecords` would put others in order. */
function isAscending(records: readonly TlvRecord[]): boolean {
  return records.every(({ type }, i) => i === 0 || records[i - 1]!.type < type)
}
