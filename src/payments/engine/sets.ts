import { equalBytes } from '../../base/bytes.js'
import { toHex } from '../../base/hex.js'
import { sha256 } from '../../crypto/hash.js'
import { HEIGHT_TOLERANCE } from '../block-clock.js'
import { SET_TIMEOUT_MS } from '../limits.js'
import { type ReceivedPart, type Refusal, unknownDetails } from '../onions/index.js'
import { openPaymentPathId, type PaymentPromise } from '../promise.js'
import { decide, pay, refuse } from './fate.js'
import type { IncomingHtlc } from './htlc-records.js'
import type { EngineState, Turn } from './state.js'

/** A part with what its path id promised. */
interface Held extends IncomingHtlc {
  readonly fate: IncomingHtlc['fate'] & { readonly status: 'held' }
}

/** The parts of one payment hash that have come so far. */
function partsOf({ indexes, incoming }: EngineState, hash: string): readonly Held[] {
  return [...(indexes.sets.get(hash) ?? [])].map((key) => incoming.get(key) as Held)
}

/**
 * A part of a payment to us. It is held if what its path id says was promised, and taken with the others once their sum is the
 * total. Whatever is wrong with it, the answer is the same (rule P13 and what BOLT 4 says of `payment_secret`).
 */
export function receivePart(turn: Turn, htlc: IncomingHtlc, read: ReceivedPart): void {
  const { state } = turn
  const hash = toHex(htlc.paymentHash)
  const why = refusedPart(turn, htlc, read)
  if (why !== undefined) {
    refuse(turn, htlc, noDetails(turn, htlc, why))
    return
  }
  const others = partsOf(state, hash)
  if (others.some(({ fate }) => fate.totalMsat !== read.totalMsat)) {
    for (const part of [...others, htlc]) refuse(turn, part, noDetails(turn, part, 'its parts name different totals'))
    return
  }
  const { totalMsat, amountMsat: partMsat, pathId } = read
  decide(turn, htlc, { status: 'held', pathId: pathId!, totalMsat, partMsat })
  completeSet(turn, hash)
  if (state.indexes.sets.has(hash)) turn.wake(turn.now + SET_TIMEOUT_MS)
}

function noDetails(turn: Turn, { amountMsat }: IncomingHtlc, why: string): Refusal {
  return unknownDetails(amountMsat, turn.height ?? 0, why)
}

/** What a part is refused for, in words for the log; the payer is told none of it. */
function refusedPart(turn: Turn, { paymentHash }: IncomingHtlc, read: ReceivedPart): string | undefined {
  const { pathId, amountMsat, totalMsat } = read
  const made = pathId && openPaymentPathId(turn.state.options.preimageSecret, pathId)
  if (made === undefined) return 'the path is none that we made for a payment'
  if (!equalBytes(sha256(made.preimage), paymentHash)) return 'the payment hash is not that of the invoice of this path'
  const { promise } = made
  if (totalMsat < promise.amount) return `${totalMsat} msat are announced, the invoice is over ${promise.amount}`
  if (totalMsat > 2n * promise.amount) return `${totalMsat} msat are announced, more than twice the invoice's`
  if (amountMsat > totalMsat) return `a part of ${amountMsat} msat is more than the total of ${totalMsat}`
  return refusedPromise(turn, paymentHash, promise)
}

/** What may have changed since the invoice was made, and while its parts come in. */
function refusedPromise({ state, now }: Turn, paymentHash: Uint8Array, promise: PaymentPromise): string | undefined {
  if (BigInt(Math.floor(now / 1000)) > promise.expires) return 'the invoice expired'
  if (state.receipts.get(toHex(paymentHash)) !== undefined) return 'the invoice was paid already'
  if (promise.exclusive && state.indexes.exclusive.has(toHex(promise.exclusive))) {
    return 'another invoice for the same was paid already'
  }
  return undefined
}

/**
 * Takes a set if it is complete: then all its parts in this step, and never a preimage before. A part that might expire before its
 * removal is committed is given back instead; while a channel is down the set waits for it.
 */
export function completeSet(turn: Turn, hash: string): void {
  const { state, height, now } = turn
  const parts = partsOf(state, hash)
  const [first] = parts
  if (first === undefined || height === undefined) return
  const { promise, preimage } = openPaymentPathId(state.options.preimageSecret, first.fate.pathId)!
  const late = parts.filter(({ cltvExpiry }) => height >= cltvExpiry - HEIGHT_TOLERANCE)
  for (const part of late) refuse(turn, part, noDetails(turn, part, 'too few blocks are left before it expires'))
  if (late.length > 0) {
    completeSet(turn, hash)
    return
  }

  const sum = parts.reduce((all, { fate }) => all + fate.partMsat, 0n)
  if (sum < first.fate.totalMsat) return
  if (!parts.every(({ peer }) => turn.links.view(peer)?.status === 'up')) return
  const why = refusedPromise(turn, first.paymentHash, promise)
  if (why !== undefined) {
    for (const part of parts) refuse(turn, part, noDetails(turn, part, why))
    return
  }
  const receipt = {
    paymentHash: first.paymentHash,
    preimage,
    amountMsat: parts.reduce((all, { amountMsat }) => all + amountMsat, 0n),
    offerId: promise.offer_id,
    requestHash: promise.request_hash,
    parts: parts.length,
    at: now,
  }
  state.receipts.put(hash, { ...receipt, ...(promise.exclusive && { exclusive: promise.exclusive }) })
  for (const part of parts) pay(turn, part, preimage)
  turn.tell({ type: 'payment_received', receipt })
}

/** Gives a set back whose first part has waited long enough (`mpp_timeout`), and parts that will expire. */
export function timeOutSet(turn: Turn, hash: string): void {
  const parts = partsOf(turn.state, hash)
  const since = parts.reduce((first, part) => Math.min(first, part.since), Number.POSITIVE_INFINITY)
  // A part from far ahead came before the clock was set back: it waits no longer than others.
  if (turn.now < since + SET_TIMEOUT_MS && since <= turn.now + SET_TIMEOUT_MS) {
    completeSet(turn, hash)
    return
  }
  for (const part of parts) {
    refuse(turn, part, { failure: 'mpp_timeout', data: {}, why: 'the other parts did not come in time' })
  }
}
