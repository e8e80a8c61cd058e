import fc from 'fast-check'
import { type AnyCodec, type Codec, decode, encode, type StructOf } from '../../src/wire/codec.js'
import type { MessageDef, MessageFields } from '../../src/wire/message.js'
import { decodeTlv, encodeRecord, encodeTlv, type Partially, type Table, type TlvRecord } from '../../src/wire/tlv.js'
import { node } from './keys.js'

/**
 * Generators that replace those made from a shape, by the codec's name: for values that chance would hardly ever make
 * (`{ address_descriptor: … }`).
 */
export type Own = Readonly<Record<string, fc.Arbitrary<unknown>>>

const MOST_BYTES = 40
const MOST_ELEMENTS = 3

let points: readonly Uint8Array[] | undefined

/** A point of a few known ones: to make one costs a millisecond. */
export function arbitraryPoint(): fc.Arbitrary<Uint8Array> {
  points ??= Array.from({ length: 8 }, (_, i) => node(i + 1).id)
  return fc.constantFrom(...points)
}

/** Any character but surrogates; `fc.string` over all of Unicode takes seconds to start. */
const codePoint: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.constantFrom(0x7ff, 0x800, 0x202e, 0xfeff, 0xffff),
  fc.integer({ min: 0x80, max: 0x10ffff - 0x800 }).map((n) => (n < 0xd800 ? n : n + 0x800)),
)

const u64: fc.Arbitrary<bigint> = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })

/** Values that a codec can write, made from its shape. */
export function arbitraryOf<T>(codec: Codec<T>, own: Own = {}): fc.Arbitrary<T> {
  return (own[codec.name] ?? ofShape(codec, own)) as fc.Arbitrary<T>
}

function ofShape(codec: AnyCodec, own: Own): fc.Arbitrary<unknown> {
  const { shape } = codec
  const list = (of: AnyCodec, min: number) =>
    fc.array(arbitraryOf(of, own), { minLength: min, maxLength: min + MOST_ELEMENTS })
  switch (shape.kind) {
    case 'uint':
      return shape.bytes === 8 ? u64 : fc.integer({ min: 0, max: 256 ** shape.bytes - 1 })
    case 'int': {
      const half = 2n ** BigInt(8 * shape.bytes - 1)
      const all = fc.bigInt({ min: -half, max: half - 1n })
      return shape.bytes === 8 ? all : all.map(Number)
    }
    case 'bigsize':
      return fc.oneof(fc.constantFrom(0xfcn, 0xfdn, 0xffffn, 0x10000n, 0xffffffffn, 0x100000000n), u64)
    case 'short_channel_id':
      return u64
    case 'bytes':
      return fc.uint8Array(
        shape.length === undefined ? { maxLength: MOST_BYTES } : { minLength: shape.length, maxLength: shape.length },
      )
    case 'features':
      return fc.uint8Array({ maxLength: 8 })
    case 'point':
      return arbitraryPoint()
    case 'utf8':
      return fc.array(codePoint, { maxLength: 12 }).map((points) => String.fromCodePoint(...points))
    case 'sciddir_or_pubkey':
      return fc.oneof(
        fc.record({ node_id: arbitraryPoint() }),
        fc.record({ short_channel_id: u64, direction: fc.constantFrom(0, 1) }),
      )
    case 'array':
    case 'counted':
      return list(shape.of, shape.min)
    case 'either':
      return fc.oneof(...shape.of.map((codec) => arbitraryOf(codec, own)))
    case 'prefixed':
    case 'tagged':
      return arbitraryOf(shape.of, own)
    case 'flagged':
      return fc.option(arbitraryOf(shape.of, own), { nil: undefined })
    case 'mapped':
      return arbitraryOf(shape.of, own)
        .map((inner) => readable(codec, encode(shape.of, inner)))
        .filter((found) => found !== undefined)
        .map(({ value }) => value)
    case 'stream': {
      const table = shape.table as Table
      return arbitraryFields(table, own).map((fields) => decodeTlv(table, encodeTlv(table, fields)))
    }
    case 'struct':
      return fc.record(members(shape.members, own))
  }
}

function readable(codec: AnyCodec, bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: decode(codec, bytes) }
  } catch {
    return undefined
  }
}

function members(codecs: Readonly<Record<string, AnyCodec>>, own: Own): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(codecs).map(([name, codec]) => [name, arbitraryOf(codec, own)]))
}

/** Fields of a TLV table: each there or not, unless it must be. */
export function arbitraryFields<T extends Table>(table: T, own: Own = {}): fc.Arbitrary<Partially<T>> {
  const codecs = Object.fromEntries(Object.entries(table).map(([name, row]) => [name, row.codec]))
  const requiredKeys = Object.keys(table).filter((name) => table[name]!.required)
  return fc.record(members(codecs, own), { requiredKeys }) as fc.Arbitrary<Partially<T>>
}

/** Records of odd types that a table does not know, ascending: what a newer sender may add. */
export function arbitraryUnknown(table: Table): fc.Arbitrary<readonly TlvRecord[]> {
  const known = new Set(Object.values(table).map(({ type }) => type))
  const type = fc.oneof(fc.bigInt({ min: 0n, max: 400n }), u64).map((n) => n | 1n)
  return fc
    .uniqueArray(fc.tuple(type, fc.uint8Array({ maxLength: MOST_BYTES })), {
      maxLength: MOST_ELEMENTS,
      selector: ([n]) => n,
    })
    .map((all) =>
      all
        .filter(([n]) => !known.has(n))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([n, value]) => encodeRecord(n, value)),
    )
}

/** Fields of a message, body and extension; not every one passes a check that the message has of its own. */
export function arbitraryMessage<B extends Record<string, AnyCodec>, T extends Table>(
  def: MessageDef<B, T>,
  own: Own = {},
): fc.Arbitrary<MessageFields<MessageDef<B, T>>> {
  const body = fc.record(members(def.body, own)) as fc.Arbitrary<StructOf<B>>
  return fc.tuple(body, arbitraryFields(def.tlvs, own)).map(([a, b]) => ({ ...a, ...b }))
}
