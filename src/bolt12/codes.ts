import type { CodeText } from '../base/error.js'

/** Codes of BOLT 12, in the order of the layers: string, TLV, rules of each message, signature, making. */
export const BOLT12_CODES = {
  STRING_NOT_FOUND: {
    meaning: 'There is no BOLT 12 string in the text.',
    advice: 'Paste a string that begins with lno1, lnr1, lni1 or lnp1, a lightning: URI, or a bitcoin: URI with lno=.',
  },
  STRING_TOO_LONG: {
    meaning: 'The text is longer than any BOLT 12 string that fits a Lightning message.',
    advice: 'Check that only the string itself was pasted.',
  },
  STRING_BAD_CHARACTER: {
    meaning: 'A character in the string cannot stand there.',
    advice: 'After the prefix only qpzry9x8gf2tvdw0s3jn54khce6mua7l may follow; a character was mistyped or added.',
  },
  STRING_MIXED_CASE: {
    meaning: 'The string mixes upper and lower case.',
    advice: 'Copy it again: it is valid in one case only, and the change of case means that something altered it.',
  },
  STRING_BAD_CONTINUATION: {
    meaning: 'A + does not stand between two characters of the string.',
    advice: 'A + joins the parts of a split string; one is missing at its beginning or end, or a + is there twice.',
  },
  STRING_UNKNOWN_PREFIX: {
    meaning: 'The string does not begin like a BOLT 12 string.',
    advice: 'Offers begin with lno1, invoice requests with lnr1, invoices with lni1, payer proofs with lnp1.',
  },
  STRING_WRONG_KIND: {
    meaning: 'The string is a BOLT 12 string of another kind than the one that is wanted.',
    advice:
      'Its first three letters say what it is: lno an offer, lnr an invoice request, lni an invoice, lnp a proof.',
  },
  STRING_EMPTY_DATA: {
    meaning: 'Nothing follows the prefix.',
    advice: 'The string was cut off; copy it again.',
  },
  STRING_PADDING_TOO_LONG: {
    meaning: 'The string ends with a character that adds no byte.',
    advice: 'It was cut off or something was appended; BOLT 12 strings have no checksum that would tell which.',
  },
  STRING_PADDING_NOT_ZERO: {
    meaning: 'The last character of the string holds bits beyond the last byte which are not zero.',
    advice: 'Its last character was altered or cut off; copy it again.',
  },
  OFFER_TYPE_OUT_OF_RANGE: {
    meaning: 'A record has a type that does not belong in an offer.',
    advice: 'Offers hold types 1-79 and 1000000000-1999999999; fields of a request or an invoice do not belong there.',
  },
  OFFER_FEATURE_UNKNOWN: {
    meaning: 'The offer demands a feature that is not known here.',
    advice: 'A newer version may know it; it is an even bit, so the offer cannot be answered without it.',
  },
  OFFER_CHAINS_EMPTY: {
    meaning: 'The offer has a list of chains with nothing in it.',
    advice: 'Its issuer should leave the list out for bitcoin, or name the chains.',
  },
  OFFER_CHAIN_UNSUPPORTED: {
    meaning: 'The offer is for chains that are not in use here.',
    advice: 'Choose the network that the offer was made for, or ask for an offer on yours.',
  },
  OFFER_AMOUNT_WITHOUT_DESCRIPTION: {
    meaning: 'The offer has a price, but does not say what for.',
    advice: 'Its issuer must add a description, so that the payer knows what was paid for.',
  },
  OFFER_AMOUNT_ZERO: {
    meaning: 'The price of the offer is zero.',
    advice: 'Its issuer should leave the amount out: then the payer chooses it.',
  },
  OFFER_CURRENCY_WITHOUT_AMOUNT: {
    meaning: 'The offer names a currency, but no amount.',
    advice: 'Its issuer must set both or neither.',
  },
  OFFER_UNREACHABLE: {
    meaning: 'The offer has neither an issuer id nor a path: there is nobody to send a request to.',
    advice: 'Its issuer must add one of them.',
  },
  OFFER_PATHS_EMPTY: {
    meaning: 'The offer has a list of paths with nothing in it.',
    advice: 'Its issuer must leave the list out, or put a path there.',
  },
  OFFER_PATH_WITHOUT_HOPS: {
    meaning: 'A blinded path of the offer has no hops.',
    advice: 'Its issuer must build the path with at least one hop, its own.',
  },
  OFFER_EXPIRED: {
    meaning: 'The time up to which the offer could be answered is over.',
    advice: 'Ask the issuer for a new offer; if it should be valid, compare the clocks.',
  },
  AMOUNT_ABOVE_SUPPLY: {
    meaning: 'An amount is larger than all bitcoin there will ever be.',
    advice: 'Whoever set it may have confused the unit: amounts are in millisatoshi.',
  },
  CURRENCY_NOT_CONVERTIBLE: {
    meaning: 'The price is in a currency for which no exchange rate is known here.',
    advice: 'Give a rate for that currency, or ask for an offer in bitcoin.',
  },
  QUANTITY_INVALID: {
    meaning: 'The number of items is not one that the offer allows.',
    advice: 'Offers with a maximum want a number from 1 up to it; offers without one want none.',
  },
  INVREQ_TYPE_OUT_OF_RANGE: {
    meaning: 'A record has a type that does not belong in an invoice_request.',
    advice: 'Requests hold types 0-159, signatures 240-1000 and 1000000000-2999999999.',
  },
  INVREQ_BAD_SIGNATURE: {
    meaning: 'The signature of the invoice_request is not that of its payer id.',
    advice: 'The request was altered on its way, or signed with another key or over another form of it.',
  },
  INVOICE_TYPE_OUT_OF_RANGE: {
    meaning: 'A record has a type that does not belong in an invoice.',
    advice: 'Invoices hold types 0-239, signatures 240-1000 and 1000000000-3999999999.',
  },
  INVOICE_BAD_SIGNATURE: {
    meaning: 'The signature of the invoice is not that of its node id.',
    advice: 'Do not pay it: it was altered on its way, or signed with another key or over another form of it.',
  },
  MERKLE_NO_RECORDS: {
    meaning: 'There is no record of which a merkle tree could be made.',
    advice: 'A message needs at least one record besides its signature.',
  },
  OFFER_OPTIONS: {
    meaning: 'What was asked for does not make an offer that others may accept.',
    advice: 'The message names the option and the rule.',
  },
} as const satisfies Record<string, CodeText>
export type Bolt12Code = keyof typeof BOLT12_CODES
