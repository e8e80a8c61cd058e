import { type CodeText, LnoError, type Where } from '../base/error.js'

/** Codes of payments and of the channels that they go over. */
export const PAYMENT_CODES = {
  NO_PAYMENT_ROUTE: {
    meaning: 'No channel of ours leads to the place where a path of the invoice begins, or none with enough in it.',
    advice:
      'Open a channel with the node that the invoice names first, or with a host that reaches it: `lno channel open`.',
  },
  PAYMENT_TWICE: {
    meaning: 'This payment hash was paid already, or is being paid.',
    advice: 'Look at the payment with `lno payment show`; ask for a new invoice to pay again.',
  },
  PAYMENT_EXPIRED: {
    meaning: 'The invoice expired before it could be paid.',
    advice: 'Ask for a new invoice.',
  },
  PAYMENT_FEE_LIMIT: {
    meaning: 'The fees of every way are above what was authorised.',
    advice: 'Allow more with --max-fee, or use another channel.',
  },
  PAYMENT_ONION_TOO_LARGE: {
    meaning: 'Path and contents do not fit the 1300 bytes of a payment onion.',
    advice: 'The recipient must make a shorter path; nothing was sent.',
  },
  PAYMENT_REFUSED: {
    meaning: 'The recipient, or a node on the way, gave the payment back for good.',
    advice: 'Ask for a new invoice. Nothing was paid.',
  },
  NO_INBOUND: {
    meaning: 'There is no channel over which this amount could be received now.',
    advice: 'Open a channel with a host: `lno channel open`, or wait until it is connected.',
  },
  HEIGHT_UNKNOWN: {
    meaning: 'The height of the chain is not known, without which no HTLC can be made on this network.',
    advice: 'On bitcoin the node needs a source of the height; on test networks it is counted.',
  },
  HOSTED_LIMIT: {
    meaning: 'A message of a hosted channel holds more than the state of a channel has room for.',
    advice: 'At most 20 HTLCs each way, and short scripts, secrets and features: a whole state must fit one message.',
  },
  HOSTED_STATE: {
    meaning: 'The state of a hosted channel contradicts itself: its balances, HTLCs or counters cannot be.',
    advice: 'Do not sign or keep it. The peer is broken, or the bytes were changed.',
  },
  HOSTED_SIGNATURE: {
    meaning: 'A signature of the state of a hosted channel is not that of the node it should be.',
    advice: 'The state was changed after it was signed, or it belongs to other nodes: it proves nothing.',
  },
  EXPORT_MALFORMED: {
    meaning: 'The file is not the exported state of a hosted channel.',
    advice: 'Take the file as `lno channel export` wrote it; nothing may be cut off or edited.',
  },
  EXPORT_VERSION: {
    meaning: 'The exported state is in a form that is newer than this program.',
    advice: 'Use the version of lno that wrote it, or a later one.',
  },
} as const satisfies Readonly<Record<string, CodeText>>
export type PaymentCode = keyof typeof PAYMENT_CODES

/** An error of this folder. */
export function paymentError(code: PaymentCode, message: string, where: Where = {}): LnoError {
  return new LnoError(code, message, where)
}
