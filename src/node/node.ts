import type { Random } from '../base/effects.js'
import { isLnoError, type LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import type { LegacyOfferMessage } from '../bolt12/legacy/offer.js'
import type { OfferMessage } from '../bolt12/offer.js'
import { GENERATIONS } from '../onion/generations/all.js'
import { modern } from '../onion/generations/modern.js'
import type { PaymentPaths } from '../wallets/wallet.js'
import { chainHashOf } from '../wire/chains.js'
import { INIT_FEATURES } from '../wire/feature-table.js'
import { AddressBook } from './address-book.js'
import { formatAddress, type PeerAddress } from './addresses.js'
import { readAnswers, strayAnswer } from './answers.js'
import { nodeError } from './codes.js'
import { Connections, type PeerInfo } from './connections/index.js'
import type { NodeIdentity } from './identity.js'
import { channelOver } from './messenger/channel.js'
import { OnionMessenger } from './messenger/messenger.js'
import { PathPeers } from './messenger/path-peers.js'
import { sendBoth } from './messenger/policy.js'
import { Reach } from './messenger/reach.js'
import type { NodeId } from './messenger/routes.js'
import type { LnoNode, NodeFetchOptions, NodeOptions } from './node-types.js'
import { offerForms } from './offers/form.js'
import { Issuer } from './offers/issuer.js'
import { unroutablePaths } from './offers/payment-paths.js'
import { Promises } from './offers/promises.js'
import type { AnyOfferMessage } from './payer/any-offer.js'
import type { FetchResult, LegacyFetchResult } from './payer/fetch.js'
import { Payer } from './payer/payer.js'
import { HOSTING_FEATURES, startEmbedded } from './payments/embedded.js'
import { Payments } from './payments/payments.js'
import { connectionPeers } from './payments/peers.js'
import { provePayment } from './payments/proof.js'
import { receiptsOf } from './payments/receipts.js'
import { pathsOrUnroutable } from './payments/receiving.js'
import { Claimer } from './refunds/claimer.js'
import { type OwnRefund, Refunds } from './refunds/refunds.js'
import { type ScidLink, ScidTable } from './scids.js'
import { deriveSecret } from './secrets.js'

export type {
  LnoNode,
  NodeFetchOptions,
  NodeInfo,
  NodeOptions,
  NodePayOptions,
} from './node-types.js'

/** Milliseconds for reaching a peer that a request of ours needs: an attempt is waited for 15 s, and a dead host must not eat it. */
const DIAL_FOR_REQUEST_MS = 10_000

/**
 * Starts a node: reads what is stored, takes calls, reaches for the peers to be kept connected.
 * @throws LnoError `LISTEN_FAILED`, `BAD_ADDRESS`, `STORE_CORRUPT`, `STORE_FAILED`; `HEIGHT_UNKNOWN` for an embedded wallet
 *   on bitcoin without a source of the height
 */
export async function createNode(options: NodeOptions): Promise<LnoNode> {
  const { network, identity, store, net, clock, random, generations = GENERATIONS, onEvent = () => undefined } = options
  const { keys, nodeSecret } = identity
  const id = toHex(keys.publicKey)
  const chain = chainHashOf(network)
  const features = options.features ?? (options.wallet === 'embedded' ? HOSTING_FEATURES : INIT_FEATURES)
  const startedAt = clock.now()
  const scids = new ScidTable(options.scids)
  const addressBook = await AddressBook.load(store)
  const promises = await Promises.load(store)
  const isOld = !offerForms(generations).includes('modern')
  const pathPeers = isOld ? PathPeers.ofNobody() : await PathPeers.load(store)
  const reached = await Reach.load(store, clock)
  const policy = options.policy ?? sendBoth
  const [formOfOffers] = policy({ target: 'offer', speaks: generations.map(({ name }) => name) })

  const carrier = connectionPeers(() => connections)
  const connections: Connections = new Connections({
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
      carrier.onConnectionEvent(event)
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
  const unroutable = network === 'regtest' ? ownPaths(identity, random) : undefined
  const hosted =
    options.wallet === 'embedded'
      ? await startEmbedded({
          ...options,
          peers: carrier,
          onEvent,
          keep: (nodeId) => void keepConnected(nodeId).catch(() => undefined),
        })
      : undefined
  const wallet = hosted ?? (options.wallet === 'embedded' ? undefined : options.wallet)
  const paymentPaths =
    options.paymentPaths ??
    (wallet ? pathsOrUnroutable(wallet, () => hosted?.channels().length !== 0, unroutable) : unroutable)
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
    ...(wallet && { pay: (refund) => void payRefund(refund) }),
    onStray: (delivery) => onEvent(strayAnswer(delivery)),
    onEvent,
  })
  const payments = await Payments.load({
    wallet,
    store,
    clock,
    chains: [chain],
    fetch: (asked, reach) => payer.fetch(asked, reach),
    requests: (limit) => payer.list(limit),
    onRefundEnd: (refundId, end) => refunds.setEnd(refundId, end),
    onEvent,
  })
  const onReceipt: typeof onEvent = (event) => {
    onEvent(event)
    if (event.type === 'payment_received' && event.refundId !== undefined) claimer.onPaid(event.refundId)
  }
  const receipts = wallet && receiptsOf({ wallet, promises, issuer, onEvent: onReceipt })
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

  /** A failure of the disk is not the end: the next start comes by here again. */
  async function payRefund({ id: refundId, stored }: OwnRefund): Promise<void> {
    const { invoice, label } = stored
    if (invoice === undefined) return
    await payments.payRefund({ id: refundId, invoice, label }).catch((error: unknown) => {
      const { code, message: why } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
      onEvent({ type: 'refund_not_paid', refundId, code, why })
    })
  }

  /** Calls a peer again when it is gone, now and after a restart; nothing when nobody knows where it is. */
  async function keepConnected(nodeId: NodeId): Promise<void> {
    if (addressBook.of(nodeId).length === 0) return
    await addressBook.keep(nodeId, clock.now())
    connections.keep(nodeId, ...addressBook.of(nodeId))
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
    payments,
    wallet,
    hosted,
    receipts,
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
      wallet: wallet?.kind ?? (options.paymentPaths === undefined ? 'none' : 'given'),
      startedAt,
    }),
    connectPeer: async (nodeId, address, { keep = false } = {}) => {
      const peer = await connections.connect(nodeId, address)
      addressBook.add(peer.id, address)
      if (!keep) return peer
      await keepConnected(peer.id)
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
    pay: ({ via = [], scids: learnt = [], ...more }) =>
      payments.pay({ ...more, via: idsOf(via) }, reachOver(via, learnt)),
    quotePayment: ({ via = [], scids: learnt = [], ...more }) =>
      payments.quote({ ...more, via: idsOf(via) }, reachOver(via, learnt)),
    provePayment: (paymentId, wish) => provePayment({ payments, payer, refunds, random }, paymentId, wish),
    stop: async () => {
      if (stopped) return
      stopped = true
      onEvent({ type: 'node_stopping' })
      payer.close()
      claimer.close()
      payments.close()
      messenger.close()
      await hosted?.close()
      await connections.stop()
    },
  }

  const addresses: string[] = []
  try {
    // Before anybody can ask for an invoice: what was paid is known.
    await receipts?.reconcile()
    await payments.resume()
    refunds.resume()
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
