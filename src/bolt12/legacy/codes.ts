import type { CodeText } from '../../base/error.js'

/** Codes of the form of 2021 (c-lightning v0.10.1 to v0.12.1), message by message. */
export const LEGACY_CODES = {
  LEGACY_BAD_KEY: {
    meaning: 'A key of 32 bytes is not the x coordinate of any point.',
    advice: 'The string was altered, or its writer made a mistake.',
  },
  LEGACY_OPTIONS: {
    meaning: 'What was asked for does not make a message of the 2021 form that its reader may accept.',
    advice: 'The message names the option and the rule.',
  },
  LEGACY_OFFER_NODE_ID_MISSING: {
    meaning: 'The offer of 2021 does not say who made it.',
    advice: 'Its issuer must set node_id.',
  },
  LEGACY_OFFER_DESCRIPTION_MISSING: {
    meaning: 'The offer of 2021 does not say what it is for.',
    advice: 'Its issuer must set a description.',
  },
  LEGACY_OFFER_QUANTITY_RANGE: {
    meaning: 'The fewest items that the offer of 2021 sells are more than the most.',
    advice: 'Its issuer must correct quantity_min or quantity_max.',
  },
  LEGACY_OFFER_REFUND: {
    meaning: 'The offer of 2021 names a payment that it pays back, and does not say that it sends money.',
    advice: 'Its issuer must set send_invoice.',
  },
  LEGACY_OFFER_RECURRENCE: {
    meaning: 'The offer of 2021 says when to pay again, but not how often.',
    advice: 'Its issuer must set recurrence, or leave the fields that belong to it out.',
  },
  LEGACY_OFFER_BAD_SIGNATURE: {
    meaning: 'The signature of the offer of 2021 is not that of its node id.',
    advice: 'The string was altered, or signed with another key; ask its issuer for a new one.',
  },
  LEGACY_OFFER_FEATURE_UNKNOWN: {
    meaning: 'The offer of 2021 demands a feature that is not known here.',
    advice: 'It is an even bit, so the offer cannot be answered without it.',
  },
  LEGACY_OFFER_CHAIN_UNSUPPORTED: {
    meaning: 'The offer of 2021 is for chains that are not in use here.',
    advice: 'Choose the network that it was made for: `--network`.',
  },
  LEGACY_OFFER_EXPIRED: {
    meaning: 'The time up to which the offer of 2021 could be answered is over.',
    advice: 'Ask its issuer for a new one; if it should be valid, compare the clocks.',
  },
  LEGACY_INVREQ_OFFER_ID_MISSING: {
    meaning: 'The invoice_request of 2021 does not say which offer it answers.',
    advice: 'Its writer must set offer_id.',
  },
  LEGACY_INVREQ_PAYER_KEY_MISSING: {
    meaning: 'The invoice_request of 2021 does not say who asks.',
    advice: 'Its writer must set payer_key and sign with it.',
  },
  LEGACY_INVREQ_SIGNATURE_MISSING: {
    meaning: 'The invoice_request of 2021 is not signed.',
    advice: 'Its writer must sign it with the key in payer_key.',
  },
  LEGACY_INVREQ_BAD_SIGNATURE: {
    meaning: 'The signature of the invoice_request of 2021 is not that of its payer key.',
    advice:
      'It was altered on its way, signed with another key, or with a tag that this release does not know (payer_signature, signature).',
  },
  LEGACY_INVREQ_FEATURE_UNKNOWN: {
    meaning: 'The invoice_request of 2021 demands a feature that is not known here.',
    advice: 'It is an even bit, so the request cannot be answered without it.',
  },
  LEGACY_INVREQ_CHAIN_UNSUPPORTED: {
    meaning: 'The invoice_request of 2021 is for a chain that is not in use here.',
    advice: 'Choose the network that it was made for.',
  },
  LEGACY_INVREQ_OFFER_MISMATCH: {
    meaning: 'The invoice_request of 2021 names another offer than the one that it is held against.',
    advice: 'It was made for another offer, or altered; it gets no answer.',
  },
  LEGACY_INVREQ_OFFER_SENDS: {
    meaning: 'The offer sends money, and was answered with an invoice_request.',
    advice: 'Whoever wants the money answers with an invoice.',
  },
  LEGACY_INVREQ_OFFER_EXPIRED: {
    meaning: 'The invoice_request came after the last second of its offer.',
    advice: 'Ask the issuer for a new offer; if it should be valid, compare the clocks.',
  },
  LEGACY_INVREQ_CHAIN_NOT_OFFERED: {
    meaning: 'The invoice_request of 2021 is for a chain that its offer does not list.',
    advice: 'Its writer must choose one of the chains of the offer.',
  },
  LEGACY_INVREQ_QUANTITY_MISSING: {
    meaning: 'The offer of 2021 is for a number of items, and the request does not say how many.',
    advice: 'Give a number: `--quantity`.',
  },
  LEGACY_INVREQ_QUANTITY_UNEXPECTED: {
    meaning: 'The offer of 2021 is for one item, and the request gives a number of items.',
    advice: 'Leave the number out.',
  },
  LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE: {
    meaning: 'The request is for fewer or more items than the offer of 2021 allows.',
    advice: 'Ask for another number; `lno decode` of the offer shows which it allows.',
  },
  LEGACY_INVREQ_AMOUNT_MISSING: {
    meaning: 'The offer of 2021 leaves the amount to the payer, and the request does not say one.',
    advice: 'Give an amount: `--amount`.',
  },
  LEGACY_INVREQ_AMOUNT_TOO_LOW: {
    meaning: 'The request is for less than the offer of 2021 asks for.',
    advice: 'Leave the amount out to pay the price, or give at least the price times the number of items.',
  },
  LEGACY_INVREQ_AMOUNT_TOO_HIGH: {
    meaning: 'The request is for five times the price of the offer of 2021, or more.',
    advice: 'Releases of that time refuse it as a mistake; give less.',
  },
  LEGACY_INVREQ_RECURRENCE_MISSING: {
    meaning: 'The offer of 2021 is paid again every so often, and the request does not say which time it is.',
    advice:
      'Its writer must set recurrence_counter, and recurrence_start where any period may be the first. `lno fetch` sets neither: it does not ask for offers that recur.',
  },
  LEGACY_INVREQ_RECURRENCE_UNEXPECTED: {
    meaning:
      'The request says which time of several it is, or with which it begins, and its offer does not ask for that.',
    advice: 'Its writer must leave recurrence_counter and recurrence_start out.',
  },
  LEGACY_INVOICE_NODE_ID_MISSING: {
    meaning: 'The invoice of 2021 does not say who is to be paid.',
    advice: 'Its writer must set node_id.',
  },
  LEGACY_INVOICE_AMOUNT_MISSING: {
    meaning: 'The invoice of 2021 does not say how much is to be paid.',
    advice: 'Its writer must set amount.',
  },
  LEGACY_INVOICE_DESCRIPTION_MISSING: {
    meaning: 'The invoice of 2021 does not say what it is for.',
    advice: 'Its writer must repeat the description of the offer.',
  },
  LEGACY_INVOICE_CREATED_AT_MISSING: {
    meaning: 'The invoice of 2021 does not say when it was made.',
    advice: 'Its writer must set created_at.',
  },
  LEGACY_INVOICE_PAYMENT_HASH_MISSING: {
    meaning: 'The invoice of 2021 has no payment hash.',
    advice: 'Its writer must set payment_hash.',
  },
  LEGACY_INVOICE_SIGNATURE_MISSING: {
    meaning: 'The invoice of 2021 is not signed.',
    advice: 'Its writer must sign it with the key in node_id.',
  },
  LEGACY_INVOICE_BAD_SIGNATURE: {
    meaning: 'The signature of the invoice of 2021 is not that of its node id.',
    advice: 'It was altered on its way, or signed with another key.',
  },
  LEGACY_INVOICE_AMOUNT_ZERO: {
    meaning: 'The invoice of 2021 is over nothing.',
    advice: 'It cannot be paid: no payment carries 0 msat.',
  },
  LEGACY_INVOICE_FEATURE_UNKNOWN: {
    meaning: 'The invoice of 2021 demands a feature that is not known here.',
    advice: 'It is an even bit, so the invoice cannot be paid without it.',
  },
  LEGACY_INVOICE_CHAIN_UNSUPPORTED: {
    meaning: 'The invoice of 2021 is for a chain that is not in use here.',
    advice: 'Choose the network that it was made for.',
  },
  LEGACY_INVOICE_EXPIRED: {
    meaning: 'The time up to which the invoice of 2021 could be paid is over.',
    advice: 'Fetch a new one; if it should be valid, compare the clocks.',
  },
  LEGACY_REQUEST_OFFER_MISMATCH: {
    meaning: 'The request of 2021 was not made for the offer that its invoice is held against.',
    advice: 'Check which offer and which request belong together.',
  },
  LEGACY_INVOICE_OFFER_MISMATCH: {
    meaning: 'The invoice of 2021 answers another offer.',
    advice: 'It is not the answer to what was asked for.',
  },
  LEGACY_INVOICE_WRONG_SIGNER: {
    meaning: 'The invoice of 2021 is signed by another key than its offer names.',
    advice: 'Somebody else may have made it.',
  },
  LEGACY_INVOICE_REQUEST_MISMATCH: {
    meaning: 'The invoice of 2021 does not repeat what was asked for.',
    advice: 'The message names the field that differs from the request.',
  },
  LEGACY_INVOICE_OFFER_DIFFERS: {
    meaning: 'The invoice of 2021 is for something else than its offer says.',
    advice: 'The message names the field that differs from the offer.',
  },
  LEGACY_INVOICE_AMOUNT_DIFFERS: {
    meaning: 'The invoice of 2021 is over another amount than the one asked for.',
    advice: 'It is neither the amount of the request nor the price times the number of items.',
  },
  LEGACY_INVOICE_AMOUNT_UNAUTHORISED: {
    meaning: 'The invoice of 2021 is over more than was agreed to.',
    advice: 'Authorise the amount explicitly if it is right after all.',
  },
  LEGACY_INVOICE_NOT_SENT: {
    meaning:
      'An invoice came for an offer to send money, and does not say that it is the answer to one, or the reverse.',
    advice: 'Its writer must set send_invoice exactly where the offer sends money.',
  },
  LEGACY_INVOICE_QUANTITY: {
    meaning: 'The invoice for an offer to send money has a number of items that the offer does not allow.',
    advice:
      'Its writer must keep to quantity_min and quantity_max, and leave quantity out where the offer has neither.',
  },
  LEGACY_INVOICE_REFUND_MISMATCH: {
    meaning: 'The invoice claims a refund of another payment than the one that the offer pays back.',
    advice: 'Its writer must repeat refund_for of the offer, and leave it out where the offer has none.',
  },
  LEGACY_INVOICE_REFUND_SIGNATURE: {
    meaning: 'The claim of a refund is not signed by who paid.',
    advice: 'refund_signature must be made with the payer key of the invoice that was paid.',
  },
  PAYMENT_UNBLINDED: {
    meaning:
      'The invoice is paid in the clear, to a node id over channels that everybody can see: such payments are neither made nor taken here.',
    advice:
      'Ask the issuer for an offer made by a newer release (Core Lightning from v22.11 on), which is paid over blinded paths.',
  },
} as const satisfies Record<string, CodeText>
export type LegacyCode = keyof typeof LEGACY_CODES
