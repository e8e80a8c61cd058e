import { type CodeText, LnoError, type Where } from '../../base/error.js'

/** Codes of the issuer. */
export const OFFERS_CODES = {
  OFFER_NOT_FOUND: {
    meaning: 'This node has no such offer.',
    advice: '`lno offer list` shows those that it has, with their ids.',
  },
  OFFER_AMBIGUOUS: {
    meaning: 'More than one offer begins with these characters.',
    advice: 'Give more of the id; `lno offer list` shows them whole.',
  },
  OFFER_FORM_UNSPOKEN: {
    meaning:
      'An offer of this form could not be answered: its readers speak no wire form of onion messages that the node speaks.',
    advice: 'Leave --form out, or start the node with other --generations.',
  },
  OFFER_FORM_UNFIT: {
    meaning: 'The offer shall have something that its form does not have.',
    advice:
      'Offers in the form of 2021 name the node: they have no paths, and no keys of their own. Offers of today have no least quantity.',
  },
  OFFER_EXISTS: {
    meaning: 'This node has made the very same offer before.',
    advice:
      'In the form of 2021 equal offers are one offer. Use the one that is there (`lno offer list`), or change a word of the description.',
  },
  OFFER_DISABLED: {
    meaning: 'The offer is switched off by its issuer.',
    advice: 'Ask the issuer; `lno offer enable` switches it on again.',
  },
  OFFER_IN_USE: {
    meaning: 'The offer is for one payment, and another request holds it.',
    advice: 'Try again when the invoice of that request has expired, or ask the issuer for another offer.',
  },
  INVOICE_PAID_ALREADY: {
    meaning: 'The invoice for this request, or for this single-use offer, has been paid.',
    advice: 'Nothing is to be paid again. Make a new request for another purchase.',
  },
  REQUEST_LIMIT: {
    meaning: 'Too many invoices for one and the same request are open.',
    advice: 'Pay one of them, or wait until they expire.',
  },
  REQUEST_CHANGED: {
    meaning: 'A request came with the payer key of an earlier one, and asks for something else.',
    advice: 'In the form of 2021 a payer key stands for one purchase: make a new request for another.',
  },
  REQUESTS_BUSY: {
    meaning: 'More requests came at once than are worked on; this one was dropped.',
    advice: 'Nothing has to be done; if it stays so, look at the disk that holds the data folder: it may hang.',
  },
  REQUEST_WITHOUT_REPLY_PATH: {
    meaning: 'A request came that cannot be answered: it has no reply path.',
    advice: 'Nothing has to be done; its sender must put one into the message.',
  },
  REQUEST_OVER_PATH: {
    meaning: 'A request for an offer without paths came over a path that somebody made to this node.',
    advice: 'Somebody may be trying out who is behind the path. Nothing has to be done.',
  },
  REPLY_NOT_SENT: {
    meaning: 'The answer to a request did not leave.',
    advice: 'No connected peer leads to the payer. It may ask again over another way.',
  },
} as const satisfies Record<string, CodeText>
export type OffersCode = keyof typeof OFFERS_CODES

export function offersError(code: OffersCode, message: string, where?: Where): LnoError {
  return new LnoError(code, message, where)
}
