import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { createInvoiceRequest, createStandaloneRequest } from '../../src/bolt12/create-invoice-request.js'
import { createOffer } from '../../src/bolt12/create-offer.js'
import { decodeInvoiceRequest } from '../../src/bolt12/decode.js'
import { answerDestinationsOf } from '../../src/bolt12/destinations.js'
import { inspect } from '../../src/bolt12/inspect.js'
import { INVOICE_REQUEST } from '../../src/bolt12/invoice-request.js'
import { INVOICE_REQUEST_LAYOUT } from '../../src/bolt12/layout.js'
import type { OfferMessage } from '../../src/bolt12/offer.js'
import { REQUEST_MATCH_RULES, type RequestArrival } from '../../src/bolt12/rules/request-match.js'
import { judgeMatch, type ReadContext } from '../../src/bolt12/rules/rule.js'
import { DETERMINISTIC_AUX, signRecords } from '../../src/bolt12/signature.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { encodeRecord, readRecords } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, BOB, CAROL, pathOf, pathsBytes } from './craft.js'
import { type Records, refusals, sorted, verdictOf } from './refuses.js'

const CONTEXT: ReadContext = { now: 1_700_000_000n, chains: [chainHashOf('bitcoin'), chainHashOf('testnet')] }

/** Adds Bob's signature, unless the records bring one (`240`) or stand alone. */
function signed(records: Records): Uint8Array {
  if (records.some(([type]) => type === 240)) return sorted(records)
  const signature = signRecords(
    ['invoice_request', 'signature'],
    readRecords(sorted(records)).records,
    BOB.secret,
    DETERMINISTIC_AUX,
  )
  return sorted([...records, [240, signature]])
}

const refuses = refusals(INVOICE_REQUEST_LAYOUT, CONTEXT, signed)
const unsigned = refusals(INVOICE_REQUEST_LAYOUT, CONTEXT)

const metadata = [0, 'hex:00112233445566778899aabbccddeeff'] as const
const issuer = [22, ALICE.id] as const
const payer = [88, BOB.id] as const
const amount = [82, 1000n] as const
const base: Records = [metadata, issuer, amount, payer]

describe('the form of a request', () => {
  refuses('RR1', 'a request without metadata', 'INVREQ_METADATA_MISSING', [issuer, amount, payer], base)
  refuses('RR2', 'a field of an invoice', 'INVREQ_TYPE_OUT_OF_RANGE', [...base, [161, '']], [...base, [159, '']])
  refuses(
    'RR2',
    'a type of the range of invoices',
    'INVREQ_TYPE_OUT_OF_RANGE',
    [...base, [3_000_000_001, '']],
    [...base, [2_999_999_999, '']],
  )
  refuses('RR5', 'an empty list of paths', 'INVREQ_PATHS_EMPTY', [...base, [90, '']], [...base, [90, pathsBytes(1)]])
  refuses(
    'RR5',
    'a path without hops',
    'INVREQ_PATH_WITHOUT_HOPS',
    [...base, [90, pathsBytes(1, 0)]],
    [...base, [90, pathsBytes(1, 1)]],
  )
  refuses(
    'RR16',
    'a name with a character that no name has',
    'INVREQ_BIP353_CHARACTERS',
    [...base, [91, 'hex:03612f62016f']],
    [...base, [91, 'hex:03612d62016f']],
  )
  refuses(
    'M6',
    'more than all bitcoin',
    'AMOUNT_ABOVE_SUPPLY',
    [metadata, issuer, [82, MAX_MSAT + 1n], payer],
    [metadata, issuer, [82, MAX_MSAT], payer],
  )

  test('RR16: the domain is held to it as well', { tags: ['RR16'] }, () => {
    expect(verdictOf(INVOICE_REQUEST_LAYOUT, signed([...base, [91, 'hex:0161036f2f70']]), CONTEXT)).toBe(
      'INVREQ_BIP353_CHARACTERS',
    )
  })

  test('RR1: a request without payer id is refused, whoever signed', { tags: ['RR1'] }, () => {
    expect(verdictOf(INVOICE_REQUEST_LAYOUT, signed([metadata, issuer, amount]), CONTEXT)).toBe(
      'INVREQ_PAYER_ID_MISSING',
    )
  })
})

describe('the signature of a request', () => {
  unsigned('RR4', 'an unsigned answer to an offer', 'INVREQ_SIGNATURE_MISSING', base, [
    metadata,
    [10, 'refund'],
    amount,
    payer,
  ])
  refuses('RR4', 'a signature of nobody', 'INVREQ_BAD_SIGNATURE', [...base, [240, new Uint8Array(64).fill(1)]], base)

  test('RR4: a stand-alone request may be signed, and then the signature must be good', { tags: ['RR4'] }, () => {
    const alone: Records = [metadata, [10, 'refund'], amount, payer]
    expect(verdictOf(INVOICE_REQUEST_LAYOUT, signed(alone), CONTEXT)).toBe('accepted')
    expect(verdictOf(INVOICE_REQUEST_LAYOUT, sorted([...alone, [240, new Uint8Array(64).fill(1)]]), CONTEXT)).toBe(
      'INVREQ_BAD_SIGNATURE',
    )
  })

  test('RR4: any field that is altered makes it bad', { tags: ['RR4'] }, () => {
    const bytes = signed(base)
    const { records } = readRecords(bytes)
    const amountAt = records.find(({ type }) => type === 82n)!
    const altered = bytes.slice()
    altered[amountAt.offset + 2]! ^= 1
    expect(codeOf(() => decodeInvoiceRequest(altered))).toBe('INVREQ_BAD_SIGNATURE')
  })
})

describe('what the issuer asks for', () => {
  const priced: Records = [metadata, [8, 100n], [10, 'tea'], issuer, payer]
  const counted: Records = [...base, [20, 5n]]
  refuses(
    'RR3',
    'an unknown even feature bit',
    'INVREQ_FEATURE_UNKNOWN',
    [...base, [84, 'hex:01']],
    [...base, [84, 'hex:02']],
  )
  refuses('RR9', 'no quantity where one is asked for', 'INVREQ_QUANTITY_MISSING', counted, [...counted, [86, 1n]])
  refuses('RR9', 'a quantity of 0', 'INVREQ_QUANTITY_ZERO', [...counted, [86, 0n]], [...counted, [86, 1n]])
  refuses(
    'RR9',
    'a quantity above the maximum',
    'INVREQ_QUANTITY_ABOVE_MAX',
    [...counted, [86, 6n]],
    [...counted, [86, 5n]],
  )
  refuses('RR9', 'a quantity nobody asked for', 'INVREQ_QUANTITY_UNEXPECTED', [...base, [86, 1n]], base)
  refuses('RR11', 'no amount where the payer chooses it', 'INVREQ_AMOUNT_MISSING', [metadata, issuer, payer], base)
  refuses('RR10', 'less than the price', 'INVREQ_AMOUNT_TOO_LOW', [...priced, [82, 99n]], [...priced, [82, 100n]])
  refuses(
    'RR15',
    'a chain that is not ours',
    'INVREQ_CHAIN_UNSUPPORTED',
    [...base, [2, chainHashOf('regtest')], [80, chainHashOf('regtest')]],
    [...base, [2, chainHashOf('testnet')], [80, chainHashOf('testnet')]],
  )
  refuses(
    'RR15',
    'a chain that the offer does not list',
    'INVREQ_CHAIN_NOT_OFFERED',
    [...base, [80, chainHashOf('testnet')]],
    [...base, [80, chainHashOf('bitcoin')]],
  )

  test('RR9: a maximum of 0 is none', { tags: ['RR9'] }, () => {
    expect(verdictOf(INVOICE_REQUEST_LAYOUT, signed([...base, [20, 0n], [86, 1_000_000n]]), CONTEXT)).toBe('accepted')
  })

  test('RR10: the price is multiplied by the quantity', { tags: ['RR10'] }, () => {
    const three: Records = [...priced, [20, 5n], [86, 3n]]
    expect(verdictOf(INVOICE_REQUEST_LAYOUT, signed([...three, [82, 299n]]), CONTEXT)).toBe('INVREQ_AMOUNT_TOO_LOW')
    expect(verdictOf(INVOICE_REQUEST_LAYOUT, signed([...three, [82, 300n]]), CONTEXT)).toBe('accepted')
  })

  test('a request that breaks one of these still decodes, so that it can be answered', () => {
    expect(codeOf(() => decodeInvoiceRequest(signed([metadata, issuer, payer])))).toBe('accepted')
  })
})

describe('a request that answers no offer', () => {
  const alone: Records = [metadata, [10, 'refund'], amount, payer]
  unsigned('RR13', 'a list of chains', 'INVREQ_STANDALONE_FIELD', [...alone, [2, chainHashOf('bitcoin')]], alone)
  unsigned('RR13', 'features of an offer', 'INVREQ_STANDALONE_FIELD', [...alone, [12, 'hex:02']], alone)
  unsigned(
    'RR13',
    'a maximum quantity',
    'INVREQ_STANDALONE_FIELD',
    [...alone, [20, 0n], [86, 1n]],
    [...alone, [86, 1n]],
  )
  unsigned(
    'RR13',
    'no amount, whatever price it names',
    'INVREQ_STANDALONE_WITHOUT_AMOUNT',
    [metadata, [8, 1n], [10, 'refund'], payer],
    [metadata, [8, 1n], [10, 'refund'], amount, payer],
  )

  test('RR13: a missing amount is one fault, not also that of an answer to an offer', {
    tags: ['RR13', 'RR11'],
  }, () => {
    const { issues } = inspect(sorted([metadata, [10, 'refund'], payer]), { as: 'invoice_request', context: CONTEXT })
    expect(issues.map(({ rule }) => rule)).toEqual(['RR13'])
  })
})

describe('held against the offer', () => {
  const { offer } = createOffer({ description: 'tea', paths: [pathOf(2)] })
  const { offer: open } = createOffer({ description: 'tea', issuerId: ALICE.id })
  const random = (length: number) => new Uint8Array(length).fill(9)
  const requestOf = (offer: OfferMessage) => createInvoiceRequest(offer, { random, amountMsat: 5n }).request
  const codes = (request: OfferMessage, arrival: RequestArrival) =>
    judgeMatch(REQUEST_MATCH_RULES, requestOf(request), arrival, INVOICE_REQUEST).map(
      ({ code, rule }) => `${rule} ${code}`,
    )

  test('RR7: another offer than ours', { tags: ['RR7'] }, () => {
    expect(codes(offer, { offer, arrivedOn: 'offer_path' })).toEqual([])
    const { offer: other } = createOffer({ description: 'coffee', paths: [pathOf(2)] })
    expect(codes(other, { offer, arrivedOn: 'offer_path' })).toEqual(['RR7 INVREQ_OFFER_MISMATCH'])
  })

  test('RR7: a field of the offer that is left out, or added', { tags: ['RR7'] }, () => {
    const { offer: more } = createOffer({
      description: 'tea',
      paths: [pathOf(2)],
      records: [{ type: 33n, value: new Uint8Array(1) }],
    })
    expect(codes(more, { offer, arrivedOn: 'offer_path' })).toEqual(['RR7 INVREQ_OFFER_MISMATCH'])
    expect(codes(offer, { offer: more, arrivedOn: 'offer_path' })).toEqual(['RR7 INVREQ_OFFER_MISMATCH'])
  })

  test('RR8: an offer with paths is answered over one of them only', { tags: ['RR8'] }, () => {
    expect(codes(offer, { offer, arrivedOn: 'no_path' })).toEqual(['RR8 INVREQ_WRONG_PATH'])
    expect(codes(offer, { offer, arrivedOn: 'other_path' })).toEqual(['RR8 INVREQ_WRONG_PATH'])
  })

  test('RR8: an offer without paths is not answered over one', { tags: ['RR8'] }, () => {
    expect(codes(open, { offer: open, arrivedOn: 'no_path' })).toEqual([])
    expect(codes(open, { offer: open, arrivedOn: 'other_path' })).toEqual(['RR8 INVREQ_WRONG_PATH'])
  })
})

describe('making a request', () => {
  let drawn = 0
  const random = (length: number) => new Uint8Array(length).fill(++drawn % 127)
  const { offer } = createOffer({
    description: 'tea',
    amountMsat: 100n,
    quantityMax: 5n,
    issuerId: ALICE.id,
    records: [{ type: 33n, value: Uint8Array.of(1, 2, 3) }],
  })

  test('every field of the offer is copied, unknown ones too', { tags: ['RW1'] }, () => {
    const unknown = [31n, 79n, 1_000_000_001n, 1_999_999_999n]
    const { offer } = createOffer({
      issuerId: ALICE.id,
      records: unknown.map((type) => ({ type, value: Uint8Array.of(Number(type % 251n)) })),
    })
    const { request } = createInvoiceRequest(offer, { random, amountMsat: 2n })
    expect(offer.records.map(({ type }) => type)).toEqual(expect.arrayContaining(unknown))
    for (const record of offer.records) {
      expect(request.records.find(({ type }) => type === record.type)?.bytes).toEqual(record.bytes)
    }
  })

  test('the chain is one of the offer, and goes without saying for bitcoin', { tags: ['RW2'] }, () => {
    const chain = chainHashOf('testnet')
    const { offer: both } = createOffer({ issuerId: ALICE.id, chains: [chainHashOf('bitcoin'), chain] })
    expect(createInvoiceRequest(both, { random, amountMsat: 1n }).request.fields.invreq_chain).toBeUndefined()
    expect(createInvoiceRequest(both, { random, amountMsat: 1n, chain }).request.fields.invreq_chain).toEqual(chain)
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 1n, chain }))).toBe('INVREQ_CHAIN_NOT_OFFERED')
  })

  test('it is signed with the payer id, whose secret the caller gets', { tags: ['RW3', 'RW5'] }, () => {
    const { request, payerKey } = createInvoiceRequest(offer, { random, quantity: 1n })
    expect(codeOf(() => decodeInvoiceRequest(request.bytes))).toBe('accepted')
    expect(payerKey).toHaveLength(32)
    const again = createInvoiceRequest(offer, { random, quantity: 1n })
    expect(again.request.fields.invreq_payer_id).not.toEqual(request.fields.invreq_payer_id)
  })

  test('an amount is needed without a price, and is not below the price', { tags: ['RW4'] }, () => {
    const { offer: open } = createOffer({ issuerId: ALICE.id })
    expect(codeOf(() => createInvoiceRequest(open, { random }))).toBe('INVREQ_AMOUNT_MISSING')
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 2n, amountMsat: 199n }))).toBe(
      'INVREQ_AMOUNT_TOO_LOW',
    )
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 2n, amountMsat: 200n }))).toBe('accepted')
  })

  test('a quantity is given exactly where it is asked for', { tags: ['RW6'] }, () => {
    expect(codeOf(() => createInvoiceRequest(offer, { random }))).toBe('INVREQ_QUANTITY_MISSING')
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 0n }))).toBe('INVREQ_QUANTITY_ZERO')
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 6n }))).toBe('INVREQ_QUANTITY_ABOVE_MAX')
    const { offer: single } = createOffer({ issuerId: ALICE.id })
    expect(codeOf(() => createInvoiceRequest(single, { random, amountMsat: 1n, quantity: 1n }))).toBe(
      'INVREQ_QUANTITY_UNEXPECTED',
    )
  })

  test('metadata is drawn anew and not empty; what is added stays in the range for it', {
    tags: ['RW9', 'RW10'],
  }, () => {
    const { request } = createInvoiceRequest(offer, { random, quantity: 1n })
    expect(request.fields.invreq_metadata).toHaveLength(16)
    const metadata = new Uint8Array(0)
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 1n, metadata }))).toBe('INVREQ_OPTIONS')
    const extra = (type: bigint) => [encodeRecord(type, Uint8Array.of(1))]
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 1n, extra: extra(2_000_000_001n) }))).toBe(
      'accepted',
    )
    for (const type of [161n, 241n, 1_000_000_001n, 3_000_000_001n, 82n]) {
      expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 1n, extra: extra(type) }))).toBe(
        'INVREQ_OPTIONS',
      )
    }
  })

  test('amounts are msat, features and the name are written where there are some', {
    tags: ['RW11', 'RW12', 'RW13'],
  }, () => {
    const bip353Name = { name: 'alice', domain: 'example.com' }
    const { request } = createInvoiceRequest(offer, {
      random,
      quantity: 1n,
      amountMsat: 123_456n,
      features: Uint8Array.of(0x02),
      bip353Name,
    })
    expect(request.fields).toMatchObject({
      invreq_amount: 123_456n,
      invreq_features: Uint8Array.of(2),
      invreq_bip_353_name: bip353Name,
    })
    const bad = { name: 'al ice', domain: 'example.com' }
    expect(codeOf(() => createInvoiceRequest(offer, { random, quantity: 1n, bip353Name: bad }))).toBe(
      'INVREQ_BIP353_CHARACTERS',
    )
  })

  test('a stand-alone request says what for and how much', { tags: ['RW7'] }, () => {
    const { request } = createStandaloneRequest({
      random,
      description: 'refund',
      amountMsat: 7n,
      issuer: 'shop',
      absoluteExpiry: 1_800_000_000n,
      paths: [pathOf(1)],
      chain: chainHashOf('regtest'),
    })
    expect(request.fields).toMatchObject({
      offer_description: 'refund',
      offer_issuer: 'shop',
      offer_absolute_expiry: 1_800_000_000n,
      invreq_amount: 7n,
      invreq_chain: chainHashOf('regtest'),
    })
    expect(request.fields.invreq_paths).toHaveLength(1)
    expect(codeOf(() => createStandaloneRequest({ random, description: '', amountMsat: 7n }))).toBe('INVREQ_OPTIONS')
    expect(codeOf(() => createStandaloneRequest({ random, description: 'x', amountMsat: 0n }))).toBe('INVREQ_OPTIONS')
  })

  test('it has no signature and none of the fields that only an offer sets', { tags: ['RW8'] }, () => {
    const { request } = createStandaloneRequest({ random, description: 'refund', amountMsat: 7n })
    expect(request.records.map(({ type }) => type)).toEqual([0n, 10n, 82n, 88n])
  })

  test('the payer may keep an identity for stand-alone requests', { tags: ['RW7'] }, () => {
    const { request } = createStandaloneRequest({ random, description: 'x', amountMsat: 7n, payerKey: CAROL.secret })
    expect(request.fields.invreq_payer_id).toEqual(CAROL.id)
  })
})

describe('where an answer goes', () => {
  const random = (length: number) => new Uint8Array(length).fill(3)

  test('the invoice for a stand-alone request goes over its paths, else to its payer id', { tags: ['RR14'] }, () => {
    const { request: over } = createStandaloneRequest({
      random,
      description: 'x',
      amountMsat: 1n,
      paths: [pathOf(2), pathOf(1)],
    })
    expect(answerDestinationsOf(over)).toEqual([
      { path: pathOf(2), node_id: CAROL.id },
      { path: pathOf(1), node_id: CAROL.id },
    ])
    const { request: direct } = createStandaloneRequest({
      random,
      description: 'x',
      amountMsat: 1n,
      payerKey: BOB.secret,
    })
    expect(answerDestinationsOf(direct)).toEqual([{ node_id: BOB.id }])
  })

  test('the invoice for an offer goes over the reply path of its message, whatever paths the request names', {
    tags: ['RR12', 'RR14'],
  }, () => {
    const { offer } = createOffer({ issuerId: ALICE.id })
    expect(answerDestinationsOf(createInvoiceRequest(offer, { random, amountMsat: 1n }).request)).toEqual([])
  })
})
