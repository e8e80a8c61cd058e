import '../../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import {
  createLegacyInvoiceRequest,
  type LegacyInvoiceRequestOptions,
} from '../../../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer, type LegacyOfferOptions } from '../../../../src/bolt12/legacy/create-offer.js'
import { decodeLegacyInvoiceRequest } from '../../../../src/bolt12/legacy/decode.js'
import { LEGACY_INVOICE_REQUEST, type LegacyInvoiceRequest } from '../../../../src/bolt12/legacy/invoice-request.js'
import { signedBytes } from '../../../../src/bolt12/legacy/options.js'
import { signLegacy } from '../../../../src/bolt12/legacy/signature.js'
import { DETERMINISTIC_AUX } from '../../../../src/bolt12/signature.js'
import type { LivePromise } from '../../../../src/node/offers/decide.js'
import {
  decideLegacyRequest,
  type KnownLegacyOffer,
  type LegacyRequestFacts,
} from '../../../../src/node/offers/legacy/decide.js'
import { chainHashOf } from '../../../../src/wire/chains.js'
import { ALICE, BOB } from '../../../bolt12/craft.js'

const NOW = 1_700_000_000n
const REGTEST = chainHashOf('regtest')
const random = (length: number) => new Uint8Array(length).fill(4)

function facts(
  offerOptions: Partial<LegacyOfferOptions> = {},
  requestOptions: Partial<LegacyInvoiceRequestOptions> = {},
  more: Partial<LegacyRequestFacts> & { readonly offer?: Partial<KnownLegacyOffer> } = {},
): LegacyRequestFacts {
  const offer = createLegacyOffer({
    description: 'tea',
    nodeKey: ALICE.secret,
    aux: DETERMINISTIC_AUX,
    chains: [REGTEST],
    ...offerOptions,
  })
  const { request } = createLegacyInvoiceRequest(offer, {
    random,
    ...(offer.fields.amount === undefined && { amountMsat: 1000n }),
    payerKey: BOB.secret,
    ...requestOptions,
  })
  const { offer: known, ...rest } = more
  return {
    request,
    requestHash: 'this request',
    payerHash: 'this payer',
    known: { offer, disabled: false, singleUse: false, live: [], ...known },
    overPath: false,
    hasReplyPath: true,
    now: NOW,
    chains: [REGTEST],
    ...rest,
  }
}

/** The same facts about a request that `createLegacyInvoiceRequest` would not make. */
function altered(
  base: LegacyRequestFacts,
  fields: { readonly [K in keyof LegacyInvoiceRequest]?: LegacyInvoiceRequest[K] | undefined },
): LegacyRequestFacts {
  const { signature: _, ...rest } = base.request.fields
  const bytes = signedBytes(LEGACY_INVOICE_REQUEST, { ...rest, ...fields } as LegacyInvoiceRequest, (records) =>
    signLegacy(['invoice_request', 'signature'], records, BOB.secret, DETERMINISTIC_AUX),
  )
  return { ...base, request: decodeLegacyInvoiceRequest(bytes) }
}

function live(over: Partial<LivePromise> = {}): LivePromise {
  return {
    key: 'k',
    requestHash: 'this request',
    metadataHash: 'this payer',
    expires: NOW + 100n,
    paid: false,
    refused: false,
    ...over,
  }
}

describe('silence', () => {
  test('for an offer that is not ours', () => {
    expect(decideLegacyRequest({ ...facts(), known: undefined })).toMatchObject({
      do: 'ignore',
      code: 'LEGACY_INVREQ_OFFER_MISMATCH',
    })
  })

  test('for what came over a path, even for a disabled, expired or mispriced offer', () => {
    const over = { overPath: true } as const
    expect(decideLegacyRequest(facts({}, {}, over))).toMatchObject({ do: 'ignore', code: 'REQUEST_OVER_PATH' })
    const wrong = facts({ absoluteExpiry: NOW - 1n }, {}, { ...over, offer: { disabled: true } })
    expect(decideLegacyRequest(wrong)).toMatchObject({ do: 'ignore' })
    expect(decideLegacyRequest(altered(wrong, { amount: undefined }))).toMatchObject({ do: 'ignore' })
  })

  test('where nothing can be answered', () => {
    expect(decideLegacyRequest(facts({}, {}, { hasReplyPath: false }))).toMatchObject({
      do: 'ignore',
      code: 'REQUEST_WITHOUT_REPLY_PATH',
    })
  })
})

describe('an invoice_error that says what to change', () => {
  const answerOf = (given: LegacyRequestFacts) => {
    const decision = decideLegacyRequest(given)
    return decision.do === 'error' ? [decision.code, decision.answer.field, decision.answer.suggested] : [decision.do]
  }

  test('an offer that is switched off, or expired', () => {
    expect(answerOf(facts({}, {}, { offer: { disabled: true } }))[0]).toBe('OFFER_DISABLED')
    expect(answerOf(facts({ absoluteExpiry: NOW - 1n }))[0]).toBe('LEGACY_INVREQ_OFFER_EXPIRED')
    expect(answerOf(facts({ absoluteExpiry: NOW }))).toEqual(['invoice'])
  })

  test('an amount that the offer does not take: the price is suggested', () => {
    const priced = facts({ amountMsat: 500n, quantityMax: 9n }, { quantity: 3n })
    const given = (amount: bigint) => answerOf(altered(priced, { amount }))
    expect(given(1499n)).toEqual(['LEGACY_INVREQ_AMOUNT_TOO_LOW', 'amount', 1500n])
    expect(given(1500n)).toEqual(['invoice'])
    expect(given(7499n)).toEqual(['invoice'])
    expect(given(7500n)).toEqual(['LEGACY_INVREQ_AMOUNT_TOO_HIGH', 'amount', 1500n])
    expect(answerOf(altered(facts(), { amount: undefined }))).toEqual([
      'LEGACY_INVREQ_AMOUNT_MISSING',
      'amount',
      undefined,
    ])
    expect(answerOf(altered(facts(), { amount: 0n }))[0]).toBe('LEGACY_INVREQ_AMOUNT_MISSING')
  })

  test('so many items that no field holds their price: none is suggested', () => {
    const open = facts({ amountMsat: 500n, quantityMin: 1n }, { quantity: 3n })
    const many = { amount: 1500n, quantity: 2n ** 60n }
    expect(answerOf(altered(open, many))).toEqual(['LEGACY_INVREQ_AMOUNT_TOO_LOW', 'amount', undefined])
    expect(answerOf(altered(open, { quantity: 2n ** 60n, amount: undefined }))[0]).toBe('AMOUNT_ABOVE_SUPPLY')
  })

  test('a quantity that the offer does not take: the nearest that it does is suggested', () => {
    const counted = facts({ amountMsat: 500n, quantityMin: 2n, quantityMax: 9n }, { quantity: 3n })
    const given = (quantity: bigint | undefined) => answerOf(altered(counted, { quantity }))
    expect(given(undefined)).toEqual(['LEGACY_INVREQ_QUANTITY_MISSING', 'quantity', 2n])
    expect(given(1n)).toEqual(['LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE', 'quantity', 2n])
    expect(given(10n)).toEqual(['LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE', 'quantity', 9n])
    expect(given(9n)).toEqual(['invoice'])
    expect(answerOf(altered(facts(), { quantity: 1n }))[0]).toBe('LEGACY_INVREQ_QUANTITY_UNEXPECTED')
  })

  test('a chain or a feature that is not ours', () => {
    expect(answerOf(altered(facts(), { chain: undefined }))[0]).toBe('LEGACY_INVREQ_CHAIN_UNSUPPORTED')
    expect(answerOf(altered(facts(), { chain: undefined, chains: [REGTEST] }))).toEqual(['invoice'])
    expect(answerOf(altered(facts(), { features: Uint8Array.of(1) }))[0]).toBe('LEGACY_INVREQ_FEATURE_UNKNOWN')
  })

  test('a period of an offer that does not recur', () => {
    expect(answerOf(altered(facts(), { recurrence_counter: 0 }))).toEqual([
      'LEGACY_INVREQ_RECURRENCE_UNEXPECTED',
      'recurrence_counter',
      undefined,
    ])
    expect(answerOf(altered(facts(), { recurrence_start: 1 }))[1]).toBe('recurrence_start')
  })

  test('a price in a currency without a rate', () => {
    const euro = facts({ price: { currency: 'EUR', amount: 100n } }, { amountMsat: 5000n })
    expect(answerOf(euro)[0]).toBe('CURRENCY_NOT_CONVERTIBLE')
    expect(answerOf({ ...euro, convert: (_, cents) => cents * 50n })).toEqual(['invoice'])
    expect(answerOf({ ...euro, convert: (_, cents) => cents * 51n })).toEqual([
      'LEGACY_INVREQ_AMOUNT_TOO_LOW',
      'amount',
      5100n,
    ])
  })
})

describe('promises', () => {
  test('the price without an amount, the amount where there is one', () => {
    const priced = { amountMsat: 500n }
    expect(decideLegacyRequest(facts(priced))).toEqual({ do: 'invoice', amountMsat: 500n, expectedMsat: 500n })
    expect(decideLegacyRequest(facts(priced, { amountMsat: 700n }))).toMatchObject({ amountMsat: 700n })
    expect(decideLegacyRequest(facts())).toMatchObject({ amountMsat: 1000n, expectedMsat: undefined })
  })

  test('the second copy of a request gets the same invoice', () => {
    expect(decideLegacyRequest(facts({}, {}, { offer: { live: [live()] } }))).toEqual({ do: 'resend', key: 'k' })
  })

  test('another request with the same payer key is refused while the invoice of the first is open', () => {
    const other = (over: Partial<LivePromise>) => ({ offer: { live: [live({ requestHash: 'another', ...over })] } })
    expect(decideLegacyRequest(facts({}, {}, other({})))).toMatchObject({ do: 'error', code: 'REQUEST_CHANGED' })
    expect(decideLegacyRequest(facts({}, {}, other({ expires: NOW })))).toMatchObject({ do: 'invoice' })
    expect(decideLegacyRequest(facts({}, {}, other({ metadataHash: 'another payer' })))).toMatchObject({
      do: 'invoice',
    })
  })

  test('an expired invoice is not sent again, and for a paid one no other is made', () => {
    const one = (over: Partial<LivePromise>) => ({ offer: { live: [live(over)] } })
    expect(decideLegacyRequest(facts({}, {}, one({ expires: NOW })))).toMatchObject({ do: 'invoice' })
    expect(decideLegacyRequest(facts({}, {}, one({ paid: true })))).toMatchObject({ code: 'INVOICE_PAID_ALREADY' })
  })

  test('a single use is held by the first request, whose copy is answered', () => {
    const single = (over: Partial<LivePromise>) => ({ offer: { singleUse: true, live: [live(over)] } })
    expect(decideLegacyRequest(facts({}, {}, single({})))).toEqual({ do: 'resend', key: 'k' })
    expect(decideLegacyRequest(facts({}, {}, single({ requestHash: 'another' })))).toMatchObject({
      code: 'OFFER_IN_USE',
    })
    const elsewhere = { requestHash: 'another', metadataHash: 'another payer' }
    expect(decideLegacyRequest(facts({}, {}, single(elsewhere)))).toMatchObject({ code: 'OFFER_IN_USE' })
    expect(decideLegacyRequest(facts({}, {}, single({ ...elsewhere, paid: true })))).toMatchObject({
      code: 'INVOICE_PAID_ALREADY',
    })
  })
})
