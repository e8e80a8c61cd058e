import { LnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import { randomSecret } from '../../crypto/group.js'
import { checkMsat } from '../../wire/amount.js'
import { paymentError } from '../codes.js'
import type { HtlcFailure } from '../htlc.js'
import { MAX_PARTS, MAX_RETRIES } from '../limits.js'
import type { LinkId } from '../link.js'
import {
  type BuiltPayment,
  buildPayment,
  type PaymentOrigin,
  type ReturnedHtlc,
  readReturned,
} from '../onions/index.js'
import type { NewPayment, PaymentFailure, PaymentPart, PaymentQuote, PaymentState } from '../step.js'
import type { RouteQuery } from './candidates.js'
import { htlcKey } from './htlc-records.js'
import { type Payment, paidFee } from './payment-records.js'
import { type PlannedPart, planParts } from './routes.js'
import type { Turn } from './state.js'

/**
 * Begins a payment. The same id again does nothing.
 * @throws LnoError `PAYMENT_TWICE`, `PAYMENT_EXPIRED`, `AMOUNT_OUT_OF_RANGE`, and as `planParts`: then nothing was sent
 */
export function startPayment(turn: Turn, payment: NewPayment): void {
  const { state, now } = turn
  if (state.payments.get(payment.id) !== undefined) return
  checkNew(turn, payment)
  const begun = sendRest(turn, {
    ...payment,
    status: 'sending',
    parts: [],
    feeMsat: 0n,
    planned: MAX_PARTS,
    seq: state.payments.size + 1,
    createdAt: now,
  })
  state.payments.put(payment.id, { ...begun, planned: begun.parts.length })
}

function checkNew({ state, now }: Turn, { id, paymentHash, amountMsat, expiresAt }: NewPayment): void {
  if (checkMsat(amountMsat) === 0n) throw paymentError('NO_PAYMENT_ROUTE', 'there is nothing to be paid')
  const other = state.indexes.paying.get(toHex(paymentHash))
  if (other !== undefined && other !== id) {
    const { status } = state.payments.get(other)!
    const what = status === 'paid' ? 'paid already' : 'being paid already'
    throw paymentError('PAYMENT_TWICE', `this payment hash is ${what}`, { details: { paymentId: other } })
  }
  if (isExpired(expiresAt, now)) throw paymentError('PAYMENT_EXPIRED', `the invoice expired at ${expiresAt}`)
}

function isExpired(expiresAt: bigint, now: number): boolean {
  return BigInt(Math.floor(now / 1000)) > expiresAt
}

/** How a payment would go now. @throws LnoError as `startPayment` */
export function quotePayment(turn: Turn, payment: NewPayment): PaymentQuote {
  checkNew(turn, payment)
  const parts = planParts(turn, {
    ...payment,
    totalMsat: payment.amountMsat,
    maxParts: MAX_PARTS,
    parts: [],
    slots: new Map(),
  })
  return {
    feeMsat: parts.reduce((sum, { feeMsat }) => sum + feeMsat, 0n),
    parts: parts.map(({ candidate: { peer, path }, amountMsat, feeMsat }) => ({ peer, path, amountMsat, feeMsat })),
  }
}

/** Neither paid nor given back. */
function isOutstanding({ status }: PaymentPart): boolean {
  return status === 'sent' || status === 'disputed'
}

/**
 * Sends what is neither outstanding nor paid, all of it or nothing: never more than amount and fee limit leave.
 * @throws LnoError as `planParts`, when what is left finds no way
 */
function sendRest(turn: Turn, payment: Payment): Payment {
  const slots = new Map<LinkId, number>()
  for (;;) {
    const query = restOf(payment, slots)
    if (query.amountMsat === 0n) return payment
    const plan = planParts(turn, query)
    const built = plan.map((part) => buildPart(turn, payment, part))
    const added = turn.links.add(built.map(({ terms }, i) => ({ peer: plan[i]!.candidate.peer, terms })))
    if ('ids' in added) return withSent(turn, payment, plan, built, added.ids)
    const { peer } = plan[added.index]!.candidate
    slots.set(peer, plan.slice(0, added.index).filter(({ candidate }) => candidate.peer === peer).length)
  }
}

function restOf(payment: Payment, slots: ReadonlyMap<LinkId, number>): RouteQuery {
  const { amountMsat, maxFeeMsat, paths, severalParts, parts, planned } = payment
  const bound = parts.filter(({ status }) => status !== 'failed')
  const sum = (of: 'amountMsat' | 'feeMsat') => bound.reduce((all, part) => all + part[of], 0n)
  return {
    amountMsat: amountMsat - sum('amountMsat'),
    totalMsat: amountMsat,
    maxFeeMsat: maxFeeMsat - sum('feeMsat'),
    paths,
    severalParts,
    maxParts: Math.min(MAX_PARTS - parts.filter(isOutstanding).length, planned + MAX_RETRIES - parts.length),
    parts,
    slots,
  }
}

function buildPart(turn: Turn, payment: Payment, { candidate, amountMsat }: PlannedPart): BuiltPayment {
  const { options, nodeId } = turn.state
  const { path, clear, introduction } = candidate
  return buildPayment({
    nodeSecret: options.nodeSecret,
    nodeId,
    clear,
    path: payment.paths[path]!,
    introduction,
    peerOf: turn.links.peerIdOf,
    amountMsat,
    totalMsat: payment.amountMsat,
    height: turn.height!,
    paymentHash: payment.paymentHash,
    sessionKey: randomSecret(options.random),
  })
}

/** Writes down the HTLCs that were offered. */
function withSent(
  turn: Turn,
  payment: Payment,
  plan: readonly PlannedPart[],
  built: readonly BuiltPayment[],
  ids: readonly bigint[],
): Payment {
  const { id: name, paymentHash } = payment
  const sent = plan.map(({ candidate: { peer, path }, amountMsat }, i): PaymentPart => {
    const { terms, feeMsat, origin } = built[i]!
    const id = ids[i]!
    const cause = { type: 'payment', payment: name, part: payment.parts.length + i, origin } as const
    turn.state.outgoing.put(htlcKey({ peer, id }), {
      peer,
      id,
      amountMsat: terms.amountMsat,
      paymentHash,
      cause,
      paid: false,
    })
    return { peer, htlcId: id, amountMsat, feeMsat, path, status: 'sent' }
  })
  for (const part of sent) turn.tell({ type: 'part_sent', payment: name, part })
  return { ...payment, parts: [...payment.parts, ...sent] }
}

function withPart(payment: Payment, index: number, change: Partial<PaymentPart>): Payment {
  const parts = payment.parts.map((part, i) => (i === index ? { ...part, ...change } : part))
  return { ...payment, parts, feeMsat: paidFee({ ...payment, parts }) }
}

/** The preimage of a part is known: the payment is made, whatever becomes of the parts that are still on their way. */
export function partPaid(turn: Turn, id: string, index: number, preimage: Uint8Array): void {
  const { state, now } = turn
  const before = state.payments.get(id)
  if (before === undefined) return
  const payment = withPart(before, index, { status: 'paid' })
  if (before.status === 'paid') {
    state.payments.put(id, payment)
    return
  }
  const { failure: _, ...rest } = payment
  const paid: Payment = {
    ...rest,
    status: 'paid',
    feeMsat: paidFee({ ...payment, status: 'paid' }),
    preimage,
    endedAt: now,
    paths: [],
  }
  state.payments.put(id, paid)
  turn.tell({ type: 'payment_paid', payment: viewOf(paid) })
}

/** An outgoing HTLC of a payment. */
interface PartRef {
  readonly payment: string
  readonly part: number
  readonly origin: PaymentOrigin
}

/** A part came back: what failed is learnt, and what is left sent over another way, as long as there is one. */
export function partReturned(
  turn: Turn,
  { payment: id, part, origin }: PartRef,
  { failure, overridden }: { readonly failure?: HtlcFailure; readonly overridden?: true },
): void {
  const { state } = turn
  const before = state.payments.get(id)
  if (before === undefined) return
  const why = failure ? whatItSays(readReturned({ origin, failure })) : withoutFailure(overridden)
  const payment = withPart(before, part, { status: 'failed', failure: why })
  state.payments.put(id, payment)
  turn.tell({ type: 'part_failed', payment: id, part: payment.parts[part]! })
  goOn(turn, payment)
}

/** Sends what is left, or ends a payment of which nothing is outstanding. */
function goOn(turn: Turn, payment: Payment): void {
  if (payment.status !== 'sending') return
  const end = whyNoMore(turn, payment) ?? sendMore(turn, payment)
  if (end !== undefined && !payment.parts.some(isOutstanding)) fail(turn, payment, end)
}

/** Sends what is left; why not, when it finds no way. */
function sendMore(turn: Turn, payment: Payment): PaymentFailure | undefined {
  try {
    turn.state.payments.put(payment.id, sendRest(turn, payment))
    return undefined
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    return lastWord(payment, error)
  }
}

/** What ends a payment as soon as one part fails with it. */
const FINAL_FAILURES: ReadonlySet<string> = /* @__PURE__ */ new Set(['PAYMENT_REFUSED', 'PAYMENT_OVERRIDDEN'])

/** Why nothing more is sent, whatever ways there are. */
function whyNoMore(turn: Turn, { parts, expiresAt }: Payment): PaymentFailure | undefined {
  // An override may have given a part's amount away, and the recipient may have it: sent again it would be paid twice.
  const refused = parts.find(({ failure }) => failure && FINAL_FAILURES.has(failure.code))?.failure
  if (refused) return refused
  if (!isExpired(expiresAt, turn.now)) return undefined
  return { code: 'PAYMENT_EXPIRED', message: 'the invoice expired before another way could be tried' }
}

function lastWord({ parts }: Payment, { code, message }: LnoError): PaymentFailure {
  const last = parts.filter(({ failure }) => failure).at(-1)?.failure?.message
  return {
    code: code === 'PAYMENT_FEE_LIMIT' ? code : 'PAYMENT_FAILED',
    message: last === undefined ? message : `${last}; then: ${message}`,
  }
}

function fail(turn: Turn, payment: Payment, failure: PaymentFailure): void {
  const failed: Payment = { ...payment, status: 'failed', failure, endedAt: turn.now, paths: [] }
  turn.state.payments.put(payment.id, failed)
  turn.tell({ type: 'payment_failed', payment: viewOf(failed) })
}

function withoutFailure(overridden: true | undefined): PaymentFailure {
  return overridden
    ? {
        code: 'PAYMENT_OVERRIDDEN',
        message: 'the channel was overridden, or a state of it was forgotten, while the payment was in it',
      }
    : { code: 'PAYMENT_PART_FAILED', message: 'it came back, the failure was lost with a connection' }
}

function whatItSays({ failure, source, blinded, final, permanent }: ReturnedHtlc): PaymentFailure {
  const what = failure?.name ?? (failure ? `failure ${failure.code}` : 'a failure that nobody can read')
  const who = final
    ? 'the recipient'
    : blinded
      ? 'a node in the blinded path'
      : source === undefined
        ? 'somebody'
        : `hop ${source + 1}`
  return { code: final && permanent ? 'PAYMENT_REFUSED' : 'PAYMENT_PART_FAILED', message: `${who} says ${what}` }
}

/** A part expired in its channel: it stays outstanding until an override says who gets it. */
export function partDisputed(turn: Turn, id: string, index: number): void {
  const payment = turn.state.payments.get(id)
  if (payment?.parts[index]?.status === 'sent') {
    turn.state.payments.put(id, withPart(payment, index, { status: 'disputed' }))
  }
}

/** An override gave a part's amount away without a preimage. */
export function partLost(turn: Turn, id: string, index: number): void {
  const before = turn.state.payments.get(id)
  if (before === undefined) return
  const payment = withPart(before, index, { status: 'paid' })
  turn.state.payments.put(id, payment)
  if (payment.status !== 'sending' || payment.parts.some(isOutstanding)) return
  fail(turn, payment, { code: 'PAYMENT_FAILED', message: 'an override gave its amount away without a preimage' })
}

/** After a start: payments of which nothing is outstanding go on, or end. */
export function resumePayments(turn: Turn): void {
  for (const id of [...turn.state.indexes.sending]) {
    const payment = turn.state.payments.get(id)!
    if (!payment.parts.some(isOutstanding)) goOn(turn, payment)
  }
}

/** What a payment shows of itself. */
export function viewOf({ paths: _, severalParts: __, planned: ___, seq: ____, ...shown }: Payment): PaymentState {
  return shown
}
