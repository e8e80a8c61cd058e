import { type CodeText, LnoError, type Where } from '../../base/error.js'

/** Codes of the payments that a node makes. What becomes of one that was begun is among the codes of `payments/`. */
export const PAYMENTS_CODES = {
  PAYMENT_NOT_FOUND: {
    meaning: 'This node has made no such payment.',
    advice: '`lno payment list` shows those that it has, with their ids.',
  },
  PAYMENT_AMBIGUOUS: {
    meaning: 'More than one payment begins with these characters.',
    advice: 'Give more of the id; `lno payment list` shows them whole.',
  },
  PAYMENT_INTERRUPTED: {
    meaning: 'The node stopped while it waited for the invoice. Nothing was sent.',
    advice: 'Pay the offer again.',
  },
  PAYMENT_CANCELLED: {
    meaning: 'The payment was given up before anything was sent.',
    advice: 'Pay again when you want to.',
  },
  PAYMENT_ENDED: {
    meaning: 'A payment for this very request was sent before, and failed. It is not tried again.',
    advice: 'Ask for a new invoice: pay the offer again.',
  },
  PAYMENT_UNPROVABLE: {
    meaning:
      'The payment cannot be proven from here: it was not paid, or another program has the key that asked for it.',
    advice: 'Look at it with `lno payment show`. With preimage and key of your own, use `lno proof create INVOICE`.',
  },
  GRANT_NOT_FOUND: {
    meaning: 'This node has no open grant of this id: it was used or revoked, or never made.',
    advice: '`lno host grants` shows those that nobody has used yet.',
  },
  NO_HOSTED_CHANNELS: {
    meaning: 'The wallet of this node has no hosted channels of its own: it is switched off, or another program.',
    advice: 'Start the node with the embedded wallet: `lno node start --wallet embedded`.',
  },
} as const satisfies Record<string, CodeText>
export type PaymentsCode = keyof typeof PAYMENTS_CODES

export function paymentsError(code: PaymentsCode, message: string, where?: Where): LnoError {
  return new LnoError(code, message, where)
}
