import type { NodeId } from '../messenger/routes.js'
import type { ClaimProgress } from './claim.js'

/** What is told of refunds of others that this node claims. */
export type ClaimerEvent =
  | { readonly type: 'claim_started'; readonly refundId: string }
  | { readonly type: 'claim_progress'; readonly refundId: string; readonly progress: ClaimProgress }
  | {
      readonly type: 'claim_sent'
      readonly refundId: string
      readonly paymentHash: string
      readonly amountMsat: bigint
      readonly again: boolean
    }
  | { readonly type: 'claim_failed'; readonly refundId: string; readonly code: string; readonly why: string }
  /** An invoice_error came after the claim had ended well. `error` is text of a stranger. */
  | { readonly type: 'claim_refused_late'; readonly refundId: string; readonly error: string }
  | { readonly type: 'reply_ignored'; readonly from: NodeId | undefined; readonly code: string; readonly why: string }
