import type { CancelSignal } from '../base/effects.js'
import type { InvoicePath } from '../bolt12/create-invoice.js'
import type { LedgerEntry, NewPayment, PaymentEvent, PaymentState, Receipt } from '../payments/step.js'

/** What an invoice is to be paid for. */
export interface ReceiveOptions {
  /** SHA-256 of the request, 32 bytes: ties what is paid to what was asked for (pitfall 14). */
  readonly requestHash: Uint8Array
  /** Id of the offer, or of the stand-alone request, 32 bytes. */
  readonly offerId: Uint8Array
  readonly amountMsat: bigint
  /** Unix seconds. */
  readonly createdAt: bigint
  /** Unix seconds after which a payment is not taken. */
  readonly expiresAt: bigint
  /** 32 bytes: of all invoices that share it, one is paid; later payments are refused. None for an invoice that stands alone. */
  readonly exclusive?: Uint8Array
  /** No path may show our node id, because the offer does not. */
  readonly hidden?: boolean
}

/** What an invoice needs of whoever will be paid. */
export interface Receivable {
  readonly paymentHash: Uint8Array
  readonly paths: readonly InvoicePath[]
  /** Feature bits of the invoice, big-endian. */
  readonly features: Uint8Array
  /** Where the node keeps it itself. */
  readonly preimage?: Uint8Array
}

/** Makes paths to be paid over: a wallet, or what a node without one has on regtest. */
export interface PaymentPaths {
  /** @throws LnoError `NO_INBOUND` when nothing of this amount can be received now */
  receive(options: ReceiveOptions): Promise<Receivable>
}

/** What a wallet owns, msat. */
export interface WalletBalance {
  /** What others owe us, less what we owe them: the sum of the ledger. */
  readonly totalMsat: bigint
  /** What payments under way may still take. */
  readonly inFlightMsat: bigint
  /** The most that can be sent now, over all channels. */
  readonly sendableMsat: bigint
  readonly receivableMsat: bigint
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
