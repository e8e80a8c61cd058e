import { bytes, type Codec, featureBits, prefixed, struct, u8, u16, u32, u64, utf8 } from '../wire/codec.js'

/** What a payment over one blinded path costs and is bound to: the sum over its hops. */
export interface BlindedPayinfo {
  /** msat */
  readonly fee_base_msat: number
  /** Millionths of the amount forwarded. */
  readonly fee_proportional_millionths: number
  /** Blocks. */
  readonly cltv_expiry_delta: number
  /** msat */
  readonly htlc_minimum_msat: bigint
  /** msat */
  readonly htlc_maximum_msat: bigint
  /** Feature bits that the path demands of a payment, big-endian. */
  readonly features: Uint8Array
}

/** `blinded_payinfo`: integers of fixed width, unlike the message around it (rule T6). */
export const blindedPayinfo: Codec<BlindedPayinfo> = /* @__PURE__ */ struct('blinded_payinfo', {
  fee_base_msat: u32,
  fee_proportional_millionths: u32,
  cltv_expiry_delta: u16,
  htlc_minimum_msat: u64,
  htlc_maximum_msat: u64,
  features: /* @__PURE__ */ prefixed(u16, featureBits),
})

/** A place on the chain to pay to when the payment over Lightning fails. */
export interface FallbackAddress {
  /** Witness version. */
  readonly version: number
  /** Witness program. */
  readonly address: Uint8Array
}

/** `fallback_address` (rule T7). Whether version and length make an address is rule IR14's business. */
export const fallbackAddress: Codec<FallbackAddress> = /* @__PURE__ */ struct('fallback_address', {
  version: u8,
  address: /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes()),
})

/** The name under which the payer found the offer: `₿name@domain` (BIP 353). */
export interface Bip353Name {
  readonly name: string
  readonly domain: string
}

/** `bip_353_name`: two short strings that fill the value exactly (rule T7); which characters may stand there is rule RR16. */
export const bip353Name: Codec<Bip353Name> = /* @__PURE__ */ struct('bip_353_name', {
  name: /* @__PURE__ */ prefixed(u8, utf8),
  domain: /* @__PURE__ */ prefixed(u8, utf8),
})
