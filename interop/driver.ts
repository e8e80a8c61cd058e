/**
 * What the lab asks of an implementation. A driver starts nodes of one implementation; a peer is one running node. What a
 * driver cannot do it says as data, with its reason: a cell of the matrix that needs it is `cannot`, never an error.
 * @module
 */

/** A node as others reach it. */
export interface PeerRef {
  /** 66 hex digits. */
  readonly nodeId: string
  /** `HOST:PORT`. */
  readonly address: string
}

/** What a scenario may need of a role. */
export type Capability =
  /** Makes offers and answers their invoice_requests. */
  | 'offer'
  /** Offers without a path, which name the node by offer_issuer_id. */
  | 'offer_issuer_id'
  /** Offers with one stated path. */
  | 'offer_path'
  /** Paths of more than one relay. */
  | 'offer_long_path'
  /** Offers with several stated paths. */
  | 'offer_paths'
  /** Paths of an offer that begin at a channel (sciddir) instead of a node id. */
  | 'offer_compact'
  /** Paths of an offer with dummy hops behind the last relay. */
  | 'offer_dummy_hops'
  /** Offers whose path begins at the issuer itself. */
  | 'offer_self_introduction'
  | 'offer_quantity'
  | 'offer_expiry'
  /** Offers that are switched off again. */
  | 'offer_disable'
  /** Fetches an invoice. */
  | 'fetch'
  /** Takes a stated way of relays to the introduction node or issuer. */
  | 'fetch_over'
  /** Takes an amount that is below what the offer asks for, and sends the request all the same. */
  | 'fetch_wrong_amount'
  /** Sends requests that are too large for the packet of 1366 bytes. */
  | 'fetch_large'
  /** Sends a note with the request. */
  | 'fetch_note'
  /** Sends a request for an offer whose time is over. */
  | 'fetch_expired'
  /** Makes paths by itself, where nobody states any. */
  | 'own_paths'
  /** Follows a path that begins at a channel which it was told of. */
  | 'fetch_scid'
  /** Makes stand-alone invoice_requests, and takes the invoice. */
  | 'refund'
  /** Stand-alone invoice_requests with one stated path. */
  | 'refund_path'
  /** Stand-alone invoice_requests over more than one relay. */
  | 'refund_long_path'
  /** Stand-alone invoice_requests that are switched off again. */
  | 'refund_disable'
  /** Answers a stand-alone invoice_request with an invoice. */
  | 'claim'
  /** Passes on onion messages of peers without a channel. */
  | 'relay'
  /** Has channels of its own, and pays over them. */
  | 'pay'

/** An offer to be made. Paths name the relays in order, the introduction node first, the issuer left out. */
export interface OfferShape {
  /** What the issuer prints on it; always given, so that any amount may stand beside it. */
  readonly description: string
  /** msat; absent: the payer chooses. */
  readonly amountMsat?: bigint
  readonly quantityMax?: bigint | 'unlimited'
  /** Unix seconds. */
  readonly absoluteExpiry?: bigint
  /** No path, an empty list: the offer names its issuer. */
  readonly paths: readonly (readonly PeerRef[])[]
  readonly dummyHops?: number
  /** Paths begin at a channel: the introduction node is written as a sciddir. */
  readonly compact?: boolean
  /** The path begins at the issuer. */
  readonly selfIntroduction?: boolean
  /** Whatever paths the implementation makes by itself; `paths` is empty then. */
  readonly ownPaths?: boolean
}

export interface MadeOffer {
  /** `lno1…` */
  readonly text: string
  /** Channels that its compact paths begin at, for payers to be told of: `SCID=ID1,ID2`. */
  readonly scids?: readonly string[]
}

/** What an invoice is asked with. */
export interface FetchRequest {
  readonly offer: string
  /** Node id of whoever made it: an offer of 2021 tells all of it but one bit, which a payer may know from elsewhere. */
  readonly issuer?: string
  readonly amountMsat?: bigint
  readonly quantity?: bigint
  readonly payerNote?: string
  /** Relays in order, from the payer's own peer to the node that stands before the introduction node or issuer. */
  readonly over: readonly PeerRef[]
  /** Milliseconds in all. */
  readonly timeoutMs: number
  /** Channels that a compact path may begin at: `SCID=ID1,ID2`. */
  readonly scids?: readonly string[]
}

/** How a request ended, in the words of its payer. */
export type FetchOutcome =
  | { readonly kind: 'invoice'; readonly invoice: string; readonly request?: string; readonly amountMsat: bigint }
  | {
      readonly kind: 'invoice_error'
      /** The payer's word for it, where it has one. */
      readonly code?: string
      readonly message: string
      readonly erroneousField?: bigint
    }
  /** Nothing came back, or the payer says that nothing will: `code` is its word for it. */
  | { readonly kind: 'silence'; readonly code?: string; readonly message?: string }
  /** The payer refused before a request left, or refused what came. */
  | { readonly kind: 'refused'; readonly code?: string; readonly message: string }

/** How a payment ended, in the words of its payer; what comes before the payment ends as a request does. */
export type PayOutcome =
  | { readonly kind: 'paid'; readonly preimage: string; readonly amountMsat: bigint }
  | { readonly kind: 'failed'; readonly message: string }
  | Exclude<FetchOutcome, { readonly kind: 'invoice' }>

export interface RefundShape {
  readonly description: string
  /** msat */
  readonly amountMsat: bigint
  /** Unix seconds. */
  readonly absoluteExpiry?: bigint
  readonly paths: readonly (readonly PeerRef[])[]
  /** Whatever paths the implementation makes by itself; `paths` is empty then. */
  readonly ownPaths?: boolean
}

/** An invoice that came for a stand-alone invoice_request, as its maker saw it. */
export type RefundOutcome =
  | { readonly kind: 'invoice'; readonly invoice?: string; readonly amountMsat: bigint }
  | { readonly kind: 'refused'; readonly code?: string; readonly message: string }
  | { readonly kind: 'silence' }

export interface ClaimRequest {
  /** `lnr1…` */
  readonly refund: string
  readonly over: readonly PeerRef[]
  readonly timeoutMs: number
}

/** What whoever claims hears: nobody acknowledges an invoice, so silence is the good outcome. */
export type ClaimOutcome =
  | { readonly kind: 'sent'; readonly invoice?: string }
  | { readonly kind: 'invoice_error'; readonly message: string; readonly erroneousField?: bigint }
  | { readonly kind: 'refused'; readonly code?: string; readonly message: string }

/** An onion message as one end of a connection saw it. */
export interface SeenOnion {
  readonly dir: 'in' | 'out'
  /** Node id of the other end. */
  readonly peer: string
  /** Of the peer message: 513, 387, 385. */
  readonly type: number
  /** Bytes of the packet: 1366 or 32834, where a sender keeps to the rules. */
  readonly packet: number
}

/** What a node saw of its connections, whatever it makes of it. */
export interface Sight {
  /** In their order. */
  readonly onions: readonly SeenOnion[]
  /** Connections that ended, whoever ended them. */
  readonly lost: number
}

/** A running node. Methods that its driver cannot do are absent. */
export interface LabPeer extends PeerRef {
  /** Its role in the scenario: `payer`, `payee`, `relay1`. */
  readonly role: string
  /** The driver's name. */
  readonly driver: string
  /**
   * Types of the messages in which it asks for an invoice, in their order; of a node that reads offers of both forms, for one
   * of 2021. Absent where nobody looks.
   */
  readonly asks?: readonly number[]
  /** Makes a connection, and returns when it is usable on this side. */
  connect(to: PeerRef): Promise<void>
  /** Ids of connected peers. */
  peers(): Promise<readonly string[]>
  createOffer?(shape: OfferShape): Promise<MadeOffer>
  disableOffer?(offer: MadeOffer): Promise<void>
  /** How many invoices for it are open. */
  promised?(offer: MadeOffer): Promise<number>
  fetch?(request: FetchRequest): Promise<FetchOutcome>
  /** Fetches an invoice, and pays it over its own channels. */
  pay?(request: FetchRequest): Promise<PayOutcome>
  createRefund?(shape: RefundShape): Promise<{ readonly text: string }>
  /** Waits for the invoice of a refund that this peer made. */
  disableRefund?(refund: { readonly text: string }): Promise<void>
  refundOutcome?(refund: { readonly text: string }, timeoutMs: number): Promise<RefundOutcome>
  claim?(request: ClaimRequest): Promise<ClaimOutcome>
  /** Files that tell what happened: logs, captures. */
  readonly files: readonly { readonly name: string; readonly path: string }[]
  /** What the implementation itself says of what it did, newest last; bounded. */
  log(): string
  /** How many onion messages it says it passed on, where it counts them. */
  forwarded?(): Promise<number>
  /** What it saw on the wire, where it tells. */
  sight?(): Promise<Sight>
  /** How many onion messages it says it dropped as a policy of its own, where it counts them. */
  refusedToRelay?(): Promise<number>
  stop(): Promise<void>
}

export interface PeerOptions {
  readonly role: string
  /** An empty folder of its own. */
  readonly dir: string
  /** Told of when the run ends early. */
  readonly signal: AbortSignal
}

/** How an implementation came here. */
export type Provenance = 'built' | 'binary' | 'container' | 'own'

/** Whether a driver can run here, and what it is. */
export type Availability =
  | { readonly ok: true; readonly version: string; readonly how: Provenance }
  | {
      readonly ok: false
      /** One sentence for people: what is missing, and what would bring it. */
      readonly reason: string
    }

export interface Driver {
  /** As the matrix and `--peers` name it: `lno`, `ldk`, `ldk-stock`, `lnd`, `lnd-gated`, `cln`, `eclair`. */
  readonly name: string
  /** What it does not do, and why: links or the implementation's own words. */
  readonly cannot: Readonly<Partial<Record<Capability, string>>>
  /** Set while nobody has seen the driver run against the real thing: one sentence on what it was tried against. */
  readonly neverLive?: string
  /**
   * Set where it is a node of that time, which knows no other form of BOLT 12: it plays scenarios of that form alone, and those
   * that name it.
   */
  readonly form?: '2021' | undefined
  /** True: a start takes seconds, so one node a role serves a whole run. */
  readonly costly?: boolean
  /** Builds, finds or starts what it needs; says so when it cannot. Never throws. Idempotent. */
  prepare(tell: (line: string) => void): Promise<Availability>
  start(options: PeerOptions): Promise<LabPeer>
  /** Opens a channel between two connected peers of its own; both can use it when this returns. */
  openChannel?(from: LabPeer, to: LabPeer, amountSat: bigint): Promise<void>
  /** Ends what `prepare` started. */
  close?(): Promise<void>
}
