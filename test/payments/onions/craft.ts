import { blindHops } from '../../../src/blinding/build.js'
import { type EncryptedData, encodeEncryptedData } from '../../../src/blinding/encrypted-data.js'
import { encodePacket } from '../../../src/onion/packet.js'
import { PAYMENT_PAYLOAD, type PaymentPayload } from '../../../src/onion/payment-payload.js'
import { buildOnion } from '../../../src/onion/sphinx.js'
import type { HtlcTerms } from '../../../src/payments/htlc.js'
import type { TlvRecord } from '../../../src/wire/tlv.js'
import { encodeTlv } from '../../../src/wire/tlv.js'
import { node, secretOf } from '../../support/keys.js'

export const alice = node(0x41)
export const bob = node(0x42)
export const carol = node(0x43)
export const dave = node(0x44)
export const paymentHash = new Uint8Array(32).fill(0x77)
export const PATH_SECRET = secretOf(0x51)
export const SESSION_KEY = secretOf(0x52)
export const HEIGHT = 1000
export const MIN_FINAL = 18

/** One hop of an HTLC as a careless or hostile payer, or creator of its path, makes it. */
export interface CraftedHop {
  readonly node: { readonly id: Uint8Array }
  /** What the path tells it; without any it is a hop in the clear. Bytes stand as they are. */
  readonly data?: EncryptedData | Uint8Array
  /** What the payer tells it, beside `encrypted_recipient_data` and `current_path_key`; bytes are the whole payload. */
  readonly payload?: PaymentPayload | Uint8Array
  /** Further records of the payload. */
  readonly others?: readonly TlvRecord[]
}

/** What a last hop is told of a payment of 10 000 msat. */
export const FINAL: PaymentPayload = {
  amt_to_forward: 10_000n,
  outgoing_cltv_value: 1080,
  total_amount_msat: 10_000n,
}

/** An HTLC of 10 000 msat that expires at 1100, whose onion has these hops, the blinded ones last. */
export function craftHtlc(
  hops: readonly CraftedHop[],
  options: Partial<HtlcTerms> & {
    /** The first hop gets its `path_key` beside the onion. */
    readonly inside?: boolean
  } = {},
): { readonly terms: HtlcTerms; readonly sharedSecrets: readonly Uint8Array[] } {
  const { inside = false, ...terms } = options
  const blinded = hops.flatMap(({ node: { id }, data }) =>
    data === undefined ? [] : [{ node_id: id, data: data instanceof Uint8Array ? data : encodeEncryptedData(data) }],
  )
  const path = blinded.length === 0 ? [] : blindHops(PATH_SECRET, blinded)
  let next = 0
  const { packet, sharedSecrets } = buildOnion({
    sessionKey: SESSION_KEY,
    associatedData: paymentHash,
    hops: hops.map(({ node: { id }, data, payload = {}, others = [] }) => {
      const hop = data && path[next++]!
      const introduction = next === 1 && !inside
      if (payload instanceof Uint8Array) return { node_id: hop && !introduction ? hop.blinded_node_id : id, payload }
      return {
        node_id: hop && !introduction ? hop.blinded_node_id : id,
        payload: encodeTlv(
          PAYMENT_PAYLOAD,
          {
            ...(hop && {
              encrypted_recipient_data: hop.encrypted_recipient_data,
              ...(introduction && { current_path_key: hop.path_key }),
            }),
            ...payload,
          },
          others,
        ),
      }
    }),
  })
  return {
    terms: {
      amountMsat: 10_000n,
      cltvExpiry: 1100,
      paymentHash,
      onion: encodePacket(packet),
      ...(inside && { pathKey: path[0]!.path_key }),
      ...terms,
    },
    sharedSecrets,
  }
}
