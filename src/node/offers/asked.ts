import type { Convert } from '../../bolt12/amount.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { LegacyInvoiceMessage } from '../../bolt12/legacy/invoice.js'
import type { Receivable } from '../../wallets/wallet.js'
import type { LivePromise } from './decide.js'
import type { AnyOwnOffer } from './own-offer.js'

/** What is known when a request is decided on, besides its bytes and the offer. */
export interface AskedAt {
  /** Live promises of the offer. */
  readonly live: readonly LivePromise[]
  /** Whether it can be answered at all. */
  readonly hasReplyPath: boolean
  /** The offer over whose path it came; undefined for another path, and for none. */
  readonly pathOf: string | undefined
  /** Whether it came over a path that somebody made to us, and not to our node id. */
  readonly overPath: boolean
  /** Whether it may have come over a path and does not show it: `Delivery.isDoubtful`. */
  readonly isDoubtful: boolean
  /** Unix seconds. */
  readonly now: bigint
  readonly chains: readonly Uint8Array[]
  readonly convert?: Convert | undefined
}

/** What becomes of a request, whatever its form. */
export type Verdict =
  | { readonly do: 'ignore'; readonly code: string; readonly rule?: string; readonly why: string }
  /** `bytes`: the invoice_error. */
  | { readonly do: 'error'; readonly code: string; readonly error: string; readonly bytes: Uint8Array }
  /** The same promise again, by its key in the store. */
  | { readonly do: 'resend'; readonly key: string }
  /** A new promise over this many msat. */
  | { readonly do: 'invoice'; readonly amountMsat: bigint; readonly expectedMsat: bigint | undefined }

/** What a new invoice is made of, besides request and offer. */
export interface Granted {
  readonly expectedMsat: bigint | undefined
  readonly amountMsat: bigint
  readonly receivable: Receivable
  /** Unix seconds. */
  readonly createdAt: bigint
  readonly signingKey: Uint8Array
  /** 32 random bytes. */
  readonly aux: Uint8Array
}

/**
 * A request whose form and signature are good. The issuer treats all forms of BOLT 12 alike: it asks a request what to do with
 * it, and for its invoice.
 */
export interface Asked {
  /** SHA-256 of its bytes. */
  readonly requestHash: Uint8Array
  /** The id of the offer that it is for, 64 hex digits; '' for none. */
  readonly offerId: string
  /** What makes it its payer's, and others of the same payer its like: `LivePromise.metadataHash`. */
  readonly metadataHash: string
  /** False: a promise for it that cannot be kept on disk is not made. */
  readonly isDerivable: boolean
  readonly payerNote: string | undefined
  readonly quantity: bigint | undefined
  /** @param own the offer of ours with that id; one of another form is none */
  decide(own: AnyOwnOffer | undefined, at: AskedAt): Verdict
  /** An invoice_error in the form of the request, about nothing that another request would change. */
  refusal(error: string): Uint8Array
  /** @throws LnoError for what makes no invoice */
  invoice(own: AnyOwnOffer, granted: Granted): InvoiceMessage | LegacyInvoiceMessage
}
