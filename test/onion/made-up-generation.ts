import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import type { Generation } from '../../src/onion/generation.js'
import type { MessageLayout } from '../../src/onion/onion-message.js'
import { bytes, type Codec, point, shortChannelId } from '../../src/wire/codec.js'
import { decodeTlv, encodeTlv, field } from '../../src/wire/tlv.js'

/** A reply path with a byte in front that no other form has. */
const markedPath: Codec<BlindedPath> = {
  ...blindedPath,
  name: 'marked_path',
  read: (reader) => {
    reader.take(1)
    return blindedPath.read(reader)
  },
  write: (writer, value) => {
    writer.uint(0x7f, 1)
    blindedPath.write(writer, value)
  },
}

/** The packet first, then what accompanies it as a stream. */
const PACKET_THEN_KEY: MessageLayout = {
  read: (body) => {
    const length = body[0]! * 256 + body[1]!
    const { fields } = decodeTlv({ path_key: field(2n, point) }, body.subarray(2 + length))
    return { onion_message_packet: body.subarray(2, 2 + length), ...fields }
  },
  write: ({ path_key, onion_message_packet }) =>
    Uint8Array.of(
      onion_message_packet.length >> 8,
      onion_message_packet.length & 0xff,
      ...onion_message_packet,
      ...encodeTlv({ path_key: field(2n, point) }, path_key ? { path_key } : {}),
    ),
  maxPacket: 65535 - 39,
}

const data = {
  next_node_id: field(104n, point),
  short_channel_id: field(102n, shortChannelId),
  next_path_key_override: field(112n, point),
  path_id: field(114n, bytes()),
}

/** Like today's form, but every number differs. */
export const renumbered: Generation = {
  name: 'renumbered',
  messageType: 40001,
  layout: PACKET_THEN_KEY,
  payloadTable: {
    reply_path: field(12n, markedPath),
    encrypted_recipient_data: field(20n, bytes()),
    invoice_request: field(164n, bytes()),
    invoice: field(166n, bytes()),
    invoice_error: field(168n, bytes()),
  },
  relayFields: ['encrypted_recipient_data'],
  encryptedDataTable: data,
  replyPathCodec: markedPath,
  pathBlinding: 'every hop',
  finalDataRequired: false,
  pathProof: 'path_id',
  decrypted: 'beside the payload',
}

/** Like the oldest form: the sender's own hops are in the clear, only a given path is blinded. */
export const halfBlinded: Generation = {
  ...renumbered,
  name: 'half blinded',
  messageType: 40003,
  payloadTable: {
    ...renumbered.payloadTable,
    next_node_id: field(4n, point),
    next_short_channel_id: field(6n, shortChannelId),
    path_key: field(22n, point),
  },
  relayFields: ['next_node_id', 'next_short_channel_id', 'encrypted_recipient_data', 'path_key'],
  pathBlinding: 'given paths',
}
