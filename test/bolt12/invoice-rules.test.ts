import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/base/hex.js'
import { createInvoice, type InvoiceOptions } from '../../src/bolt12/create-invoice.js'
import { createInvoiceError } from '../../src/bolt12/create-invoice-error.js'
import { createInvoiceRequest, createStandaloneRequest } from '../../src/bolt12/create-invoice-request.js'
import { createOffer } from '../../src/bolt12/create-offer.js'
import { decodeArrivedInvoiceError, decodeInvoice, decodeInvoiceError } from '../../src/bolt12/decode.js'
import type { InvoiceMessage } from '../../src/bolt12/invoice.js'
import { INVOICE_ERROR_LAYOUT, INVOICE_LAYOUT } from '../../src/bolt12/layout.js'
import type { ReadContext } from '../../src/bolt12/rules/rule.js'
import { DETERMINISTIC_AUX, signRecords } from '../../src/bolt12/signature.js'
import { type BlindedPayinfo, blindedPayinfo } from '../../src/bolt12/subtypes.js'
import { paymentParts, usableFallbacks, usablePaths, verifyInvoiceFor } from '../../src/bolt12/verify-invoice.js'
import { sha256 } from '../../src/crypto/hash.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { array, encode, tu64 } from '../../src/wire/codec.js'
import { encodeRecord, readRecords, type TlvRecord } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, BOB, CAROL, pathOf, pathsBytes } from './craft.js'
import { type Records, refusals, sorted, verdictOf } from './refuses.js'

const NOW = 1_700_000_000n
const CONTEXT: ReadContext = { now: NOW, chains: [chainHashOf('bitcoin')] }
const hash = sha256(new Uint8Array(32))

function payinfo(features: Uint8Array = new Uint8Array(0)): BlindedPayinfo {
  return {
    fee_base_msat: 1,
    fee_proportional_millionths: 2,
    cltv_expiry_delta: 3,
    htlc_minimum_msat: 4n,
    htlc_maximum_msat: 5n,
    features,
  }
}
const payinfos = (...features: readonly Uint8Array[]) =>
  encode(
    array(blindedPayinfo),
    features.map((bits) => payinfo(bits)),
  )

/** Adds Alice's signature, unless the records bring one. */
function signed(records: Records): Uint8Array {
  if (records.some(([type]) => type === 240)) return sorted(records)
  const { records: read } = readRecords(sorted(records))
  return sorted([...records, [240, signRecords(['invoice', 'signature'], read, ALICE.secret, DETERMINISTIC_AUX)]])
}

const refuses = refusals(INVOICE_LAYOUT, CONTEXT, signed)
const unsigned = refusals(INVOICE_LAYOUT, CONTEXT)

const none = new Uint8Array(0)
const fields = {
  metadata: [0, 'hex:00112233445566778899aabbccddeeff'],
  issuer: [22, ALICE.id],
  payer: [88, BOB.id],
  paths: [160, pathsBytes(1)],
  payinfo: [162, payinfos(none)],
  created: [164, NOW - 100n],
  hash: [168, hash],
  amount: [170, 1000n],
  node: [176, ALICE.id],
} as const satisfies Record<string, Records[number]>
type Name = keyof typeof fields

/** A good invoice, without some of its fields, and with others instead. */
function invoice(without: readonly Name[] = [], ...instead: Records): Records {
  const kept = (Object.keys(fields) as Name[]).filter((name) => !without.includes(name)).map((name) => fields[name])
  return [...kept, ...instead]
}

describe('the form of an invoice', () => {
  refuses(
    'T8',
    'a type that no invoice has',
    'INVOICE_TYPE_OUT_OF_RANGE',
    invoice([], [1001, '']),
    invoice([], [239, '']),
  )
  for (const [name, code] of [
    ['amount', 'INVOICE_AMOUNT_MISSING'],
    ['created', 'INVOICE_CREATED_AT_MISSING'],
    ['hash', 'INVOICE_PAYMENT_HASH_MISSING'],
    ['node', 'INVOICE_NODE_ID_MISSING'],
  ] as const) {
    refuses('IR1', `an invoice without ${name}`, code, invoice([name]), invoice())
  }
  refuses('IR5', 'no paths', 'INVOICE_PATHS_MISSING', invoice(['paths']), invoice())
  refuses(
    'IR5',
    'an empty list of paths',
    'INVOICE_PATHS_EMPTY',
    invoice(['paths', 'payinfo'], [160, ''], [162, '']),
    invoice(),
  )
  refuses(
    'IR5',
    'a path without hops',
    'INVOICE_PATH_WITHOUT_HOPS',
    invoice(['paths'], [160, pathsBytes(0)]),
    invoice(),
  )
  refuses('IR5', 'no costs of its paths', 'INVOICE_BLINDEDPAY_MISSING', invoice(['payinfo']), invoice())
  refuses(
    'IR5',
    'a cost too few',
    'INVOICE_BLINDEDPAY_COUNT',
    invoice(['paths'], [160, pathsBytes(1, 1)]),
    invoice(['paths', 'payinfo'], [160, pathsBytes(1, 1)], [162, payinfos(none, none)]),
  )
  refuses(
    'M6',
    'more than all bitcoin',
    'AMOUNT_ABOVE_SUPPLY',
    invoice(['amount'], [170, MAX_MSAT + 1n]),
    invoice(['amount'], [170, MAX_MSAT]),
  )
  unsigned('IR10', 'no signature', 'INVOICE_SIGNATURE_MISSING', invoice(), [...readBack(signed(invoice()))])
  refuses(
    'IR10',
    'a signature of nobody',
    'INVOICE_BAD_SIGNATURE',
    invoice([], [240, new Uint8Array(64).fill(1)]),
    invoice(),
  )
})

function readBack(bytes: Uint8Array): Records {
  return readRecords(bytes).records.map(({ type, value }) => [Number(type), value] as const)
}

describe('reading an invoice', () => {
  refuses(
    'IR1',
    'an invoice over nothing',
    'INVOICE_AMOUNT_ZERO',
    invoice(['amount'], [170, 0n]),
    invoice(['amount'], [170, 1n]),
  )
  refuses(
    'IR2',
    'an invoice for another chain',
    'INVOICE_CHAIN_UNSUPPORTED',
    invoice([], [80, chainHashOf('testnet')]),
    invoice([], [80, chainHashOf('bitcoin')]),
  )
  refuses(
    'IR3',
    'an unknown even feature',
    'INVOICE_FEATURE_UNKNOWN',
    invoice([], [174, 'hex:01']),
    invoice([], [174, 'hex:02']),
  )
  refuses(
    'IR4',
    'an invoice older than its stated life',
    'INVOICE_EXPIRED',
    invoice([], [166, 99n]),
    invoice([], [166, 100n]),
  )
  refuses(
    'IR4',
    'an invoice older than two hours',
    'INVOICE_EXPIRED',
    invoice(['created'], [164, NOW - 7201n]),
    invoice(['created'], [164, NOW - 7200n]),
  )
  refuses(
    'IR6',
    'paths that all demand something unknown',
    'INVOICE_NO_USABLE_PATH',
    invoice(['payinfo'], [162, payinfos(Uint8Array.of(1))]),
    invoice(['paths', 'payinfo'], [160, pathsBytes(1, 1)], [162, payinfos(Uint8Array.of(1), Uint8Array.of(2))]),
  )

  test('IR4: a creation time near the end of time does not wrap around', { tags: ['IR4'] }, () => {
    const end = (1n << 64n) - 1n
    expect(verdictOf(INVOICE_LAYOUT, signed(invoice(['created'], [164, end], [166, 0xffffffffn])), CONTEXT)).toBe(
      'accepted',
    )
  })

  test('IR4: an expired invoice still decodes', { tags: ['IR4'] }, () => {
    expect(codeOf(() => decodeInvoice(signed(invoice(['created'], [164, 1n]))))).toBe('accepted')
  })

  test('IR3: the bits for several parts are known', { tags: ['IR3', 'IR12'] }, () => {
    const withFeatures = (hex: string) => decodeInvoice(signed(invoice([], [174, hex])))
    expect(verdictOf(INVOICE_LAYOUT, withFeatures('hex:010000').bytes, CONTEXT)).toBe('accepted')
    expect(paymentParts(withFeatures('hex:010000'))).toBe('required')
    expect(paymentParts(withFeatures('hex:020000'))).toBe('allowed')
    expect(paymentParts(withFeatures('hex:00'))).toBe('single')
    expect(paymentParts(decodeInvoice(signed(invoice())))).toBe('single')
  })

  test('IR6, IR11: usable paths keep their order, the others are left out', { tags: ['IR6', 'IR11'] }, () => {
    const decoded = decodeInvoice(
      signed(
        invoice(
          ['paths', 'payinfo'],
          [160, pathsBytes(1, 2, 3)],
          [162, payinfos(none, Uint8Array.of(1), Uint8Array.of(2))],
        ),
      ),
    )
    expect(usablePaths(decoded).map(({ path }) => path.path.length)).toEqual([1, 3])
    expect(usablePaths(decoded, [0]).map(({ path }) => path.path.length)).toEqual([1, 2, 3])
  })

  test('IR14: fallback addresses that are none are ignored', { tags: ['IR14'] }, () => {
    const fallbacks = [
      [0, 20],
      [0, 32],
      [0, 21],
      [1, 32],
      [1, 33],
      [16, 2],
      [16, 40],
      [17, 32],
      [2, 1],
      [2, 41],
    ] as const
    const bytes = fallbacks.map(([version, length]) => `${hex(version)}00${hex(length)}${'11'.repeat(length)}`).join('')
    const decoded = decodeInvoice(signed(invoice([], [172, `hex:${bytes}`])))
    expect(usableFallbacks(decoded).map(({ version, address }) => [version, address.length])).toEqual([
      [0, 20],
      [0, 32],
      [1, 32],
      [16, 2],
      [16, 40],
    ])
  })
})

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

let drawn = 0
const random = (length: number) => new Uint8Array(length).fill((++drawn % 126) + 1)
const path = { path: pathOf(1), payinfo: payinfo() }
const made: InvoiceOptions = {
  createdAt: NOW,
  paymentHash: hash,
  paths: [path],
  signingKey: ALICE.secret,
  aux: DETERMINISTIC_AUX,
}

describe('held against what was asked for', () => {
  const { offer } = createOffer({ description: 'tea', issuerId: ALICE.id })
  const { request } = createInvoiceRequest(offer, { random, amountMsat: 1000n })
  const good = createInvoice(request, made)
  const base = {
    offer,
    request,
    arrivedOn: 'reply_path',
    now: NOW,
    chains: [chainHashOf('bitcoin')],
    authorisedMsat: 1000n,
  } as const
  const reasons = (counterpart: Partial<Parameters<typeof verifyInvoiceFor>[0]>, invoice: InvoiceMessage = good) =>
    verifyInvoiceFor({ ...base, ...counterpart }, invoice).issues.map(({ rule, code }) => `${rule} ${code}`)

  test('the answer to the request is good', () => {
    expect(verifyInvoiceFor(base, good)).toEqual({ ok: true, issues: [] })
  })

  test('RW1: a request for another offer', { tags: ['RW1'] }, () => {
    const { offer: other } = createOffer({ description: 'coffee', issuerId: ALICE.id })
    expect(reasons({ offer: other })).toEqual(['RW1 REQUEST_OFFER_MISMATCH'])
  })

  test('IR7: an invoice for another request, though it asks for the same', { tags: ['IR7'] }, () => {
    const { request: other } = createInvoiceRequest(offer, { random, amountMsat: 1000n })
    expect(reasons({}, createInvoice(other, made))).toEqual(['IR7 INVOICE_REQUEST_MISMATCH'])
  })

  test('IR7: a field of the request that is left out, and one that is added', { tags: ['IR7'] }, () => {
    const extra = encodeRecord(2_000_000_001n, Uint8Array.of(1))
    const more = { ...request, records: [...request.records.filter(({ type }) => type !== 240n), extra] }
    expect(reasons({}, createInvoice(more, made))).toEqual(['IR7 INVOICE_REQUEST_MISMATCH'])
    const fewer = { ...request, records: request.records.filter(({ type }) => type !== 10n) }
    expect(reasons({}, createInvoice(fewer, made))).toEqual(['IR7 INVOICE_REQUEST_MISMATCH'])
  })

  test('IR7: the issue names the lowest type that differs, on whichever side it stands', { tags: ['IR7'] }, () => {
    const note = (text: string) => encodeRecord(89n, new TextEncoder().encode(text))
    const low = encodeRecord(79n, none)
    const high = encodeRecord(2_999_999_999n, none)
    const own = request.records.filter(({ type }) => type !== 240n)
    const differs = (asked: readonly TlvRecord[], given: readonly TlvRecord[]) => {
      const byType = (records: readonly TlvRecord[]) => [...records].sort((a, b) => (a.type < b.type ? -1 : 1))
      const invoice = createInvoice({ ...request, records: byType([...own, ...given]) }, made)
      const issues = verifyInvoiceFor(
        { ...base, offer: undefined, request: { ...request, records: byType([...own, ...asked]) } },
        invoice,
      ).issues
      return issues.map(({ rule, tlvType }) => `${rule} ${tlvType}`)
    }
    expect(differs([note('a'), high], [note('a'), high])).toEqual([])
    expect(differs([note('a'), high], [note('b')])).toEqual(['IR7 89'])
    expect(differs([high], [note('a'), high])).toEqual(['IR7 89'])
    expect(differs([note('a')], [low])).toEqual(['IR7 79'])
    expect(differs([], [high])).toEqual([`IR7 ${high.type}`])
    expect(differs([high], [])).toEqual([`IR7 ${high.type}`])
  })

  test('IR7: thousands of records are compared in one pass', { tags: ['IR7'] }, () => {
    let looks = 0
    const crowd = Array.from({ length: 3000 }, (_, i): TlvRecord => {
      const record = encodeRecord(2_000_000_001n + 2n * BigInt(i), none)
      return {
        ...record,
        get type() {
          looks++
          return record.type
        },
      }
    })
    const asked = { ...request, records: [...request.records.filter(({ type }) => type !== 240n), ...crowd] }
    const given = { ...good, records: [...good.records.filter(({ type }) => type < 160n), ...crowd.slice(0, -1)] }
    const { issues } = verifyInvoiceFor({ ...base, request: asked }, given)
    expect(issues).toContainEqual(expect.objectContaining({ rule: 'IR7', tlvType: crowd.at(-1)!.type }))
    expect(looks).toBeLessThan(100 * crowd.length)
  })

  test('IR8: signed by another key than the issuer', { tags: ['IR8'] }, () => {
    const without = { ...request, fields: { ...request.fields, offer_issuer_id: undefined } }
    expect(reasons({}, createInvoice(without, { ...made, signingKey: CAROL.secret }))).toEqual([
      'IR8 INVOICE_WRONG_SIGNER',
    ])
  })

  test('IR8: of an offer without issuer id, the end of the path signs that the request was sent over', {
    tags: ['IR8'],
  }, () => {
    const { offer: hidden } = createOffer({ description: 'tea', paths: [pathOf(1)] })
    const { request } = createInvoiceRequest(hidden, { random, amountMsat: 1000n })
    const invoice = createInvoice(request, { ...made, signingKey: CAROL.secret })
    expect(reasons({ offer: hidden, request, sentTo: CAROL.id }, invoice)).toEqual([])
    expect(reasons({ offer: hidden, request, sentTo: ALICE.id }, invoice)).toEqual(['IR8 INVOICE_WRONG_SIGNER'])
    expect(reasons({ offer: hidden, request }, invoice)).toEqual(['IR8 INVOICE_WRONG_SIGNER'])
  })

  test('IR8: an offer with paths and an issuer id is answered by the issuer, not by the end of the path', {
    tags: ['IR8'],
  }, () => {
    const { offer: both } = createOffer({ description: 'tea', issuerId: ALICE.id, paths: [pathOf(1)] })
    const { request } = createInvoiceRequest(both, { random, amountMsat: 1000n })
    expect(reasons({ offer: both, request, sentTo: CAROL.id }, createInvoice(request, made))).toEqual([])
    const hidden = { ...request, fields: { ...request.fields, offer_issuer_id: undefined } }
    const byPath = createInvoice(hidden, { ...made, signingKey: CAROL.secret })
    expect(reasons({ offer: both, request, sentTo: CAROL.id }, byPath)).toEqual(['IR8 INVOICE_WRONG_SIGNER'])
  })

  test('IR8: a key with the same x and another sign is another key', { tags: ['IR8', 'A2.6'] }, () => {
    const other = ALICE.id.slice()
    other[0]! ^= 1
    const { offer: twin } = createOffer({ description: 'tea', issuerId: other })
    const { request } = createInvoiceRequest(twin, { random, amountMsat: 1000n })
    const without = { ...request, fields: { ...request.fields, offer_issuer_id: undefined } }
    expect(reasons({ offer: twin, request }, createInvoice(without, made))).toEqual(['IR8 INVOICE_WRONG_SIGNER'])
  })

  test('IR10: a signature that does not fit is found even after decoding without it', { tags: ['IR10'] }, () => {
    const bytes = good.bytes.slice()
    bytes[bytes.length - 1]! ^= 1
    expect(reasons({}, decodeInvoice(bytes, { verifySignature: false }))).toEqual(['IR10 INVOICE_BAD_SIGNATURE'])
  })

  test('IR13: another amount than the one asked for', { tags: ['IR13'] }, () => {
    const free = { ...request, fields: { ...request.fields, invreq_amount: undefined } }
    expect(reasons({}, createInvoice(free, { ...made, expectedMsat: 999n }))).toEqual(['IR13 INVOICE_AMOUNT_DIFFERS'])
  })

  test('IR13: more than was authorised, and anything when nothing was', { tags: ['IR13'] }, () => {
    const { offer: priced } = createOffer({ description: 'tea', issuerId: ALICE.id, amountMsat: 500n })
    const { request } = createInvoiceRequest(priced, { random })
    const invoice = createInvoice(request, { ...made, expectedMsat: 501n })
    expect(reasons({ offer: priced, request, authorisedMsat: 501n }, invoice)).toEqual([])
    expect(reasons({ offer: priced, request, authorisedMsat: 500n }, invoice)).toEqual([
      'IR13 INVOICE_AMOUNT_UNAUTHORISED',
    ])
    expect(reasons({ offer: priced, request, authorisedMsat: undefined }, invoice)).toEqual([
      'IR13 INVOICE_AMOUNT_UNAUTHORISED',
    ])
    expect(reasons({ authorisedMsat: undefined })).toEqual([])
    expect(reasons({ authorisedMsat: 999n })).toEqual(['IR13 INVOICE_AMOUNT_UNAUTHORISED'])
  })

  test('IR15: it came over another path than the reply path', { tags: ['IR15'] }, () => {
    for (const arrivedOn of ['invreq_path', 'other_path', 'no_path'] as const) {
      expect(reasons({ arrivedOn })).toEqual(['IR15 INVOICE_WRONG_PATH'])
    }
  })

  test('IR15: for a stand-alone request its own paths count, and without them none', { tags: ['IR15'] }, () => {
    const alone = { offer: undefined }
    const { request: withPaths } = createStandaloneRequest({
      random,
      description: 'x',
      amountMsat: 1000n,
      paths: [pathOf(1)],
    })
    const { request: without } = createStandaloneRequest({ random, description: 'x', amountMsat: 1000n })
    const arrivals = ['reply_path', 'invreq_path', 'other_path', 'no_path'] as const
    const accepted = (request: typeof withPaths) =>
      arrivals.filter(
        (arrivedOn) => reasons({ ...alone, request, arrivedOn }, createInvoice(request, made)).length === 0,
      )
    expect(accepted(withPaths)).toEqual(['invreq_path'])
    expect(accepted(without)).toEqual(['no_path'])
  })

  test('IR9: a stand-alone request is not paid to somebody unexpected', { tags: ['IR9'] }, () => {
    const { request } = createStandaloneRequest({ random, description: 'x', amountMsat: 1000n })
    const invoice = createInvoice(request, made)
    const alone = { offer: undefined, request, arrivedOn: 'no_path' } as const
    expect(reasons({ ...alone, sentTo: CAROL.id }, invoice)).toEqual(['IR9 INVOICE_SIGNER_UNCONFIRMED'])
    expect(reasons({ ...alone, sentTo: ALICE.id }, invoice)).toEqual([])
    expect(reasons(alone, invoice)).toEqual([])
  })

  test('several reasons are all given', () => {
    expect(reasons({ arrivedOn: 'no_path', now: NOW + 8000n, authorisedMsat: 1n })).toEqual([
      'IR4 INVOICE_EXPIRED',
      'IR13 INVOICE_AMOUNT_UNAUTHORISED',
      'IR15 INVOICE_WRONG_PATH',
    ])
  })
})

describe('making an invoice', () => {
  const { offer } = createOffer({
    description: 'tea',
    issuerId: ALICE.id,
    amountMsat: 500n,
    records: [{ type: 33n, value: Uint8Array.of(7) }],
  })
  const { request } = createInvoiceRequest(offer, { random, payerNote: 'hi' })

  test('amount, time and every field of the request are in it, the signature of the request is not', {
    tags: ['IW1', 'IW2'],
  }, () => {
    const invoice = createInvoice(request, { ...made, expectedMsat: 500n })
    expect(invoice.fields).toMatchObject({ invoice_amount: 500n, invoice_created_at: NOW, invoice_payment_hash: hash })
    for (const record of request.records) {
      const copy = invoice.records.find(({ type }) => type === record.type)
      if (record.type === 240n) expect(copy?.value).not.toEqual(record.value)
      else expect(copy?.bytes).toEqual(record.bytes)
    }
  })

  test('the amount of the request goes before the price', { tags: ['IW2'] }, () => {
    const { request: tip } = createInvoiceRequest(offer, { random, amountMsat: 700n })
    expect(createInvoice(tip, { ...made, expectedMsat: 500n }).fields.invoice_amount).toBe(700n)
    expect(codeOf(() => createInvoice(request, made))).toBe('INVOICE_OPTIONS')
    expect(codeOf(() => createInvoice(tip, { ...made, expectedMsat: 701n }))).toBe('INVOICE_OPTIONS')
  })

  test('the payment hash is the one given, of 32 bytes', { tags: ['IW3'] }, () => {
    const preimage = new Uint8Array(32).fill(5)
    const invoice = createInvoice(request, { ...made, expectedMsat: 500n, paymentHash: sha256(preimage) })
    expect(invoice.fields.invoice_payment_hash).toEqual(sha256(preimage))
    const short = { ...made, expectedMsat: 500n, paymentHash: new Uint8Array(31) }
    expect(codeOf(() => createInvoice(request, short))).toBe('VALUE_OUT_OF_RANGE')
  })

  test('the issuer of the offer signs, and nobody else can', { tags: ['IW4', 'IW5'] }, () => {
    const invoice = createInvoice(request, { ...made, expectedMsat: 500n })
    expect(invoice.fields.invoice_node_id).toEqual(ALICE.id)
    expect(invoice.records.filter(({ type }) => type >= 240n && type <= 1000n)).toHaveLength(1)
    expect(codeOf(() => decodeInvoice(invoice.bytes))).toBe('accepted')
    expect(codeOf(() => createInvoice(request, { ...made, expectedMsat: 500n, signingKey: BOB.secret }))).toBe(
      'INVOICE_OPTIONS',
    )
  })

  test('no signature of the request is taken over, of whatever type', { tags: ['IW2', 'IW5'] }, () => {
    const more = { ...request, records: [...request.records, encodeRecord(241n, none), encodeRecord(999n, none)] }
    const { records } = createInvoice(more, { ...made, expectedMsat: 500n })
    expect(records.filter(({ type }) => type >= 240n && type <= 1000n).map(({ type }) => type)).toEqual([240n])
  })

  test('of an offer without issuer id, only the end of one of its paths signs', { tags: ['IW4'] }, () => {
    const { offer: hidden } = createOffer({ description: 'tea', paths: [pathOf(2)] })
    const { request } = createInvoiceRequest(hidden, { random, amountMsat: 1000n })
    const invoice = createInvoice(request, { ...made, signingKey: CAROL.secret })
    expect(invoice.fields.invoice_node_id).toEqual(CAROL.id)
    expect(() => createInvoice(request, made)).toThrow(
      expect.objectContaining({ code: 'INVOICE_OPTIONS', rule: 'IW4', path: ['invoice_node_id'] }),
    )
  })

  test('a fallback is a witness version with a program that it allows', { tags: ['IW8'] }, () => {
    const pay = (version: number, length: number) =>
      codeOf(() =>
        createInvoice(request, {
          ...made,
          expectedMsat: 500n,
          fallbacks: [{ version, address: new Uint8Array(length) }],
        }),
      )
    for (const [version, length] of [
      [0, 20],
      [0, 32],
      [1, 32],
      [2, 2],
      [16, 40],
    ] as const) {
      expect(pay(version, length), `${version} ${length}`).toBe('accepted')
    }
    for (const [version, length] of [
      [17, 32],
      [0, 21],
      [1, 31],
      [2, 1],
      [16, 41],
    ] as const) {
      expect(pay(version, length), `${version} ${length}`).toBe('INVOICE_OPTIONS')
    }
  })

  test('features and life are written where they differ from what goes without saying', {
    tags: ['IW6', 'IW7'],
  }, () => {
    const plain = createInvoice(request, { ...made, expectedMsat: 500n, relativeExpiry: 7200, features: none })
    expect(plain.fields.invoice_relative_expiry).toBeUndefined()
    expect(plain.fields.invoice_features).toBeUndefined()
    const other = createInvoice(request, {
      ...made,
      expectedMsat: 500n,
      relativeExpiry: 60,
      features: Uint8Array.of(2, 0, 0),
    })
    expect(other.fields).toMatchObject({ invoice_relative_expiry: 60, invoice_features: Uint8Array.of(2, 0, 0) })
  })

  test('fallbacks keep their order; there is a path, and as many costs as paths', { tags: ['IW8', 'IW9'] }, () => {
    const fallbacks = [
      { version: 1, address: new Uint8Array(32) },
      { version: 0, address: new Uint8Array(20) },
    ]
    const two = { ...made, expectedMsat: 500n, fallbacks, paths: [path, { path: pathOf(2), payinfo: payinfo() }] }
    const { fields } = createInvoice(request, two)
    expect(fields.invoice_fallbacks?.map(({ version }) => version)).toEqual([1, 0])
    expect(fields.invoice_paths?.map(({ path }) => path.length)).toEqual([1, 2])
    expect(fields.invoice_blindedpay).toHaveLength(2)
    expect(codeOf(() => createInvoice(request, { ...two, paths: [] }))).toBe('INVOICE_OPTIONS')
    expect(codeOf(() => createInvoice(request, { ...two, paths: [{ path: pathOf(0), payinfo: payinfo() }] }))).toBe(
      'INVOICE_OPTIONS',
    )
  })

  test('what is added stays in the range for it', { tags: ['T8'] }, () => {
    const extra = (type: bigint) => ({ ...made, expectedMsat: 500n, extra: [encodeRecord(type, none)] })
    expect(codeOf(() => createInvoice(request, extra(3_000_000_001n)))).toBe('accepted')
    expect(codeOf(() => createInvoice(request, extra(2_000_000_001n)))).toBe('INVOICE_OPTIONS')
    expect(codeOf(() => createInvoice(request, extra(241n)))).toBe('INVOICE_OPTIONS')
  })
})

describe('invoice_error', () => {
  const refuses = refusals(INVOICE_ERROR_LAYOUT, CONTEXT)
  refuses('ER1', 'an error without a reason', 'INVOICE_ERROR_EMPTY', [[1, 8n]], [[5, 'sold out']])

  test('ER1: an empty reason is none, and an unknown even type drops it', { tags: ['ER1'] }, () => {
    expect(verdictOf(INVOICE_ERROR_LAYOUT, sorted([[5, '']]), CONTEXT)).toBe('INVOICE_ERROR_EMPTY')
    expect(
      verdictOf(
        INVOICE_ERROR_LAYOUT,
        sorted([
          [5, 'x'],
          [6, ''],
        ]),
        CONTEXT,
      ),
    ).toBe('TLV_UNKNOWN_EVEN')
    expect(
      verdictOf(
        INVOICE_ERROR_LAYOUT,
        sorted([
          [5, 'x'],
          [7, ''],
        ]),
        CONTEXT,
      ),
    ).toBe('accepted')
  })

  test('it explains', { tags: ['EW1'] }, () => {
    expect(createInvoiceError({ error: 'sold out' }).fields).toEqual({ error: 'sold out' })
    expect(codeOf(() => createInvoiceError({ error: '' }))).toBe('INVOICE_ERROR_EMPTY')
  })

  test('it may name the field by its number', { tags: ['EW2'] }, () => {
    expect(createInvoiceError({ error: 'x', field: 'invreq_amount' }).fields.erroneous_field).toBe(82n)
  })

  test('a suggestion stands with its field, in the form of that field', { tags: ['EW3'] }, () => {
    const { fields } = createInvoiceError({ error: 'x', field: 'invreq_amount', suggested: 1000n })
    expect(fields.suggested_value).toEqual(encode(tu64, 1000n))
    expect(codeOf(() => createInvoiceError({ error: 'x', suggested: 1000n }))).toBe('INVOICE_ERROR_SUGGESTION')
    const wrong = { error: 'x', field: 'invreq_chain', suggested: new Uint8Array(31) } as const
    expect(codeOf(() => createInvoiceError(wrong))).toBe('INVOICE_ERROR_SUGGESTION')
  })

  test('one that LDK wrote, the length of the stream in front, is read where it arrives, and nowhere else', () => {
    // LDK 0.2.7, asked for an invoice without a channel.
    const ofLdk = fromHex('0e050c4d697373696e675061746873')
    expect(decodeArrivedInvoiceError(ofLdk).fields).toEqual({ error: 'MissingPaths' })
    expect(codeOf(() => decodeInvoiceError(ofLdk))).toBe('TLV_LENGTH')
  })

  test('one that BOLT 12 can read is read as it says, also where its first byte counts the others', () => {
    expect(decodeArrivedInvoiceError(fromHex('0504616c6173')).fields).toEqual({ error: 'alas' })
  })

  test('neither form: the error is that of the bytes as they are', { tags: ['ER1'] }, () => {
    for (const [bytes, code] of [
      ['', 'INVOICE_ERROR_EMPTY'],
      ['00', 'WIRE_TRUNCATED'],
      ['0d050c4d697373696e675061746873', 'TLV_LENGTH'],
      ['020500', 'TLV_LENGTH'],
    ] as const)
      expect(codeOf(() => decodeArrivedInvoiceError(fromHex(bytes)))).toBe(code)
  })

  test('what we write, we read', () => {
    const made = createInvoiceError({ error: 'sold out', field: 'invreq_quantity', suggested: 1n })
    expect(decodeInvoiceError(made.bytes).fields).toEqual(made.fields)
  })
})
