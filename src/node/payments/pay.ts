import type { CancelSignal } from '../../base/effects.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { PaymentPart, PaymentQuote } from '../../payments/step.js'
import type { FetchOptions, FetchProgress } from '../payer/fetch.js'

/** A payment to be made. */
export interface PayOptions extends Pick<FetchOptions, 'generations' | 'attempts' | 'timeoutMs' | 'via'> {
  /** An offer or an invoice, or a URI that holds one. */
  readonly string: string
  /** msat: of an offer the amount to be asked for; of an invoice the most that it may be over, without which none is paid. */
  readonly amountMsat?: bigint
  readonly quantity?: bigint
  readonly payerNote?: string
  /** msat that fees may cost at most; `defaultMaxFee` of the amount unless given. */
  readonly maxFeeMsat?: bigint
  /** The user's name for it; never leaves the node. */
  readonly label?: string
  /** Ends the wait: before the wallet was told to pay it ends the payment, afterwards that goes on. */
  readonly signal?: CancelSignal
  /** Must not throw. */
  readonly onProgress?: (progress: PayProgress) => void
}

/** How far a payment is. */
export type PayProgress =
  /** The request is on disk, and leaves. */
  | { readonly step: 'asking'; readonly paymentId: string }
  | Exclude<FetchProgress, { readonly step: 'invoice' }>
  /** The invoice is there, and good. */
  | { readonly step: 'invoice'; readonly paymentId: string; readonly amountMsat: bigint; readonly paymentHash: string }
  | { readonly step: 'part_sent' | 'part_failed'; readonly paymentId: string; readonly part: PaymentPart }
  | { readonly step: 'paid'; readonly paymentId: string; readonly feeMsat: bigint }
  | { readonly step: 'failed'; readonly paymentId: string; readonly code: string; readonly why: string }

/** What a payment would cost now. */
export interface PayQuote {
  readonly invoice: InvoiceMessage
  /** msat that would arrive. */
  readonly amountMsat: bigint
  readonly maxFeeMsat: bigint
  readonly quote: PaymentQuote
}

/** What of it says how the invoice is asked for. */
export function fetchOptions(options: PayOptions): Omit<FetchOptions, 'offer'> {
  const { string: _, maxFeeMsat: __, label: ___, onProgress: ____, ...rest } = options
  return rest
}
