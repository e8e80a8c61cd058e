import type { Random } from '../../base/effects.js'
import type { HtlcFailure } from '../htlc.js'
import { REFUSAL_DELAY_MS } from '../limits.js'
import { hidesFailures, passFulfilBack, type Refusal, refuseHtlc } from '../onions/index.js'
import { type Fate, htlcKey, type IncomingHtlc } from './htlc-records.js'
import type { Turn } from './state.js'

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
