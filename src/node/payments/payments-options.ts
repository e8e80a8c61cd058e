import type { Clock, Store } from '../../base/effects.js'
import type { Wallet } from '../../wallets/wallet.js'
import type { FetchOptions, FetchResult } from '../payer/fetch.js'
import type { StoredRequest } from '../payer/record.js'
import type { PaymentsEvent } from './events.js'

/** Prepares the way to an issuer: connects to peers, learns channels. */
export type Reach = () => Promise<void>

export interface PaymentsOptions {
  readonly wallet: Wallet | undefined
  readonly store: Store
  readonly clock: Clock
  readonly chains: readonly Uint8Array[]
  /** Asks for an invoice: `Payer.fetch`. */
  readonly fetch: (options: FetchOptions, reach: Reach) => Promise<FetchResult>
  /** Requests that were made, newest first. */
  readonly requests: (limit: number) => Promise<readonly (StoredRequest & { readonly id: string })[]>
  /** A payment for a refund (hex id) has ended. */
  readonly onRefundEnd: (refundId: string, outcome: { readonly at: number; readonly failed?: string }) => Promise<void>
  readonly onEvent: (event: PaymentsEvent) => void
}

/** A refund of ours whose invoice came. */
export interface RefundToPay {
  /** 64 hex digits. */
  readonly id: string
  /** The TLV stream of its invoice, which was verified. */
  readonly invoice: Uint8Array
  readonly label: string | undefined
}
