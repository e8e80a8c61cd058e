import { toHex } from '../../base/hex.js'
import { paymentError } from '../codes.js'
import type { HtlcTerms } from '../htlc.js'
import { FINAL_CLTV_DELTA, REFUSAL_DELAY_MS, SET_TIMEOUT_MS } from '../limits.js'
import type { LinkId } from '../link.js'
import { readHtlc } from '../onions/index.js'
import { decide, refuse } from './fate.js'
import { forward } from './forward.js'
import { htlcKey, type IncomingHtlc } from './htlc-records.js'
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

/** False, too, for a time that lies further ahead than anything waits: the clock was set back since. */
function isAhead({ now }: Turn, until: number, mostMs: number): boolean {
  return until > now && until <= now + mostMs
}

/** What waited for its time. */
export function incomingDue(turn: Turn): void {
  for (const key of [...turn.state.indexes.waiting]) {
    const htlc = turn.state.incoming.get(key)
    if (htlc?.fate.status !== 'delayed' || isAhead(turn, htlc.fate.until, REFUSAL_DELAY_MS.most)) continue
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

/**
 * Refuses to give back everything in a channel while some of it is forwarded: who gave it back could still have to pay for it where
 * it went to. Asked by the user and seldom, so that all HTLCs may be looked at.
 * @throws LnoError `OVERRIDE_UNDECIDED`
 */
export function refuseUndecided({ state }: Turn, peer: LinkId): void {
  let undecided = 0
  for (const htlc of state.incoming.values()) {
    if (htlc.peer === peer && htlc.fate.status === 'forwarded') undecided++
  }
  if (undecided === 0) return
  throw paymentError('OVERRIDE_UNDECIDED', `${undecided} HTLCs of this channel were forwarded and are not decided yet`)
}
