import { equalBytes } from '../../base/bytes.js'
import type { InvoiceErrorOptions } from '../../bolt12/create-invoice-error.js'
import { INVOICE } from '../../bolt12/invoice.js'
import type { InvoiceArrival } from '../../bolt12/rules/invoice-match.js'
import type { Issue } from '../../bolt12/rules/rule.js'
import type { RefundsCode } from './codes.js'

/** What is known of the refund that an invoice is for. */
export interface KnownRefund {
  readonly hasPaths: boolean
  /** msat */
  readonly amountMsat: bigint
  readonly disabled: boolean
  /** Unix seconds after which no invoice is taken. */
  readonly expires: bigint | undefined
  /** The bytes of the invoice that was taken. */
  readonly invoice: Uint8Array | undefined
}

export interface InvoiceFacts {
  readonly known: KnownRefund
  /** The bytes that came. */
  readonly bytes: Uint8Array
  readonly arrivedOn: InvoiceArrival
  /** All that `verifyInvoiceFor` says against it. */
  readonly issues: readonly Issue[]
  /** Unix seconds. */
  readonly now: bigint
}

/** What is done with an invoice for a refund of ours. */
export type InvoiceDecision =
  /** Silence: whoever guesses whose refund it is learns nothing (rule IR15). */
  | { readonly do: 'ignore'; readonly code: string; readonly rule: string; readonly why: string }
  /** The invoice that was taken has come once more. */
  | { readonly do: 'nothing' }
  | {
      readonly do: 'refuse'
      readonly code: string
      readonly answer: InvoiceErrorOptions
      readonly reasons: readonly Issue[]
    }
  | { readonly do: 'take' }

/**
 * What to do with an invoice for a stand-alone request of ours, after it was verified whatever comes of it. Pure: all that it
 * depends on is in `facts`.
 */
export function decideInvoice({ known, bytes, arrivedOn, issues, now }: InvoiceFacts): InvoiceDecision {
  if (arrivedOn !== (known.hasPaths ? 'invreq_path' : 'no_path')) {
    const why = known.hasPaths
      ? 'it did not come over a path of its refund'
      : 'its refund has no paths, and it came over one'
    return { do: 'ignore', code: 'INVOICE_WRONG_PATH', rule: 'IR15', why }
  }
  if (known.invoice !== undefined && equalBytes(known.invoice, bytes)) return { do: 'nothing' }
  if (known.disabled) return refuse('REFUND_DISABLED', 'this refund was withdrawn')
  // Before anything else about it: two of them could both be paid.
  if (known.invoice !== undefined) return refuse('REFUND_ANSWERED', 'this refund has an invoice already')
  if (known.expires !== undefined && now > known.expires) {
    return refuse('REFUND_EXPIRED', 'this refund has expired', 'offer_absolute_expiry')
  }
  const first = issues[0]
  if (first === undefined) return { do: 'take' }
  const field = first.field !== undefined && Object.hasOwn(INVOICE, first.field) ? first.field : undefined
  return {
    do: 'refuse',
    code: 'INVOICE_REFUSED',
    answer: {
      error: `this invoice cannot be paid: ${first.message}`,
      ...(field !== undefined && { field: field as keyof typeof INVOICE }),
      ...(field === 'invoice_amount' && { suggested: known.amountMsat }),
    },
    reasons: issues,
  }
}

function refuse(code: RefundsCode, error: string, field?: keyof typeof INVOICE): InvoiceDecision {
  return { do: 'refuse', code, answer: { error, ...(field && { field }) }, reasons: [] }
}
