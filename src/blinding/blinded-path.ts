import {
  bytes,
  type Codec,
  counted,
  point,
  prefixed,
  type SciddirOrPubkey,
  sciddirOrPubkey,
  struct,
  u8,
  u16,
} from '../wire/codec.js'

/** One hop of a blinded path: whom it addresses, in disguise, and what only that node can decrypt. */
export interface BlindedHop {
  /** Blinded node id, 33 bytes. */
  readonly blinded_node_id: Uint8Array
  /** ChaCha20-Poly1305 of the hop's `encrypted_data_tlv`. */
  readonly encrypted_recipient_data: Uint8Array
}

/** A blinded path (BOLT 4, "Route Blinding"): its introduction node in the clear, everything behind it hidden. */
export interface BlindedPath {
  readonly first_node_id: SciddirOrPubkey
  /** The `path_key` for the introduction node, 33 bytes. */
  readonly first_path_key: Uint8Array
  readonly path: readonly BlindedHop[]
}

/** `blinded_path_hop`: the same in every form that paths ever had. */
export const blindedHop: Codec<BlindedHop> = /* @__PURE__ */ struct('blinded_path_hop', {
  blinded_node_id: point,
  encrypted_recipient_data: /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes()),
})

/**
 * `blinded_path` of BOLT 4. A path without hops is read: whether it may stand is a rule of the message that holds it
 * (OR9, RR5, IR5), and whoever walks one refuses it.
 */
export const blindedPath: Codec<BlindedPath> = /* @__PURE__ */ struct('blinded_path', {
  first_node_id: sciddirOrPubkey,
  first_path_key: point,
  path: /* @__PURE__ */ counted(u8, blindedHop),
})
