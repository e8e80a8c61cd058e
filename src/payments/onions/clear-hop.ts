import type { PaymentPayload } from '../../onion/payment-payload.js'
import type { TlvStream } from '../../wire/tlv.js'
import type { Outgoing } from './blinded-hop.js'
import { badPayload, type Refusal, unknownDetails } from './refusal.js'

/** A hop before any blinded path, with the HTLC that it came in. */
export interface ClearHopRead {
  readonly payload: TlvStream<PaymentPayload>
  readonly final: boolean
  /** Of the HTLC that came in, msat. */
  readonly amountMsat: bigint
  /** Block height now. */
  readonly height: number
}

/**
 * What a relay in the clear sends on, or why it does not (rule P14). Whether that pays our fee is another question. No payment
 * ends in the clear: no invoice of ours says so, and of other things nobody may know whether we wait for them.
 */
export function clearOutgoing({ payload: { fields }, final, amountMsat, height }: ClearHopRead): Outgoing | Refusal {
  const { amt_to_forward, outgoing_cltv_value, short_channel_id } = fields
  if (amt_to_forward === undefined) return badPayload(2n, 'the hop is told no amount', 'P14')
  if (outgoing_cltv_value === undefined) return badPayload(4n, 'the hop is told no expiry', 'P14')
  if (final) return unknownDetails(amountMsat, height, 'it ended here without a path of ours')
  if (short_channel_id === undefined) return badPayload(6n, 'the hop is told no channel to go on over', 'P14')
  return { next: { short_channel_id }, amountMsat: amt_to_forward, cltvExpiry: outgoing_cltv_value }
}
