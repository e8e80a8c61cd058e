import * as secp from '@noble/secp256k1'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { toHex } from '../../../src/base/hex.js'
import { legacyExpectedAmount } from '../../../src/bolt12/legacy/amount.js'
import {
  checkLegacyOffer,
  checkLegacyRequest,
  verifyLegacyInvoiceFor,
  verifyLegacyRefundInvoice,
} from '../../../src/bolt12/legacy/check.js'
import { createLegacyInvoice } from '../../../src/bolt12/legacy/create-invoice.js'
import {
  createLegacyInvoiceRequest,
  type LegacyInvoiceRequestOptions,
} from '../../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer, type LegacyOfferOptions } from '../../../src/bolt12/legacy/create-offer.js'
import {
  createLegacyRefundInvoice,
  type LegacyRefundInvoiceOptions,
} from '../../../src/bolt12/legacy/create-refund-invoice.js'
import {
  decodeLegacyInvoice,
  decodeLegacyInvoiceRequest,
  decodeLegacyOffer,
  encodeLegacy,
} from '../../../src/bolt12/legacy/decode.js'
import { fromXOnly, legacyPayerKey, xOnly } from '../../../src/bolt12/legacy/keys.js'
import { legacyMerkleRoot, legacyOfferId, legacyPaymentSecret } from '../../../src/bolt12/legacy/merkle.js'
import { quantityProblem } from '../../../src/bolt12/legacy/rules/quantity.js'
import { publicKey } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { codeOf } from '../../support/code-of.js'
import { secretOf } from '../../support/keys.js'
import { CONTEXT, counting, HASH, OTHER, PAYER, REGTEST, SHOP, SIGNET } from './craft.js'

const BASE: LegacyOfferOptions = { nodeKey: SHOP.secret, aux: HASH, description: 'tea' }
const offerOf = (more: Partial<LegacyOfferOptions> = {}) => createLegacyOffer({ ...BASE, ...more })
const TEA = offerOf({ amountMsat: 1000n })
const request = (more: Partial<LegacyInvoiceRequestOptions> = {}, offer = TEA) =>
  createLegacyInvoiceRequest(offer, { random: counting(), ...more })
const ANSWER = { offer: TEA, nodeKey: SHOP.secret, paymentHash: HASH, createdAt: 900n, aux: HASH }

describe('an offer of 2021', () => {
  test('holds what was asked for, signed or not, under the same id', () => {
    const every: Partial<LegacyOfferOptions> = {
      price: { currency: 'EUR', amount: 250n },
      issuer: 'shop',
      quantityMin: 1n,
      quantityMax: 3n,
      absoluteExpiry: 5000n,
      chains: [chainHashOf('bitcoin'), REGTEST],
      features: Uint8Array.of(2),
      recurrence: { time_unit: 1, period: 7 },
      recurrenceBase: { start_any_period: 0, basetime: 100n },
      recurrencePaywindow: { seconds_before: 10, proportional_amount: 1, seconds_after: 20 },
      recurrenceLimit: 4,
    }
    const signed = offerOf(every)
    const unsigned = offerOf({ ...every, sign: false })
    expect(decodeLegacyOffer(encodeLegacy(signed))).toEqual(signed)
    expect(legacyOfferId(unsigned.records)).toEqual(legacyOfferId(signed.records))
    expect(unsigned.fields.signature).toBeUndefined()
    expect(signed.fields).toMatchObject({
      currency: 'EUR',
      amount: 250n,
      quantity_max: 3n,
      recurrence: { time_unit: 1, period: 7 },
      recurrence_paywindow: { seconds_after: 20 },
      recurrence_limit: 4,
    })
    expect(checkLegacyOffer(signed, CONTEXT)).toEqual({ ok: true, issues: [] })
    expect(checkLegacyOffer(signed, { ...CONTEXT, now: 5001n }).issues.map(({ code }) => code)).toEqual([
      'LEGACY_OFFER_EXPIRED',
    ])
  })

  test('names bitcoin by silence', () => {
    expect(offerOf({ chains: [chainHashOf('bitcoin')] }).bytes).toEqual(offerOf().bytes)
  })

  test.each<[string, Partial<LegacyOfferOptions>]>([
    ['LEGACY_OPTIONS', { amountMsat: 1n, price: { currency: 'EUR', amount: 1n } }],
    ['LEGACY_OPTIONS', { price: { currency: 'euro', amount: 1n } }],
    ['LEGACY_OPTIONS', { amountMsat: 0n }],
    ['LEGACY_OPTIONS', { quantityMin: 0n }],
    ['LEGACY_OPTIONS', { quantityMax: 0n }],
    ['LEGACY_OPTIONS', { chains: [] }],
    ['LEGACY_OFFER_QUANTITY_RANGE', { quantityMin: 3n, quantityMax: 2n }],
    ['LEGACY_OFFER_RECURRENCE', { recurrenceLimit: 2 }],
    ['BAD_SECRET', { nodeKey: new Uint8Array(32) }],
  ])('is refused with %s (case %#)', (code, more) => {
    expect(codeOf(() => offerOf(more))).toBe(code)
  })

  test('costs its price times the number of items, at a rate where it needs one', () => {
    expect(legacyExpectedAmount(TEA, 3n)).toBe(3000n)
    expect(legacyExpectedAmount(offerOf())).toBeUndefined()
    const euros = offerOf({ price: { currency: 'EUR', amount: 250n } })
    expect(legacyExpectedAmount(euros, 2n, (_, cents) => cents * 10n)).toBe(5000n)
    expect(codeOf(() => legacyExpectedAmount(euros))).toBe('CURRENCY_NOT_CONVERTIBLE')
    // Under the name of that form, and without a rule of today's.
    expect(() => legacyExpectedAmount(euros)).toThrow(expect.objectContaining({ path: ['currency'], rule: undefined }))
  })
})

test('one item is no items', () => {
  expect(quantityProblem({ quantity_min: 2n }, 1n)).toBe('1 item, the offer asks for 2 at least')
  expect(quantityProblem({ quantity_max: 2n }, 3n)).toBe('3 items, the offer allows 2')
})

describe('a request of 2021', () => {
  test('is read by its issuer', () => {
    const {
      request: made,
      payerKey,
      payerInfo,
    } = request({ amountMsat: 1200n, payerNote: 'please', features: Uint8Array.of(0x41, 0) })
    expect(decodeLegacyInvoiceRequest(encodeLegacy(made))).toEqual(made)
    expect(made.fields).toMatchObject({
      amount: 1200n,
      payer_note: 'please',
      payer_info: payerInfo,
      payer_key: xOnly(publicKey(payerKey)),
    })
    expect(payerInfo).toHaveLength(16)
    expect(checkLegacyRequest(made, TEA, CONTEXT)).toEqual({ ok: true, issues: [] })
  })

  test('takes the first chain of the offer, or another of it', () => {
    const abroad = offerOf({ amountMsat: 1n, chains: [REGTEST, SIGNET] })
    expect(request({}, abroad).request.fields.chain).toEqual(REGTEST)
    expect(request({ chain: SIGNET }, abroad).request.fields.chain).toEqual(SIGNET)
  })

  test('is signed by a key of c-lightning’s making, where a base is given', () => {
    // One with an even and one with an odd Y: 0x42 and 0x41.
    const parities = [0x41, 0x42, 0x43].map(secretOf).map((base) => {
      const made = request({ baseKey: base })
      const info = made.payerInfo
      expect(made.payerKey).toEqual(legacyPayerKey(base, info))
      const even = secp.Point.fromBytes(fromXOnly(xOnly(publicKey(base))))
      const tweak = BigInt(`0x${toHex(sha256(concatBytes(xOnly(publicKey(base)), info)))}`)
      const sum = even.add(secp.Point.BASE.multiply(tweak))
      expect(toHex(made.request.fields.payer_key ?? HASH)).toBe(sum.toHex(true).slice(2))
      expect(codeOf(() => decodeLegacyInvoiceRequest(made.request.bytes))).toBe('accepted')
      return publicKey(base)[0]
    })
    expect(new Set(parities)).toEqual(new Set([2, 3]))
  })

  test('comes out the same when everything is given', () => {
    const given = { payerKey: PAYER.secret, payerInfo: HASH, deterministicSignature: true }
    expect(request(given).request.bytes).toEqual(request({ ...given, random: () => SHOP.secret }).request.bytes)
  })

  test.each<[string, Partial<LegacyInvoiceRequestOptions>, Partial<LegacyOfferOptions>]>([
    ['LEGACY_OPTIONS', { payerKey: PAYER.secret, baseKey: PAYER.secret }, { amountMsat: 1n }],
    ['LEGACY_INVREQ_AMOUNT_MISSING', {}, {}],
    ['LEGACY_INVREQ_AMOUNT_TOO_LOW', { amountMsat: 999n }, { amountMsat: 1000n }],
    ['LEGACY_INVREQ_AMOUNT_TOO_HIGH', { amountMsat: 5000n }, { amountMsat: 1000n }],
    ['LEGACY_INVREQ_QUANTITY_MISSING', {}, { amountMsat: 1n, quantityMax: 2n }],
    ['LEGACY_INVREQ_QUANTITY_UNEXPECTED', { quantity: 1n }, { amountMsat: 1n }],
    ['LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE', { quantity: 3n }, { amountMsat: 1n, quantityMax: 2n }],
    ['LEGACY_INVREQ_CHAIN_NOT_OFFERED', { chain: REGTEST }, { amountMsat: 1n }],
    ['LEGACY_INVREQ_OFFER_SENDS', {}, { amountMsat: 1n, sendInvoice: true }],
    ['LEGACY_INVREQ_RECURRENCE_MISSING', {}, { amountMsat: 1n, recurrence: { time_unit: 1, period: 1 } }],
  ])('is refused with %s (case %#)', (code, more, offer) => {
    expect(codeOf(() => request(more, offerOf(offer)))).toBe(code)
  })
})

describe('an invoice of 2021', () => {
  test('is what the payer asked for, and paid with its merkle root as payment secret', () => {
    const { request: asked } = request({ payerNote: 'please' })
    const invoice = createLegacyInvoice(asked, { ...ANSWER, cltv: 18, relativeExpiry: 600 })
    const read = decodeLegacyInvoice(encodeLegacy(invoice))
    expect(read).toEqual(invoice)
    expect(verifyLegacyInvoiceFor({ offer: TEA, request: asked, ...CONTEXT, authorisedMsat: 1000n }, read)).toEqual({
      ok: true,
      issues: [],
    })
    expect(legacyPaymentSecret(invoice)).toEqual(legacyMerkleRoot(invoice.records))
    // The root is over what is signed: the signature is no part of it.
    expect(legacyPaymentSecret({ records: invoice.records.filter(({ type }) => type !== 240n) })).toEqual(
      legacyPaymentSecret(invoice),
    )
  })

  test('is the same for the same request', () => {
    const { request: asked } = request()
    expect(createLegacyInvoice(asked, ANSWER).bytes).toEqual(createLegacyInvoice(asked, ANSWER).bytes)
  })

  test.each<[string, Partial<Parameters<typeof createLegacyInvoice>[1]>]>([
    ['amount', { amountMsat: 999n }],
    ['node_id', { nodeKey: OTHER.secret }],
  ])('is refused for a wrong %s', (field, more) => {
    expect(() => createLegacyInvoice(request().request, { ...ANSWER, ...more })).toThrow(
      expect.objectContaining({ code: 'LEGACY_OPTIONS', path: [field] }),
    )
  })

  test('needs an amount from somewhere, and keeps to that of the request', () => {
    const euros = offerOf({ price: { currency: 'EUR', amount: 1n } })
    const { request: asked } = request({}, euros)
    expect(codeOf(() => createLegacyInvoice(asked, { ...ANSWER, offer: euros }))).toBe('LEGACY_OPTIONS')
    expect(createLegacyInvoice(asked, { ...ANSWER, offer: euros, amountMsat: 7n }).fields.amount).toBe(7n)
    expect(codeOf(() => createLegacyInvoice(asked, { ...ANSWER, offer: euros, amountMsat: 0n }))).toBe('LEGACY_OPTIONS')
    const tipped = request({ amountMsat: 1500n }).request
    expect(createLegacyInvoice(tipped, ANSWER).fields.amount).toBe(1500n)
    expect(codeOf(() => createLegacyInvoice(tipped, { ...ANSWER, amountMsat: 1400n }))).toBe('LEGACY_OPTIONS')
  })
})

describe('an offer to send money', () => {
  const { request: asked, payerKey } = request()
  const paid = createLegacyInvoice(asked, ANSWER)
  const refund = offerOf({ amountMsat: 1000n, refundFor: HASH })
  const claim = (more: Partial<LegacyRefundInvoiceOptions> = {}) =>
    createLegacyRefundInvoice({
      ...ANSWER,
      offer: refund,
      nodeKey: OTHER.secret,
      refunded: { invoice: paid, payerKey },
      ...more,
    })

  test('is answered with an invoice of whoever wants it', () => {
    const gift = offerOf({ amountMsat: 500n, sendInvoice: true, quantityMax: 5n, chains: [REGTEST] })
    const invoice = claim({ offer: gift, quantity: 2n, payerNote: 'thanks', refunded: undefined as never })
    const context = { now: 900n, chains: [REGTEST] }
    expect(verifyLegacyRefundInvoice({ offer: gift, ...context }, decodeLegacyInvoice(invoice.bytes))).toEqual({
      ok: true,
      issues: [],
    })
    expect(invoice.fields).toMatchObject({ amount: 1000n, quantity: 2n, chain: REGTEST, node_id: OTHER.x })
  })

  test('is answered with less where that is wanted', () => {
    const gift = offerOf({ amountMsat: 500n, sendInvoice: true })
    const invoice = claim({ offer: gift, amountMsat: 400n, refunded: undefined as never })
    expect(verifyLegacyRefundInvoice({ offer: gift, ...CONTEXT }, invoice).ok).toBe(true)
  })

  test('is claimed as a refund by who paid', () => {
    const invoice = claim()
    expect(refund.fields.send_invoice).toBeDefined()
    expect(
      verifyLegacyRefundInvoice({ offer: refund, refunded: paid, ...CONTEXT }, decodeLegacyInvoice(invoice.bytes)),
    ).toEqual({ ok: true, issues: [] })
    expect(invoice.fields).toMatchObject({ refund_for: HASH, payer_key: paid.fields.payer_key })
  })

  test.each<[string, Partial<LegacyRefundInvoiceOptions>]>([
    ['LEGACY_INVOICE_REFUND_SIGNATURE', { refunded: { invoice: paid, payerKey: SHOP.secret } }],
    ['LEGACY_INVOICE_REFUND_MISMATCH', { refunded: undefined as never }],
    ['LEGACY_INVOICE_NOT_SENT', { offer: TEA }],
    ['LEGACY_INVOICE_QUANTITY', { quantity: 1n }],
    ['LEGACY_INVOICE_CHAIN_UNSUPPORTED', { chain: REGTEST }],
  ])('is not answered: %s', (code, more) => {
    expect(codeOf(() => claim(more))).toBe(code)
  })
})
