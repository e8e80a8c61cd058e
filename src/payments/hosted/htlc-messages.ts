import { concatBytes } from '../../base/bytes.js'
import { LnoError } from '../../base/error.js'
import { ATTRIBUTION_LENGTH } from '../../onion/attribution.js'
import { SMALL_PACKET } from '../../onion/packet.js'
import { bytes, type Codec, channelId, hash256, located, point, prefixed, u16, u32, u64 } from '../../wire/codec.js'
import { decodeMessage, encodeMessage, message } from '../../wire/message.js'
import { ERROR } from '../../wire/messages/complaint.js'
import { field } from '../../wire/tlv.js'
import type { HtlcTerms } from '../htlc.js'
import { atMost, MOST_HTLC_BYTES, MOST_REASON_BYTES } from './limits.js'

/**
 * The messages of BOLT 2 that a hosted channel has under numbers of its own (bLIP 17). They keep their TLVs, of which the text
 * says nothing: `path_key` of an HTLC inside a blinded path, `attribution_data` of its return.
 */
const removed = {
  /** Hold times and truncated HMACs, 920 bytes. */
  attribution_data: /* @__PURE__ */ field(1n, /* @__PURE__ */ bytes(ATTRIBUTION_LENGTH)),
} as const

export const UPDATE_ADD_HTLC = /* @__PURE__ */ message({
  type: 63505,
  name: 'update_add_htlc',
  body: {
    channel_id: channelId,
    /** The adder's count of updates with this one: the programs count so, the text does not say how. */
    id: u64,
    amount_msat: u64,
    payment_hash: hash256,
    cltv_expiry: u32,
    onion_routing_packet: /* @__PURE__ */ bytes(SMALL_PACKET),
  },
  tlvs: {
    /** The receiver is inside a blinded path. */
    path_key: /* @__PURE__ */ field(0n, point),
  },
})

export const UPDATE_FULFILL_HTLC = /* @__PURE__ */ message({
  type: 63503,
  name: 'update_fulfill_htlc',
  body: { channel_id: channelId, id: u64, payment_preimage: /* @__PURE__ */ bytes(32) },
  tlvs: removed,
})

export const UPDATE_FAIL_HTLC = /* @__PURE__ */ message({
  type: 63501,
  name: 'update_fail_htlc',
  body: { channel_id: channelId, id: u64, reason: /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes()) },
  tlvs: removed,
  check: ({ reason }) => atMost(MOST_REASON_BYTES, 'bytes of a failure', reason.length, ['reason']),
})

export const UPDATE_FAIL_MALFORMED_HTLC = /* @__PURE__ */ message({
  type: 63499,
  name: 'update_fail_malformed_htlc',
  body: { channel_id: channelId, id: u64, sha256_of_onion: hash256, failure_code: u16 },
})

/** BOLT 1's `error` for a hosted channel: it is errored from then on. */
export const HOSTED_ERROR = /* @__PURE__ */ message({ ...ERROR, type: 63497 })

/** An HTLC as it stands in a state: what its `update_add_htlc` says, and the bytes that are signed. */
export interface HostedHtlc {
  /** 32 bytes, as the message has it: it is signed, so whoever takes the message compares it with the channel's. */
  readonly channelId: Uint8Array
  readonly id: bigint
  readonly terms: HtlcTerms
  /** The message without its type, as it came, records of unknown types included. */
  readonly body: Uint8Array
}

const TYPE = /* @__PURE__ */ Uint8Array.of(UPDATE_ADD_HTLC.type >> 8, UPDATE_ADD_HTLC.type & 0xff)

/**
 * Takes an `update_add_htlc`, type first.
 * @throws LnoError of `decodeMessage`; `HOSTED_LIMIT` when it is too large for a state
 */
export function readHtlc(message: Uint8Array): HostedHtlc {
  atMost(MOST_HTLC_BYTES, 'bytes of an HTLC', message.length - TYPE.length, [])
  const { fields, bytes } = decodeMessage(UPDATE_ADD_HTLC, message)
  return {
    channelId: fields.channel_id,
    id: fields.id,
    terms: {
      amountMsat: fields.amount_msat,
      paymentHash: fields.payment_hash,
      cltvExpiry: fields.cltv_expiry,
      onion: fields.onion_routing_packet,
      ...(fields.path_key && { pathKey: fields.path_key }),
    },
    body: bytes.subarray(TYPE.length),
  }
}

/** An HTLC of ours. @throws LnoError `VALUE_OUT_OF_RANGE` */
export function makeHtlc(channel: Uint8Array, id: bigint, terms: HtlcTerms): HostedHtlc {
  const bytes = encodeMessage(UPDATE_ADD_HTLC, {
    channel_id: channel,
    id,
    amount_msat: terms.amountMsat,
    payment_hash: terms.paymentHash,
    cltv_expiry: terms.cltvExpiry,
    onion_routing_packet: terms.onion,
    ...(terms.pathKey && { path_key: terms.pathKey }),
  })
  return { channelId: channel, id, terms, body: bytes.subarray(TYPE.length) }
}

/** The whole `update_add_htlc` of an HTLC. */
export function addMessage(htlc: HostedHtlc): Uint8Array {
  return concatBytes(TYPE, htlc.body)
}

/** An HTLC inside a state. */
export const htlcBody: Codec<HostedHtlc> = {
  name: 'update_add_htlc',
  shape: { kind: 'mapped', of: /* @__PURE__ */ bytes() },
  read: (reader) => {
    const { offset } = reader
    const body = reader.rest()
    try {
      // A copy: the HTLC outlives the message that it came in.
      return readHtlc(concatBytes(TYPE, body))
    } catch (error) {
      if (!(error instanceof LnoError)) throw error
      throw located(error, { offset: offset + Math.max(0, (error.offset ?? 0) - TYPE.length) })
    }
  },
  write: (writer, htlc) => writer.bytes(htlc.body),
}
