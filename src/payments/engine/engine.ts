import type { LinkEvent, LinkId } from '../link.js'
import { disputedIn, incomingDue, incomingUp, lockedIn, removedIn, wakeForIncoming } from './incoming.js'
import { disputedOut, preimageOut, returnedOut, settledOut } from './outgoing.js'
import { resumePayments } from './payments.js'
import type { Turn } from './state.js'

/** What a channel told of its HTLCs. */
export function onLinkEvent(turn: Turn, peer: LinkId, event: LinkEvent): void {
  switch (event.type) {
    case 'up':
      incomingUp(turn)
      break
    case 'down':
      break
    case 'locked_in':
      lockedIn(turn, peer, event.id, event.terms)
      break
    case 'settled_in':
      removedIn(turn, peer, event.id, 'settled', event.amountMsat)
      break
    case 'returned_in':
      removedIn(turn, peer, event.id, 'returned', event.amountMsat)
      break
    case 'disputed_in':
      disputedIn(turn, peer, event.id)
      break
    case 'preimage_out':
      preimageOut(turn, peer, event.id, event.preimage, event.attribution)
      break
    case 'settled_out':
      settledOut(turn, peer, event.id, event.amountMsat)
      break
    case 'returned_out':
      returnedOut(turn, peer, event)
      break
    case 'disputed_out':
      disputedOut(turn, peer, event.id)
      break
  }
}

/** After loading: what waited for a time waits again, and what was late is done. */
export function onStart(turn: Turn): void {
  wakeForIncoming(turn)
  incomingDue(turn)
  resumePayments(turn)
}

/** Time has passed. */
export function onTick(turn: Turn): void {
  incomingDue(turn)
}
