import type { MatchRule } from '../../rules/rule.js'
import type { LegacyInvoiceRequestStream } from '../invoice-request.js'
import type { LegacyOfferMessage } from '../offer.js'
import { type LegacyRuleCode, of2021 } from './common.js'
import { chainProblem, expiryProblem, offerProblem } from './of-offer.js'
import { quantityProblem, takesQuantity } from './quantity.js'

/** What the issuer knows about a request of 2021 besides its bytes. */
export interface LegacyRequestCounterpart {
  readonly offer: LegacyOfferMessage
  /** Unix time in seconds. */
  readonly now: bigint
}

type RequestRule = MatchRule<LegacyInvoiceRequestStream, LegacyRequestCounterpart, LegacyRuleCode>

/** Requests for that many times the price are taken for a mistake of the payer's. */
const TOO_MANY_TIMES = 5n

/** msat that the offer asks for; undefined where the payer chooses or a rate is needed. */
function priceOf({ offer }: LegacyRequestCounterpart, quantity: bigint | undefined): bigint | undefined {
  const { amount, currency } = offer.fields
  return amount === undefined || currency !== undefined ? undefined : amount * (quantity ?? 1n)
}

/** The rules of a request that need its offer. */
export const LEGACY_REQUEST_MATCH_RULES: readonly RequestRule[] = /* @__PURE__ */ of2021<RequestRule>([
  {
    id: 'L26',
    code: 'LEGACY_INVREQ_OFFER_MISMATCH',
    phase: 'match',
    field: 'offer_id',
    check: ({ fields }, { offer }) => offerProblem(fields, offer),
  },
  {
    id: 'L27',
    code: 'LEGACY_INVREQ_OFFER_SENDS',
    phase: 'match',
    check: (_, { offer }) =>
      offer.fields.send_invoice === undefined ? undefined : 'the offer sends money and is answered with an invoice',
  },
  {
    id: 'L28',
    code: 'LEGACY_INVREQ_OFFER_EXPIRED',
    phase: 'match',
    applies: (_, { offer }) => offer.fields.absolute_expiry !== undefined,
    check: (_, { offer, now }) => expiryProblem(offer, now),
  },
  {
    id: 'L29',
    code: 'LEGACY_INVREQ_CHAIN_NOT_OFFERED',
    phase: 'match',
    field: 'chain',
    check: ({ fields }, { offer }) => chainProblem(fields, offer),
  },
  {
    id: 'L30',
    code: 'LEGACY_INVREQ_QUANTITY_MISSING',
    phase: 'match',
    field: 'quantity',
    applies: (_, { offer }) => takesQuantity(offer.fields),
    check: ({ fields }) => (fields.quantity === undefined ? 'the offer asks for a number of items' : undefined),
  },
  {
    id: 'L30',
    code: 'LEGACY_INVREQ_QUANTITY_UNEXPECTED',
    phase: 'match',
    field: 'quantity',
    applies: (_, { offer }) => !takesQuantity(offer.fields),
    check: ({ fields }) =>
      fields.quantity === undefined ? undefined : 'the offer is for one item and takes no number of items',
  },
  {
    id: 'L31',
    code: 'LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE',
    phase: 'match',
    field: 'quantity',
    applies: ({ fields }, { offer }) => takesQuantity(offer.fields) && fields.quantity !== undefined,
    check: ({ fields }, { offer }) => quantityProblem(offer.fields, fields.quantity ?? 1n),
  },
  {
    id: 'L32',
    code: 'LEGACY_INVREQ_AMOUNT_MISSING',
    phase: 'match',
    field: 'amount',
    applies: (_, { offer }) => offer.fields.amount === undefined,
    check: ({ fields }) => (fields.amount === undefined ? 'the offer leaves the amount to the payer' : undefined),
  },
  {
    // A price in another currency needs a rate: the issuer judges it then (`legacyExpectedAmount`).
    id: 'L33',
    code: 'LEGACY_INVREQ_AMOUNT_TOO_LOW',
    phase: 'match',
    field: 'amount',
    applies: ({ fields }, at) => fields.amount !== undefined && priceOf(at, fields.quantity) !== undefined,
    check({ fields: { amount = 0n, quantity } }, at) {
      const price = priceOf(at, quantity) ?? 0n
      return amount < price ? `${amount} msat, the offer asks for ${price} msat` : undefined
    },
  },
  {
    id: 'L34',
    code: 'LEGACY_INVREQ_AMOUNT_TOO_HIGH',
    phase: 'match',
    field: 'amount',
    // Of nothing, everything is many times as much.
    applies: ({ fields }, at) => fields.amount !== undefined && (priceOf(at, fields.quantity) ?? 0n) > 0n,
    check({ fields: { amount = 0n, quantity } }, at) {
      const price = priceOf(at, quantity) ?? 0n
      return amount >= TOO_MANY_TIMES * price ? `${amount} msat, the offer asks for ${price} msat only` : undefined
    },
  },
  {
    id: 'L35',
    code: 'LEGACY_INVREQ_RECURRENCE_MISSING',
    phase: 'match',
    field: 'recurrence_counter',
    applies: (_, { offer }) => offer.fields.recurrence !== undefined,
    check({ fields }, { offer }) {
      if (fields.recurrence_counter === undefined) return 'the offer recurs, and the request has no recurrence_counter'
      const anyPeriod = offer.fields.recurrence_base?.start_any_period === 1
      return anyPeriod && fields.recurrence_start === undefined
        ? { message: 'any period may be the first, and the request does not say which', path: ['recurrence_start'] }
        : undefined
    },
  },
  {
    id: 'L36',
    code: 'LEGACY_INVREQ_RECURRENCE_UNEXPECTED',
    phase: 'match',
    field: 'recurrence_counter',
    check({ fields }, { offer }) {
      const { recurrence, recurrence_base: base } = offer.fields
      if (recurrence === undefined && fields.recurrence_counter !== undefined) return 'the offer does not recur'
      return base?.start_any_period !== 1 && fields.recurrence_start !== undefined
        ? { message: 'the offer does not leave it to the payer when to begin', path: ['recurrence_start'] }
        : undefined
    },
  },
])
