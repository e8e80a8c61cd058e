import type { CodeText } from '../base/error.js'

const OTHER_NODE = 'Check that the address belongs to a Lightning node, and to the node with this id.'
const BROKEN_PEER = 'The other side speaks BOLT 8 wrongly, or is no Lightning node; nothing was sent back to it.'

/** Codes of BOLT 8: one for each way in which a handshake or the transport behind it can end. */
export const NOISE_CODES = {
  ACT1_READ_FAILED: {
    meaning: 'A caller hung up before the 50 bytes of its act one were complete.',
    advice: 'Nothing to do: often a port scanner, or a caller without patience.',
  },
  ACT1_BAD_VERSION: { meaning: 'A caller began with an unknown version of the handshake.', advice: BROKEN_PEER },
  ACT1_BAD_PUBKEY: { meaning: 'The ephemeral key in act one is not a point of secp256k1.', advice: BROKEN_PEER },
  ACT1_BAD_TAG: {
    meaning: 'The tag of act one is wrong: the caller wants to reach a node with another id.',
    advice: 'Give callers the node id that this node prints.',
  },
  ACT2_READ_FAILED: {
    meaning: 'The node that was called hung up before the 50 bytes of act two were complete.',
    advice: `It refuses us, or has another node id: BOLT 8 lets it hang up without a word. ${OTHER_NODE}`,
  },
  ACT2_BAD_VERSION: { meaning: 'The answer has an unknown version of the handshake.', advice: OTHER_NODE },
  ACT2_BAD_PUBKEY: { meaning: 'The ephemeral key in act two is not a point of secp256k1.', advice: OTHER_NODE },
  ACT2_BAD_TAG: { meaning: 'The tag of act two is wrong.', advice: OTHER_NODE },
  ACT3_READ_FAILED: {
    meaning: 'A caller hung up before the 66 bytes of its act three were complete.',
    advice: 'Nothing to do, unless it happens each time: then the caller dislikes our act two.',
  },
  ACT3_BAD_VERSION: { meaning: 'Act three has an unknown version of the handshake.', advice: BROKEN_PEER },
  ACT3_BAD_CIPHERTEXT: { meaning: "The caller's encrypted node id does not open.", advice: BROKEN_PEER },
  ACT3_BAD_PUBKEY: { meaning: "The caller's node id is not a point of secp256k1.", advice: BROKEN_PEER },
  ACT3_BAD_TAG: { meaning: 'The closing tag of act three is wrong.', advice: BROKEN_PEER },
  TRANSPORT_BAD_LENGTH: { meaning: 'The encrypted length in front of a message does not open.', advice: BROKEN_PEER },
  TRANSPORT_BAD_BODY: { meaning: 'The encrypted body of a message does not open.', advice: BROKEN_PEER },
  TRANSPORT_READ_FAILED: {
    meaning: 'The connection ended in the middle of a message.',
    advice: 'The other side or the network broke off; the message is lost.',
  },
  TRANSPORT_MESSAGE_TOO_LONG: {
    meaning: 'A message of more than 65535 bytes cannot be sent.',
    advice: 'BOLT 8 has two bytes for the length; send less at a time.',
  },
} as const satisfies Record<string, CodeText>
export type NoiseCode = keyof typeof NOISE_CODES
