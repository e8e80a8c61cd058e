import { bytes, type Codec, featureBits, point, shortChannelId, struct, tu32, tu64, u16, u32 } from '../wire/codec.js'
import { decodeTlv, encodeTlv, field, type Partially, type TlvRecord, type TlvStream } from '../wire/tlv.js'

/** What a relay keeps and waits for when it passes on a payment. */
export interface PaymentRelay {
  /** Blocks between the expiry of the incoming and of the outgoing HTLC. */
  readonly cltv_expiry_delta: number
  /** Millionths of the amount passed on. */
  readonly fee_proportional_millionths: number
  /** msat */
  readonly fee_base_msat: number
}

/** `payment_relay`: the truncated base fee stands last because it takes what is left. */
export const paymentRelay: Codec<PaymentRelay> = /* @__PURE__ */ struct('payment_relay', {
  cltv_expiry_delta: u16,
  fee_proportional_millionths: u32,
  fee_base_msat: tu32,
})

/** Beyond what a hop refuses a payment. */
export interface PaymentConstraints {
  /** Block height; the incoming HTLC expires at this height or before. */
  readonly max_cltv_expiry: number
  /** msat */
  readonly htlc_minimum_msat: bigint
}

/** `payment_constraints`. */
export const paymentConstraints: Codec<PaymentConstraints> = /* @__PURE__ */ struct('payment_constraints', {
  max_cltv_expiry: u32,
  htlc_minimum_msat: tu64,
})

/** `encrypted_data_tlv` of BOLT 4: what the creator of a blinded path tells one hop. */
export const ENCRYPTED_DATA = {
  /** Ignored; makes the data of all hops equally long (rule B3). */
  padding: /* @__PURE__ */ field(1n, /* @__PURE__ */ bytes()),
  /** The channel to go on over. */
  short_channel_id: /* @__PURE__ */ field(2n, shortChannelId),
  /** The node to go on to. */
  next_node_id: /* @__PURE__ */ field(4n, point),
  /** At the last hop: a secret by which the creator knows its own path again. */
  path_id: /* @__PURE__ */ field(6n, /* @__PURE__ */ bytes()),
  /** The `path_key` to pass on in place of the derived one: here another path begins. */
  next_path_key_override: /* @__PURE__ */ field(8n, point),
  /** For payments: fee and delay of this hop. */
  payment_relay: /* @__PURE__ */ field(10n, paymentRelay),
  /** For payments: what this hop must refuse. */
  payment_constraints: /* @__PURE__ */ field(12n, paymentConstraints),
  /** Feature bits that a message or payment over this hop may use; none allows none. */
  allowed_features: /* @__PURE__ */ field(14n, featureBits),
}
export interface EncryptedData extends Partially<typeof ENCRYPTED_DATA> {}

/**
 * The bytes of a hop's data, not yet encrypted.
 * @param others records to take over as they are (unknown odd types)
 */
export function encodeEncryptedData(data: EncryptedData, others: readonly TlvRecord[] = []): Uint8Array {
  return encodeTlv(ENCRYPTED_DATA, data, others)
}

/**
 * Reads a hop's decrypted data.
 * @throws LnoError the TLV stream's codes; `decryptHopData` makes the path's own codes of them
 */
export function decodeEncryptedData(bytes: Uint8Array): TlvStream<EncryptedData> {
  return decodeTlv(ENCRYPTED_DATA, bytes)
}
