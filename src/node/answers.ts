import type { Delivery, OnionMessenger } from './messenger/messenger.js'
import type { Payer, PayerEvent } from './payer/payer.js'
import type { Claimer } from './refunds/claimer.js'
import type { Refunds } from './refunds/refunds.js'

/** Who waits for answers. */
export interface Waiting {
  readonly payer: Payer
  readonly claimer: Claimer
  readonly refunds: Refunds
  readonly onEvent: (event: PayerEvent) => void
}

/**
 * Hands invoices (66) and invoice_errors (68) to whom they are for: the path_id of each says what its path was made for, and a
 * path made for one thing is nothing for another (rules B9, O14, O15). An invoice that answers no request under way may still be
 * one for a refund of ours, which is found by its contents.
 */
export function readAnswers(messenger: OnionMessenger, { payer, claimer, refunds, onEvent }: Waiting): void {
  messenger.handle(66n, (delivery) => {
    if (!payer.take(delivery)) refunds.take(delivery)
  })
  messenger.handle(68n, (delivery) => {
    if (!payer.take(delivery) && !claimer.take(delivery)) onEvent(strayAnswer(delivery))
  })
}

/** Whoever guesses learns nothing, not even that something was asked. */
export function strayAnswer({ from }: Delivery): PayerEvent {
  const why = 'it came over no reply path of a request that is under way'
  return { type: 'reply_ignored', from, code: 'REPLY_WRONG_PATH', why }
}
