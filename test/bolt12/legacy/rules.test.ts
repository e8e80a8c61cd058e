import '../../support/use-toy.js'
import { afterAll, describe, expect, test } from 'vitest'
import type { Layout, MessageStream } from '../../../src/bolt12/layout.js'
import {
  checkLegacyRequest,
  verifyLegacyInvoiceFor,
  verifyLegacyRefundInvoice,
} from '../../../src/bolt12/legacy/check.js'
import { createLegacyOffer, type LegacyOfferOptions } from '../../../src/bolt12/legacy/create-offer.js'
import {
  decodeLegacyInvoice,
  decodeLegacyInvoiceRequest,
  decodeLegacyOffer,
} from '../../../src/bolt12/legacy/decode.js'
import { LEGACY } from '../../../src/bolt12/legacy/dialect.js'
import type { LegacyKind } from '../../../src/bolt12/legacy/form.js'
import { inspectLegacy } from '../../../src/bolt12/legacy/inspect.js'
import { legacyLayouts } from '../../../src/bolt12/legacy/layout.js'
import { legacyOfferId } from '../../../src/bolt12/legacy/merkle.js'
import type { LegacyOfferMessage } from '../../../src/bolt12/legacy/offer.js'
import type { LegacyRuleCode } from '../../../src/bolt12/legacy/rules/common.js'
import { LEGACY_RULE_TEXT } from '../../../src/bolt12/legacy/rules/text.js'
import { signLegacy } from '../../../src/bolt12/legacy/signature.js'
import type { Issue } from '../../../src/bolt12/rules/rule.js'
import { bitmapOf } from '../../../src/wire/features.js'
import { readRecords } from '../../../src/wire/tlv.js'
import { verdictOf } from '../refuses.js'
import {
  CONTEXT,
  HASH,
  INVOICE,
  merged,
  OFFER,
  OTHER,
  PAYER,
  REGTEST,
  REQUEST,
  type Records,
  SHOP,
  SIGNET,
  signedInvoice,
  signedOffer,
  signedRequest,
  signing,
  sorted,
} from './craft.js'

/** Rules with a counter-example here: in the end all of them. L1 to L3 are those of streams and fields. */
const shown = new Set<string>()

afterAll(() => {
  const ids = Object.keys(LEGACY_RULE_TEXT)
  expect(ids.filter((id) => !shown.has(id))).toEqual([])
})

/** The least that a rule refuses, which no other does, and its nearest neighbour that is accepted. */
function refusals<M extends MessageStream>(
  layout: Layout<M, LegacyRuleCode>,
  base: Records,
  write: (records: Records) => Uint8Array,
) {
  return (
    id: string,
    title: string,
    code: LegacyRuleCode,
    refused: Records,
    accepted: Records,
    without: number[] = [],
  ) => {
    shown.add(id)
    const [bad, good] = [write(merged(base, refused, without)), write(merged(base, accepted))]
    test(`${id}: ${title} is refused`, () => {
      expect(verdictOf(layout, good, CONTEXT), 'the neighbour').toBe('accepted')
      expect(verdictOf(layout, bad, CONTEXT), 'the counter-example').toBe(code)
      const others = layout.rules.filter((rule) => rule.code !== code)
      expect(others, 'one rule has the code').toHaveLength(layout.rules.length - 1)
      expect(verdictOf(layout, bad, CONTEXT, others), 'without the rule').toBe('accepted')
      const { issues, rules } = inspectLegacy(bad, { as: layout.kind as LegacyKind, context: CONTEXT })
      expect(issues.map((issue) => [issue.code, issue.rule])).toEqual([[code, id]])
      expect(issues[0]?.spec).toBe('c-lightning v0.10.1 to v0.12.1')
      for (const { rule } of rules.filter(({ rule }) => rule.id.startsWith('L'))) {
        expect(LEGACY_RULE_TEXT[rule.id]?.text, rule.id).toMatch(/\.$/)
      }
    })
  }
}

const layouts = legacyLayouts(LEGACY)
const features = (bit: number) => bitmapOf([bit])

describe('offers', () => {
  const refused = refusals(layouts.offer, OFFER, signedOffer)
  refused('L10', 'one without node id', 'LEGACY_OFFER_NODE_ID_MISSING', [[240, '']], [[240, '']], [30])
  refused('L11', 'one without description', 'LEGACY_OFFER_DESCRIPTION_MISSING', [], [], [10])
  refused(
    'M6',
    'a price above all bitcoin',
    'AMOUNT_ABOVE_SUPPLY',
    [[8, 2_100_000_000_000_000_001n]],
    [[8, 2_100_000_000_000_000_000n]],
  )
  refused(
    'L12',
    'a minimum above the maximum',
    'LEGACY_OFFER_QUANTITY_RANGE',
    [
      [22, 3n],
      [24, 2n],
    ],
    [
      [22, 3n],
      [24, 3n],
    ],
  )
  refused(
    'L13',
    'a refund that does not send',
    'LEGACY_OFFER_REFUND',
    [[34, HASH]],
    [
      [34, HASH],
      [54, ''],
    ],
  )
  refused(
    'L14',
    'a limit without recurrence',
    'LEGACY_OFFER_RECURRENCE',
    [[66, 5n]],
    [
      [26, 'hex:0101'],
      [66, 5n],
    ],
  )
  const stranger = signing(['offer', 'signature'], OTHER.secret)(OFFER)
  const [signature] = readRecords(stranger).records.slice(-1)
  refused('L15', 'a signature of somebody else', 'LEGACY_OFFER_BAD_SIGNATURE', [[240, signature!.value]], [])
  refused('L16', 'an unknown even feature', 'LEGACY_OFFER_FEATURE_UNKNOWN', [[12, features(14)]], [[12, features(15)]])
  refused('L17', 'another chain', 'LEGACY_OFFER_CHAIN_UNSUPPORTED', [[2, REGTEST]], [[2, CONTEXT.chains[0]!]])
  refused('L18', 'one that has expired', 'LEGACY_OFFER_EXPIRED', [[14, 999n]], [[14, 1000n]])

  test('a price in another currency has no bound, and unsigned offers are fine', () => {
    expect(
      verdictOf(
        layouts.offer,
        sorted(
          merged(OFFER, [
            [6, 'EUR'],
            [8, 2n ** 63n],
          ]),
        ),
        CONTEXT,
      ),
    ).toBe('accepted')
  })
})

describe('requests', () => {
  const refused = refusals(layouts.invoice_request, REQUEST, signedRequest)
  refused('L20', 'one that names no offer', 'LEGACY_INVREQ_OFFER_ID_MISSING', [], [], [4])
  refused('L21', 'one without payer key', 'LEGACY_INVREQ_PAYER_KEY_MISSING', [], [], [38])
  refused('L22', 'one without signature', 'LEGACY_INVREQ_SIGNATURE_MISSING', [[240, '']], [])
  refused('L23', 'a bad signature', 'LEGACY_INVREQ_BAD_SIGNATURE', [[240, new Uint8Array(64)]], [])
  refused('M6', 'an amount above all bitcoin', 'AMOUNT_ABOVE_SUPPLY', [[8, 2n ** 61n]], [[8, 2n ** 60n]])
  for (const bit of [8, 14, 16]) {
    refused(
      'L24',
      `an unknown even feature, unlike ${bit}`,
      'LEGACY_INVREQ_FEATURE_UNKNOWN',
      [[12, features(bit + 10)]],
      [[12, features(bit)]],
    )
  }
  refused(
    'L25',
    'another chain by record 3',
    'LEGACY_INVREQ_CHAIN_UNSUPPORTED',
    [[3, REGTEST]],
    [[3, CONTEXT.chains[0]!]],
  )
  refused(
    'L25',
    'another chain by record 2',
    'LEGACY_INVREQ_CHAIN_UNSUPPORTED',
    [[2, REGTEST]],
    [[2, CONTEXT.chains[0]!]],
  )

  test('what was signed for another field or message is refused', () => {
    for (const of of [
      ['invoice', 'signature'],
      ['offer', 'signature'],
    ] as const) {
      expect(verdictOf(layouts.invoice_request, signing(of, PAYER.secret)(REQUEST), CONTEXT)).toBe(
        'LEGACY_INVREQ_BAD_SIGNATURE',
      )
    }
  })
})

describe('invoices', () => {
  const refused = refusals(layouts.invoice, INVOICE, signedInvoice)
  refused('L40', 'one without node id', 'LEGACY_INVOICE_NODE_ID_MISSING', [], [], [30])
  refused('L41', 'one without amount', 'LEGACY_INVOICE_AMOUNT_MISSING', [], [], [8])
  refused('L42', 'one without description', 'LEGACY_INVOICE_DESCRIPTION_MISSING', [], [], [10])
  refused('L43', 'one without time', 'LEGACY_INVOICE_CREATED_AT_MISSING', [], [], [40])
  refused('L44', 'one without payment hash', 'LEGACY_INVOICE_PAYMENT_HASH_MISSING', [], [], [42])
  refused('L45', 'one without signature', 'LEGACY_INVOICE_SIGNATURE_MISSING', [[240, '']], [])
  refused('L46', 'a bad signature', 'LEGACY_INVOICE_BAD_SIGNATURE', [[240, new Uint8Array(64)]], [])
  refused('M6', 'an amount above all bitcoin', 'AMOUNT_ABOVE_SUPPLY', [[8, 2n ** 61n]], [[8, 2n ** 60n]])
  refused('L47', 'one over nothing', 'LEGACY_INVOICE_AMOUNT_ZERO', [[8, 0n]], [[8, 1n]])
  refused(
    'L48',
    'an unknown even feature',
    'LEGACY_INVOICE_FEATURE_UNKNOWN',
    [[12, features(18)]],
    [[12, features(16)]],
  )
  refused('L49', 'another chain', 'LEGACY_INVOICE_CHAIN_UNSUPPORTED', [[3, REGTEST]], [])
  refused('L50', 'one that has expired', 'LEGACY_INVOICE_EXPIRED', [[44, 99n]], [[44, 100n]])

  test('the default is two hours', () => {
    const invoice = signedInvoice(INVOICE)
    expect(verdictOf(layouts.invoice, invoice, { ...CONTEXT, now: 900n + 7200n })).toBe('accepted')
    expect(verdictOf(layouts.invoice, invoice, { ...CONTEXT, now: 900n + 7201n })).toBe('LEGACY_INVOICE_EXPIRED')
  })
})

/** The same for a rule that needs a counterpart. */
function mismatch(
  id: string,
  title: string,
  code: LegacyRuleCode,
  refused: () => readonly Issue[],
  accepted: () => readonly Issue[],
): void {
  shown.add(id)
  test(`${id}: ${title} is refused`, () => {
    expect(accepted(), 'the neighbour').toEqual([])
    expect(refused().map((issue) => [issue.code, issue.rule])).toEqual([[code, id]])
  })
}

const offerOf = (options: Partial<LegacyOfferOptions> = {}): LegacyOfferMessage =>
  createLegacyOffer({ nodeKey: SHOP.secret, aux: HASH, description: 'tea', ...options })
const priced = (options: Partial<LegacyOfferOptions> = {}) => offerOf({ amountMsat: 1000n, ...options })

describe('a request and its offer', () => {
  const chains = [...CONTEXT.chains, REGTEST, SIGNET]
  const judged =
    (offer: LegacyOfferMessage, instead: Records = [], now = 1000n) =>
    () => {
      const records = merged(merged(REQUEST, [[4, legacyOfferId(offer.records)]]), instead)
      const request = decodeLegacyInvoiceRequest(signedRequest(records))
      return checkLegacyRequest(request, offer, { now, chains }).issues
    }
  const many = priced({ quantityMin: 2n, quantityMax: 4n })
  const monthly = priced({ recurrence: { time_unit: 2, period: 1 } })
  const anyMonth = priced({
    recurrence: { time_unit: 2, period: 1 },
    recurrenceBase: { start_any_period: 1, basetime: 1n },
  })

  mismatch('L26', 'another offer id', 'LEGACY_INVREQ_OFFER_MISMATCH', judged(priced(), [[4, HASH]]), judged(priced()))
  const sending = priced({ sendInvoice: true })
  mismatch(
    'L27',
    'a request for an offer to send money',
    'LEGACY_INVREQ_OFFER_SENDS',
    judged(sending),
    judged(priced()),
  )
  const ends = priced({ absoluteExpiry: 1000n })
  mismatch(
    'L28',
    'an offer that has expired since',
    'LEGACY_INVREQ_OFFER_EXPIRED',
    judged(ends, [], 1001n),
    judged(ends),
  )
  const abroad = priced({ chains: [REGTEST] })
  mismatch(
    'L29',
    'a chain that is not offered',
    'LEGACY_INVREQ_CHAIN_NOT_OFFERED',
    judged(abroad, [[3, SIGNET]]),
    judged(abroad, [[3, REGTEST]]),
  )
  mismatch(
    'L30',
    'no number of items where one is needed',
    'LEGACY_INVREQ_QUANTITY_MISSING',
    judged(many),
    judged(many, [[32, 2n]]),
  )
  mismatch(
    'L30',
    'a number of items where none is',
    'LEGACY_INVREQ_QUANTITY_UNEXPECTED',
    judged(priced(), [[32, 1n]]),
    judged(priced()),
  )
  for (const wrong of [0n, 1n, 5n]) {
    mismatch(
      'L31',
      `${wrong} items of 2 to 4`,
      'LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE',
      judged(many, [[32, wrong]]),
      judged(many, [[32, 4n]]),
    )
  }
  const least = priced({ quantityMin: 1n })
  mismatch(
    'L31',
    'no items',
    'LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE',
    judged(least, [[32, 0n]]),
    judged(least, [[32, 99n]]),
  )
  mismatch(
    'L32',
    'no amount where the payer chooses',
    'LEGACY_INVREQ_AMOUNT_MISSING',
    judged(offerOf()),
    judged(offerOf(), [[8, 1n]]),
  )
  mismatch(
    'L33',
    'less than the price of three',
    'LEGACY_INVREQ_AMOUNT_TOO_LOW',
    judged(many, [
      [32, 3n],
      [8, 2999n],
    ]),
    judged(many, [
      [32, 3n],
      [8, 3000n],
    ]),
  )
  mismatch(
    'L34',
    'five times the price of three',
    'LEGACY_INVREQ_AMOUNT_TOO_HIGH',
    judged(many, [
      [32, 3n],
      [8, 15_000n],
    ]),
    judged(many, [
      [32, 3n],
      [8, 14_999n],
    ]),
  )
  mismatch(
    'L35',
    'no period of an offer that recurs',
    'LEGACY_INVREQ_RECURRENCE_MISSING',
    judged(monthly),
    judged(monthly, [[36, 0n]]),
  )
  mismatch(
    'L35',
    'no first period where it is open',
    'LEGACY_INVREQ_RECURRENCE_MISSING',
    judged(anyMonth, [[36, 0n]]),
    judged(anyMonth, [
      [36, 0n],
      [68, 3n],
    ]),
  )
  mismatch(
    'L36',
    'a period of an offer that does not recur',
    'LEGACY_INVREQ_RECURRENCE_UNEXPECTED',
    judged(priced(), [[36, 0n]]),
    judged(priced()),
  )
  mismatch(
    'L36',
    'a first period where it is not open',
    'LEGACY_INVREQ_RECURRENCE_UNEXPECTED',
    judged(monthly, [
      [36, 0n],
      [68, 3n],
    ]),
    judged(monthly, [[36, 0n]]),
  )

  test('a price in another currency is judged by who has a rate', () => {
    const euros = offerOf({ price: { currency: 'EUR', amount: 100n } })
    expect(judged(euros)()).toEqual([])
    expect(judged(euros, [[8, 1n]])()).toEqual([])
  })
})

describe('an invoice and its request', () => {
  const offer = priced({ issuer: 'shop', quantityMin: 1n })
  const id = legacyOfferId(offer.records)
  const asked: Records = merged(REQUEST, [
    [4, id],
    [32, 2n],
    [39, 'please'],
    [50, 'hex:01'],
    [56, HASH],
  ])
  const answered: Records = merged(INVOICE, [
    [4, id],
    [8, 2000n],
    [20, 'shop'],
    [32, 2n],
    [39, 'please'],
    [50, 'hex:01'],
    [56, HASH],
  ])
  const judged =
    (
      instead: Records = [],
      request: Records = [],
      without: number[] = [],
      authorisedMsat: bigint | undefined = 10_000n,
      of = offer,
    ) =>
    () =>
      verifyLegacyInvoiceFor(
        {
          offer: of,
          request: decodeLegacyInvoiceRequest(signedRequest(merged(asked, request))),
          ...CONTEXT,
          authorisedMsat,
        },
        decodeLegacyInvoice(signedInvoice(merged(answered, instead, without))),
      ).issues
  const good = judged()

  mismatch(
    'L60',
    'a request for another offer',
    'LEGACY_REQUEST_OFFER_MISMATCH',
    judged([[4, HASH]], [[4, HASH]]),
    good,
  )
  mismatch('L61', 'another offer id', 'LEGACY_INVOICE_OFFER_MISMATCH', judged([[4, HASH]]), good)
  const byOther = signing(['invoice', 'signature'], OTHER.secret)(merged(answered, [[30, OTHER.x]]))
  mismatch(
    'L62',
    'another signer',
    'LEGACY_INVOICE_WRONG_SIGNER',
    () =>
      verifyLegacyInvoiceFor(
        { offer, request: decodeLegacyInvoiceRequest(signedRequest(asked)), ...CONTEXT, authorisedMsat: 10_000n },
        decodeLegacyInvoice(byOther),
      ).issues,
    good,
  )
  const repeated: readonly [string, Records][] = [
    ['payer key', [[38, OTHER.x]]],
    ['note', [[39, 'thanks']]],
    ['payer info', [[50, 'hex:02']]],
    ['invoice to replace', [[56, SHOP.x]]],
    ['period', [[36, 0n]]],
    ['first period', [[68, 0n]]],
  ]
  for (const [what, instead] of repeated) {
    mismatch('L63', `another ${what}`, 'LEGACY_INVOICE_REQUEST_MISMATCH', judged(instead), good)
  }
  mismatch('L63', 'a note that is missing', 'LEGACY_INVOICE_REQUEST_MISMATCH', judged([], [], [39]), good)
  mismatch('L63', 'another number of items', 'LEGACY_INVOICE_REQUEST_MISMATCH', judged([[32, 3n]]), good)
  const both = { ...CONTEXT, chains: [...CONTEXT.chains, REGTEST] }
  const onRegtest = (request: Records) => () =>
    verifyLegacyInvoiceFor(
      {
        offer,
        request: decodeLegacyInvoiceRequest(signedRequest(merged(asked, request))),
        ...both,
        authorisedMsat: 2000n,
      },
      decodeLegacyInvoice(signedInvoice(merged(answered, [[3, REGTEST]]))),
    ).issues
  mismatch('L63', 'another chain', 'LEGACY_INVOICE_REQUEST_MISMATCH', onRegtest([]), onRegtest([[2, REGTEST]]))
  mismatch('L64', 'another description', 'LEGACY_INVOICE_OFFER_DIFFERS', judged([[10, 'coffee']]), good)
  mismatch('L64', 'another issuer', 'LEGACY_INVOICE_OFFER_DIFFERS', judged([], [], [20]), good)
  mismatch('L65', 'one that answers an offer to send money', 'LEGACY_INVOICE_NOT_SENT', judged([[54, '']]), good)
  mismatch('L66', 'another amount than the price', 'LEGACY_INVOICE_AMOUNT_DIFFERS', judged([[8, 1999n]]), good)
  mismatch(
    'L66',
    'another amount than asked for',
    'LEGACY_INVOICE_AMOUNT_DIFFERS',
    judged([], [[8, 2500n]]),
    judged([[8, 2500n]], [[8, 2500n]]),
  )
  mismatch(
    'L67',
    'more than was agreed to',
    'LEGACY_INVOICE_AMOUNT_UNAUTHORISED',
    judged([], [], [], 1999n),
    judged([], [], [], 2000n),
  )

  test('nothing is authorised by silence', () => {
    const issues = verifyLegacyInvoiceFor(
      { offer, request: decodeLegacyInvoiceRequest(signedRequest(asked)), ...CONTEXT },
      decodeLegacyInvoice(signedInvoice(answered)),
    ).issues
    expect(issues.map(({ code }) => code)).toEqual(['LEGACY_INVOICE_AMOUNT_UNAUTHORISED'])
  })

  test('what the invoice is by itself is judged, too', () => {
    const late = verifyLegacyInvoiceFor(
      {
        offer,
        request: decodeLegacyInvoiceRequest(signedRequest(asked)),
        ...CONTEXT,
        now: 10_000n,
        authorisedMsat: 2000n,
      },
      decodeLegacyInvoice(signedInvoice(answered)),
    )
    expect(late.ok).toBe(false)
    expect(late.issues.map(({ code }) => code)).toEqual(['LEGACY_INVOICE_EXPIRED'])
  })
})

describe('an invoice for an offer to send money', () => {
  const paid = decodeLegacyInvoice(signedInvoice(INVOICE))
  const refund = priced({ refundFor: HASH })
  const gift = priced({ sendInvoice: true })
  const sent = (offer: LegacyOfferMessage): Records =>
    merged(
      INVOICE,
      [
        [4, legacyOfferId(offer.records)],
        [54, ''],
      ],
      [38],
    )
  /** With a claim by the payer, unless another is given. */
  const claimed = (records: Records, secret = PAYER.secret): Records => [
    ...records,
    [52, signLegacy(['invoice', 'refund_signature'], readRecords(sorted(records)).records, secret, HASH)],
  ]
  const judgedBy =
    (offer: LegacyOfferMessage, records: Records, more: object = {}) =>
    () =>
      verifyLegacyRefundInvoice(
        { offer, refunded: paid, ...CONTEXT, ...more },
        decodeLegacyInvoice(signedInvoice(records)),
      ).issues
  const good = judgedBy(gift, sent(gift))
  const refundRecords = merged(sent(refund), [
    [34, HASH],
    [38, PAYER.x],
  ])
  const goodRefund = judgedBy(refund, claimed(refundRecords))

  mismatch(
    'L70',
    'one that does not say so',
    'LEGACY_INVOICE_NOT_SENT',
    judgedBy(gift, merged(sent(gift), [], [54])),
    good,
  )
  mismatch('L70', 'one for an offer that sells', 'LEGACY_INVOICE_NOT_SENT', judgedBy(priced(), sent(priced())), good)
  mismatch(
    'L71',
    'another offer id',
    'LEGACY_INVOICE_OFFER_MISMATCH',
    judgedBy(gift, merged(sent(gift), [[4, HASH]])),
    good,
  )
  const ends = priced({ sendInvoice: true, absoluteExpiry: 1000n })
  mismatch(
    'L72',
    'one after the last second',
    'LEGACY_OFFER_EXPIRED',
    judgedBy(ends, sent(ends), { now: 1001n }),
    judgedBy(ends, sent(ends)),
  )
  const chains = [...CONTEXT.chains, REGTEST, SIGNET]
  const abroad = priced({ sendInvoice: true, chains: [REGTEST] })
  mismatch(
    'L73',
    'a chain that is not offered',
    'LEGACY_INVOICE_CHAIN_UNSUPPORTED',
    judgedBy(abroad, merged(sent(abroad), [[3, SIGNET]]), { chains }),
    judgedBy(abroad, merged(sent(abroad), [[3, REGTEST]]), { chains }),
  )
  mismatch(
    'L74',
    'another description',
    'LEGACY_INVOICE_OFFER_DIFFERS',
    judgedBy(gift, merged(sent(gift), [[10, 'cake']])),
    good,
  )
  mismatch('L75', 'a number of items', 'LEGACY_INVOICE_QUANTITY', judgedBy(gift, merged(sent(gift), [[32, 1n]])), good)
  const several = priced({ sendInvoice: true, quantityMax: 3n })
  const goodSeveral = judgedBy(
    several,
    merged(sent(several), [
      [32, 3n],
      [8, 3000n],
    ]),
  )
  mismatch(
    'L75',
    'too many items',
    'LEGACY_INVOICE_QUANTITY',
    judgedBy(several, merged(sent(several), [[32, 4n]])),
    goodSeveral,
  )
  mismatch('L75', 'no number of items', 'LEGACY_INVOICE_QUANTITY', judgedBy(several, sent(several)), goodSeveral)
  mismatch(
    'L76',
    'more than is offered',
    'LEGACY_INVOICE_AMOUNT_UNAUTHORISED',
    judgedBy(gift, merged(sent(gift), [[8, 1001n]])),
    good,
  )
  mismatch(
    'L77',
    'a refund of another payment',
    'LEGACY_INVOICE_REFUND_MISMATCH',
    judgedBy(refund, claimed(merged(refundRecords, [[34, SHOP.x]]))),
    goodRefund,
  )
  mismatch(
    'L77',
    'a refund where none is offered',
    'LEGACY_INVOICE_REFUND_MISMATCH',
    judgedBy(gift, merged(sent(gift), [[34, HASH]])),
    good,
  )
  mismatch(
    'L78',
    'a claim of somebody else',
    'LEGACY_INVOICE_REFUND_SIGNATURE',
    judgedBy(refund, claimed(refundRecords, OTHER.secret)),
    goodRefund,
  )
  mismatch(
    'L78',
    'a claim without signature',
    'LEGACY_INVOICE_REFUND_SIGNATURE',
    judgedBy(refund, refundRecords),
    goodRefund,
  )

  test('a refund whose payment is not at hand is not paid', () => {
    const codes = judgedBy(refund, claimed(refundRecords), { refunded: undefined })().map(({ code }) => code)
    expect(codes).toEqual(['LEGACY_INVOICE_REFUND_MISMATCH', 'LEGACY_INVOICE_REFUND_SIGNATURE'])
  })
})

describe('streams and fields', () => {
  const issuesOf = (bytes: Uint8Array, as: LegacyKind = 'offer') =>
    inspectLegacy(bytes, { as, context: CONTEXT }).issues.map(({ code, rule }) => [code, rule])
  const failed = (bytes: Uint8Array) =>
    inspectLegacy(bytes, { as: 'offer' })
      .rules.filter(({ verdict }) => verdict === 'failed')
      .map(({ rule }) => rule.id)

  test('L1: an unknown even type is refused', () => {
    shown.add('L1')
    const bytes = sorted(merged(OFFER, [[18, '']]))
    expect(issuesOf(bytes)).toEqual([['TLV_UNKNOWN_EVEN', 'M4']])
    expect(failed(bytes)).toEqual(['L1'])
    expect(issuesOf(sorted(merged(OFFER, [[19, '']])))).toEqual([])
  })

  test('L2: 32 bytes that are no x coordinate are refused, as are 33', () => {
    shown.add('L2')
    expect(issuesOf(sorted(merged(OFFER, [[30, new Uint8Array(32).fill(0xff)]])))).toEqual([['LEGACY_BAD_KEY', 'L2']])
    expect(issuesOf(sorted(merged(OFFER, [[30, new Uint8Array(33).fill(2)]])))).toEqual([['WIRE_TRAILING_BYTES', 'L2']])
    expect(() => decodeLegacyOffer(sorted(merged(OFFER, [[30, new Uint8Array(32)]])))).toThrow(/x coordinate/)
  })

  test('L3: paths that are cut off are refused', () => {
    shown.add('L3')
    const bytes = sorted(merged(OFFER, [[16, new Uint8Array(5)]]))
    expect(issuesOf(bytes)).toEqual([['WIRE_TRUNCATED', 'L3']])
    expect(failed(bytes)).toEqual(['L3'])
  })
})
