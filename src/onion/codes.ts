import type { CodeText } from '../base/error.js'

/** Codes of packets, failure packets and onion messages. */
export const ONION_CODES = {
  ONION_TRUNCATED: {
    meaning: 'The bytes are too few to be an onion packet.',
    advice: 'A packet has at least 66 bytes: version, public key, payloads and HMAC. Something was cut off.',
  },
  ONION_VERSION: {
    meaning: 'The onion packet has a version other than 0.',
    advice: 'Only version 0 exists; the bytes may be something else, or shifted.',
  },
  ONION_KEY: {
    meaning: 'The public key of the onion packet is not a point of secp256k1.',
    advice: 'The packet was damaged or was never a packet; whoever built it must repeat it.',
  },
  ONION_HMAC: {
    meaning: 'The HMAC of the onion packet is wrong: it was not made for this key, or it was altered.',
    advice: 'Check that the secret, the path_key and the associated data belong to this packet.',
  },
  ONION_PAYLOAD_LENGTH: {
    meaning: 'The length in front of a hop payload is malformed, below 2, or more than the packet holds.',
    advice: 'Whoever built the packet must frame each payload with its length and leave room for the next HMAC.',
  },
  ONION_TOO_LARGE: {
    meaning: 'The payloads of the route do not fit the size of the packet.',
    advice: 'Take a larger packet, fewer hops, or smaller contents.',
  },
  ONION_NO_HOPS: {
    meaning: 'A packet or message was asked for without a single hop.',
    advice: 'Name at least the node that is to receive it.',
  },
  FAILURE_TRUNCATED: {
    meaning: 'A failure packet, or the attribution data beside it, has a length that none can have.',
    advice: 'Fail the payment without a known source; the peer that handed it over may have damaged it.',
  },
  FAILURE_TOO_LARGE: {
    meaning: 'A failure message is longer than a failure packet can say.',
    advice: 'A failure message has at most 65535 bytes, and should have at most 256.',
  },
  ONION_MESSAGE_TOO_LARGE: {
    meaning: 'An onion message is larger than this node makes or takes.',
    advice: 'Use a packet of 1366 or 32834 bytes: shorten the route or the contents.',
  },
  ONION_MESSAGE_MALFORMED: {
    meaning: 'The bytes are no onion message: another type, or they end too early.',
    advice: 'The sending peer must repeat it: path_key, two bytes of length, packet.',
  },
  ONION_MESSAGE_CONTENTS: {
    meaning: 'More than one payload was given for the final hop of one onion message, or a payload in the wrong place.',
    advice: 'Send an invoice_request, an invoice or an invoice_error, one a message.',
  },
  ONION_MESSAGE_NO_PATH_KEY: {
    meaning: 'An onion message carries encrypted data and no path_key to decrypt them with.',
    advice: 'The sender must give the path_key, in the message or for an introduction node in its payload.',
  },
  ONION_MESSAGE_PAYLOAD: {
    meaning: 'The payload of an onion message is not a valid onionmsg_tlv stream.',
    advice: 'The sender must write known or odd types only, in ascending order, with well-formed values.',
  },
  ONION_MESSAGE_FEATURES: {
    meaning: 'The path of an onion message allows features that this node does not know.',
    advice: 'Onion messages have no features yet: the creator of the path must leave allowed_features empty.',
  },
  ONION_MESSAGE_RELAY_EXTRA: {
    meaning: 'The payload for a relaying hop holds more than its encrypted data.',
    advice: 'The sender must give relaying hops nothing but encrypted_recipient_data.',
  },
  ONION_MESSAGE_RELAY_PATH_ID: {
    meaning: 'A relaying hop found a path_id, which only the last hop may have.',
    advice: 'The sender went on beyond the end of a blinded path; nothing is forwarded.',
  },
  ONION_MESSAGE_NO_NEXT: {
    meaning: 'A relaying hop was told neither a node nor a channel to forward to.',
    advice: 'The creator of the path must put next_node_id or short_channel_id into every hop but the last.',
  },
  ONION_MESSAGE_TWO_PAYLOADS: {
    meaning: 'The final hop holds more than one of invoice_request, invoice, invoice_error and the like.',
    advice: 'The sender must send one payload a message.',
  },
  ONION_MESSAGE_TOO_DEEP: {
    meaning: 'A message named this node as its next hop too many times in a row.',
    advice: 'Make paths with fewer dummy hops; this guards against endless local peeling.',
  },
} as const satisfies Record<string, CodeText>
export type OnionCode = keyof typeof ONION_CODES
