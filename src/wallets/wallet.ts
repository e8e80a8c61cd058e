import type { CancelSignal } from '../base/effects.js'
import type {
  LedgerEntry,
  NewPayment,
  PaymentEvent,
  PaymentQuote,
  PaymentState,
  Receipt,
  Receivable,
  ReceiveOptions,
  WalletBalance,
} from '../payments/step.js'

export type { Receivable, ReceiveOptions, WalletBalance } from '../payments/step.js'

/** Makes paths to be paid over: a wallet, or what a node without one has on regtest. */
export interface PaymentPaths {
  /** @throws LnoError `NO_INBOUND` when nothing of this amount can be received now */
  receive(options: ReceiveOptions): Promise<Receivable>
}

/**
 * The only door to payments. Of every implementation holds: nothing is paid above what the user authorised, no invoice is paid
 * twice, a crash at any point loses nothing.
 */
export interface Wallet extends PaymentPaths {
  /** `embedded`, `lnd`, … */
  readonly kind: string
  /**
   * Pays. Resolves once it is on disk that the payment was begun, or with what became of it: the same id is the same payment,
   * before and after a restart, and cannot be stopped.
   * @throws LnoError `PAYMENT_TWICE` when another id paid or is paying this payment hash, `PAYMENT_EXPIRED`,
   * `NO_PAYMENT_ROUTE`, `PAYMENT_FEE_LIMIT`, `PAYMENT_ONION_TOO_LARGE` before anything was sent
   */
  pay(payment: NewPayment): Promise<PaymentState>
  /**
   * How a payment would go now, without making it.
   * @throws LnoError as `pay`
   */
  quote(payment: NewPayment): Promise<PaymentQuote>
  /** What became of a payment; undefined when there is none of this id. */
  payment(id: string): Promise<PaymentState | undefined>
  /** Newest first. */
  payments(limit: number): Promise<readonly PaymentState[]>
  /** Resolves when the payment has ended, paid or failed. Giving up waiting stops nothing. */
  ended(id: string, signal?: CancelSignal): Promise<PaymentState>
  /** What arrived for a payment hash (hex), if anything did. */
  receipt(paymentHash: string): Promise<Receipt | undefined>
  balance(): WalletBalance
  /** Every change of money, oldest first. */
  ledger(): AsyncIterable<LedgerEntry>
  /** Hears what happens. Returns the end of it. */
  onEvent(listener: (event: PaymentEvent) => void): () => void
  /** Ends all that is under way; what is promised or sent goes on after the next start. */
  close(): Promise<void>
}
