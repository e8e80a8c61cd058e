import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../src/base/error.js'
import { createOffer, encodeOffer, type OfferOptions } from '../../src/bolt12/create-offer.js'
import { decodeOffer } from '../../src/bolt12/decode.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { ALICE, BOB, craft, pathOf } from './craft.js'

const BASE: OfferOptions = { issuerId: ALICE.id }
const fieldsOf = (options: OfferOptions) => createOffer({ ...BASE, ...options }).offer.fields

/** Code, rule and option of a refusal. */
function refusal(options: OfferOptions): readonly unknown[] {
  try {
    createOffer(options)
  } catch (error) {
    if (isLnoError(error)) return [error.code, error.rule, error.path?.[0]]
    throw error
  }
  return ['accepted']
}

test('the same options give the same bytes, whatever their order', () => {
  const { offer, text } = createOffer({ description: 'tea', issuerId: ALICE.id, amountMsat: 10_000n })
  expect(offer.bytes).toEqual(craft([8, 10_000n], [10, 'tea'], [22, ALICE.id]))
  expect(createOffer({ issuerId: ALICE.id, amountMsat: 10_000n, description: 'tea' }).text).toBe(text)
  expect(decodeOffer(text)).toEqual(offer)
  expect(encodeOffer(offer, { uppercase: true })).toBe(text.toUpperCase())
})

test('the writer stays within its types', { tags: ['OW1'] }, () => {
  const value = Uint8Array.of(1)
  for (const type of [33n, 1_000_000_001n, 1_999_999_999n]) {
    expect(createOffer({ ...BASE, records: [{ type, value }] }).offer.records.map((record) => record.type)).toContain(
      type,
    )
  }
  for (const type of [81n, 999_999_999n, 2_000_000_001n]) {
    expect(refusal({ ...BASE, records: [{ type, value }] })[0]).toBe('OFFER_TYPE_OUT_OF_RANGE')
  }
  expect(refusal({ ...BASE, records: [{ type: 24n, value }] })[0], 'a type nobody could ignore').toBe(
    'TLV_UNKNOWN_EVEN',
  )
})

test('chains are named unless bitcoin is the only one', { tags: ['OW2'] }, () => {
  const [bitcoin, testnet] = [chainHashOf('bitcoin'), chainHashOf('testnet')]
  expect(fieldsOf({}).offer_chains).toBeUndefined()
  expect(fieldsOf({ chains: [bitcoin] }).offer_chains).toBeUndefined()
  expect(fieldsOf({ chains: [bitcoin, bitcoin] }).offer_chains).toBeUndefined()
  expect(fieldsOf({ chains: [testnet] }).offer_chains).toEqual([testnet])
  expect(fieldsOf({ chains: [bitcoin, testnet, bitcoin] }).offer_chains).toEqual([bitcoin, testnet])
  expect(refusal({ ...BASE, chains: [] })).toEqual(['OFFER_OPTIONS', 'OW2', 'chains'])
})

test('a price is above 0 and is for one item', { tags: ['OW3'] }, () => {
  expect(fieldsOf({ amountMsat: 1n, description: 'tea', quantityMax: 5n }).offer_amount).toBe(1n)
  expect(refusal({ ...BASE, amountMsat: 0n, description: 'tea' })).toEqual(['OFFER_OPTIONS', 'OW3', 'amountMsat'])
  expect(refusal({ ...BASE, price: { currency: 'EUR', amount: 0n }, description: 'tea' })[1]).toBe('OW3')
})

describe('currency', () => {
  test('msat go without a currency, another currency by its ISO 4217 code', { tags: ['OW4'] }, () => {
    expect(fieldsOf({ amountMsat: 5n, description: 'tea' }).offer_currency).toBeUndefined()
    expect(fieldsOf({ price: { currency: 'EUR', amount: 250n }, description: 'tea' })).toMatchObject({
      offer_currency: 'EUR',
      offer_amount: 250n,
    })
  })

  test.each(['eur', 'EURO', 'E', '', 'ABC', 'LPJ', 'EU\u0052 '])('%j is no currency', { tags: ['OW4'] }, (currency) => {
    expect(refusal({ ...BASE, price: { currency, amount: 1n }, description: 'tea' })).toEqual([
      'OFFER_OPTIONS',
      'OW4',
      'price',
    ])
  })

  test('two prices are none', { tags: ['OW4'] }, () => {
    const options = { ...BASE, amountMsat: 1n, price: { currency: 'EUR', amount: 1n }, description: 'tea' }
    expect(refusal(options)).toEqual(['OFFER_OPTIONS', 'OW4', 'price'])
  })
})

test('a price comes with a description', { tags: ['OW5'] }, () => {
  expect(refusal({ ...BASE, amountMsat: 1n, description: 'tea' })).toEqual(['accepted'])
  expect(refusal({ ...BASE, amountMsat: 1n })).toEqual(['OFFER_OPTIONS', 'OW5', 'description'])
  expect(refusal({ ...BASE, amountMsat: 1n, description: '' })).toEqual(['OFFER_OPTIONS', 'OW5', 'description'])
})

test('without a price there is neither amount nor currency, and the description is free', { tags: ['OW6'] }, () => {
  expect(Object.keys(fieldsOf({}))).toEqual(['offer_issuer_id'])
  expect(Object.keys(fieldsOf({ description: 'gifts' }))).toEqual(['offer_description', 'offer_issuer_id'])
})

test("the issuer's own bytes are kept as they are", { tags: ['OW7'] }, () => {
  expect(fieldsOf({ metadata: Uint8Array.of(0, 1, 0) }).offer_metadata).toEqual(Uint8Array.of(0, 1, 0))
})

test('features are set if there are any', { tags: ['OW8'] }, () => {
  expect(fieldsOf({ features: Uint8Array.of(2) }).offer_features).toEqual(Uint8Array.of(2))
  expect(fieldsOf({ features: new Uint8Array(2) }).offer_features).toBeUndefined()
})

test('an offer that expires says when', { tags: ['OW9'] }, () => {
  expect(fieldsOf({ absoluteExpiry: 1_700_000_000n }).offer_absolute_expiry).toBe(1_700_000_000n)
  expect(fieldsOf({}).offer_absolute_expiry).toBeUndefined()
})

test('a node with private channels only gives paths that begin elsewhere', { tags: ['OW10'] }, () => {
  const path = pathOf(2) // begins at Bob
  expect(refusal({ issuerId: ALICE.id, privateOnly: true })).toEqual(['OFFER_OPTIONS', 'OW10', 'paths'])
  expect(refusal({ issuerId: BOB.id, privateOnly: true, paths: [path] })).toEqual(['OFFER_OPTIONS', 'OW10', 'paths'])
  expect(refusal({ issuerId: ALICE.id, privateOnly: true, paths: [path] })).toEqual(['accepted'])
  expect(refusal({ issuerId: BOB.id, paths: [path] }), 'a public node may').toEqual(['accepted'])
})

test('there are paths or an issuer id', { tags: ['OW11'] }, () => {
  expect(refusal({})).toEqual(['OFFER_OPTIONS', 'OW11', 'issuerId'])
  expect(refusal({ paths: [] })).toEqual(['OFFER_OPTIONS', 'OW11', 'issuerId'])
  expect(refusal({ paths: [pathOf(1)] })).toEqual(['accepted'])
  expect(refusal({ paths: [pathOf(0)] })).toEqual(['OFFER_PATH_WITHOUT_HOPS', 'OR9', 'offer_paths'])
})

test('a domain stands first in the name of the issuer', { tags: ['OW12'] }, () => {
  const issuer = (value: OfferOptions['issuer']) => fieldsOf(value === undefined ? {} : { issuer: value }).offer_issuer
  expect(issuer('Tea House')).toBe('Tea House')
  expect(issuer({ domain: 'tea.example' })).toBe('tea.example')
  expect(issuer({ domain: 'tea.example', name: 'Tea House' })).toBe('tea.example Tea House')
  expect(issuer({ domain: 'tea.example', user: 'shop', name: 'Tea House' })).toBe('shop@tea.example Tea House')
  expect(issuer(undefined)).toBeUndefined()
  for (const bad of [{ domain: 'tea house' }, { domain: '' }, { domain: 'tea.example', user: 'a b' }]) {
    expect(refusal({ ...BASE, issuer: bad })).toEqual(['OFFER_OPTIONS', 'OW12', 'issuer'])
  }
})

test('a known maximum is not 0, an unknown one is, a single item has none', { tags: ['OW13'] }, () => {
  expect(fieldsOf({ quantityMax: 3n }).offer_quantity_max).toBe(3n)
  expect(fieldsOf({ quantityMax: 1n }).offer_quantity_max, 'weird, but legal').toBe(1n)
  expect(fieldsOf({ quantityMax: 'unlimited' }).offer_quantity_max).toBe(0n)
  expect(fieldsOf({}).offer_quantity_max).toBeUndefined()
  expect(refusal({ ...BASE, quantityMax: 0n })).toEqual(['OFFER_OPTIONS', 'OW13', 'quantityMax'])
})
