import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import { decodeAny, decodeInvoiceError, decodeOffer } from '../../src/bolt12/decode.js'
import { inspect, inspectOffer } from '../../src/bolt12/inspect.js'
import { toJson } from '../../src/bolt12/json.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { array, encode } from '../../src/wire/codec.js'
import { type Json, parseJson } from '../support/json.js'
import { ALICE, craft, pathOf, type Value } from './craft.js'

type Fixture = { readonly messages: readonly { readonly bolt12: string; readonly decode: Json }[] }

const fixture = parseJson(readFileSync(new URL('../fixtures/cln-decode.json', import.meta.url), 'utf8')) as Fixture

/** CLN's JSON in our types of numbers: amounts and types of records are strings here. */
function inOurTypes(value: Json, key = ''): Json {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return key.endsWith('_msat') || key === 'proof_omitted_tlvs' ? String(value) : value
  }
  if (Array.isArray(value)) return value.map((element: Json) => inOurTypes(element, key))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inOurTypes(member, name)]))
}

describe('what Core Lightning decodes, we print alike, in its order', () => {
  test.each(fixture.messages.map(({ bolt12, decode }) => [(decode as { type: string }).type, bolt12, decode] as const))(
    '%s',
    (_, bolt12, decode) => {
      expect(JSON.stringify(toJson(decodeAny(bolt12)), null, 1)).toBe(JSON.stringify(inOurTypes(decode), null, 1))
      expect(toJson(inspect(bolt12))).toEqual(toJson(decodeAny(bolt12)))
    },
  )
})

const issuer = [22, ALICE.id] as const

test('an amount in a currency keeps its name and tells its decimals', () => {
  const json = toJson(decodeOffer(craft([6, 'EUR'], [8, 250n], [10, 'tea'], issuer)))
  expect(json).toMatchObject({ offer_currency: 'EUR', offer_amount: '250', currency_minor_unit: 2 })
  expect(json).not.toHaveProperty('offer_amount_msat')
  expect(toJson(decodeOffer(craft([6, 'tea'], [8, 250n], [10, 'tea'], issuer)))).not.toHaveProperty(
    'currency_minor_unit',
  )
})

test('a channel and its direction at the beginning of a path are named as CLN does', () => {
  const path = {
    ...pathOf(1),
    first_node_id: { short_channel_id: (1n << 40n) | (2n << 16n) | 3n, direction: 1 as const },
  }
  expect(toJson(decodeOffer(craft([16, encode(array(blindedPath), [path])])))).toMatchObject({
    offer_paths: [{ first_scid: '1x2x3', first_scid_dir: 1 }],
  })
})

test('integers beyond 2^53 are strings, others numbers, and nothing needs a bigint', () => {
  const expiry = (value: bigint) => toJson(decodeOffer(craft([14, value], issuer))).offer_absolute_expiry
  expect(expiry(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER)
  expect(expiry(2n ** 53n)).toBe('9007199254740992')
  expect(expiry(2n ** 64n - 1n)).toBe('18446744073709551615')
})

test('unknown records are shown with type, length and value', () => {
  const json = toJson(decodeOffer(craft(issuer, [33, 'hi'], [1_000_000_001, ''])))
  expect(json.unknown_offer_tlvs).toEqual([
    { type: '33', length: 2, value: '6869' },
    { type: '1000000001', length: 0, value: '' },
  ])
  expect(json.valid).toBe(true)
})

test('addresses to fall back to are printed for their chain, where they are addresses', () => {
  // The programs are those of BIP 173's and BIP 350's examples.
  const v0 = '751e76e8199196d454941c45d1b3a323f1433bd6'
  const v1 = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
  const printed = (...records: readonly (readonly [number, Value])[]) =>
    toJson(inspect(craft(...records), { as: 'invoice' })).invoice_fallbacks
  const fallbacks = `hex:000014${v0}010020${v1}000003aabbcc`
  expect(printed([172, fallbacks])).toEqual([
    { version: 0, hex: v0, address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' },
    { version: 1, hex: v1, address: 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0' },
    { version: 0, hex: 'aabbcc' },
  ])
  expect(printed([80, chainHashOf('testnet')], [172, fallbacks])).toMatchObject([
    { address: 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx' },
    { address: 'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47zagq' },
    { version: 0 },
  ])
})

test('an invoice_error prints its three fields', () => {
  expect(toJson(decodeInvoiceError(craft([1, 82n], [3, 'hex:03e8'], [5, 'too little'])))).toEqual({
    type: 'bolt12 invoice_error',
    erroneous_field: '82',
    suggested_value: '03e8',
    error: 'too little',
    valid: true,
  })
})

test('what breaks a rule is printed with its issues and is not valid', () => {
  const json = toJson(inspectOffer(craft([8, 5n], issuer)))
  expect(json).toMatchObject({
    offer_amount_msat: '5',
    issues: [{ code: 'OFFER_AMOUNT_WITHOUT_DESCRIPTION', rule: 'OR5', field: 'offer_amount', type: '8', offset: 0 }],
    valid: false,
  })
})

test('an expired offer is valid: its bytes break no rule', () => {
  const json = toJson(inspectOffer(craft([14, 1n], issuer), { now: 5n, chains: [] }))
  expect(json.issues).toHaveLength(2)
  expect(json.valid).toBe(true)
})

test('a field that cannot be read is shown as bytes', () => {
  const json = toJson(inspectOffer(craft([10, 'hex:ff'], issuer)))
  expect(json.unreadable_tlvs).toEqual([{ type: '10', length: 1, value: 'ff' }])
  expect(json).not.toHaveProperty('offer_description')
  expect(json.valid).toBe(false)
})

test('text that is nothing has no type and is not valid', () => {
  expect(toJson(inspect('hello'))).toMatchObject({ issues: [{ code: 'STRING_UNKNOWN_PREFIX' }], valid: false })
})
