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
  REQUESTS_BUSY: {
    meaning: 'More requests came at once than are worked on; this one was dropped.',
    advice: 'Nothing has to be done; if it stays so, look at the disk that holds the data folder: it may hang.',
  },
  REQUEST_WITHOUT_REPLY_PATH: {
    meaning: 'A request came that cannot be answered: it has no reply path.',
    advice: 'Nothing has to be done; its sender must put one into the message.',
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
