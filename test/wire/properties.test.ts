import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { isLnoError } from '../../src/base/error.js'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import {
  type AnyCodec,
  array,
  bigsize,
  bytes,
  chainHash,
  counted,
  decode,
  encode,
  featureBits,
  mapped,
  point,
  prefixed,
  sciddirOrPubkey,
  shortChannelId,
  struct,
  tu16,
  tu32,
  tu64,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../../src/wire/codec.js'
import { decodeMessage, encodeMessage, type MessageDef } from '../../src/wire/message.js'
import { ERROR, INIT, PING, PONG, WARNING } from '../../src/wire/messages/index.js'
import { s8, s16, s32, s64 } from '../../src/wire/signed.js'
import { decodeTlv, encodeTlv, field, joinRecords, required, stream } from '../../src/wire/tlv.js'
import { arbitraryFields, arbitraryMessage, arbitraryOf, arbitraryUnknown, type Own } from '../support/arbitrary.js'
import { hostileStream } from '../support/hostile.js'

const INNER = { a: field(1n, tu64), b: field(4n, array(point)) }
/** Every shape of codec there is. */
const CODECS: readonly AnyCodec[] = [
  u8,
  u16,
  u32,
  u64,
  tu16,
  tu32,
  tu64,
  s8,
  s16,
  s32,
  s64,
  bigsize,
  bytes(),
  bytes(5),
  featureBits,
  point,
  utf8,
  shortChannelId,
  sciddirOrPubkey,
  array(chainHash, 1),
  array(blindedPath),
  prefixed(u8, utf8),
  counted(u16, struct('pair', { first: bigsize, second: prefixed(u8, tu32) })),
  stream('inner', INNER),
  mapped(
    u8,
    'doubled',
    (half) => half * 2,
    (double) => double / 2,
  ),
]

const TABLE = {
  number: field(2n, tu64),
  paths: required(4n, array(blindedPath)),
  text: field(5n, utf8),
  pairs: field(0xfdn, counted(u8, struct('pair', { id: sciddirOrPubkey, rest: prefixed(u16, array(u16)) }))),
  inner: field(0x10000n, stream('inner', INNER)),
}

/** Descriptors that chance would not make. */
const OWN: Own = {
  address_descriptor: fc.oneof(
    fc.record({ kind: fc.constant('ipv4'), host: fc.ipV4(), port: fc.integer({ min: 1, max: 65535 }) }),
    fc.uint8Array({ maxLength: 30 }).map((noise) => ({ kind: 'opaque', bytes: concatBytes(Uint8Array.of(9), noise) })),
  ),
}

const MESSAGES = [INIT, ERROR, WARNING, PING, PONG] as const satisfies readonly Pick<MessageDef, 'name'>[]

describe('what was written is read again', () => {
  for (const codec of CODECS) {
    test(`as a value of ${codec.name} (${codec.shape.kind})`, () => {
      fc.assert(
        fc.property(arbitraryOf(codec), (value) => {
          expect(decode(codec, encode(codec, value))).toEqual(value)
        }),
        { numRuns: 50 },
      )
    })
  }

  test('as fields of a stream, whatever unknown records stand between them', () => {
    fc.assert(
      fc.property(arbitraryFields(TABLE), arbitraryUnknown(TABLE), (fields, others) => {
        const read = decodeTlv(TABLE, encodeTlv(TABLE, fields, others))
        expect(read.fields).toEqual(fields)
        const types = new Set(others.map(({ type }) => type))
        expect(joinRecords(read.records.filter(({ type }) => types.has(type)))).toEqual(joinRecords(others))
      }),
      { numRuns: 60 },
    )
  })

  for (const def of MESSAGES as readonly MessageDef[]) {
    test(`as ${def.name}`, () => {
      fc.assert(
        fc.property(arbitraryMessage(def, OWN), arbitraryUnknown(def.tlvs), (fields, others) => {
          const read = decodeMessage(def, encodeMessage(def, fields, others))
          expect(read.fields).toEqual(fields)
        }),
        { numRuns: 60 },
      )
    })
  }
})

describe('bytes of a stranger', () => {
  /** Fields, records and bytes of an accepted stream written again. */
  const rewritten = (input: Uint8Array) => {
    const { fields, records } = decodeTlv(TABLE, input)
    const known = new Set<bigint>(Object.values(TABLE).map(({ type }) => type))
    return encodeTlv(
      TABLE,
      fields,
      records.filter(({ type }) => !known.has(type)),
    )
  }

  test('are written again as they were, or refused with a code', () => {
    let accepted = 0
    let refused = 0
    fc.assert(
      fc.property(hostileStream(TABLE), (input) => {
        try {
          expect(rewritten(input)).toEqual(input)
          accepted++
        } catch (error) {
          if (!isLnoError(error)) throw error
          refused++
        }
      }),
      { numRuns: 400 },
    )
    // Neither side of the property may be empty.
    expect(Math.min(accepted, refused)).toBeGreaterThan(40)
  })

  test('as a message are written again as they were, or refused with a code', () => {
    fc.assert(
      fc.property(hostileStream(INIT.tlvs, OWN), (tail) => {
        const input = concatBytes(Uint8Array.of(0, 16, 0, 0, 0, 0), tail)
        try {
          const { fields, records } = decodeMessage(INIT, input)
          const others = records.filter(({ type }) => type !== 1n && type !== 3n)
          expect(encodeMessage(INIT, fields, others)).toEqual(input)
        } catch (error) {
          if (!isLnoError(error)) throw error
        }
      }),
      { numRuns: 200 },
    )
  })

  const MOST = 4

  test('are looked at four times at most, however they are nested or damaged', () => {
    fc.assert(
      fc.property(hostileStream(TABLE), (input) => {
        const touched = { bytes: 0 }
        try {
          decodeTlv(TABLE, input, 0, touched)
        } catch (error) {
          if (!isLnoError(error)) throw error
        }
        expect(touched.bytes).toBeLessThanOrEqual(MOST * input.length)
      }),
      { numRuns: 300 },
    )
  })

  test('are looked at four times at most when they are made to be: counts, lengths and nesting at their largest', () => {
    const touchedBy = (run: (touched: { bytes: number }) => unknown) => {
      const touched = { bytes: 0 }
      try {
        run(touched)
      } catch (error) {
        if (!isLnoError(error)) throw error
      }
      return touched.bytes
    }
    // Streams within streams: the innermost bytes lie in every one of them.
    let table: Readonly<Record<string, ReturnType<typeof field<unknown>>>> = { deep: field(1n, bytes() as AnyCodec) }
    let nested: Uint8Array = new Uint8Array(1000)
    for (let depth = 0; depth < 20; depth++) {
      nested = encodeTlv({ deep: field(1n, bytes()) }, { deep: nested })
      table = { deep: field(1n, stream('deep', table) as AnyCodec) }
    }
    nested = encodeTlv({ deep: field(1n, bytes()) }, { deep: nested })
    expect(touchedBy((touched) => decodeTlv(table, nested, 0, touched))).toBeLessThanOrEqual(MOST * nested.length)

    const ones = new Uint8Array(60000).fill(1)
    const inputs = [ones, new Uint8Array(60000), new Uint8Array(60000).fill(0xff), concatBytes(Uint8Array.of(4), ones)]
    for (const input of inputs) {
      expect(touchedBy((touched) => decodeTlv(TABLE, input, 0, touched))).toBeLessThanOrEqual(MOST * input.length)
      const message = concatBytes(Uint8Array.of(0, 16), input)
      expect(touchedBy((touched) => decodeMessage(INIT, message, touched))).toBeLessThanOrEqual(MOST * message.length)
    }
  })

  test('a counter that counted windows twice would show: a plain list is looked at once', () => {
    const touched = { bytes: 0 }
    const input = encodeTlv({ list: field(1n, array(u16)) }, { list: Array(500).fill(7) })
    decodeTlv({ list: field(1n, array(u16)) }, input, 0, touched)
    expect(touched.bytes).toBe(input.length)
  })
})
