import { equalBytes } from '../../base/bytes.js'
import { LnoError } from '../../base/error.js'
import { fromHex } from '../../base/hex.js'
import { decodeMessage, encodeMessage } from '../../wire/message.js'
import { MOST_TERMS } from '../hosted/limits.js'
import { FORWARDING_TERMS, type ForwardingTerm } from '../hosted/messages.js'
import type { LinkId, LinkView } from '../link.js'
import type { EngineState } from './state.js'

/**
 * What we tell a peer of whom we reach and at what cost: its own channel, so that it can make paths over us; and others, so that it can
 * pay through us.
 */
export function termsFor(state: EngineState, view: LinkView, others: readonly LinkView[]): Uint8Array {
  const told = state.options.tellsNeighbours
    ? others.filter(({ peer, status }) => peer !== view.peer && (status === 'up' || status === 'down'))
    : []
  const terms = [view, ...told].slice(0, MOST_TERMS).map((channel) => termOf(state, channel))
  return encodeMessage(FORWARDING_TERMS, { terms })
}

function termOf({ options: { forwarding }, neighbours }: EngineState, view: LinkView): ForwardingTerm {
  return {
    short_channel_id: neighbours.alias(view.peer),
    next_node_id: fromHex(view.peer),
    fee_base_msat: forwarding.feeBaseMsat,
    fee_proportional_millionths: forwarding.feeProportionalMillionths,
    cltv_expiry_delta: forwarding.cltvExpiryDelta,
    htlc_minimum_msat: view.htlcMinimumMsat,
    // The capacity, not what can be sent now: a balance is nobody else's business.
    htlc_maximum_msat: view.capacityMsat,
  }
}

/** Takes what a peer tells. What cannot be read is as if nothing had been told. */
export function onTerms(state: EngineState, peer: LinkId, message: Uint8Array): void {
  try {
    const { terms } = decodeMessage(FORWARDING_TERMS, message).fields
    const id = fromHex(peer)
    // Nobody passes on to itself.
    state.neighbours.told(
      peer,
      terms.filter(({ next_node_id }) => !equalBytes(next_node_id, id)),
    )
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    state.neighbours.forget(peer)
  }
}
