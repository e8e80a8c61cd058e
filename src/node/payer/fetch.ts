import type { CancelSignal, StoreChange } from '../../base/effects.js'
import { LnoError } from '../../base/error.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { InvoiceErrorMessage } from '../../bolt12/invoice-error.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import { issueJson } from '../../bolt12/json.js'
import type { LegacyInvoiceMessage } from '../../bolt12/legacy/invoice.js'
import type { LegacyInvoiceRequestMessage } from '../../bolt12/legacy/invoice-request.js'
import type { LegacyOfferMessage } from '../../bolt12/legacy/offer.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import type { Issue } from '../../bolt12/rules/rule.js'
import type { Bolt12Form } from '../bolt12-form.js'
import type { GenerationName } from '../messenger/policy.js'
import type { AttemptPlan, NodeId } from '../messenger/routes.js'
import type { Problem } from './fetch-machine.js'
import { invoiceErrorJson } from './invoice-error-json.js'
import type { Terms } from './question.js'

/** A request to be made. */
export interface FetchOptions<Offer = OfferMessage> extends Terms {
  readonly offer: Offer
  /** Peers to go over first. */
  readonly via?: readonly NodeId[]
  /** Forms of onion messages to send it in, in this order; as the node's policy says unless given. */
  readonly generations?: readonly GenerationName[]
  /** Attempts, 3 unless given. */
  readonly attempts?: number
  /** Milliseconds a message, 15 000 unless given. */
  readonly timeoutMs?: number
  /** Ends it at once, wherever it is. */
  readonly signal?: CancelSignal
  /** Must not throw. */
  readonly onProgress?: (progress: FetchProgress) => void
  /** What goes on disk in the same moment as the request, before that is sent. @internal */
  readonly alongside?: (asked: AskedFor) => readonly StoreChange[]
}

/** A request that is about to be sent. */
export interface AskedFor {
  /** Names the request in `invoice list`: 32 hex digits. */
  readonly id: string
  /** The TLV stream of the invoice_request. */
  readonly request: Uint8Array
  /** The most that the invoice may be over, msat. */
  readonly authorisedMsat: bigint
}

/** How far a request is. An attempt is one message a form, its copies, all over one way and with the same request in them. */
export type FetchProgress =
  | {
      readonly step: 'attempt'
      readonly attempt: number
      readonly route: readonly NodeId[]
      readonly reply: AttemptPlan['reply']
      /** The forms in which it is sent, in this order. */
      readonly generations: readonly GenerationName[]
    }
  /** A message has left, to this peer (or begins its path at ourselves). */
  | {
      readonly step: 'sent'
      readonly attempt: number
      readonly generation: GenerationName
      readonly to: NodeId | undefined
    }
  /** An answer came over the reply path of a message; it is not judged yet. */
  | {
      readonly step: 'received'
      readonly attempt: number
      readonly generation: GenerationName
      readonly from: NodeId | undefined
      readonly contents: 'invoice' | 'invoice_error'
    }
  | ({ readonly step: 'problem' } & Problem)
  | { readonly step: 'invoice'; readonly attempt: number; readonly generation: GenerationName }

/** What every request that brought its invoice has. */
export interface Fetched<I> {
  /** Names the request in `invoice list`: 32 hex digits. */
  readonly id: string
  readonly invoice: I
  /** The form in which the answer came. */
  readonly generation: GenerationName
  /** The attempt that was answered, and how many were made. */
  readonly attempt: number
  readonly attempts: number
}

/** A request in today's form that brought its invoice. */
export interface FetchResult extends Fetched<InvoiceMessage> {
  readonly form: 'modern'
  readonly offer: OfferMessage
  readonly request: InvoiceRequestMessage
}

/** A request in the form of 2021 that brought its invoice, which cannot be paid from here: `PAYMENT_UNBLINDED`. */
export interface LegacyFetchResult extends Fetched<LegacyInvoiceMessage> {
  readonly form: '2021'
  readonly offer: LegacyOfferMessage
  readonly request: LegacyInvoiceRequestMessage
}

/** What an answer said that was no good invoice. */
export interface Refusal {
  readonly issues?: readonly Issue[]
  readonly invoiceError?: InvoiceErrorMessage
}

/** An error of a fetch; its `details` are the same as plain data: `attempts`, `issues`, `invoice_error`. */
export class FetchError extends LnoError {
  /** What became of each message of each attempt. */
  readonly problems: readonly Problem[]
  /** Of `INVOICE_ERROR`. Text of a stranger: escape it before it is shown. */
  readonly invoiceError: InvoiceErrorMessage | undefined
  /** Of `INVOICE_REFUSED`. */
  readonly issues: readonly Issue[]

  /** @param form that of the request */
  constructor(
    problem: Problem,
    problems: readonly Problem[],
    refusal: Refusal | undefined,
    form: Bolt12Form = 'modern',
  ) {
    const invoiceError = problem.code === 'INVOICE_ERROR' ? refusal?.invoiceError : undefined
    const issues = problem.code === 'INVOICE_REFUSED' ? (refusal?.issues ?? []) : []
    super(problem.code, problem.why, {
      details: {
        attempts: problems,
        ...(issues.length > 0 && { issues: issues.map(issueJson) }),
        ...(invoiceError && { invoice_error: invoiceErrorJson(invoiceError, form) }),
      },
    })
    this.problems = problems
    this.invoiceError = invoiceError
    this.issues = issues
  }
}
