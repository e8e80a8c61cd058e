import type { CodeText } from '../base/error.js'
import type { ProofCode } from './proof/codes.js'

/** Codes of BOLT 12 (those of payer proofs: `proof/codes.ts`), in the order of the layers: string, TLV, rules of each message, signature, making. */
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
    advice:
      'Give a rate for that currency, or say the amount in bitcoin yourself (`lno fetch --amount`), or ask for an offer in bitcoin.',
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
  INVREQ_METADATA_MISSING: {
    meaning: 'The invoice_request has no invreq_metadata.',
    advice: 'Its writer must put at least 16 unpredictable bytes there.',
  },
  INVREQ_PAYER_ID_MISSING: {
    meaning: 'The invoice_request does not say who asks.',
    advice: 'Its writer must set invreq_payer_id, a fresh key, and sign with it.',
  },
  INVREQ_PATHS_EMPTY: {
    meaning: 'The invoice_request has a list of paths with nothing in it.',
    advice: 'Its writer must leave the list out, or put a path there.',
  },
  INVREQ_PATH_WITHOUT_HOPS: {
    meaning: 'A blinded path of the invoice_request has no hops.',
    advice: 'Its writer must build the path with at least one hop, its own.',
  },
  INVREQ_BIP353_CHARACTERS: {
    meaning: 'The name under which the offer was found has characters that no such name has.',
    advice:
      'Names and domains hold letters, digits, dot, underscore and hyphen only; an internationalised domain is written in punycode.',
  },
  INVREQ_STANDALONE_FIELD: {
    meaning: 'A request that answers no offer holds a field which only an offer may set.',
    advice: 'Its writer must leave offer_chains, offer_features and offer_quantity_max out.',
  },
  INVREQ_STANDALONE_WITHOUT_AMOUNT: {
    meaning: 'A request that answers no offer does not say how much it sends.',
    advice: 'Its writer must set invreq_amount.',
  },
  INVREQ_SIGNATURE_MISSING: {
    meaning: 'The invoice_request answers an offer and is not signed.',
    advice: 'Its writer must sign it with the key of invreq_payer_id.',
  },
  INVREQ_FEATURE_UNKNOWN: {
    meaning: 'The invoice_request demands a feature that is not known here.',
    advice: 'A newer version may know it; it is an even bit, so the request cannot be answered without it.',
  },
  INVREQ_QUANTITY_MISSING: {
    meaning: 'The offer is for a number of items, and the request does not say how many.',
    advice: 'Give a number: `--quantity`.',
  },
  INVREQ_QUANTITY_ZERO: {
    meaning: 'The request is for no items at all.',
    advice: 'Give a number of at least 1: `--quantity`.',
  },
  INVREQ_QUANTITY_ABOVE_MAX: {
    meaning: 'The request is for more items than the offer allows.',
    advice: 'Ask for fewer; `lno decode` of the offer shows its maximum.',
  },
  INVREQ_QUANTITY_UNEXPECTED: {
    meaning: 'The offer is for one item, and the request gives a number of items.',
    advice: 'Leave the number out.',
  },
  INVREQ_AMOUNT_MISSING: {
    meaning: 'The offer leaves the amount to the payer, and the request does not say one.',
    advice: 'Give an amount: `--amount`.',
  },
  INVREQ_AMOUNT_TOO_LOW: {
    meaning: 'The request is for less than the offer asks for.',
    advice: 'Leave the amount out to pay the price, or give at least the price times the number of items.',
  },
  INVREQ_CHAIN_UNSUPPORTED: {
    meaning: 'The invoice_request is for a chain that is not in use here.',
    advice: 'Choose the network that it was made for.',
  },
  INVREQ_CHAIN_NOT_OFFERED: {
    meaning: 'The invoice_request is for a chain that its offer does not list.',
    advice: 'Its writer must choose one of the chains of the offer.',
  },
  INVREQ_OFFER_MISMATCH: {
    meaning: 'The request repeats an offer that is not one of ours, or not as we made it.',
    advice: 'It was made for another offer or altered; it gets no answer.',
  },
  INVREQ_WRONG_PATH: {
    meaning: 'The request did not come over the path that its offer prescribes.',
    advice: 'It gets no answer: answering would tell a stranger which node made the offer.',
  },
  INVREQ_OPTIONS: {
    meaning: 'What was asked for does not make a request that the issuer may accept.',
    advice: 'The message names the option and the rule.',
  },
  INVOICE_TYPE_OUT_OF_RANGE: {
    meaning: 'A record has a type that does not belong in an invoice.',
    advice: 'Invoices hold types 0-239, signatures 240-1000 and 1000000000-3999999999.',
  },
  INVOICE_BAD_SIGNATURE: {
    meaning: 'The signature of the invoice is not that of its node id.',
    advice: 'Do not pay it: it was altered on its way, or signed with another key or over another form of it.',
  },
  INVOICE_AMOUNT_MISSING: {
    meaning: 'The invoice does not say how much is to be paid.',
    advice: 'Do not pay it; its writer must set invoice_amount.',
  },
  INVOICE_AMOUNT_ZERO: {
    meaning: 'The invoice is over nothing.',
    advice: 'It cannot be paid: no payment carries 0 msat.',
  },
  INVOICE_CREATED_AT_MISSING: {
    meaning: 'The invoice does not say when it was made.',
    advice: 'Its writer must set invoice_created_at.',
  },
  INVOICE_PAYMENT_HASH_MISSING: {
    meaning: 'The invoice has no payment hash.',
    advice: 'Its writer must set invoice_payment_hash.',
  },
  INVOICE_NODE_ID_MISSING: {
    meaning: 'The invoice does not say who signed it.',
    advice: 'Its writer must set invoice_node_id.',
  },
  INVOICE_PATHS_MISSING: {
    meaning: 'The invoice has no path to pay over.',
    advice: 'Its writer must set invoice_paths.',
  },
  INVOICE_PATHS_EMPTY: {
    meaning: 'The invoice has a list of paths with nothing in it.',
    advice: 'Its writer must put a path there.',
  },
  INVOICE_PATH_WITHOUT_HOPS: {
    meaning: 'A blinded path of the invoice has no hops.',
    advice: 'Its writer must build the path with at least one hop, its own.',
  },
  INVOICE_BLINDEDPAY_MISSING: {
    meaning: 'The invoice does not say what its paths cost.',
    advice: 'Its writer must set invoice_blindedpay, one entry a path.',
  },
  INVOICE_BLINDEDPAY_COUNT: {
    meaning: 'The invoice has not exactly one cost entry a path.',
    advice: 'Its writer must set as many blinded_payinfo as paths, in the same order.',
  },
  INVOICE_SIGNATURE_MISSING: {
    meaning: 'The invoice is not signed.',
    advice: 'Do not pay it; its writer must sign it with the key of invoice_node_id.',
  },
  INVOICE_CHAIN_UNSUPPORTED: {
    meaning: 'The invoice is for a chain that is not in use here.',
    advice: 'Choose the network that it was made for.',
  },
  INVOICE_FEATURE_UNKNOWN: {
    meaning: 'The invoice demands a feature that is not known here.',
    advice: 'A newer version may know it; it is an even bit, so the invoice cannot be paid without it.',
  },
  INVOICE_EXPIRED: {
    meaning: 'The time up to which the invoice could be paid is over.',
    advice: 'Fetch a new one; if it should be valid, compare the clocks.',
  },
  INVOICE_NO_USABLE_PATH: {
    meaning: 'Every path of the invoice demands a feature that is not known here.',
    advice: 'A newer version may know it; fetch an invoice with other paths.',
  },
  REQUEST_OFFER_MISMATCH: {
    meaning: 'The request was not made for the offer that it is held against.',
    advice: 'Check which offer and which request belong together.',
  },
  INVOICE_REQUEST_MISMATCH: {
    meaning: 'The invoice does not repeat the request exactly.',
    advice: 'Do not pay it: it answers something else than what was asked for.',
  },
  INVOICE_WRONG_SIGNER: {
    meaning: 'The invoice is signed by another key than the issuer of the offer.',
    advice: 'Do not pay it: somebody else may have made it.',
  },
  INVOICE_SIGNER_UNCONFIRMED: {
    meaning: 'The invoice is not from whom it was expected.',
    advice: 'Do not pay it unless you know the signer otherwise.',
  },
  INVOICE_AMOUNT_DIFFERS: {
    meaning: 'The invoice is over another amount than the one asked for.',
    advice: 'Do not pay it.',
  },
  INVOICE_AMOUNT_UNAUTHORISED: {
    meaning: 'The invoice is over more than was agreed to.',
    advice: 'Do not pay it; authorise the amount explicitly if it is right after all.',
  },
  INVOICE_WRONG_PATH: {
    meaning: 'The invoice came over another path than the one made for it.',
    advice: 'Do not pay it: somebody may be guessing who asked.',
  },
  INVOICE_OPTIONS: {
    meaning: 'What was given does not make an invoice that the payer may accept.',
    advice: 'The message names the option and the rule.',
  },
  INVOICE_ERROR_EMPTY: {
    meaning: 'An invoice_error gives no reason.',
    advice: 'Its writer must set the text.',
  },
  INVOICE_ERROR_SUGGESTION: {
    meaning: 'A value is suggested that the field cannot hold, or for no field.',
    advice: 'Name the field, and encode the value as the field is.',
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
export type Bolt12Code = keyof typeof BOLT12_CODES | ProofCode
