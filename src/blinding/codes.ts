import type { CodeText } from '../base/error.js'

const BROKEN_PATH = 'Whoever made the path must make it again; a sender can only try another path.'

/** Codes of blinded paths. */
export const BLINDING_CODES = {
  BLINDED_PATH_EMPTY: {
    meaning: 'A blinded path has no hops.',
    advice: 'A path has at least the node that it ends at; refuse one without, and do not make one.',
  },
  BLINDED_PATH_TOO_LONG: {
    meaning: 'A blinded path has more than 255 hops, or more than 10 dummy hops.',
    advice: 'The number of hops is one byte; take fewer relays and fewer dummy hops.',
  },
  BLINDED_PATH_NOT_VIABLE: {
    meaning: 'The hops of a blinded path do not lead from one to the next.',
    advice: 'Every hop but the last names the node or channel of the hop behind it; the last names none.',
  },
  BLINDED_PATH_UNRESOLVED: {
    meaning: 'The first node of a blinded path is named by a channel, and nobody said which node that is.',
    advice: 'Look the short channel id up in the graph; direction 0 is node_id_1, direction 1 node_id_2.',
  },
  BLINDED_PATH_CUT_SHORT: {
    meaning: 'A message or payment ended at a hop that was to pass it on.',
    advice: 'The sender left out the end of the path, perhaps to find dummy hops; ignore what it sent.',
  },
  BLINDED_PATH_WRONG_PURPOSE: {
    meaning: 'What arrived came over no path that was made for this purpose: its path_id is missing or another.',
    advice: 'Ignore it without an answer; somebody may be probing.',
  },
  BLINDED_PATH_DATA_TOO_LONG: {
    meaning: 'The data for one hop of a blinded path are longer than a path can hold.',
    advice: 'A path holds at most 65519 bytes a hop; an onion holds far less.',
  },
  BLINDED_PATH_FOR_PAYMENTS: {
    meaning: 'A path for messages was given fees or limits of payments.',
    advice: 'Leave payment_relay and payment_constraints out of paths for messages.',
  },
  BLINDED_PATH_NO_NEXT: {
    meaning: 'A hop that is not the last was given neither a node nor a channel to go on to.',
    advice: 'Give next_node_id or short_channel_id to every hop but the last.',
  },
  BLINDED_DATA_BAD_PATH_KEY: {
    meaning: 'The path_key is not a point of secp256k1.',
    advice: 'The sender or the hop before must pass on 33 bytes that are a point.',
  },
  BLINDED_DATA_MISSING: {
    meaning: 'A hop of a blinded path came without the data meant for it.',
    advice: "The sender must put each hop's encrypted_recipient_data into that hop's payload.",
  },
  BLINDED_DATA_UNDECRYPTABLE: {
    meaning: 'The data of a hop do not decrypt: they are for another node, another path_key, or were altered.',
    advice: BROKEN_PATH,
  },
  BLINDED_DATA_UNPARSABLE: {
    meaning: 'The decrypted data of a hop are not a valid stream.',
    advice: BROKEN_PATH,
  },
  BLINDED_DATA_UNKNOWN_EVEN: {
    meaning: 'The decrypted data of a hop hold an even type that this node does not know.',
    advice: 'The path asks for something that this node cannot do; only a newer node can be its hop.',
  },
  PAYINFO_OVERFLOW: {
    meaning: 'The fees or delays along a blinded path add up to more than its payinfo can say.',
    advice: 'Take other relays: a fee has 32 bits, a delay 16 (delay of the whole path in blocks).',
  },
  PAYMENT_BELOW_FEE: {
    meaning: 'A payment is too small to pay the fee of a hop of its blinded path.',
    advice: 'Refuse it: the sender did not follow the payinfo of the path.',
  },
  PAYMENT_AMOUNT: {
    meaning: 'An amount or an expiry is negative or larger than the protocol can say.',
    advice: 'Amounts are whole msat of at most 64 bits, expiries block heights of at most 32.',
  },
} as const satisfies Record<string, CodeText>
export type BlindingCode = keyof typeof BLINDING_CODES
