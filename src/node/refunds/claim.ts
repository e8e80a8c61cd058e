import type { CancelSignal } from '../../base/effects.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import type { NodeId } from '../messenger/routes.js'
import type { FetchProgress } from '../payer/fetch.js'
import type { Problem } from '../payer/fetch-machine.js'

/** A refund to be claimed. */
export interface ClaimOptions {
  /** The stand-alone invoice_request. */
  readonly request: InvoiceRequestMessage
  /** Peers to go over first. */
  readonly via?: readonly NodeId[]
  /** Ways that are tried, 3 unless given. */
  readonly attempts?: number
  /** Milliseconds that an invoice_error is waited for, 5000 unless given. */
  readonly waitMs?: number
  /** Ends it at once, wherever it is. */
  readonly signal?: CancelSignal
  /** Must not throw. */
  readonly onProgress?: (progress: ClaimProgress) => void
}

/** How far a claim is. */
export type ClaimProgress = Extract<FetchProgress, { readonly step: 'attempt' | 'sent' | 'problem' }>

/** An invoice that was sent, and that was paid at once, or that nobody refused in time: then it may be paid later. */
export interface ClaimResult {
  /** The id of the refund: 64 hex digits. */
  readonly id: string
  readonly invoice: InvoiceMessage
  /** The invoice had been made by an earlier claim of the same refund, and was sent again. */
  readonly again: boolean
  /** The attempt that left, and how many were made. */
  readonly attempt: number
  readonly attempts: number
  /** What kept earlier attempts from leaving. */
  readonly problems: readonly Problem[]
  /** Milliseconds that an invoice_error was waited for. */
  readonly waitedMs: number
  /** The money has come while it was waited for; a wait without it says nothing. */
  readonly paid: boolean
}
