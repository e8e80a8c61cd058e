import type { BlindedPath } from '../../blinding/blinded-path.js'
import { framedLength } from '../../onion/frame.js'
import { SMALL_PACKET } from '../../onion/packet.js'
import { encodePaymentPayload } from '../../onion/payment-payload.js'
import { exactPacketSize } from '../../onion/sphinx.js'

const MOST_MSAT = 0xffffffffffffffffn
const MOST_HEIGHT = 0xffffffff

/** What a hop in the clear takes at most. */
const CLEAR_HOP = /* @__PURE__ */ framedLength(10 + 6 + 10)

/** What is known of a payment over a path; whatever is not counts as long as it can be. */
export interface RoomOptions {
  /** Hops between us and the introduction node; 0 unless given. */
  readonly clearHops?: number
  /** Hops at the front of the path that are ourselves, and stand in no onion; 0 unless given. */
  readonly ownHops?: number
  readonly amountMsat?: bigint
  readonly totalMsat?: bigint
  /** The last hop's, block height. */
  readonly finalExpiry?: number
}

/** Bytes that a payment over this path leaves free in its onion; below zero, how many it has too few. */
export function onionRoom(path: BlindedPath, options: RoomOptions = {}): number {
  const { clearHops = 0, ownHops = 0 } = options
  const { amountMsat = MOST_MSAT, totalMsat = MOST_MSAT, finalExpiry = MOST_HEIGHT } = options
  const inside = path.path.slice(ownHops).map(({ encrypted_recipient_data }, i, all) => {
    const payload = encodePaymentPayload({
      encrypted_recipient_data,
      ...(i === 0 && ownHops === 0 && { current_path_key: path.first_path_key }),
      ...(i === all.length - 1 && {
        amt_to_forward: amountMsat,
        outgoing_cltv_value: finalExpiry,
        total_amount_msat: totalMsat,
      }),
    })
    return payload.length
  })
  return roomFor(inside) - clearHops * CLEAR_HOP
}

/** Bytes left free by payloads of these lengths; below zero, how many are too few. */
export function roomFor(payloadLengths: readonly number[]): number {
  return SMALL_PACKET - exactPacketSize(payloadLengths)
}
