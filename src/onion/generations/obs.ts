import { LnoError } from '../../base/error.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import { bytes, type Codec, mapped, point, shortChannelId, struct } from '../../wire/codec.js'
import { Reader } from '../../wire/reader.js'
import { decodeTlv, encodeTlv, field } from '../../wire/tlv.js'
import { Writer } from '../../wire/writer.js'
import type { Generation } from '../generation.js'
import { type MessageLayout, malformed } from '../onion-message.js'
import { hopsToTheEnd, nodeIdOf } from './uncounted-path.js'

/** What may stand behind the packet. */
const OBS_MESSAGE_TLVS = {
  path_key: /* @__PURE__ */ field(2n, /* @__PURE__ */ bytes(33)),
}

/** Length, packet, then a record with the `path_key` where there is one. */
const LENGTH_PACKET_TLVS: MessageLayout = {
  read: (body) => {
    const reader = new Reader(body)
    try {
      const onion_message_packet = reader.take(reader.uint(2))
      const { path_key } = decodeTlv(OBS_MESSAGE_TLVS, reader.rest()).fields
      return { ...(path_key && { path_key }), onion_message_packet }
    } catch (cause) {
      if (!(cause instanceof LnoError)) throw cause
      throw malformed('an onion message that ends too early, or with something unknown', cause)
    }
  },
  write: ({ path_key, onion_message_packet }) => {
    const writer = new Writer()
    writer.uint(onion_message_packet.length, 2)
    writer.bytes(onion_message_packet)
    writer.bytes(encodeTlv(OBS_MESSAGE_TLVS, { ...(path_key && { path_key }) }))
    return writer.finish()
  },
  maxPacket: 65535 - 2 - 2 - 35,
}

/** `path_key`, hops: the first of them is the introduction node by its real id, so that no other id of it is written. */
export const obsReplyPath: Codec<BlindedPath> = /* @__PURE__ */ mapped(
  /* @__PURE__ */ struct('obs_reply_path', { first_path_key: point, path: hopsToTheEnd }),
  'obs_reply_path',
  (value): BlindedPath => ({ first_node_id: { node_id: value.path[0]!.blinded_node_id }, ...value }),
  (path) => ({
    first_path_key: path.first_path_key,
    path: path.path.map((hop, i) => (i === 0 ? { ...hop, blinded_node_id: nodeIdOf(path) } : hop)),
  }),
)

/** `onionmsg_payload` of c-lightning v0.9.3 to v0.10.2. */
export const OBS_PAYLOAD = {
  next_node_id: /* @__PURE__ */ field(4n, point),
  next_short_channel_id: /* @__PURE__ */ field(6n, shortChannelId),
  reply_path: /* @__PURE__ */ field<BlindedPath>(8n, obsReplyPath),
  encrypted_recipient_data: /* @__PURE__ */ field(10n, /* @__PURE__ */ bytes()),
  /** For the introduction node of a path alone. */
  path_key: /* @__PURE__ */ field(12n, point),
  invoice_request: /* @__PURE__ */ field(64n, /* @__PURE__ */ bytes()),
  invoice: /* @__PURE__ */ field(66n, /* @__PURE__ */ bytes()),
  invoice_error: /* @__PURE__ */ field(68n, /* @__PURE__ */ bytes()),
}

/**
 * Type 385, c-lightning v0.9.3 to v0.10.2. Relays are named in the clear on the way out; on the way back each finds its orders
 * encrypted, in the form of a whole payload. A path has no secret at its end: its maker knows the last `path_key`.
 */
export const obs: Generation = {
  name: 'obs',
  messageType: 385,
  layout: LENGTH_PACKET_TLVS,
  payloadTable: OBS_PAYLOAD,
  relayFields: ['next_node_id', 'next_short_channel_id', 'encrypted_recipient_data', 'path_key'],
  encryptedDataTable: OBS_PAYLOAD,
  replyPathCodec: obsReplyPath,
  pathBlinding: 'given paths',
  finalDataRequired: false,
  pathProof: 'path_key',
  decrypted: 'instead of the payload',
}
