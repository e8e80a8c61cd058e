import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import {
  decodeInvoice,
  decodeInvoiceError,
  decodeInvoiceRequest,
  decodeOffer,
  decodeStream,
} from '../../src/bolt12/decode.js'
import { INVOICE_LAYOUT, INVOICE_REQUEST_LAYOUT, OFFER_LAYOUT } from '../../src/bolt12/layout.js'
import { bip353Name, blindedPayinfo, fallbackAddress } from '../../src/bolt12/subtypes.js'
import { array, type Codec, decode, encode } from '../../src/wire/codec.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, craft } from './craft.js'

/** One byte more and one byte less are refused, each with its code. */
function exactly(codec: Codec<unknown>, hex: string): void {
  expect(codeOf(() => decode(codec, fromHex(`${hex}00`)))).toBe('WIRE_TRAILING_BYTES')
  expect(codeOf(() => decode(codec, fromHex(hex.slice(0, -2))))).toBe('WIRE_TRUNCATED')
}

describe('blinded_payinfo', () => {
  const hex = '00000001' + '00000002' + '0003' + '0000000000000004' + '0000000000000005' + '0002' + '0100'
  const value = {
    fee_base_msat: 1,
    fee_proportional_millionths: 2,
    cltv_expiry_delta: 3,
    htlc_minimum_msat: 4n,
    htlc_maximum_msat: 5n,
    features: Uint8Array.of(1, 0),
  }

  test('its integers have fixed width', { tags: ['T6'] }, () => {
    expect(decode(blindedPayinfo, fromHex(hex))).toEqual(value)
    expect(toHex(encode(blindedPayinfo, value))).toBe(hex)
  })

  test('features are as long as they say, and nothing follows', { tags: ['T6'] }, () => {
    exactly(blindedPayinfo, hex)
    expect(codeOf(() => decode(array(blindedPayinfo), fromHex(`${hex}${hex}00`)))).toBe('WIRE_TRUNCATED')
    expect(decode(array(blindedPayinfo), fromHex(`${hex}${hex}`))).toHaveLength(2)
  })
})

describe('fallback_address and bip_353_name', () => {
  test('an address is as long as it says', { tags: ['T7'] }, () => {
    const hex = '01' + '0002' + 'abcd'
    expect(decode(fallbackAddress, fromHex(hex))).toEqual({ version: 1, address: fromHex('abcd') })
    exactly(fallbackAddress, hex)
  })

  test('name and domain fill the value', { tags: ['T7'] }, () => {
    const hex = '02' + '6162' + '03' + '782e79'
    expect(decode(bip353Name, fromHex(hex))).toEqual({ name: 'ab', domain: 'x.y' })
    expect(toHex(encode(bip353Name, { name: 'ab', domain: 'x.y' }))).toBe(hex)
    exactly(bip353Name, hex)
    expect(codeOf(() => decode(bip353Name, fromHex('01ff00')))).toBe('WIRE_BAD_UTF8')
  })
})

describe('each stream keeps to its ranges', () => {
  const inOffer = [1, 79, 1_000_000_001, 1_999_999_999]
  const inRequest = [...inOffer, 81, 159, 241, 999, 2_999_999_999]
  const inInvoice = [...inRequest, 161, 239, 3_999_999_999]
  const never = [1001, 999_999_999, 4_000_000_001, 2n ** 64n - 1n]

  test.each([
    ['offer', OFFER_LAYOUT, 'OFFER_TYPE_OUT_OF_RANGE', inOffer, [...never, 81, 241, 2_000_000_001]],
    ['invoice_request', INVOICE_REQUEST_LAYOUT, 'INVREQ_TYPE_OUT_OF_RANGE', inRequest, [...never, 161, 3_000_000_001]],
    ['invoice', INVOICE_LAYOUT, 'INVOICE_TYPE_OUT_OF_RANGE', inInvoice, never],
  ] as const)('%s', { tags: ['T8'] }, (_, layout, code, inside, outside) => {
    const only = layout.rules.filter((rule) => rule.layer === 'tlv') as never
    const verdict = (type: number | bigint) => codeOf(() => decodeStream(layout as never, craft([type, 'x']), {}, only))
    for (const type of inside) expect(verdict(type), String(type)).toBe('accepted')
    for (const type of outside) expect(verdict(type), String(type)).toBe(code)
  })

  test('a signature does not belong in an offer, nor metadata of a request', { tags: ['T8', 'OR1'] }, () => {
    for (const type of [0, 88, 240]) {
      expect(codeOf(() => decodeOffer(craft([type, 'x'])))).toBe('OFFER_TYPE_OUT_OF_RANGE')
    }
  })
})

test('a signature is 64 bytes', { tags: ['T9'] }, () => {
  const request = (length: number) => craft([88, ALICE.id], [240, new Uint8Array(length)])
  const verdict = (length: number) =>
    codeOf(() => decodeStream(INVOICE_REQUEST_LAYOUT, request(length), { verifySignature: false }, []))
  expect(verdict(64)).toBe('accepted')
  expect(verdict(63)).toBe('WIRE_TRUNCATED')
  expect(verdict(65)).toBe('WIRE_TRAILING_BYTES')
  expect(codeOf(() => decodeInvoice(craft([240, new Uint8Array(63)])))).toBe('WIRE_TRUNCATED')
})

describe('the body is one canonical stream', () => {
  const good = craft([10, 'tea'], [22, ALICE.id])

  test.each([
    ['in another order', craft([22, ALICE.id], [10, 'tea']), 'TLV_ORDER'],
    ['with a type twice', craft([10, 'tea'], [10, 'tea'], [22, ALICE.id]), 'TLV_ORDER'],
    ['with bytes left over', Uint8Array.of(...good, 0xfd), 'WIRE_TRUNCATED'],
    ['cut off', good.subarray(0, -1), 'TLV_LENGTH'],
    ['with a type that could be shorter', Uint8Array.of(0xfd, 0, 10, 0), 'BIGSIZE_NOT_MINIMAL'],
    ['with a length that could be shorter', Uint8Array.of(10, 0xfd, 0, 1, 65), 'BIGSIZE_NOT_MINIMAL'],
  ])('%s it is refused', { tags: ['A1.9', 'OR2'] }, (_, bytes, code) => {
    expect(codeOf(() => decodeOffer(good))).toBe('accepted')
    expect(codeOf(() => decodeOffer(bytes))).toBe(code)
  })

  test('an unknown even type is refused in every message', { tags: ['OR2'] }, () => {
    for (const read of [decodeOffer, decodeInvoiceRequest, decodeInvoice, decodeInvoiceError]) {
      expect(codeOf(() => read(craft([24, 'x'])))).toBe('TLV_UNKNOWN_EVEN')
    }
  })

  test('an unknown odd type is kept as it stood', { tags: ['OR2', 'A2.8'] }, () => {
    const bytes = craft([10, 'tea'], [22, ALICE.id], [33, 'hello'])
    const offer = decodeOffer(bytes)
    expect(offer.records.map(({ type }) => type)).toEqual([10n, 22n, 33n])
    expect(offer.bytes).toEqual(bytes)
  })
})
