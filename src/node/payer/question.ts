import type { Random } from '../../base/effects.js'
import { toHex } from '../../base/hex.js'
import { estimateCost } from '../../bolt12/amount.js'
import { createInvoiceRequest } from '../../bolt12/create-invoice-request.js'
import { encodeOffer } from '../../bolt12/create-offer.js'
import { checkOffer } from '../../bolt12/inspect.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { errorOf } from '../../bolt12/rules/rule.js'
import type { Bolt12Form } from '../bolt12-form.js'
import { nodeError } from '../codes.js'
import type { PolicyFacts } from '../messenger/policy.js'
import { judgeInvoice, type Verdict } from './answer.js'
import { pathsOrId, type WaysIn } from './ways.js'

/** How an answer came. */
export interface Arrival {
  /** Unix seconds. */
  readonly now: bigint
  /** Index of the path that the request went over; undefined when it went to a node id. */
  readonly pathIndex: number | undefined
}

/** Whom a request is for. */
export interface Destination extends WaysIn {
  /** As far as it tells in which forms of messages the request may be sent. */
  readonly target: PolicyFacts['target']
}

/**
 * What is asked, and how its answer is judged. All that attempts, waiters and storage need to know of it: nothing else tells
 * them which form of BOLT 12 is spoken.
 */
export interface Question<I> extends Destination {
  readonly form: Bolt12Form
  /** The TLV stream of the invoice_request, signed. */
  readonly request: Uint8Array
  /** The secret of its payer id, 32 bytes. */
  readonly payerKey: Uint8Array
  /** The most that the invoice may be over, msat. */
  readonly authorisedMsat: bigint
  /** The offer as it was given. */
  readonly offerText: string
  /** Never throws for bytes. */
  judge(value: Uint8Array, arrival: Arrival): Verdict<I>
  /** What an invoice that was judged to be good holds. */
  readonly summary: (invoice: I) => { readonly bytes: Uint8Array; readonly amountMsat: bigint }
}

/** What the user says besides the offer. */
export interface Terms {
  /** msat for the whole request; needed where the offer has no amount. */
  readonly amountMsat?: bigint
  readonly quantity?: bigint
  readonly payerNote?: string
}

/** Who asks. */
export interface Asker {
  /** Unix seconds. */
  readonly now: bigint
  readonly chains: readonly Uint8Array[]
  readonly random: Random
}

/** A question and its request in its own form. */
export interface Asked<R, I> {
  readonly question: Question<I>
  readonly request: R
}

/**
 * The question to the issuer of an offer in today's form.
 * @throws LnoError what makes the offer unanswerable (`OFFER_EXPIRED`, …) or the terms impossible (`INVREQ_…`,
 *   `QUANTITY_INVALID`)
 */
export function modernQuestion(
  offer: OfferMessage,
  terms: Terms,
  { now, chains, random }: Asker,
): Asked<InvoiceRequestMessage, InvoiceMessage> {
  const issue = checkOffer(offer, { now, chains }).issues[0]
  if (issue !== undefined) throw errorOf(issue)
  const chain = chainFor(offer.fields.offer_chains, chains)
  const { request, payerKey } = createInvoiceRequest(offer, { random, ...termsOf(terms), ...(chain && { chain }) })
  const authorisedMsat = terms.amountMsat ?? estimateCost(offer.fields, terms.quantity)?.msat
  if (authorisedMsat === undefined) throw nodeError('INTERNAL', 'a request without an amount was made')
  const { offer_paths: paths, offer_issuer_id: issuer } = offer.fields
  const question: Question<InvoiceMessage> = {
    form: 'modern',
    target: 'offer',
    request: request.bytes,
    payerKey,
    ...pathsOrId(paths, issuer),
    authorisedMsat,
    offerText: encodeOffer(offer),
    judge: (value, { now, pathIndex }) => {
      const hops = pathIndex === undefined ? [] : (paths?.[pathIndex]?.path ?? [])
      const sentTo = hops[hops.length - 1]?.blinded_node_id ?? issuer
      return judgeInvoice(value, { offer, request, sentTo, arrivedOn: 'reply_path', now, chains, authorisedMsat })
    },
    summary: ({ bytes, fields }) => ({ bytes, amountMsat: fields.invoice_amount ?? 0n }),
  }
  return { question, request }
}

/** Our first chain that the offer lists; undefined where it lists none of ours. */
export function chainFor(
  listed: readonly Uint8Array[] | undefined,
  ours: readonly Uint8Array[],
): Uint8Array | undefined {
  return ours.find((chain) => listed?.some((each) => toHex(each) === toHex(chain)))
}

/** Only what was said. */
export function termsOf({ amountMsat, quantity, payerNote }: Terms): Terms {
  return {
    ...(amountMsat !== undefined && { amountMsat }),
    ...(quantity !== undefined && { quantity }),
    ...(payerNote !== undefined && { payerNote }),
  }
}
