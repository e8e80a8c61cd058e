import { type CodeText, LnoError, type Where } from '../base/error.js'

/** Codes of wallets. What a payment can end with is among those of `payments/`. */
export const WALLET_CODES = {
  WALLET_STOPPED: {
    meaning: 'The wallet has ended: it was closed, or could not store what it was about to promise.',
    advice:
      'Start the node again: everything that was promised or sent is on disk and goes on. If it was not closed, look first why the disk took nothing.',
  },
  WALLET_BUSY: {
    meaning: 'Too many commands wait for the wallet already.',
    advice: 'Wait until some have ended, and ask again; a payment asked for again under the same id is not made twice.',
  },
  PAYMENT_UNKNOWN: {
    meaning: 'The wallet has no payment of this id.',
    advice: 'List them with `lno payment list`.',
  },
  PAYMENT_WAIT_CANCELLED: {
    meaning: 'Whoever waited for the end of a payment gave up waiting. The payment itself goes on.',
    advice: 'Ask for it again with `lno payment show`.',
  },
  CHANNEL_NO_ANSWER: {
    meaning: 'The other node did not answer in time to the wish for a channel.',
    advice: 'Check that it is connected and offers hosted channels; the channel opens by itself if it answers later.',
  },
} as const satisfies Readonly<Record<string, CodeText>>
export type WalletCode = keyof typeof WALLET_CODES

/** An error of this folder. */
export function walletError(code: WalletCode, message: string, where: Where = {}): LnoError {
  return new LnoError(code, message, where)
}
