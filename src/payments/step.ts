import type { Random, StoreChange } from '../base/effects.js'
import type { InvoicePath } from '../bolt12/create-invoice.js'
import type { LinkId, LinkView } from './link.js'

/** What this node asks for passing a payment on. */
export interface ForwardingTerms {
  /** msat */
  readonly feeBaseMsat: number
  readonly feeProportionalMillionths: number
  /** Blocks. */
  readonly cltvExpiryDelta: number
}

/** What a host offers to whoever opens a channel. */
export interface HostTerms {
  readonly capacityMsat: bigint
  readonly htlcMinimumMsat: bigint
  /** At most 20: each takes some 1,488 bytes of a state message. */
  readonly maxAcceptedHtlcs: number
  readonly maxInFlightMsat: bigint
}

/** What a `PaymentCore` is made of. */
export interface CoreOptions {
  /** 32 bytes. */
  readonly nodeSecret: Uint8Array
  /** Preimages and path ids are derived from it, 32 bytes. */
  readonly preimageSecret: Uint8Array
  readonly random: Random
  /** 32 bytes. */
  readonly chainHash: Uint8Array
  readonly forwarding: ForwardingTerms
  /** What a node gets that opens a channel without a grant; absent: nothing, grants alone open channels. */
  readonly openTo?: HostTerms
  /** Tells the peers of our channels what other nodes we reach and at what cost, so that they can send through us. */
  readonly tellsNeighbours?: boolean
}

/** A promise to open one channel, made by a host; its secret is shown once and kept as a hash. */
export interface NewGrant {
  /** SHA-256 of the secret, 32 bytes. */
  readonly secretHash: Uint8Array
  readonly terms: HostTerms
  /** msat that the client owns from the start: what we owe from then on. */
  readonly clientBalanceMsat: bigint
  readonly label?: string
}

/** What a payment is for; kept with it and shown. Texts are strangers' or the user's, as they came. */
export interface PaymentAbout {
  /** Id of the offer, or of the stand-alone request; 32 bytes. */
  readonly offerId?: Uint8Array
  readonly description?: string
  readonly payerNote?: string
  /** 33 bytes. */
  readonly payerId?: Uint8Array
  readonly quantity?: bigint
  readonly label?: string
}

/** A payment to be made. The invoice was checked before: against its offer and request, and against what was authorised. */
export interface NewPayment {
  /** The same id is the same payment, for ever: asked for again, nothing happens. 64 hex digits. */
  readonly id: string
  readonly paymentHash: Uint8Array
  /** msat that arrive. */
  readonly amountMsat: bigint
  /** Beyond the amount, all parts together. */
  readonly maxFeeMsat: bigint
  readonly paths: readonly InvoicePath[]
  /** The invoice allows several parts (features 16, 17). */
  readonly severalParts: boolean
  /** Unix seconds after which nothing new is sent. */
  readonly expiresAt: bigint
  readonly about: PaymentAbout
  /** The TLV stream of the invoice, kept for a proof. */
  readonly invoice?: Uint8Array
}

/** One thing that happens to a node's payments. */
export type CoreInput =
  /** Once after loading: resumes what was under way. */
  | { readonly type: 'start' }
  | { readonly type: 'peer_up'; readonly peer: LinkId; readonly features: Uint8Array }
  | { readonly type: 'peer_down'; readonly peer: LinkId }
  /** A whole message of a type in `CORE_MESSAGES`, type first. */
  | { readonly type: 'message'; readonly peer: LinkId; readonly message: Uint8Array }
  /** Time has passed: what was asked for by `wake`, or a block. */
  | { readonly type: 'tick' }
  | { readonly type: 'grant'; readonly grant: NewGrant }
  | { readonly type: 'revoke_grant'; readonly secretHash: Uint8Array }
  | {
      readonly type: 'open'
      readonly peer: LinkId
      readonly secret?: Uint8Array
      readonly minCapacityMsat?: bigint
    }
  | { readonly type: 'close'; readonly peer: LinkId }
  /** By the host of an errored channel. Without a balance of its own: every HTLC goes back, but those whose preimage we know. */
  | { readonly type: 'propose_override'; readonly peer: LinkId; readonly localMsat?: bigint }
  /** By its client, of what would be its own: a host may have proposed something else since the user looked. */
  | { readonly type: 'accept_override'; readonly peer: LinkId; readonly localMsat: bigint }
  | { readonly type: 'pay'; readonly payment: NewPayment }

/** When something happens. */
export interface At {
  /** Unix milliseconds. */
  readonly now: number
  /** Block height, if anybody knows it. */
  readonly height: number | undefined
}

/** Something to be done once a step's changes are stored. */
export type CoreEffect =
  | { readonly type: 'send'; readonly peer: LinkId; readonly message: Uint8Array }
  | { readonly type: 'hang_up'; readonly peer: LinkId; readonly why: string }
  /** A `tick` is wanted at this time, Unix milliseconds; each one replaces nothing, early and superfluous ticks are harmless. */
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'tell'; readonly event: PaymentEvent }

/** What a step brought. `changes` are stored in one commit before `effects` happen, in order. */
export interface CoreStep {
  readonly changes: readonly StoreChange[]
  readonly effects: readonly CoreEffect[]
}

/** Why a payment ended without success. */
export interface PaymentFailure {
  /** One of `PAYMENT_CODES`. */
  readonly code: string
  readonly message: string
}

/** One HTLC of a payment. */
export interface PaymentPart {
  readonly peer: LinkId
  readonly htlcId: bigint
  /** msat that arrive, and that it costs beyond. */
  readonly amountMsat: bigint
  readonly feeMsat: bigint
  /** Index of the invoice's path. */
  readonly path: number
  readonly status: 'sent' | 'paid' | 'failed' | 'disputed'
  readonly failure?: PaymentFailure
}

/** A payment of ours. */
export interface PaymentState extends Omit<NewPayment, 'paths' | 'severalParts'> {
  readonly status: 'sending' | 'paid' | 'failed'
  /** All HTLCs so far, oldest first. */
  readonly parts: readonly PaymentPart[]
  /** msat of the parts that were paid. */
  readonly feeMsat: bigint
  readonly preimage?: Uint8Array
  readonly failure?: PaymentFailure
  /** Unix milliseconds. */
  readonly createdAt: number
  readonly endedAt?: number
}

/** Money that arrived: the parts of one invoice. */
export interface Receipt {
  readonly paymentHash: Uint8Array
  readonly preimage: Uint8Array
  /** What the parts brought, msat: the invoice's amount or more. */
  readonly amountMsat: bigint
  readonly offerId: Uint8Array
  readonly requestHash: Uint8Array
  readonly parts: number
  /** Unix milliseconds. */
  readonly at: number
}

/** How a payment would go if it were made now. */
export interface PaymentQuote {
  /** msat beyond the amount, all parts together. */
  readonly feeMsat: bigint
  readonly parts: readonly {
    readonly peer: LinkId
    /** msat that arrive, and that it costs beyond. */
    readonly amountMsat: bigint
    readonly feeMsat: bigint
    /** Index of the invoice's path. */
    readonly path: number
  }[]
}

/** What an invoice is to be paid for. */
export interface ReceiveOptions {
  /** SHA-256 of the request, 32 bytes: ties what is paid to what was asked for (pitfall 14). */
  readonly requestHash: Uint8Array
  /** Id of the offer, or of the stand-alone request, 32 bytes. */
  readonly offerId: Uint8Array
  readonly amountMsat: bigint
  /** Unix seconds. */
  readonly createdAt: bigint
  /** Unix seconds after which a payment is not taken. */
  readonly expiresAt: bigint
  /** 32 bytes: of all invoices that share it, one is paid; later payments are refused. None for an invoice that stands alone. */
  readonly exclusive?: Uint8Array
  /** No path may show our node id, because the offer does not. */
  readonly hidden?: boolean
}

/** What an invoice needs of whoever will be paid. */
export interface Receivable {
  readonly paymentHash: Uint8Array
  readonly paths: readonly InvoicePath[]
  /** Feature bits of the invoice, big-endian. */
  readonly features: Uint8Array
  /** Where the node keeps it itself. */
  readonly preimage?: Uint8Array
}

/** What a wallet owns, msat. */
export interface WalletBalance {
  /** What others owe us, less what we owe them: the sum of the ledger. */
  readonly totalMsat: bigint
  /** What payments under way may still take. */
  readonly inFlightMsat: bigint
  /** The most that can be sent now, over all channels. */
  readonly sendableMsat: bigint
  readonly receivableMsat: bigint
}

/** What a change of money was. */
export type LedgerKind =
  /** The balance that a grant gave: ours when we opened the channel, owed when we host it. */
  | 'grant'
  | 'received'
  /** A part of a payment, fee included. */
  | 'sent'
  /** The two sides of an HTLC passed on; what we keep is their sum. */
  | 'forward_in'
  | 'forward_out'
  | 'override'

/** One change of money, never altered. Their sum is what others owe us, less what we owe. */
export interface LedgerEntry {
  /** Counts from 1. */
  readonly seq: bigint
  /** Unix milliseconds. */
  readonly at: number
  readonly kind: LedgerKind
  readonly peer: LinkId
  /** msat, with its sign. */
  readonly amountMsat: bigint
  /** msat of it that were a fee of others. */
  readonly feeMsat: bigint
  readonly paymentHash?: Uint8Array
  /** Of a payment of ours. */
  readonly paymentId?: string
  readonly about?: PaymentAbout
}

/** What is told about payments and channels. Texts of strangers stand in it as they came. */
export type PaymentEvent =
  | { readonly type: 'channel_up'; readonly channel: LinkView }
  | { readonly type: 'channel_down'; readonly peer: LinkId; readonly why: string }
  | { readonly type: 'channel_opened'; readonly channel: LinkView }
  | { readonly type: 'channel_refused'; readonly peer: LinkId; readonly why: string }
  | {
      readonly type: 'channel_errored'
      readonly peer: LinkId
      readonly code: string
      readonly why: string
      readonly byUs: boolean
    }
  | { readonly type: 'channel_overridden'; readonly channel: LinkView }
  | { readonly type: 'override_proposed'; readonly peer: LinkId; readonly localMsat: bigint; readonly byUs: boolean }
  | { readonly type: 'channel_closed'; readonly peer: LinkId }
  | { readonly type: 'part_sent'; readonly payment: string; readonly part: PaymentPart }
  | { readonly type: 'part_failed'; readonly payment: string; readonly part: PaymentPart }
  | { readonly type: 'payment_paid'; readonly payment: PaymentState }
  | { readonly type: 'payment_failed'; readonly payment: PaymentState }
  | { readonly type: 'payment_received'; readonly receipt: Receipt }
  | {
      readonly type: 'htlc_forwarded'
      readonly from: LinkId
      readonly to: LinkId
      readonly amountMsat: bigint
      readonly feeMsat: bigint
    }
  | {
      readonly type: 'htlc_refused'
      readonly peer: LinkId
      readonly code: string
      readonly why: string
      readonly rule?: string
    }
