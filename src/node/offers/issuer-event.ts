import type { NodeId } from '../messenger/routes.js'

/** What the issuer tells. Texts of strangers stand in it as they came. */
export type IssuerEvent =
  | { readonly type: 'offer_created'; readonly id: string; readonly text: string }
  | { readonly type: 'offer_disabled' | 'offer_enabled'; readonly id: string }
  | {
      readonly type: 'request_ignored'
      readonly from: NodeId | undefined
      readonly code: string
      readonly rule?: string
      readonly why: string
    }
  | {
      readonly type: 'request_received'
      readonly offerId: string
      readonly from: NodeId | undefined
      readonly payerNote?: string
      readonly quantity?: bigint
    }
  | {
      readonly type: 'invoice_sent'
      readonly offerId: string
      readonly paymentHash: string
      readonly amountMsat: bigint
      readonly again: boolean
    }
  | { readonly type: 'invoice_error_sent'; readonly offerId: string; readonly code: string; readonly error: string }
  | { readonly type: 'reply_not_sent'; readonly offerId: string; readonly code: string; readonly why: string }
