import { type Issue, judge, judgeMatch, type ReadContext } from '../rules/rule.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import { LEGACY_INVOICE, type LegacyInvoiceMessage } from './invoice.js'
import { LEGACY_INVOICE_REQUEST, type LegacyInvoiceRequestMessage } from './invoice-request.js'
import { legacyLayouts } from './layout.js'
import { LEGACY_OFFER, type LegacyOfferMessage } from './offer.js'
import { LEGACY_INVOICE_RULES } from './rules/invoice.js'
import { LEGACY_INVOICE_MATCH_RULES, type LegacyInvoiceExpectation } from './rules/invoice-match.js'
import { LEGACY_OFFER_RULES } from './rules/offer.js'
import { LEGACY_REQUEST_MATCH_RULES } from './rules/request-match.js'
import { LEGACY_SENT_INVOICE_RULES, type LegacySentInvoiceExpectation } from './rules/sent-invoice-match.js'

/** What came of judging a message. */
export interface LegacyVerdict {
  readonly ok: boolean
  readonly issues: readonly Issue[]
}

function verdict(issues: readonly Issue[]): LegacyVerdict {
  return { ok: issues.length === 0, issues }
}

/** Whether an offer of 2021 may be answered by this reader, now: form, signature, features, chain, expiry (rules L10-L18). */
export function checkLegacyOffer(offer: LegacyOfferMessage, context: ReadContext): LegacyVerdict {
  return verdict(LEGACY_OFFER_RULES.flatMap((rule) => judge(rule, offer, LEGACY_OFFER, context).issues))
}

/**
 * Whether an issuer may answer a request of 2021 for this offer, now: form, signature, features, chain, and what the offer
 * asks for (rules L20-L36). A price in another currency is not judged: `legacyExpectedAmount` with a rate does that.
 */
export function checkLegacyRequest(
  request: LegacyInvoiceRequestMessage,
  offer: LegacyOfferMessage,
  context: ReadContext & { readonly dialect?: LegacyDialect },
): LegacyVerdict {
  const { rules } = legacyLayouts(context.dialect ?? LEGACY).invoice_request
  return verdict([
    ...rules.flatMap((rule) => judge(rule, request, LEGACY_INVOICE_REQUEST, context).issues),
    ...judgeMatch(LEGACY_REQUEST_MATCH_RULES, request, { offer, now: context.now }, LEGACY_INVOICE_REQUEST),
  ])
}

/** All that an invoice of 2021 is held against: what was asked for, who reads it and when. */
export interface LegacyInvoiceCounterpart extends LegacyInvoiceExpectation, ReadContext {}

/**
 * Every reason not to take an invoice of 2021 for the answer to a request (rules L40-L67): form, signature, time, chain,
 * features, and whether it is for what was asked for, by the right signer, within `authorisedMsat`. Nothing is taken on trust
 * from `decodeLegacyInvoice`, except that fields and records belong to the same bytes. To pay it is another matter:
 * `PAYMENT_UNBLINDED`.
 */
export function verifyLegacyInvoiceFor(
  counterpart: LegacyInvoiceCounterpart,
  invoice: LegacyInvoiceMessage,
): LegacyVerdict {
  return verdict([
    ...LEGACY_INVOICE_RULES.flatMap((rule) => judge(rule, invoice, LEGACY_INVOICE, counterpart).issues),
    ...judgeMatch(LEGACY_INVOICE_MATCH_RULES, invoice, counterpart, LEGACY_INVOICE),
  ])
}

/** All that an invoice for an offer to send money is held against. */
export interface LegacyRefundCounterpart extends LegacySentInvoiceExpectation, ReadContext {}

/** The same for an invoice that answers an offer to send money, such as a refund (rules L40-L50, L70-L78). */
export function verifyLegacyRefundInvoice(
  counterpart: LegacyRefundCounterpart,
  invoice: LegacyInvoiceMessage,
): LegacyVerdict {
  return verdict([
    ...LEGACY_INVOICE_RULES.flatMap((rule) => judge(rule, invoice, LEGACY_INVOICE, counterpart).issues),
    ...judgeMatch(LEGACY_SENT_INVOICE_RULES, invoice, counterpart, LEGACY_INVOICE),
  ])
}
