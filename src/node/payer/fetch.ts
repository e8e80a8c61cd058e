import type { CancelSignal } from '../../base/effects.js'
import { LnoError } from '../../base/error.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { InvoiceErrorMessage } from '../../bolt12/invoice-error.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import { issueJson } from '../../bolt12/json.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import type { Issue } from '../../bolt12/rules/rule.js'
import type { AttemptPlan, NodeId } from '../messenger/routes.js'
import type { Problem } from './fetch-machine.js'
import { invoiceErrorJson } from './invoice-error-json.js'

/** A request to be made. */
export interface FetchOptions {
  readonly offer: OfferMessage
  /** msat for the whole request; needed where the offer has no amount. */
  readonly amountMsat?: bigint
  readonly quantity?: bigint
  readonly payerNote?: string
  /** Peers to go over first. */
  readonly via?: readonly NodeId[]
  /** Attempts, 3 unless given. */
  readonly attempts?: number
  /** Milliseconds an attempt, 15 000 unless given. */
  readonly timeoutMs?: number
  /** Ends it at once, wherever it is. */
  readonly signal?: CancelSignal
  /** Must not throw. */
  readonly onProgress?: (progress: FetchProgress) => void
}

/** How far a request is. */
export type FetchProgress =
  | {
      readonly step: 'attempt'
      readonly attempt: number
      readonly route: readonly NodeId[]
      readonly reply: AttemptPlan['reply']
    }
  | { readonly step: 'left'; readonly attempt: number }
  | { readonly step: 'problem'; readonly attempt: number; readonly code: string; readonly why: string }
  | { readonly step: 'invoice'; readonly attempt: number }

/** A request that brought its invoice. */
export interface FetchResult {
  /** Names the request in `invoice list`: 32 hex digits. */
  readonly id: string
  readonly offer: OfferMessage
  readonly request: InvoiceRequestMessage
  readonly invoice: InvoiceMessage
  /** The attempt that was answered, and how many were made. */
  readonly attempt: number
  readonly attempts: number
}

/** What an answer said that was no good invoice. */
export interface Refusal {
  readonly issues?: readonly Issue[]
  readonly invoiceError?: InvoiceErrorMessage
}

/** An error of a fetch; its `details` are the same as plain data: `attempts`, `issues`, `invoice_error`. */
export class FetchError extends LnoError {
  readonly problems: readonly Problem[]
  /** Of `INVOICE_ERROR`. Text of a stranger: escape it before it is shown. */
  readonly invoiceError: InvoiceErrorMessage | undefined
  /** Of `INVOICE_REFUSED`. */
  readonly issues: readonly Issue[]

  constructor(problem: Problem, problems: readonly Problem[], refusal: Refusal | undefined) {
    const invoiceError = problem.code === 'INVOICE_ERROR' ? refusal?.invoiceError : undefined
    const issues = problem.code === 'INVOICE_REFUSED' ? (refusal?.issues ?? []) : []
    super(problem.code, problem.why, {
      details: {
        attempts: problems,
        ...(issues.length > 0 && { issues: issues.map(issueJson) }),
        ...(invoiceError && { invoice_error: invoiceErrorJson(invoiceError) }),
      },
    })
    this.problems = problems
    this.invoiceError = invoiceError
    this.issues = issues
  }
}
