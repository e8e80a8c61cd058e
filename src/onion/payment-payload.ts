import { bytes, point, shortChannelId, struct, tu32, tu64 } from '../wire/codec.js'
import { decodeTlv, encodeTlv, field, type Partially, type TlvStream } from '../wire/tlv.js'

/** `payload` of BOLT 4: what one hop of a payment finds in the onion. Which fields a hop must have is a matter of payments. */
export const PAYMENT_PAYLOAD = {
  /** What to pass on, or at the last hop to receive; msat. */
  amt_to_forward: /* @__PURE__ */ field(2n, tu64),
  /** Block height at which the outgoing HTLC expires. */
  outgoing_cltv_value: /* @__PURE__ */ field(4n, tu32),
  /** The channel to pass on over. */
  short_channel_id: /* @__PURE__ */ field(6n, shortChannelId),
  /** At the last hop of a payment without blinded path: the invoice's secret and the sum of all parts in msat. */
  payment_data: /* @__PURE__ */ field(
    8n,
    /* @__PURE__ */ struct('payment_data', { payment_secret: /* @__PURE__ */ bytes(32), total_msat: tu64 }),
  ),
  /** A hop of a blinded path: what its creator left for this node. */
  encrypted_recipient_data: /* @__PURE__ */ field(10n, /* @__PURE__ */ bytes()),
  /** At the introduction node of a blinded path: its `path_key`, 33 bytes. */
  current_path_key: /* @__PURE__ */ field(12n, point),
  /** From a BOLT 11 invoice, returned as it was. */
  payment_metadata: /* @__PURE__ */ field(16n, /* @__PURE__ */ bytes()),
  /** At the last hop of a blinded path: the sum of all parts, msat. */
  total_amount_msat: /* @__PURE__ */ field(18n, tu64),
}
export interface PaymentPayload extends Partially<typeof PAYMENT_PAYLOAD> {}

/**
 * Reads a hop's payload, as `peelOnion` returns it.
 * @throws LnoError the TLV stream's codes
 */
export function decodePaymentPayload(payload: Uint8Array): TlvStream<PaymentPayload> {
  return decodeTlv(PAYMENT_PAYLOAD, payload)
}

/** The bytes of a payload, as `buildOnion` wants them. */
export function encodePaymentPayload(payload: PaymentPayload): Uint8Array {
  return encodeTlv(PAYMENT_PAYLOAD, payload)
}
