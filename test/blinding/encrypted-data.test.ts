import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeEncryptedData, type EncryptedData, encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import { encodeRecord } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { node } from '../support/keys.js'

const point = fc.constantFrom(node(0x41).id, node(0x42).id, node(0x43).id)
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const u64 = fc.bigInt(0n, (1n << 64n) - 1n)
const bytes = fc.uint8Array({ maxLength: 300 })

const data: fc.Arbitrary<EncryptedData> = fc.record(
  {
    padding: bytes,
    short_channel_id: u64,
    next_node_id: point,
    path_id: bytes,
    next_path_key_override: point,
    payment_relay: fc.record({
      cltv_expiry_delta: fc.integer({ min: 0, max: 0xffff }),
      fee_proportional_millionths: u32,
      fee_base_msat: u32,
    }),
    payment_constraints: fc.record({ max_cltv_expiry: u32, htlc_minimum_msat: u64 }),
    allowed_features: bytes,
  },
  { requiredKeys: [] },
)

describe('the data of a hop', () => {
  test('come out as they went in, with unknown odd records beside them', () => {
    fc.assert(
      fc.property(data, fc.option(bytes), (fields, extra) => {
        const others = extra === null ? [] : [encodeRecord(65535n, extra)]
        const stream = decodeEncryptedData(encodeEncryptedData(fields, others))
        expect(stream.fields).toEqual(fields)
        expect(stream.records.length).toBe(Object.keys(fields).length + others.length)
      }),
      { numRuns: 60 },
    )
  })

  test('a relay without base fee has no bytes for it, and limits without minimum none either', () => {
    const hex = toHex(
      encodeEncryptedData({
        payment_relay: { cltv_expiry_delta: 144, fee_proportional_millionths: 250, fee_base_msat: 0 },
        payment_constraints: { max_cltv_expiry: 747921, htlc_minimum_msat: 0n },
      }),
    )
    expect(hex).toBe('0a060090000000fa' + '0c04000b6991')
  })

  test.each([
    ['a base fee of five bytes', '0a0b002400000096010000000f', 'TU_TOO_LONG'],
    ['a base fee with a leading zero', '0a08002400000096002a', 'TU_NOT_MINIMAL'],
    ['a relay of five bytes', '0a050024000000', 'WIRE_TRUNCATED'],
    ['a channel of seven bytes', '020700000000000001', 'WIRE_TRUNCATED'],
    ['a channel of nine bytes', '0209000000000000000001', 'WIRE_TRAILING_BYTES'],
    ['a next node that is no point', `0421${'05'.repeat(33)}`, 'WIRE_BAD_POINT'],
    ['an override that is no point', `0821${'02'.repeat(1)}${'ff'.repeat(32)}`, 'WIRE_BAD_POINT'],
    ['an even type that nobody knows', '1000', 'TLV_UNKNOWN_EVEN'],
    ['a type twice', '06000600', 'TLV_ORDER'],
    ['types out of order', '06000100', 'TLV_ORDER'],
  ])('%s is refused', (_, hex, code) => {
    expect(codeOf(() => decodeEncryptedData(fromHex(hex)))).toBe(code)
  })
})
