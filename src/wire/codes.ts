import type { CodeText } from '../base/error.js'

/** Codes of BOLT 1's encodings: cursor, values, TLV streams. */
export const WIRE_CODES = {
  WIRE_TRUNCATED: {
    meaning: 'The bytes end before the value does.',
    advice: 'Something was cut off; compare the length with the original.',
  },
  WIRE_TRAILING_BYTES: {
    meaning: 'A value ends before its bytes do.',
    advice: 'The length in front is wrong, or bytes were appended.',
  },
  BIGSIZE_NOT_MINIMAL: {
    meaning: 'A BigSize is not in its shortest form.',
    advice: 'Encode 0-252 in one byte, and so on: BOLT 1 allows one form for each number.',
  },
  TU_NOT_MINIMAL: {
    meaning: 'A truncated integer begins with a zero byte.',
    advice: 'Leave leading zeros out; zero itself has no bytes.',
  },
  TU_TOO_LONG: {
    meaning: 'A truncated integer has more bytes than its type allows.',
    advice: 'tu16, tu32 and tu64 have at most 2, 4 and 8 bytes.',
  },
  VALUE_OUT_OF_RANGE: {
    meaning: 'A value does not fit the wire type it should be written as.',
    advice: 'Check the number or the length that was given.',
  },
  WIRE_BAD_POINT: {
    meaning: 'A public key in the message is not a point of secp256k1.',
    advice: 'The sender must put 33 bytes there, beginning with 02 or 03, that lie on the curve.',
  },
  WIRE_BAD_UTF8: {
    meaning: 'A text field is not valid UTF-8.',
    advice: 'The sender must encode text as UTF-8; it is not shown, because it cannot be shown safely.',
  },
  BAD_SCIDDIR: {
    meaning: 'The node at the start of a blinded path is neither a channel direction nor a public key.',
    advice: 'It is 9 bytes beginning with 00 or 01, or 33 beginning with 02 or 03.',
  },
  TOO_FEW_ELEMENTS: {
    meaning: 'A list has fewer elements than it must have.',
    advice: 'Leave the field out instead of writing an empty list.',
  },
  TLV_ORDER: {
    meaning: 'The types of a TLV stream do not strictly ascend.',
    advice: 'Sort the records by type and write each type once.',
  },
  TLV_LENGTH: {
    meaning: 'A TLV record claims more bytes than are there.',
    advice: 'Something was cut off, or the length is wrong.',
  },
  TLV_UNKNOWN_EVEN: {
    meaning: 'A TLV record has an even type that this stream does not know: it must not be ignored.',
    advice: 'It needs a newer reader, or it stands in the wrong message.',
  },
  TLV_MISSING_FIELD: {
    meaning: 'A record that must be present is not.',
    advice: 'The sender has to include it.',
  },
  TLV_DUPLICATE: {
    meaning: 'One type was given twice for the same stream.',
    advice: 'Give each type once.',
  },
  MESSAGE_TOO_SHORT: {
    meaning: 'A message ends before everything is there that its type needs.',
    advice: 'The sender does not follow the specification, or the message was cut off; a connection is closed for it.',
  },
  MESSAGE_TOO_LONG: {
    meaning: 'A message has more than 65535 bytes, which cannot be sent.',
    advice: 'Send less at a time: fewer elements, or a shorter payload.',
  },
  MESSAGE_WRONG_TYPE: {
    meaning: 'The bytes are a message of another type than the one wanted.',
    advice: 'The first two bytes are the type; use the reader for that one.',
  },
  FEATURE_UNKNOWN_EVEN: {
    meaning: 'The peer demands a feature that this node does not have.',
    advice: 'The bits named need a newer or another node. Odd bits would only offer, even ones demand.',
  },
  FEATURE_MISSING_DEPENDENCY: {
    meaning: 'The peer offers a feature without another one that it is built on.',
    advice: 'The peer has to set both (BOLT 9, column "Dependencies").',
  },
  NO_COMMON_CHAIN: {
    meaning: 'The peer is on other blockchains than this node.',
    advice: 'Compare the networks: bitcoin, testnet, signet and regtest do not mix.',
  },
  BAD_ADDRESS: {
    meaning: 'A network address does not have the form of its type, or cannot be dialled or listened on.',
    advice:
      'Write HOST:PORT, [IPV6]:PORT, NAME.onion:PORT, or ws:// or wss:// in front; host names in ASCII (punycode), ports from 1 to 65535.',
  },
  ADDRESS_SECOND_DNS: {
    meaning: 'A node announces more than one host name.',
    advice: 'BOLT 7 allows one; the others are ignored, and such an announcement is not passed on.',
  },
  AMOUNT_OUT_OF_RANGE: {
    meaning: 'An amount is above 21 million bitcoin, or below zero.',
    advice: 'Amounts are in msat (satoshi where it says so); check the unit.',
  },
} as const satisfies Record<string, CodeText>
export type WireCode = keyof typeof WIRE_CODES
