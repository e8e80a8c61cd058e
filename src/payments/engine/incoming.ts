import type { Random } from '../../base/effects.js'
import type { HtlcFailure, HtlcTerms } from '../htlc.js'
import { FINAL_CLTV_DELTA, REFUSAL_DELAY_MS } from '../limits.js'
import type { LinkId } from '../link.js'
import { hidesFailures, passFulfilBack, type Refusal, readHtlc, refuseHtlc } from '../onions/index.js'
import { forward } from './forward.js'
import { type Fate, htlcKey, type IncomingHtlc } from './htlc-records.js'
import { completeSet, receivePart, timeOutSet } from './sets.js'
import type { Turn } from './state.js'

/** An incoming HTLC is committed: now it is read, and forwarded, taken or refused. */
export function lockedIn(turn: Turn, peer: LinkId, id: bigint, terms: HtlcTerms): void {
  const { state } = turn
  if (state.incoming.get(htlcKey({ peer, id })) !== undefined) return // told once, but a second time does no harm
  const read = readHtlc({
    terms,
    nodeSecret: state.options.nodeSecret,
    nodeId: state.nodeId,
    height: turn.height,
    minFinalCltv: FINAL_CLTV_DELTA,
    forwarding: state.options.forwarding,
  })
  const htlc: IncomingHtlc = {
    peer,
    id,
    amountMsat: terms.amountMsat,
    paymentHash: terms.paymentHash,
    cltvExpiry: terms.cltvExpiry,
    position: read.position,
    final: read.final,
    ...(read.sharedSecret && { sharedSecret: read.sharedSecret }),
    onionHash: read.onionHash,
    since: turn.now,
    fate: { status: 'failed' },
  }
  if (read.type === 'refuse') refuse(turn, htlc, read.refusal)
  else if (read.type === 'forward') forward(turn, htlc, read)
  else receivePart(turn, htlc, read)
}

/** Writes down what became of an HTLC. */
export function decide(turn: Turn, htlc: IncomingHtlc, fate: Fate): void {
  turn.state.incoming.put(htlcKey(htlc), { ...htlc, fate })
}

/** Refuses an HTLC for a reason of our own. */
export function refuse(turn: Turn, htlc: IncomingHtlc, refusal: Refusal): void {
  turn.tell({
    type: 'htlc_refused',
    peer: htlc.peer,
    code: refusal.failure,
    why: refusal.why,
    ...(refusal.rule !== undefined && { rule: refusal.rule }),
  })
  giveBack(turn, htlc, (holdTime) => refuseHtlc({ ...htlc, refusal, holdTime }))
}

/**
 * Gives an HTLC back; at an introduction node after a random delay (rule E2). How long it was held then is known beforehand.
 * @param make the failure for a hold time in units of 100 ms
 */
export function giveBack(turn: Turn, htlc: IncomingHtlc, make: (holdTime: number) => HtlcFailure): void {
  if (!hidesFailures(htlc)) {
    decide(turn, htlc, { status: 'failed' })
    turn.links.fail(htlc.peer, htlc.id, make(holdTime(htlc, turn.now)))
    return
  }
  const until = turn.now + randomDelay(turn.state.options.random)
  decide(turn, htlc, { status: 'delayed', until, failure: make(holdTime(htlc, until)) })
  turn.wake(until)
}

/** Pays an HTLC by its preimage. */
export function pay(turn: Turn, htlc: IncomingHtlc, preimage: Uint8Array, downstream?: Uint8Array): void {
  const { position, sharedSecret, peer, id, fate } = htlc
  const attribution =
    sharedSecret &&
    passFulfilBack({
      position,
      sharedSecret,
      holdTime: holdTime(htlc, turn.now),
      ...(downstream && { downstream }),
    })
  decide(turn, htlc, { status: 'fulfilled', received: fate.status === 'held' })
  turn.links.fulfil(peer, id, preimage, attribution)
}

function holdTime({ since }: IncomingHtlc, now: number): number {
  return Math.max(0, Math.min(0xffffffff, Math.floor((now - since) / 100)))
}

function randomDelay(random: Random): number {
  const [high = 0, low = 0] = random(2)
  const { least, most } = REFUSAL_DELAY_MS
  return least + (((high << 8) | low) % (most - least))
}

/** Our removal of an incoming HTLC is committed, or an override decided it. */
export function removedIn(turn: Turn, peer: LinkId, id: bigint, outcome: 'settled' | 'returned', amount: bigint): void {
  const { state, now } = turn
  const key = htlcKey({ peer, id })
  const htlc = state.incoming.get(key)
  state.incoming.remove(key)
  if (outcome === 'returned') return
  const received = htlc?.fate.status === 'held' || (htlc?.fate.status === 'fulfilled' && htlc.fate.received)
  const receipt = htlc && received ? state.receipts.get(toHex(htlc.paymentHash)) : undefined
  state.ledger.append({
    at: now,
    kind: received ? 'received' : 'forward_in',
    peer,
    amountMsat: amount,
    feeMsat: 0n,
    ...(htlc && { paymentHash: htlc.paymentHash }),
    ...(receipt && { about: { offerId: receipt.offerId } }),
  })
}

/** It expired in an errored channel: it counts for no payment any more. Who gets it, an override says. */
export function disputedIn(turn: Turn, peer: LinkId, id: bigint): void {
  const htlc = turn.state.incoming.get(htlcKey({ peer, id }))
  if (htlc?.fate.status === 'held' || htlc?.fate.status === 'delayed') decide(turn, htlc, { status: 'failed' })
}

/** What waited for its time. */
export function incomingDue(turn: Turn): void {
  for (const key of [...turn.state.indexes.waiting]) {
    const htlc = turn.state.incoming.get(key)
    if (htlc?.fate.status !== 'delayed' || htlc.fate.until > turn.now) continue
    decide(turn, htlc, { status: 'failed' })
    turn.links.fail(htlc.peer, htlc.id, htlc.fate.failure)
  }
  for (const hash of [...turn.state.indexes.sets.keys()]) timeOutSet(turn, hash)
}

/** A channel is up: sets that waited for nothing else are complete now. */
export function incomingUp(turn: Turn): void {
  for (const hash of [...turn.state.indexes.sets.keys()]) completeSet(turn, hash)
}

/** After a start: asks again for the ticks that are waited for. */
export function wakeForIncoming(turn: Turn): void {
  for (const key of turn.state.indexes.waiting) {
    const htlc = turn.state.incoming.get(key)!
    if (htlc.fate.status === 'delayed') turn.wake(htlc.fate.until)
    if (htlc.fate.status === 'held') turn.wake(htlc.since + SET_TIMEOUT_MS)
  }
}
