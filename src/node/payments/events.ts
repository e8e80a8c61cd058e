import type { LinkView } from '../../payments/link.js'
import type { PaymentEvent } from '../../payments/step.js'
import { type PartView, type PaymentView, partView } from './view.js'

/** What is told of payments and hosted channels. Texts of strangers stand in it as they came. */
export type PaymentsEvent =
  /** An invoice is there, and will be paid. */
  | {
      readonly type: 'payment_started'
      readonly paymentId: string
      readonly amountMsat: bigint
      readonly paymentHash: string
    }
  | { readonly type: 'payment_part_sent' | 'payment_part_failed'; readonly paymentId: string; readonly part: PartView }
  /** Without the preimage: a log is read by more than those who may prove the payment. `payment.show` has it. */
  | { readonly type: 'payment_paid' | 'payment_failed'; readonly payment: Omit<PaymentView, 'preimage'> }
  /** Money came, for an offer of ours or a refund of somebody. */
  | {
      readonly type: 'payment_received'
      readonly paymentHash: string
      readonly amountMsat: bigint
      readonly parts: number
      readonly offerId?: string
      readonly refundId?: string
      readonly label?: string
      readonly description?: string
      readonly payerNote?: string
      /** 33 bytes. */
      readonly payerId?: Uint8Array
      readonly quantity?: bigint
    }
  | { readonly type: 'channel_up' | 'channel_opened' | 'channel_overridden'; readonly channel: LinkView }
  | { readonly type: 'channel_down' | 'channel_open_refused'; readonly peerId: string; readonly why: string }
  | { readonly type: 'channel_closed'; readonly peerId: string }
  | {
      readonly type: 'channel_errored'
      readonly peerId: string
      readonly code: string
      readonly why: string
      readonly byUs: boolean
    }
  | {
      readonly type: 'channel_override_proposed'
      readonly peerId: string
      readonly localMsat: bigint
      readonly byUs: boolean
    }
  | {
      readonly type: 'htlc_forwarded'
      readonly from: string
      readonly to: string
      readonly amountMsat: bigint
      readonly feeMsat: bigint
    }
  | {
      readonly type: 'htlc_refused'
      readonly peerId: string
      readonly code: string
      readonly why: string
      readonly rule?: string
    }
  /** The invoice of a refund of ours could not even be noted to be paid; the next start tries again. */
  | { readonly type: 'refund_not_paid'; readonly refundId: string; readonly code: string; readonly why: string }
  /** What arrived could not be noted; the next start does. */
  | { readonly type: 'receipt_not_noted'; readonly paymentHash: string; readonly code: string; readonly why: string }
  /** The embedded wallet ended by itself; nothing is paid or received until the node is started again. */
  | { readonly type: 'wallet_stopped'; readonly code: string; readonly why: string }

/**
 * What a wallet tells, as the node does. Ends of payments and receipts are told by those who note them down, with what the node
 * knows of them.
 */
export function nodeEventOf(event: PaymentEvent): PaymentsEvent | undefined {
  switch (event.type) {
    case 'part_sent':
    case 'part_failed':
      return { type: `payment_${event.type}`, paymentId: event.payment, part: partView(event.part) }
    case 'channel_up':
    case 'channel_opened':
    case 'channel_overridden':
    case 'htlc_forwarded':
      return event
    case 'channel_down':
      return { type: event.type, peerId: event.peer, why: event.why }
    case 'channel_refused':
      return { type: 'channel_open_refused', peerId: event.peer, why: event.why }
    case 'channel_closed':
      return { type: event.type, peerId: event.peer }
    case 'channel_errored': {
      const { peer: peerId, ...rest } = event
      return { ...rest, peerId }
    }
    case 'override_proposed': {
      const { localMsat, byUs } = event
      return { type: 'channel_override_proposed', peerId: event.peer, localMsat, byUs }
    }
    case 'htlc_refused': {
      const { peer: peerId, ...rest } = event
      return { ...rest, peerId }
    }
    default:
      return undefined
  }
}
