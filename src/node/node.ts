import type { Clock, Net, NetAddress, Random, Store } from '../base/effects.js'
import { isLnoError, type LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import type { InvoiceRequestMessage } from '../bolt12/invoice-request.js'
import type { LegacyDialect } from '../bolt12/legacy/dialect.js'
import type { LegacyOfferMessage } from '../bolt12/legacy/offer.js'
import type { OfferMessage } from '../bolt12/offer.js'
import type { Generation } from '../onion/generation.js'
import { GENERATIONS } from '../onion/generations/all.js'
import { modern } from '../onion/generations/modern.js'
import type { PaymentPaths } from '../wallets/wallet.js'
import { type ChainName, chainHashOf } from '../wire/chains.js'
import { INIT_FEATURES } from '../wire/feature-table.js'
import { AddressBook } from './address-book.js'
import { formatAddress, type PeerAddress } from './addresses.js'
import { readAnswers, strayAnswer } from './answers.js'
import { nodeError } from './codes.js'
import { Connections, type ConnectionsOptions, type PeerInfo } from './connections/index.js'
import type { NodeEvent } from './events.js'
import type { NodeIdentity } from './identity.js'
import { channelOver, type MessageChannel } from './messenger/channel.js'
import { OnionMessenger } from './messenger/messenger.js'
import type { OutboxOptions } from './messenger/outbox.js'
import { PathPeers } from './messenger/path-peers.js'
import { type GenerationPolicy, sendBoth } from './messenger/policy.js'
import { Reach } from './messenger/reach.js'
import type { NodeId } from './messenger/routes.js'
import type { Counters } from './messenger/tally.js'
import { offerForms } from './offers/form.js'
import { Issuer } from './offers/issuer.js'
import { unroutablePaths } from './offers/payment-paths.js'
import { Promises } from './offers/promises.js'
import type { AnyOfferMessage } from './payer/any-offer.js'
import type { FetchOptions, FetchResult, LegacyFetchResult } from './payer/fetch.js'
import { Payer } from './payer/payer.js'
import type { ClaimOptions, ClaimResult } from './refunds/claim.js'
import { Claimer } from './refunds/claimer.js'
import { Refunds } from './refunds/refunds.js'
import { type ScidLink, ScidTable } from './scids.js'
import { deriveSecret } from './secrets.js'

/** Milliseconds for reaching a peer that a request of ours needs: an attempt is waited for 15 s, and a dead host must not eat it. */
const DIAL_FOR_REQUEST_MS = 10_000

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
  /** Who receives payments. Without it offers can be made on regtest only, and their invoices cannot be paid. */
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
  /** `none`: offers can be made on regtest only, and their invoices cannot be paid. */
  readonly wallet: 'none' | 'given'
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

/** A running node. */
export interface LnoNode {
  readonly id: NodeId
  readonly connections: Connections
  readonly messenger: OnionMessenger
  readonly issuer: Issuer
  readonly promises: Promises
  readonly payer: Payer
  readonly refunds: Refunds
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
  /** Ends all that is under way. The store stays open: it belongs to whoever opened it. */
  stop(): Promise<void>
}

/**
 * Starts a node: reads what is stored, takes calls, reaches for the peers to be kept connected.
 * @throws LnoError `LISTEN_FAILED`, `BAD_ADDRESS`, `STORE_CORRUPT`, `STORE_FAILED`
 */
export async function createNode(options: NodeOptions): Promise<LnoNode> {
  const { network, identity, store, net, clock, random, generations = GENERATIONS, onEvent = () => undefined } = options
  const { keys, nodeSecret } = identity
  const id = toHex(keys.publicKey)
  const chain = chainHashOf(network)
  const features = options.features ?? INIT_FEATURES
  const startedAt = clock.now()
  const scids = new ScidTable(options.scids)
  const addressBook = await AddressBook.load(store)
  const promises = await Promises.load(store)
  const isOld = !offerForms(generations).includes('modern')
  const pathPeers = isOld ? PathPeers.ofNobody() : await PathPeers.load(store)
  const reached = await Reach.load(store, clock)
  const policy = options.policy ?? sendBoth
  const [formOfOffers] = policy({ target: 'offer', speaks: generations.map(({ name }) => name) })

  const connections = new Connections({
    identity: keys,
    net,
    clock,
    random,
    chains: [chain],
    features,
    ...(options.ping && { ping: options.ping }),
    ...(options.nextTurn && { nextTurn: options.nextTurn }),
    ...(options.tap && { tap: options.tap }),
    onEvent: (event) => {
      // Before it is told: whoever hears it finds everything in the state that it speaks of.
      if (event.type === 'peer_disconnected') onPeerGone(event.peer.id)
      onEvent(event)
    },
  })
  const own = channelOver(connections)
  const channel = options.channel?.(own) ?? own
  const messenger = new OnionMessenger({
    identity: keys,
    channel,
    clock,
    random,
    generations,
    ...(options.answersTo && { answersTo: options.answersTo }),
    pathPeers,
    resolveScid: scids.resolve,
    links: () => [...issuer.links(), ...refunds.links(), ...scids.pairs()],
    ...(options.rateOf && { rateOf: options.rateOf }),
    onEvent,
  })
  const paymentPaths = options.paymentPaths ?? (network === 'regtest' ? ownPaths(identity, random) : undefined)
  const issuer = await Issuer.start({
    messenger,
    clock,
    random,
    store,
    promises,
    identity: keys,
    pathSecret: deriveSecret(nodeSecret, 'path_id of offers'),
    issuerSecret: deriveSecret(nodeSecret, 'issuer ids of offers'),
    chain,
    paymentPaths,
    ...(options.dialect && { dialect: options.dialect }),
    onEvent,
  })
  const payer = new Payer({
    messenger,
    clock,
    random,
    store,
    selfId: id,
    chains: [chain],
    replySecret: deriveSecret(nodeSecret, 'path_id of replies'),
    policy,
    reach: reached,
    dialect: options.dialect,
    dialable: () => addressBook.nodes,
    connect: reach,
    // Whoever answers peers alone asks to be answered over one.
    ...(options.answersTo === 'peers' && { back: 'last relay' as const }),
    onEvent,
  })
  const refunds = await Refunds.start({
    messenger,
    clock,
    random,
    store,
    identity: keys,
    pathSecret: deriveSecret(nodeSecret, 'path_id of refunds'),
    payerSecret: deriveSecret(nodeSecret, 'payer ids of refunds'),
    chain,
    onStray: (delivery) => onEvent(strayAnswer(delivery)),
    onEvent,
  })
  // Paths that were given out before their relays were written down.
  for (const [relay, end] of [...issuer.links(), ...refunds.links()]) if (end === id) pathPeers.add(relay, startedAt)
  const claimer = new Claimer({
    messenger,
    clock,
    random,
    promises,
    selfId: id,
    chains: [chain],
    replySecret: deriveSecret(nodeSecret, 'path_id of claims'),
    signingSecret: deriveSecret(nodeSecret, 'invoice keys of claims'),
    paymentPaths,
    generation: generations.find(({ name }) => name === formOfOffers) ?? generations[0] ?? modern,
    dialable: () => addressBook.nodes,
    connect: reach,
    onEvent,
  })
  readAnswers(messenger, { payer, claimer, refunds, onEvent })

  function onPeerGone(nodeId: NodeId): void {
    messenger.onPeerGone(nodeId)
    payer.onPeerGone(nodeId)
    claimer.onPeerGone(nodeId)
  }

  /** Makes sure that a peer is connected which a request is to go over. */
  async function reach(nodeId: NodeId): Promise<void> {
    const peer = channel.peer(nodeId) ?? (await dialAny(nodeId))
    if (peer.onionMessages !== 'no') return
    throw nodeError('PEER_HAS_NO_ONION_MESSAGES', 'the first peer of the way takes no onion messages')
  }

  async function dialAny(nodeId: NodeId): Promise<PeerInfo> {
    let failure: LnoError = nodeError(
      'NO_ROUTE',
      'the first peer of the way is not connected, and its address is not known',
    )
    for (const address of addressBook.of(nodeId)) {
      try {
        return await connections.connect(nodeId, address, DIAL_FOR_REQUEST_MS)
      } catch (error) {
        if (!isLnoError(error)) throw error
        failure = error
      }
    }
    throw failure
  }

  /** @throws LnoError the last failure, when there are peers to reach and none can be */
  async function reachAny(via: readonly (NodeId | PeerAddress)[]): Promise<void> {
    const named = via.filter((peer) => typeof peer !== 'string')
    const results = await Promise.allSettled(
      named.map(async ({ nodeId, address }) => {
        await connections.connect(nodeId, address)
        addressBook.add(nodeId, address)
      }),
    )
    const failed = results.filter((result) => result.status === 'rejected')
    if (failed[0] !== undefined && failed.length === via.length) throw failed[0].reason
  }

  const reachOver = (via: readonly (NodeId | PeerAddress)[], learnt: readonly ScidLink[]) => async () => {
    scids.add(learnt)
    await reachAny(via)
  }
  const idsOf = (via: readonly (NodeId | PeerAddress)[]) =>
    via.map((peer) => (typeof peer === 'string' ? peer : peer.nodeId))

  function fetch(offer: OfferMessage, options?: NodeFetchOptions): Promise<FetchResult>
  function fetch(offer: LegacyOfferMessage, options?: NodeFetchOptions): Promise<LegacyFetchResult>
  async function fetch(
    offer: AnyOfferMessage,
    { via = [], scids: learnt = [], ...more }: NodeFetchOptions = {},
  ): Promise<FetchResult | LegacyFetchResult> {
    return payer.fetch({ ...more, offer, via: idsOf(via) }, reachOver(via, learnt))
  }

  let stopped = false
  const node: LnoNode = {
    id,
    connections,
    messenger,
    issuer,
    promises,
    payer,
    refunds,
    addressBook,
    info: () => ({
      nodeId: id,
      network,
      addresses,
      features,
      generations: generations.map(({ name }) => name),
      counters: messenger.counters(),
      peers: connections.peers().length,
      offers: issuer.list().length,
      wallet: options.paymentPaths === undefined ? 'none' : 'given',
      startedAt,
    }),
    connectPeer: async (nodeId, address, { keep = false } = {}) => {
      const peer = await connections.connect(nodeId, address)
      addressBook.add(peer.id, address)
      if (!keep) return peer
      await addressBook.keep(peer.id, clock.now())
      connections.keep(peer.id, ...addressBook.of(peer.id))
      return connections.peer(peer.id) ?? peer
    },
    disconnectPeer: async (nodeId) => {
      const wasConnected = connections.disconnect(nodeId)
      const wasKnown = await addressBook.forget(nodeId)
      return wasConnected || wasKnown
    },
    fetch,
    claimRefund: async (request, { via = [], scids: learnt = [], ...more } = {}) =>
      claimer.claim({ ...more, request, via: idsOf(via) }, reachOver(via, learnt)),
    stop: async () => {
      if (stopped) return
      stopped = true
      onEvent({ type: 'node_stopping' })
      payer.close()
      claimer.close()
      messenger.close()
      await connections.stop()
    },
  }

  const addresses: string[] = []
  try {
    for (const address of options.listen ?? []) addresses.push(formatAddress(await connections.listen(address)))
  } catch (error) {
    await node.stop()
    throw error
  }
  for (const nodeId of addressBook.kept) connections.keep(nodeId, ...addressBook.of(nodeId))
  onEvent({ type: 'node_ready', nodeId: id, network, addresses })
  return node
}

/** What a node without a wallet promises on regtest. */
function ownPaths({ keys, nodeSecret }: NodeIdentity, random: Random): PaymentPaths {
  return unroutablePaths({
    nodeId: keys.publicKey,
    preimageSecret: deriveSecret(nodeSecret, 'preimages'),
    random,
  })
}
