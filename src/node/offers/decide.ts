import { isLnoError } from '../../base/error.js'
import { type Convert, expectedAmount } from '../../bolt12/amount.js'
import type { InvoiceErrorOptions, InvoiceField } from '../../bolt12/create-invoice-error.js'
import { checkOffer } from '../../bolt12/inspect.js'
import { INVOICE_REQUEST, type InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { INVOICE_REQUEST_RULES } from '../../bolt12/rules/invoice-request.js'
import { REQUEST_MATCH_RULES, type RequestArrival } from '../../bolt12/rules/request-match.js'
import { type Issue, judge, judgeMatch } from '../../bolt12/rules/rule.js'
import { MAX_MSAT } from '../../wire/amount.js'
import type { OffersCode } from './codes.js'

/**
 * Invoices for one `invreq_metadata` that may be unpaid at the same time. A payer that tries again over three ways and
 * over two generations makes no more; each is a promise that we keep.
 */
export const MAX_LIVE_PER_REQUEST = 4

/** An invoice that was promised and is neither expired nor forgotten. */
export interface LivePromise {
  /** Names it in the store. */
  readonly key: string
  /** Hex of SHA-256 of the request's bytes. */
  readonly requestHash: string
  /** Hex of SHA-256 of `invreq_metadata`; of `payer_key` in the form of 2021, which has no metadata. */
  readonly metadataHash: string
  /** Unix seconds. */
  readonly expires: bigint
  readonly paid: boolean
  /** The payer of a refund has said that it will not pay it. */
  readonly refused: boolean
}

/** How it stands with an offer, whatever its form. */
export interface OfferState {
  readonly disabled: boolean
  readonly singleUse: boolean
  /** It was for one payment, and that has come. */
  readonly used?: boolean
  /** Its live promises. */
  readonly live: readonly LivePromise[]
}

/** What the issuer knows of the offer that a request answers. */
export interface KnownOffer extends OfferState {
  readonly offer: OfferMessage
}

export interface RequestFacts {
  readonly request: InvoiceRequestMessage
  readonly requestHash: string
  readonly metadataHash: string
  /** Undefined when we made no such offer. */
  readonly known: KnownOffer | undefined
  readonly arrivedOn: RequestArrival['arrivedOn']
  /** Whether it can be answered at all. */
  readonly hasReplyPath: boolean
  /** Unix seconds. */
  readonly now: bigint
  readonly chains: readonly Uint8Array[]
  readonly convert?: Convert | undefined
}

/** What is done with a request. `F`: names of the fields that an invoice_error can be about. */
export type RequestDecision<F extends string = InvoiceField> =
  /** Silence: whoever guesses offers, paths or signatures learns nothing (rule RR8, pitfalls 20 and 23). */
  | { readonly do: 'ignore'; readonly code: string; readonly rule?: string; readonly why: string }
  /** It came over this offer's own path with its exact fields and a good signature: it is told what is wrong. */
  | { readonly do: 'error'; readonly code: string; readonly answer: InvoiceErrorOptions<F> }
  /** The same promise again. */
  | { readonly do: 'resend'; readonly key: string }
  /** A new promise over this many msat. */
  | { readonly do: 'invoice'; readonly amountMsat: bigint; readonly expectedMsat: bigint | undefined }

/**
 * What to do with an invoice_request whose form and signature are good (BOLT 12, "Requirements For Invoice Requests", the
 * reader's side). Pure: all that it depends on is in `facts`.
 */
export function decideRequest(facts: RequestFacts): RequestDecision {
  const { request, known, arrivedOn, now, chains } = facts
  if (known === undefined) return { do: 'ignore', code: 'INVREQ_OFFER_MISMATCH', rule: 'RR7', why: 'no offer of ours' }
  const mismatch = judgeMatch(REQUEST_MATCH_RULES, request, { offer: known.offer, arrivedOn }, INVOICE_REQUEST)[0]
  if (mismatch !== undefined) {
    return { do: 'ignore', code: mismatch.code, why: mismatch.message, ...(mismatch.rule && { rule: mismatch.rule }) }
  }
  if (!facts.hasReplyPath) {
    return {
      do: 'ignore',
      code: 'REQUEST_WITHOUT_REPLY_PATH' satisfies OffersCode,
      rule: 'O17',
      why: 'there is no way to answer it',
    }
  }
  if (known.disabled) return refuse('OFFER_DISABLED' satisfies OffersCode, 'this offer is not available at the moment')
  const offerIssue = checkOffer(known.offer, { now, chains }).issues[0]
  if (offerIssue?.code === 'OFFER_EXPIRED')
    return refuse('OFFER_EXPIRED', 'this offer has expired', 'offer_absolute_expiry')
  for (const rule of INVOICE_REQUEST_RULES) {
    if (rule.phase !== 'read') continue
    const issue = judge(rule, request, INVOICE_REQUEST, { now, chains }).issues[0]
    if (issue !== undefined) return refuseFor(issue, request)
  }
  return decidePrice(facts, known)
}

function decidePrice(facts: RequestFacts, known: KnownOffer): RequestDecision {
  const { request, convert } = facts
  let expected: bigint | undefined
  try {
    expected = expectedAmount(known.offer.fields, request.fields.invreq_quantity ?? 1n, convert)
  } catch (error) {
    if (!isLnoError(error)) throw error
    return refuse(error.code, error.message)
  }
  const asked = request.fields.invreq_amount
  if (asked !== undefined && expected !== undefined && asked < expected) {
    return refuse('INVREQ_AMOUNT_TOO_LOW', `the price is ${expected} msat`, 'invreq_amount', expected)
  }
  const amountMsat = asked ?? expected
  if (amountMsat === undefined || amountMsat === 0n) {
    return refuse('INVREQ_AMOUNT_MISSING', 'say how much you want to pay', 'invreq_amount')
  }
  return decidePromise(facts, known, amountMsat, expected)
}

function decidePromise(
  { request, requestHash, metadataHash, now }: RequestFacts,
  known: KnownOffer,
  amountMsat: bigint,
  expectedMsat: bigint | undefined,
): RequestDecision {
  // Rule RR6: without an issuer id the signer is the end of the path that the request came over, and so may differ.
  const mayResend = request.fields.offer_issuer_id !== undefined
  const decided = decideRepeat({ requestHash, metadataHash, now, mayResend, another: 'promised' }, known)
  return decided ?? { do: 'invoice', amountMsat, expectedMsat }
}

/** What decides whether a request gets a promise of its own. */
export interface RepeatFacts extends Pick<RequestFacts, 'requestHash' | 'metadataHash' | 'now'> {
  /** Whether a request that comes again may get the invoice that it got before. */
  readonly mayResend: boolean
  /** What another request of the same payer gets while an invoice of his is open. */
  readonly another: 'promised' | 'refused'
}

/** What is done with a request because of what was promised before, in whatever form; undefined: a new promise is made. */
export function decideRepeat(
  { requestHash, metadataHash, now, mayResend, another }: RepeatFacts,
  { live, singleUse, used = false }: Pick<OfferState, 'live' | 'singleUse' | 'used'>,
): Extract<RequestDecision<never>, { readonly do: 'error' | 'resend' }> | undefined {
  const ofRequest = live.filter((promise) => promise.metadataHash === metadataHash)
  if (used || live.some((promise) => promise.paid && (singleUse || promise.metadataHash === metadataHash))) {
    return refusal('INVOICE_PAID_ALREADY', singleUse ? 'this offer has been used' : 'this request has been paid')
  }
  const unpaid = live.filter((promise) => !promise.paid && promise.expires > now)
  const other = singleUse ? unpaid.find((promise) => promise.metadataHash !== metadataHash) : undefined
  if (other !== undefined) {
    return refusal(
      'OFFER_IN_USE',
      `this offer is reserved by somebody else; try again after ${secondsText(other.expires)}`,
    )
  }
  const same = unpaid.find((promise) => promise.requestHash === requestHash)
  if (same !== undefined && mayResend) return { do: 'resend', key: same.key }
  // One that may not be sent again stays the only one: two of them could both be paid.
  if (singleUse && unpaid[0] !== undefined) {
    return refusal(
      'OFFER_IN_USE',
      `this offer is for one payment, and its invoice was sent; try again after ${secondsText(unpaid[0].expires)}`,
    )
  }
  const open = ofRequest.filter((promise) => promise.expires > now)
  if (another === 'refused' && open[0] !== undefined) {
    return refusal('REQUEST_CHANGED', 'this payer key has asked for something else before; ask with a new one')
  }
  if (open.length >= MAX_LIVE_PER_REQUEST) {
    return refusal('REQUEST_LIMIT', `${MAX_LIVE_PER_REQUEST} invoices for this request are open already`)
  }
  return undefined
}

/** A refusal that no other value of a field would change. */
function refusal(code: OffersCode, error: string): Extract<RequestDecision<never>, { readonly do: 'error' }> {
  return { do: 'error', code, answer: { error } }
}

function secondsText(seconds: bigint): string {
  return `second ${seconds} of Unix time`
}

function refuse(
  code: string,
  error: string,
  field?: InvoiceErrorOptions['field'],
  suggested?: unknown,
): RequestDecision {
  return {
    do: 'error',
    code,
    answer: { error, ...(field && { field }), ...(suggested !== undefined && { suggested }) },
  }
}

/** A price to suggest; none where a stranger's number of items makes it more than anybody has, or than a field holds. */
export function payablePrice(msat: bigint | undefined): bigint | undefined {
  return msat !== undefined && msat <= MAX_MSAT ? msat : undefined
}

/** An issue of a rule as an answer: the field by its number, and where one helps, a value that would do. */
function refuseFor(issue: Issue, { fields }: InvoiceRequestMessage): RequestDecision {
  const field = issue.field as InvoiceErrorOptions['field']
  const expected = (fields.offer_amount ?? 0n) * (fields.invreq_quantity ?? 1n)
  const suggested =
    issue.code === 'INVREQ_AMOUNT_TOO_LOW'
      ? payablePrice(expected)
      : issue.code === 'INVREQ_QUANTITY_MISSING' || issue.code === 'INVREQ_QUANTITY_ZERO'
        ? 1n
        : issue.code === 'INVREQ_QUANTITY_ABOVE_MAX'
          ? fields.offer_quantity_max
          : undefined
  return refuse(issue.code, issue.message, field, suggested)
}
