/**
 * The running node: connections, onion messages, offers, requests, storage and control. Node.js only.
 * @module
 */
export type { ByteStream, CancelSignal, Clock, Listener, Net, NetAddress, Random, Store } from '../base/effects.js'
export type { EmbeddedWallet } from '../wallets/embedded/embedded-wallet.js'
export type { PaymentPaths, Receivable, ReceiveOptions, Wallet, WalletBalance } from '../wallets/wallet.js'
export { formatAddress, type PeerAddress, parseAddress, parseNodeId, parsePeer } from './addresses.js'
export type { Bolt12Form } from './bolt12-form.js'
export * from './capture/index.js'
export { systemClock } from './clock.js'
export type {
  ConnectionEvent,
  Connections,
  HandleOptions,
  MessageHandler,
  MessageLimit,
  MessageTap,
  PeerInfo,
  PeerMessage,
  SendResult,
} from './connections/index.js'
export {
  type CallOptions,
  type ConnectOptions,
  type ControlClient,
  connectControl,
  type SubscribeOptions,
} from './control/client.js'
export type { ControlEvent, Hello } from './control/protocol.js'
export { type DataDir, openDataDir } from './data-dir.js'
export { type JsonEvent, type NodeEvent, type NodeEventType, toJsonEvent } from './events.js'
export { identityOf, type NodeIdentity } from './identity.js'
export type { ChannelPeer, MessageChannel, OnMessage } from './messenger/channel.js'
export type { GenerationName, GenerationPolicy, PolicyFacts } from './messenger/policy.js'
export type { NodeId } from './messenger/routes.js'
export type { Counters, FormCount, ProvenForm } from './messenger/tally.js'
export { systemNet } from './net/index.js'
export { createNode, type LnoNode, type NodeInfo, type NodeOptions, type NodePayOptions } from './node.js'
export type { Issuer } from './offers/issuer.js'
export type { AnyOwnOffer, NewLegacyOffer, NewOffer, OwnLegacyOffer, OwnOffer } from './offers/own-offer.js'
export type { AnyOfferMessage } from './payer/any-offer.js'
export {
  FetchError,
  type Fetched,
  type FetchOptions,
  type FetchProgress,
  type FetchResult,
  type LegacyFetchResult,
} from './payer/fetch.js'
export type { Payer } from './payer/payer.js'
export type { HostingOptions } from './payments/embedded.js'
export type { PayOptions, PayProgress, PayQuote } from './payments/pay.js'
export type { PaymentView } from './payments/view.js'
export { systemRandom } from './random.js'
export type { ClaimOptions, ClaimProgress, ClaimResult } from './refunds/claim.js'
export type { NewRefund, OwnRefund, Refunds } from './refunds/refunds.js'
export { parseScid, parseScidLink, type ScidLink } from './scids.js'
export { type MemoryStore, memoryStore } from './store/memory-store.js'
