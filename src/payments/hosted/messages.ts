import {
  bigsize,
  bool,
  bytes,
  type Codec,
  chainHash,
  counted,
  encode,
  featureBits,
  flagged,
  mapped,
  point,
  prefixed,
  type StructOf,
  shortChannelId,
  struct,
  u16,
  u32,
  u64,
  utf8,
} from '../../wire/codec.js'
import { type MessageFields, message } from '../../wire/message.js'
import { htlcBody } from './htlc-messages.js'
import { atMost, MOST_FEATURE_BYTES, MOST_HTLCS, MOST_SCRIPT_BYTES, MOST_SECRET_BYTES, MOST_TERMS } from './limits.js'

const blob = /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes())
/** 64 bytes, `r ‖ s`. */
const signature: Codec<Uint8Array> = /* @__PURE__ */ bytes(64, 'signature')
/** A BigSize length. One beyond every message stays too large as a `number`. */
const length: Codec<number> = /* @__PURE__ */ mapped(bigsize, 'bigsize', Number, BigInt)

/**
 * The client asks for its channel: for a new one, and after each connect.
 * The text leaves `secret` free; ours has 32 bytes, and none is an empty one.
 */
export const INVOKE_HOSTED_CHANNEL = /* @__PURE__ */ message({
  type: 65535,
  name: 'invoke_hosted_channel',
  body: { chain_hash: chainHash, refund_scriptpubkey: blob, secret: blob },
  check: ({ refund_scriptpubkey, secret }) => {
    checkScript(refund_scriptpubkey, 'refund_scriptpubkey')
    atMost(MOST_SECRET_BYTES, 'bytes of a secret', secret.length, ['secret'])
  },
})

/** A bitmap, as the text says, or a list of feature numbers, as the programs write it. */
export type HostedFeatures = Uint8Array | readonly number[]

const bitmap = /* @__PURE__ */ prefixed(u16, featureBits)
const numbers = /* @__PURE__ */ counted(u16, u16)
/**
 * In both forms a 16-bit count stands in front: of bytes, or of 16-bit numbers. Where exactly as many numbers follow as it says, it
 * is a list. Ours is empty, which is the same in both, and only behind an empty one can an extension follow.
 */
const initFeatures: Codec<HostedFeatures> = {
  name: 'features',
  shape: { kind: 'mapped', of: bitmap },
  read: (reader) => {
    const there = reader.bytes.subarray(reader.offset - reader.base)
    const count = there.length >= 2 ? (there[0]! << 8) | there[1]! : 0
    return (count > 0 && there.length === 2 + 2 * count ? numbers : bitmap).read(reader)
  },
  write: (writer, value) => (value instanceof Uint8Array ? bitmap.write(writer, value) : numbers.write(writer, value)),
}

const init = {
  max_htlc_value_in_flight_msat: u64,
  htlc_minimum_msat: u64,
  /** May be larger than the 20 that a state holds with us; who reads it takes the smaller number. */
  max_accepted_htlcs: u16,
  channel_capacity_msat: u64,
  initial_client_balance_msat: u64,
  features: initFeatures,
} as const

/** What the host offers. */
export const INIT_HOSTED_CHANNEL = /* @__PURE__ */ message({
  type: 65533,
  name: 'init_hosted_channel',
  body: init,
  check: checkInit,
})
/** The terms of a channel, the same for both sides for ever. */
export type HostedInit = StructOf<typeof init>
/** The terms as they stand in a state; also for the channel's record. */
export const hostedInit: Codec<HostedInit> = /* @__PURE__ */ struct('init_hosted_channel', init)

/** One side's view of the channel, with both signatures. */
export const LAST_CROSS_SIGNED_STATE = /* @__PURE__ */ message({
  type: 65531,
  name: 'last_cross_signed_state',
  body: {
    is_host: bool,
    last_refund_scriptpubkey: blob,
    // Neither length stands in the text; every program writes them.
    init_hosted_channel: /* @__PURE__ */ prefixed(length, hostedInit),
    block_day: u32,
    local_balance_msat: u64,
    remote_balance_msat: u64,
    local_updates: u32,
    remote_updates: u32,
    incoming_htlcs: /* @__PURE__ */ counted(u16, /* @__PURE__ */ prefixed(length, htlcBody)),
    outgoing_htlcs: /* @__PURE__ */ counted(u16, /* @__PURE__ */ prefixed(length, htlcBody)),
    remote_sig_of_local: signature,
    local_sig_of_remote: signature,
  },
  check: (state) => {
    checkScript(state.last_refund_scriptpubkey, 'last_refund_scriptpubkey')
    checkInit(state.init_hosted_channel)
    // An HTLC has 1450 bytes and more, so that before this no more than 44 were read.
    for (const list of ['incoming_htlcs', 'outgoing_htlcs'] as const) {
      atMost(MOST_HTLCS, 'HTLCs', state[list].length, [list])
    }
  },
})
export interface LastCrossSignedState extends MessageFields<typeof LAST_CROSS_SIGNED_STATE> {}

/** Signs the next state. */
export const STATE_UPDATE = /* @__PURE__ */ message({
  type: 65529,
  name: 'state_update',
  body: { block_day: u32, local_updates: u32, remote_updates: u32, local_sig_of_remote: signature },
})

/** The host states what an errored channel is to be from now on: no HTLCs, and this balance. */
export const STATE_OVERRIDE = /* @__PURE__ */ message({
  type: 65527,
  name: 'state_override',
  body: {
    block_day: u32,
    /** The host's own. The text forgot it; without it the client could not know what it is to sign. */
    local_balance_msat: u64,
    local_updates: u32,
    remote_updates: u32,
    local_sig_of_remote: signature,
  },
})

/** How the host looks, for a wallet's screen. */
export const HOSTED_CHANNEL_BRANDING = /* @__PURE__ */ message({
  type: 65525,
  name: 'hosted_channel_branding',
  body: {
    rgb_color: /* @__PURE__ */ bytes(3),
    png_icon: /* @__PURE__ */ flagged(bool, blob),
    contact_info: /* @__PURE__ */ prefixed(u16, utf8),
  },
})

export const ASK_BRANDING_INFO = /* @__PURE__ */ message({
  type: 65511,
  name: 'ask_branding_info',
  body: { chain_hash: chainHash },
})

const term = {
  /** Names the channel in a payload: an alias, no place in a chain. */
  short_channel_id: shortChannelId,
  /** Who is reached over it; the receiver of the message where it is the channel to itself. */
  next_node_id: point,
  fee_base_msat: u32,
  fee_proportional_millionths: u32,
  cltv_expiry_delta: u16,
  htlc_minimum_msat: u64,
  htlc_maximum_msat: u64,
} as const
/** What the sender asks for passing a payment on over one of its channels. */
export type ForwardingTerm = StructOf<typeof term>

/**
 * Of ours, in no text: over which channels the sender passes a payment of the receiver's channel on, and payments to it. A
 * hosted channel is in no gossip, so this stands in for `channel_update`. Each message replaces the one before it: a channel that
 * is not in the list is not there. Odd, so that others ignore it.
 */
export const FORWARDING_TERMS = /* @__PURE__ */ message({
  type: 44717,
  name: 'forwarding_terms',
  body: { terms: /* @__PURE__ */ counted(u16, /* @__PURE__ */ struct('forwarding_term', term)) },
  check: ({ terms }) => atMost(MOST_TERMS, 'channels', terms.length, ['terms']),
})
export interface ForwardingTermsMessage extends MessageFields<typeof FORWARDING_TERMS> {}

function checkScript(script: Uint8Array, name: string): void {
  atMost(MOST_SCRIPT_BYTES, 'bytes of a script', script.length, [name])
}

function checkInit({ features }: HostedInit): void {
  const length = encode(initFeatures, features).length - 2
  atMost(MOST_FEATURE_BYTES, 'bytes of features', length, ['features'])
}
