import { isLnoError } from '../../../base/error.js'
import type { Convert } from '../../../bolt12/amount.js'
import type { InvoiceErrorOptions } from '../../../bolt12/create-invoice-error.js'
import { legacyExpectedAmount } from '../../../bolt12/legacy/amount.js'
import type { LegacyCode } from '../../../bolt12/legacy/codes.js'
import { LEGACY } from '../../../bolt12/legacy/dialect.js'
import { LEGACY_INVOICE_REQUEST, type LegacyInvoiceRequestMessage } from '../../../bolt12/legacy/invoice-request.js'
import { legacyLayouts } from '../../../bolt12/legacy/layout.js'
import type { LegacyOfferMessage } from '../../../bolt12/legacy/offer.js'
import { LEGACY_REQUEST_MATCH_RULES } from '../../../bolt12/legacy/rules/request-match.js'
import { type Issue, judge, judgeMatch, type ReadContext } from '../../../bolt12/rules/rule.js'
import type { OffersCode } from '../codes.js'
import { decideRepeat, type OfferState, payablePrice, type RequestDecision } from '../decide.js'

/** A field that an invoice_error of 2021 can be about: its number is that of the request. */
export type LegacyField = keyof typeof LEGACY_INVOICE_REQUEST & string

/** What the issuer knows of the offer of 2021 that a request answers. */
export interface KnownLegacyOffer extends OfferState {
  readonly offer: LegacyOfferMessage
}

export interface LegacyRequestFacts {
  readonly request: LegacyInvoiceRequestMessage
  /** Hex of SHA-256 of the request's bytes. */
  readonly requestHash: string
  /** Hex of SHA-256 of `payer_key`. */
  readonly payerHash: string
  /** Undefined when we made no such offer. */
  readonly known: KnownLegacyOffer | undefined
  /** Whether it came over a path that somebody made to us, whatever for, or may have come so and does not show it. */
  readonly overPath: boolean
  /** Whether it can be answered at all. */
  readonly hasReplyPath: boolean
  /** Unix seconds. */
  readonly now: bigint
  readonly chains: readonly Uint8Array[]
  readonly convert?: Convert | undefined
}

/**
 * What to do with an invoice_request of 2021 whose form and signature are good (c-lightning v0.10.1 to v0.12.1). Offers of that
 * form name the node and have no paths: a request that came over one is a guess at whose it is. Both copies of a request that was
 * sent in two wire forms are the same request, and get the same invoice. Pure: all that it depends on is in `facts`.
 */
export function decideLegacyRequest(facts: LegacyRequestFacts): RequestDecision<LegacyField> {
  const { request, requestHash, payerHash, known, now, chains, convert } = facts
  if (known === undefined) {
    return { do: 'ignore', code: 'LEGACY_INVREQ_OFFER_MISMATCH' satisfies LegacyCode, why: 'no offer of ours' }
  }
  if (facts.overPath) {
    const why = 'the offer has no paths, and the request came over one, or may have'
    return { do: 'ignore', code: 'REQUEST_OVER_PATH' satisfies OffersCode, why }
  }
  if (!facts.hasReplyPath) {
    const why = 'there is no way to answer it'
    return { do: 'ignore', code: 'REQUEST_WITHOUT_REPLY_PATH' satisfies OffersCode, why }
  }
  if (known.disabled) return refuse('OFFER_DISABLED' satisfies OffersCode, 'this offer is not available at the moment')
  const issue = firstIssue(request, known.offer, { now, chains })
  if (issue !== undefined) return refuseFor(issue, known.offer, request)
  let expected: bigint | undefined
  try {
    expected = legacyExpectedAmount(known.offer, request.fields.quantity, convert)
  } catch (error) {
    if (!isLnoError(error)) throw error
    return refuse(error.code, error.message)
  }
  const asked = request.fields.amount
  if (asked !== undefined && expected !== undefined && asked < expected) {
    return refuse('LEGACY_INVREQ_AMOUNT_TOO_LOW', `the price is ${expected} msat`, 'amount', expected)
  }
  const amountMsat = asked ?? expected
  if (amountMsat === undefined || amountMsat === 0n) {
    return refuse('LEGACY_INVREQ_AMOUNT_MISSING', 'say how much you want to pay', 'amount')
  }
  const repeat = { requestHash, metadataHash: payerHash, now, mayResend: true, another: 'refused' } as const
  return decideRepeat(repeat, known) ?? { do: 'invoice', amountMsat, expectedMsat: expected }
}

/** What is wrong with a request whose form was judged when it was decoded. */
function firstIssue(
  request: LegacyInvoiceRequestMessage,
  offer: LegacyOfferMessage,
  context: ReadContext,
): Issue | undefined {
  for (const rule of legacyLayouts(LEGACY).invoice_request.rules) {
    if (rule.phase !== 'read') continue
    const issue = judge(rule, request, LEGACY_INVOICE_REQUEST, context).issues[0]
    if (issue !== undefined) return issue
  }
  return judgeMatch(LEGACY_REQUEST_MATCH_RULES, request, { offer, now: context.now }, LEGACY_INVOICE_REQUEST)[0]
}

function refuse(
  code: string,
  error: string,
  field?: LegacyField,
  suggested?: unknown,
): Extract<RequestDecision<LegacyField>, { readonly do: 'error' }> {
  const answer: InvoiceErrorOptions<LegacyField> = {
    error,
    ...(field && { field }),
    ...(suggested !== undefined && { suggested }),
  }
  return { do: 'error', code, answer }
}

/** An issue of a rule as an answer: the field by its number, and where one helps, a value that would do. */
function refuseFor(
  { code, message, path }: Issue,
  { fields: { amount, currency, quantity_min: least, quantity_max: most } }: LegacyOfferMessage,
  { fields: { quantity = 1n } }: LegacyInvoiceRequestMessage,
): RequestDecision<LegacyField> {
  const price = amount === undefined || currency !== undefined ? undefined : payablePrice(amount * quantity)
  const inRange = most !== undefined && quantity > most ? most : (least ?? 1n)
  const suggestions: Readonly<Partial<Record<string, bigint | undefined>>> = {
    LEGACY_INVREQ_AMOUNT_TOO_LOW: price,
    LEGACY_INVREQ_AMOUNT_TOO_HIGH: price,
    LEGACY_INVREQ_QUANTITY_MISSING: inRange,
    LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE: inRange,
  } satisfies Partial<Record<LegacyCode, bigint | undefined>>
  // Rules of this form name fields of the request alone.
  return refuse(code, message, path?.[0] as LegacyField | undefined, suggestions[code])
}
