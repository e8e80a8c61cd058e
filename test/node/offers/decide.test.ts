import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { createInvoiceRequest, type InvoiceRequestOptions } from '../../../src/bolt12/create-invoice-request.js'
import { createOffer, type OfferOptions } from '../../../src/bolt12/create-offer.js'
import { decodeInvoiceRequest } from '../../../src/bolt12/decode.js'
import { INVOICE_REQUEST, type InvoiceRequest } from '../../../src/bolt12/invoice-request.js'
import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import {
  decideRequest,
  type KnownOffer,
  type LivePromise,
  MAX_LIVE_PER_REQUEST,
  type RequestFacts,
} from '../../../src/node/offers/decide.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { encodeRecords, encodeTlv } from '../../../src/wire/tlv.js'
import { ALICE, BOB, pathOf } from '../../bolt12/craft.js'

const NOW = 1_700_000_000n
const random = (length: number) => new Uint8Array(length).fill(4)
const REGTEST = chainHashOf('regtest')

function facts(
  offerOptions: Partial<OfferOptions> = {},
  requestOptions: Partial<InvoiceRequestOptions> = {},
  more: Partial<RequestFacts> & { readonly offer?: Partial<KnownOffer> } = {},
): RequestFacts {
  const { offer } = createOffer({ description: 'tea', issuerId: ALICE.id, chains: [REGTEST], ...offerOptions })
  const { request } = createInvoiceRequest(offer, {
    random,
    ...(offer.fields.offer_amount === undefined && { amountMsat: 1000n }),
    ...requestOptions,
  })
  const { offer: known, ...rest } = more
  return {
    request,
    requestHash: 'this request',
    metadataHash: 'this payer',
    known: { offer, disabled: false, singleUse: false, live: [], ...known },
    arrivedOn: offer.fields.offer_paths === undefined ? 'no_path' : 'offer_path',
    hasReplyPath: true,
    now: NOW,
    chains: [REGTEST],
    ...rest,
  }
}

/** The same facts about a request that `createInvoiceRequest` would not make. */
function altered(base: RequestFacts, fields: Partial<InvoiceRequest>): RequestFacts {
  const { signature: _, ...rest } = base.request.fields
  const unsigned = encodeRecords(INVOICE_REQUEST, { ...rest, ...fields })
  const signature = signRecords(['invoice_request', 'signature'], unsigned, random(32), DETERMINISTIC_AUX)
  return { ...base, request: decodeInvoiceRequest(encodeTlv(INVOICE_REQUEST, { ...rest, ...fields, signature })) }
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

const paths: Partial<OfferOptions> = { paths: [pathOf(1)], issuerId: undefined }

describe('silence', () => {
  test('for an offer that is not ours', { tags: ['RR7'] }, () => {
    expect(decideRequest({ ...facts(), known: undefined })).toMatchObject({ do: 'ignore', rule: 'RR7' })
  })

  test('for a request over another way than the offer prescribes', { tags: ['RR8'] }, () => {
    expect(decideRequest(facts(paths, {}, { arrivedOn: 'no_path' }))).toMatchObject({ do: 'ignore', rule: 'RR8' })
    expect(decideRequest(facts(paths, {}, { arrivedOn: 'other_path' }))).toMatchObject({ do: 'ignore', rule: 'RR8' })
    expect(decideRequest(facts({}, {}, { arrivedOn: 'other_path' }))).toMatchObject({ do: 'ignore', rule: 'RR8' })
  })

  test('the wrong way is silent even for a disabled, expired or mispriced offer', { tags: ['RR8'] }, () => {
    const wrong = { arrivedOn: 'no_path', offer: { disabled: true } } as const
    expect(decideRequest(facts({ ...paths, absoluteExpiry: NOW - 1n }, {}, wrong))).toMatchObject({ do: 'ignore' })
  })

  test('where nothing can be answered', { tags: ['O17'] }, () => {
    expect(decideRequest(facts({}, {}, { hasReplyPath: false }))).toMatchObject({ do: 'ignore', rule: 'O17' })
  })
})

describe('an invoice_error that says what to change', () => {
  const answerOf = (given: RequestFacts) => {
    const decision = decideRequest(given)
    return decision.do === 'error' ? [decision.code, decision.answer.field, decision.answer.suggested] : [decision.do]
  }

  test('an offer that is switched off, or expired', () => {
    expect(answerOf(facts({}, {}, { offer: { disabled: true } }))[0]).toBe('OFFER_DISABLED')
    expect(answerOf(facts({ absoluteExpiry: NOW - 1n }))).toEqual(['OFFER_EXPIRED', 'offer_absolute_expiry', undefined])
    expect(answerOf(facts({ absoluteExpiry: NOW }))).toEqual(['invoice'])
  })

  test('a price that is not met: the price is suggested', { tags: ['RR10'] }, () => {
    const priced = facts({ amountMsat: 500n, quantityMax: 9n }, { quantity: 3n })
    expect(answerOf(altered(priced, { invreq_amount: 1499n }))).toEqual([
      'INVREQ_AMOUNT_TOO_LOW',
      'invreq_amount',
      1500n,
    ])
    expect(answerOf(altered(priced, { invreq_amount: 1500n }))).toEqual(['invoice'])
  })

  test('nothing is suggested that no field could hold: so many items cost more than there is', {
    tags: ['EW3'],
  }, () => {
    const open = facts({ amountMsat: 500n, quantityMax: 'unlimited' }, { quantity: 3n })
    const asked = { invreq_amount: 1500n, invreq_quantity: 2n ** 60n }
    expect(answerOf(altered(open, asked))).toEqual(['INVREQ_AMOUNT_TOO_LOW', 'invreq_amount', undefined])
  })

  test('a quantity that the offer does not take', { tags: ['RR9'] }, () => {
    const counted = facts({ amountMsat: 500n, quantityMax: 9n }, { quantity: 3n })
    const given = (invreq_quantity: bigint | undefined) => answerOf(altered(counted, { invreq_quantity }))
    expect(given(undefined)).toEqual(['INVREQ_QUANTITY_MISSING', 'invreq_quantity', 1n])
    expect(given(0n)).toEqual(['INVREQ_QUANTITY_ZERO', 'invreq_quantity', 1n])
    expect(given(10n)).toEqual(['INVREQ_QUANTITY_ABOVE_MAX', 'invreq_quantity', 9n])
  })

  test('no amount, and an amount of nothing', { tags: ['RR11'] }, () => {
    expect(answerOf(altered(facts(), { invreq_amount: undefined }))[0]).toBe('INVREQ_AMOUNT_MISSING')
    expect(answerOf(altered(facts(), { invreq_amount: 0n }))[0]).toBe('INVREQ_AMOUNT_MISSING')
  })

  test('a chain or a feature that is not ours', { tags: ['RR3', 'RR15'] }, () => {
    expect(answerOf(altered(facts(), { invreq_chain: undefined }))[0]).toBe('INVREQ_CHAIN_UNSUPPORTED')
    expect(answerOf(altered(facts(), { invreq_features: Uint8Array.of(1) }))[0]).toBe('INVREQ_FEATURE_UNKNOWN')
  })

  test('a price in a currency without a rate', { tags: ['RR10'] }, () => {
    const euro = facts({ price: { currency: 'EUR', amount: 100n } }, { amountMsat: 5000n })
    expect(answerOf(euro)[0]).toBe('CURRENCY_NOT_CONVERTIBLE')
    expect(answerOf({ ...euro, convert: (_, cents) => cents * 50n })).toEqual(['invoice'])
    expect(answerOf({ ...euro, convert: (_, cents) => cents * 51n })).toEqual([
      'INVREQ_AMOUNT_TOO_LOW',
      'invreq_amount',
      5100n,
    ])
  })
})

describe('promises', () => {
  test('the price without an amount, the amount where there is one', () => {
    expect(decideRequest(facts({ amountMsat: 500n }))).toMatchObject({
      do: 'invoice',
      amountMsat: 500n,
      expectedMsat: 500n,
    })
    expect(decideRequest(facts({ amountMsat: 500n }, { amountMsat: 700n }))).toMatchObject({ amountMsat: 700n })
    expect(decideRequest(facts())).toMatchObject({ amountMsat: 1000n, expectedMsat: undefined })
  })

  test('the same request gets the same invoice, where the offer has an issuer id', { tags: ['RR6'] }, () => {
    expect(decideRequest(facts({}, {}, { offer: { live: [live()] } }))).toEqual({ do: 'resend', key: 'k' })
  })

  test('without an issuer id it gets a fresh one', { tags: ['RR6'] }, () => {
    expect(decideRequest(facts(paths, {}, { offer: { live: [live()] } }))).toMatchObject({ do: 'invoice' })
  })

  test('another request with the same metadata never gets the old invoice', { tags: ['RR6'] }, () => {
    const other = { offer: { live: [live({ requestHash: 'another' })] } }
    expect(decideRequest(facts({}, {}, other))).toMatchObject({ do: 'invoice' })
  })

  test('an expired invoice is not sent again', { tags: ['RR6'] }, () => {
    expect(decideRequest(facts({}, {}, { offer: { live: [live({ expires: NOW })] } }))).toMatchObject({ do: 'invoice' })
  })

  test('no more than four are open for one metadata', () => {
    const open = (count: number) => ({ offer: { live: Array.from({ length: count }, () => live()) } })
    expect(decideRequest(facts(paths, {}, open(MAX_LIVE_PER_REQUEST - 1)))).toMatchObject({ do: 'invoice' })
    expect(decideRequest(facts(paths, {}, open(MAX_LIVE_PER_REQUEST)))).toMatchObject({
      do: 'error',
      code: 'REQUEST_LIMIT',
    })
  })

  test('once one of them is paid, no other is made', () => {
    const paid = { offer: { live: [live({ paid: true })] } }
    expect(decideRequest(facts(paths, {}, paid))).toMatchObject({ do: 'error', code: 'INVOICE_PAID_ALREADY' })
    const elsewhere = { offer: { live: [live({ paid: true, metadataHash: 'another payer' })] } }
    expect(decideRequest(facts(paths, {}, elsewhere))).toMatchObject({ do: 'invoice' })
  })
})

describe('an offer for a single use', () => {
  const single = (...promises: readonly LivePromise[]) => ({ offer: { singleUse: true, live: promises } })
  const another = { requestHash: 'another', metadataHash: 'another payer' }

  test('is held by the first request until its invoice expires', () => {
    expect(decideRequest(facts({}, {}, single(live(another))))).toMatchObject({ do: 'error', code: 'OFFER_IN_USE' })
    expect(decideRequest(facts({}, {}, single(live({ ...another, expires: NOW }))))).toMatchObject({ do: 'invoice' })
  })

  test('the request that holds it is answered again', { tags: ['RR6'] }, () => {
    expect(decideRequest(facts({}, {}, single(live())))).toMatchObject({ do: 'resend' })
  })

  test('a changed request of the same payer does not get a second invoice', () => {
    expect(decideRequest(facts({}, {}, single(live({ requestHash: 'another' }))))).toMatchObject({
      code: 'OFFER_IN_USE',
    })
  })

  test('whose promise may not be sent again promises nothing else: two invoices could both be paid', {
    tags: ['RR6'],
  }, () => {
    expect(decideRequest(facts(paths, {}, single(live())))).toMatchObject({ do: 'error', code: 'OFFER_IN_USE' })
    expect(decideRequest(facts(paths, {}, single(live({ expires: NOW }))))).toMatchObject({ do: 'invoice' })
  })

  test('is used up for everybody once it is paid, even after the invoice expired', () => {
    const paid = single(live({ ...another, paid: true, expires: NOW - 10n }))
    expect(decideRequest(facts({}, {}, paid))).toMatchObject({ do: 'error', code: 'INVOICE_PAID_ALREADY' })
  })
})

test('what a request holds of its sender is no part of the decision', () => {
  const note = facts({}, { payerNote: '\u202e hello', payerKey: BOB.secret })
  expect(decideRequest(note)).toMatchObject({ do: 'invoice', amountMsat: 1000n })
})
