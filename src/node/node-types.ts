import type { Clock, Net, NetAddress, Random, Store } from '../base/effects.js'
import type { InvoiceRequestMessage } from '../bolt12/invoice-request.js'
import type { LegacyDialect } from '../bolt12/legacy/dialect.js'
import type { LegacyOfferMessage } from '../bolt12/legacy/offer.js'
import type { OfferMessage } from '../bolt12/offer.js'
import type { Generation } from '../onion/generation.js'
import type { EmbeddedWallet } from '../wallets/embedded/embedded-wallet.js'
import type { PaymentPaths, Wallet } from '../wallets/wallet.js'
import type { ChainName } from '../wire/chains.js'
import type { AddressBook } from './address-book.js'
import type { PeerAddress } from './addresses.js'
import type { Connections, ConnectionsOptions, PeerInfo } from './connections/index.js'
import type { NodeEvent } from './events.js'
import type { NodeIdentity } from './identity.js'
import type { MessageChannel } from './messenger/channel.js'
import type { OnionMessenger } from './messenger/messenger.js'
import type { OutboxOptions } from './messenger/outbox.js'
import type { GenerationPolicy } from './messenger/policy.js'
import type { NodeId } from './messenger/routes.js'
import type { Counters } from './messenger/tally.js'
import type { Issuer } from './offers/issuer.js'
import type { Promises } from './offers/promises.js'
import type { AnyOfferMessage } from './payer/any-offer.js'
import type { FetchOptions, FetchResult, LegacyFetchResult } from './payer/fetch.js'
import type { Payer } from './payer/payer.js'
import type { HostingOptions } from './payments/embedded.js'
import type { PayOptions, PayQuote } from './payments/pay.js'
import type { Payments } from './payments/payments.js'
import type { ProofWish } from './payments/proof.js'
import type { Receipts } from './payments/receipts.js'
import type { PaymentView } from './payments/view.js'
import type { ClaimOptions, ClaimResult } from './refunds/claim.js'
import type { Refunds } from './refunds/refunds.js'
import type { ScidLink } from './scids.js'

/** What a node is made of. Everything that it does to the world goes through `store`, `net`, `clock` and `random`. */
export interface NodeOptions {
  readonly network: ChainName
  /** `openDataDir` gives one that lasts, `identityOf(random(32))` one for once. */
  readonly identity: NodeIdentity
  readonly store: Store
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  /** Addresses to take calls on; none unless given. */
  readonly listen?: readonly NetAddress[]
  /** Feature bits of init; `INIT_FEATURES` unless given. */
  readonly features?: readonly number[]
  /** Channels that the user names, so that paths which begin at one can be followed. */
  readonly scids?: readonly ScidLink[]
  readonly ping?: ConnectionsOptions['ping']
  /** Onion messages a second to a peer; 4 with a burst of 4 unless given. */
  readonly rateOf?: OutboxOptions['rateOf']
  /**
   * Who pays and is paid: `embedded` needs no other program, it has hosted channels of its own. Another one is closed by whoever
   * opened it. Without a wallet offers can be made on regtest only, and their invoices cannot be paid.
   */
  readonly wallet?: 'embedded' | Wallet
  /** How the embedded wallet hosts channels and passes payments on. */
  readonly hosting?: HostingOptions
  /** Who receives payments, where there is no wallet: for tests. */
  readonly paymentPaths?: PaymentPaths
  /**
   * How onion messages reach peers and come from them: the node's own connections, which are given, unless something is put
   * between or in their place.
   */
  readonly channel?: (channel: MessageChannel) => MessageChannel
  /** The wire forms of onion messages that the node takes, passes on, answers and sends, newest first; all unless given. */
  readonly generations?: readonly Generation[]
  /** In which of them a message of its own is sent; `sendBoth` unless given. */
  readonly policy?: GenerationPolicy
  /** How objects of the 2021 form are written and read; all are read, and written for as many as can be, unless given. */
  readonly dialect?: LegacyDialect
  /**
   * Answers go to connected peers alone, and are asked for over one: so did releases up to Core Lightning 24.02, for which not
   * even a reply path that begins at themselves led anywhere. Over routes unless given.
   */
  readonly answersTo?: 'peers'
  /** Calls back in the next turn of the event loop (`setImmediate`); `clock.after(0, …)` unless given. */
  readonly nextTurn?: ConnectionsOptions['nextTurn']
  /** Sees every message of every peer in clear, for captures; must not throw. */
  readonly tap?: ConnectionsOptions['tap']
  /** Hears everything. Must not throw. */
  readonly onEvent?: (event: NodeEvent) => void
}

/** What is known of a running node. */
export interface NodeInfo {
  /** 66 hex digits. */
  readonly nodeId: NodeId
  readonly network: ChainName
  /** Where it takes calls, as people write it. */
  readonly addresses: readonly string[]
  readonly features: readonly number[]
  /** Names of the wire forms of onion messages that it speaks, newest first. */
  readonly generations: readonly string[]
  /** Onion messages since the start, by form. */
  readonly counters: Counters
  readonly peers: number
  readonly offers: number
  /**
   * `Wallet.kind`: `embedded`, … `none`: offers can be made on regtest only, and their invoices cannot be paid; `given`: paths to
   * be paid over alone.
   */
  readonly wallet: string
  /** Unix milliseconds. */
  readonly startedAt: number
}

/** A request to be made by a node. */
export interface NodeFetchOptions extends Omit<FetchOptions, 'offer' | 'via'> {
  /** Peers to go over first; those with an address are connected to. */
  readonly via?: readonly (NodeId | PeerAddress)[]
  /** Channels to learn of. */
  readonly scids?: readonly ScidLink[]
}

/** A refund to be claimed by a node. */
export interface NodeClaimOptions extends Omit<ClaimOptions, 'request' | 'via'> {
  /** Peers to go over first; those with an address are connected to. */
  readonly via?: readonly (NodeId | PeerAddress)[]
  /** Channels to learn of. */
  readonly scids?: readonly ScidLink[]
}

/** A payment to be made by a node. */
export interface NodePayOptions extends Omit<PayOptions, 'via'> {
  /** Peers to go over first when an invoice is asked for; those with an address are connected to. */
  readonly via?: readonly (NodeId | PeerAddress)[]
  /** Channels to learn of. */
  readonly scids?: readonly ScidLink[]
}

/** A running node. */
export interface LnoNode {
  readonly id: NodeId
  readonly connections: Connections
  readonly messenger: OnionMessenger
  readonly issuer: Issuer
  readonly promises: Promises
  readonly payer: Payer
  readonly refunds: Refunds
  readonly payments: Payments
  readonly wallet: Wallet | undefined
  /** The same, where it is the embedded one: its channels. */
  readonly hosted: EmbeddedWallet | undefined
  /** What came for the node's invoices; undefined without a wallet. */
  readonly receipts: Receipts | undefined
  readonly addressBook: AddressBook
  info(): NodeInfo
  /**
   * Connects to a peer. `keep` also keeps it connected, now and after a restart.
   * @throws LnoError as `Connections.connect`
   */
  connectPeer(nodeId: NodeId, address: NetAddress, options?: { readonly keep?: boolean }): Promise<PeerInfo>
  /** Hangs up, and forgets where the peer was. False when nothing was known of it. */
  disconnectPeer(nodeId: NodeId): Promise<boolean>
  /**
   * Asks for an invoice. That for an offer of 2021 is in the form of 2021, and can be looked at but not paid from here.
   * @throws LnoError as `Payer.fetch`; as `connectPeer` when none of the peers in `via` can be reached
   */
  fetch(offer: OfferMessage, options?: NodeFetchOptions): Promise<FetchResult>
  fetch(offer: LegacyOfferMessage, options?: NodeFetchOptions): Promise<LegacyFetchResult>
  fetch(offer: AnyOfferMessage, options?: NodeFetchOptions): Promise<FetchResult | LegacyFetchResult>
  /**
   * Makes an invoice for a stand-alone invoice_request of somebody, an offer to send money, and sends it.
   * @throws LnoError as `Claimer.claim`; as `connectPeer` when none of the peers in `via` can be reached
   */
  claimRefund(request: InvoiceRequestMessage, options?: NodeClaimOptions): Promise<ClaimResult>
  /**
   * Pays an offer or an invoice, and resolves with its end. Nothing is paid above what is authorised, and no request twice.
   * @throws LnoError as `Payments.pay`; as `connectPeer` when none of the peers in `via` can be reached
   */
  pay(options: NodePayOptions): Promise<PaymentView>
  /** A proof of a payment that was made from here (`lnp1…`). @throws LnoError as `provePayment` of `payments/proof.ts` */
  provePayment(id: string, wish: ProofWish): Promise<string>
  /** What `pay` would do and cost now, without paying. @throws LnoError as `pay` */
  quotePayment(options: NodePayOptions): Promise<PayQuote>
  /** Ends all that is under way. The store stays open: it belongs to whoever opened it. */
  stop(): Promise<void>
}
