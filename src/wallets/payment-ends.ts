import type { CancelSignal } from '../base/effects.js'
import type { PaymentEvent, PaymentState } from '../payments/step.js'
import { walletError } from './codes.js'
import { expectations } from './expectations.js'

/** Those who wait for the end of a payment: `Wallet.ended` of every wallet. */
export interface PaymentEnds {
  /**
   * @param state of the payment now, if there is one
   * @throws LnoError `PAYMENT_UNKNOWN`, `PAYMENT_WAIT_CANCELLED`; what `failAll` says
   */
  of(id: string, state: PaymentState | undefined, signal: CancelSignal | undefined): Promise<PaymentState>
  /** Something was told. */
  hear(event: PaymentEvent): void
  failAll(error: Error): void
}

export function paymentEnds(): PaymentEnds {
  const waiting = expectations<PaymentState>()
  return {
    of: async (id, state, signal) => {
      if (state === undefined) throw walletError('PAYMENT_UNKNOWN', `there is no payment ${id}`)
      if (state.status !== 'sending') return state
      return waiting.wait(id, signal, () =>
        walletError('PAYMENT_WAIT_CANCELLED', 'nobody waits for the payment any more; it goes on'),
      )
    },
    hear: (event) => {
      if (event.type === 'payment_paid' || event.type === 'payment_failed') {
        waiting.meet(event.payment.id, event.payment)
      }
    },
    failAll: waiting.failAll,
  }
}
