import { toHex } from '../../base/hex.js'
import type { LinkId, LinkRefusal } from '../link.js'
import type { ForwardHtlc, Refusal } from '../onions/index.js'
import { decide, refuse } from './fate.js'
import { htlcKey, type IncomingHtlc } from './htlc-records.js'
import type { Turn } from './state.js'

/** Passes an HTLC on over the channel that it names, if there is one that takes it. Fee and delay were judged when it was read. */
export function forward(turn: Turn, htlc: IncomingHtlc, read: ForwardHtlc): void {
  const { state, links } = turn
  const { amountMsat, cltvExpiry, onion, pathKey } = read
  const next = nextPeer(turn, read)
  if (next === undefined || links.view(next) === undefined) {
    refuse(turn, htlc, { failure: 'unknown_next_peer', data: {}, why: 'it names no channel of ours' })
    return
  }
  if (next === htlc.peer) {
    // Both sides of it in one channel would bind the other side's money for nothing, and fees would be its own.
    refuse(turn, htlc, { failure: 'unknown_next_peer', data: {}, why: 'it would go back to where it came from' })
    return
  }
  if (links.view(htlc.peer)?.status === 'errored') {
    // An override may have been proposed before it was committed, and would take its amount back when we have paid.
    refuse(turn, htlc, {
      failure: 'temporary_channel_failure',
      data: {},
      why: 'the channel that it came over is errored',
    })
    return
  }
  const { paymentHash } = htlc
  const terms = { amountMsat, paymentHash, cltvExpiry, onion, ...(pathKey && { pathKey }) }
  const added = links.add([{ peer: next, terms }])
  if ('refused' in added) {
    refuse(turn, htlc, refusalOf(added.refused, htlc))
    return
  }
  const to = { peer: next, id: added.ids[0]! }
  decide(turn, htlc, { status: 'forwarded', to })
  state.outgoing.put(htlcKey(to), {
    ...to,
    amountMsat,
    paymentHash,
    cause: {
      type: 'forward',
      from: { peer: htlc.peer, id: htlc.id },
      feeMsat: htlc.amountMsat - amountMsat,
    },
    paid: false,
  })
}

function nextPeer(turn: Turn, { next }: ForwardHtlc): LinkId | undefined {
  if ('node_id' in next) return toHex(next.node_id)
  return turn.links.peerOf(next.short_channel_id)
}

/** What the sender is told of a channel that does not take its HTLC. */
function refusalOf(refused: LinkRefusal, { amountMsat }: IncomingHtlc): Refusal {
  const why = `the next channel refuses it: ${refused}`
  switch (refused) {
    case 'below_minimum':
      return { failure: 'amount_below_minimum', data: { htlc_msat: amountMsat }, why }
    case 'no_blinding':
      return { failure: 'required_channel_feature_missing', data: {}, why }
    case 'no_height':
      return { failure: 'temporary_node_failure', data: {}, why }
    default:
      return { failure: 'temporary_channel_failure', data: {}, why }
  }
}
