import { equalBytes } from '../../../base/bytes.js'
import type { Finding, MatchRule } from '../../rules/rule.js'
import { legacyChainOf } from '../chains.js'
import type { LegacyInvoice, LegacyInvoiceStream } from '../invoice.js'
import type { LegacyInvoiceRequest, LegacyInvoiceRequestMessage } from '../invoice-request.js'
import { legacyOfferId } from '../merkle.js'
import type { LegacyOffer, LegacyOfferMessage } from '../offer.js'
import { type LegacyRuleCode, of2021 } from './common.js'

/** What the payer knows about an invoice of 2021 besides its bytes. */
export interface LegacyInvoiceExpectation {
  readonly offer: LegacyOfferMessage
  /** The request exactly as it was sent. */
  readonly request: LegacyInvoiceRequestMessage
  /** The most that the user agreed to, in msat. Without it, nothing above `amount` of the request is. */
  readonly authorisedMsat?: bigint | undefined
}

type InvoiceRule = MatchRule<LegacyInvoiceStream, LegacyInvoiceExpectation, LegacyRuleCode>

type Value = Uint8Array | string | bigint | number | undefined

function same(a: Value, b: Value): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === b
}

/** What an invoice repeats of its request. The chain may be named by either record, and features are the issuer's own. */
const OF_REQUEST = [
  'payer_key',
  'payer_info',
  'payer_note',
  'quantity',
  'recurrence_counter',
  'recurrence_start',
  'replace_invoice',
] as const satisfies readonly (keyof LegacyInvoiceRequest & keyof LegacyInvoice)[]

/** What an invoice repeats of its offer: what was agreed to. */
export const OF_OFFER = ['description', 'issuer'] as const satisfies readonly (keyof LegacyOffer &
  keyof LegacyInvoice)[]

/** The offer's fields that an invoice does not repeat as they are. */
export function differsFromOffer(invoice: LegacyInvoice, offer: LegacyOffer): Finding | undefined {
  const name = OF_OFFER.find((field) => !same(invoice[field], offer[field]))
  return name && { message: `${name} is not that of the offer`, path: [name] }
}

/** The rules that hold an invoice against what was asked for: each is a reason not to take it for the answer. */
export const LEGACY_INVOICE_MATCH_RULES: readonly InvoiceRule[] = /* @__PURE__ */ of2021<InvoiceRule>([
  {
    // The caller's own mistake rather than the issuer's, but one that would get a wrong thing accepted.
    id: 'L60',
    code: 'LEGACY_REQUEST_OFFER_MISMATCH',
    phase: 'match',
    check: (_, { offer, request }) =>
      same(request.fields.offer_id, legacyOfferId(offer.records))
        ? undefined
        : 'the request was not made for this offer',
  },
  {
    id: 'L61',
    code: 'LEGACY_INVOICE_OFFER_MISMATCH',
    phase: 'match',
    field: 'offer_id',
    check: ({ fields }, { request }) =>
      same(fields.offer_id, request.fields.offer_id) ? undefined : 'offer_id is not that of the request',
  },
  {
    id: 'L62',
    code: 'LEGACY_INVOICE_WRONG_SIGNER',
    phase: 'match',
    field: 'node_id',
    check: ({ fields }, { offer }) =>
      fields.node_id !== undefined && same(fields.node_id, offer.fields.node_id)
        ? undefined
        : 'node_id is not that of the offer',
  },
  {
    id: 'L63',
    code: 'LEGACY_INVOICE_REQUEST_MISMATCH',
    phase: 'match',
    check({ fields }, { request }) {
      if (!same(legacyChainOf(fields), legacyChainOf(request.fields))) {
        return { message: 'the chain is not that of the request', path: ['chain'] }
      }
      const name = OF_REQUEST.find((field) => !same(fields[field], request.fields[field]))
      return name && { message: `${name} is not that of the request`, path: [name] }
    },
  },
  {
    id: 'L64',
    code: 'LEGACY_INVOICE_OFFER_DIFFERS',
    phase: 'match',
    check: ({ fields }, { offer }) => differsFromOffer(fields, offer.fields),
  },
  {
    id: 'L65',
    code: 'LEGACY_INVOICE_NOT_SENT',
    phase: 'match',
    field: 'send_invoice',
    check: ({ fields }) =>
      fields.send_invoice === undefined ? undefined : 'the invoice answers an offer to send money, not a request',
  },
  {
    // Without an amount in the request the price is what was asked for; one in another currency is the issuer's to convert,
    // and the payer's to authorise.
    id: 'L66',
    code: 'LEGACY_INVOICE_AMOUNT_DIFFERS',
    phase: 'match',
    field: 'amount',
    applies: (_, at) => askedFor(at) !== undefined,
    check({ fields }, at) {
      const asked = askedFor(at)
      return fields.amount === asked ? undefined : `${fields.amount} msat, ${asked} msat were asked for`
    },
  },
  {
    // Nothing is authorised by silence: without a stated limit, the amount of the request is the limit.
    id: 'L67',
    code: 'LEGACY_INVOICE_AMOUNT_UNAUTHORISED',
    phase: 'match',
    field: 'amount',
    check({ fields }, { request, authorisedMsat }) {
      const most = authorisedMsat ?? request.fields.amount
      if (most === undefined) return 'no amount was authorised'
      return fields.amount !== undefined && fields.amount <= most
        ? undefined
        : `${fields.amount} msat, at most ${most} msat were authorised`
    },
  },
])

/** msat that the invoice must be over, where offer and request tell. */
function askedFor({ offer, request }: LegacyInvoiceExpectation): bigint | undefined {
  const { amount, currency } = offer.fields
  if (request.fields.amount !== undefined) return request.fields.amount
  return amount === undefined || currency !== undefined ? undefined : amount * (request.fields.quantity ?? 1n)
}
