import type { CodeText } from '../base/error.js'

/** Codes of BOLT 7's messages. */
export const GOSSIP_CODES = {
  ZLIB_FORBIDDEN: {
    meaning: 'A list in a gossip query is compressed with zlib, which the specification no longer allows.',
    advice: 'The sender must use encoding 0, plain lists. Nothing is decompressed here.',
  },
  GOSSIP_ENCODING_UNKNOWN: {
    meaning: 'A list in a gossip query has an encoding that is not known.',
    advice: 'Encoding 0, plain lists, is the only one in use.',
  },
  SCIDS_NOT_ASCENDING: {
    meaning: 'The channels in a gossip query do not strictly ascend.',
    advice: 'Sort them and name each once.',
  },
  GOSSIP_COUNT_MISMATCH: {
    meaning: 'A list beside the channels of a gossip query does not have one element for each of them.',
    advice: 'Flags, timestamps and checksums stand in the order of the channels, one for each.',
  },
} as const satisfies Record<string, CodeText>
export type GossipCode = keyof typeof GOSSIP_CODES
