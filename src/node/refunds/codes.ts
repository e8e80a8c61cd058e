import { type CodeText, LnoError, type Where } from '../../base/error.js'

/** Codes of refunds: offers to send money, made here or claimed here. */
export const REFUNDS_CODES = {
  REFUND_NOT_FOUND: {
    meaning: 'This node has made no such refund.',
    advice: '`lno refund list` shows those that it has, with their ids.',
  },
  REFUND_AMBIGUOUS: {
    meaning: 'More than one refund begins with these characters.',
    advice: 'Give more of the id; `lno refund list` shows them whole.',
  },
  REFUND_DISABLED: {
    meaning: 'The refund was withdrawn by who made it.',
    advice: 'Ask the sender for another one.',
  },
  REFUND_ANSWERED: {
    meaning: 'The refund has an invoice already, and takes no other.',
    advice: 'A refund is sent once. If the first invoice was not yours, ask the sender for another refund.',
  },
  REFUND_EXPIRED: {
    meaning: 'The time of the refund is over.',
    advice: 'Ask the sender for another one.',
  },
  REFUND_ANSWERS_OFFER: {
    meaning: 'The invoice_request answers an offer: it is no offer to send money.',
    advice: 'Only the issuer of its offer can answer it, when it comes in an onion message.',
  },
} as const satisfies Record<string, CodeText>
export type RefundsCode = keyof typeof REFUNDS_CODES

export function refundsError(code: RefundsCode, message: string, where?: Where): LnoError {
  return new LnoError(code, message, where)
}
