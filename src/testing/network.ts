import { encodeUtf8 } from '../base/utf8.js'
import { sha256 } from '../crypto/hash.js'
import { identityOf } from '../node/identity.js'
import { createNode } from '../node/node.js'
import type { NodeOptions } from '../node/node-types.js'
import { memoryStore } from '../node/store/memory-store.js'
import { GENERATIONS } from '../onion/generations/all.js'
import type { LinkView } from '../payments/link.js'
import type { Wallet } from '../wallets/wallet.js'
import { fakeWallets } from './fake-wallet.js'
import { MANUAL_CLOCK_START, type ManualClock, manualClock } from './manual-clock.js'
import { memoryNetwork } from './memory-net.js'
import { seededRandom } from './seeded-random.js'
import { type TestNode, testNode } from './test-node.js'

/** What `createTestNetwork` can be told. */
export interface TestNetworkOptions {
  /** All keys and random bytes follow from it: with the same seed, the same calls give the same bytes. `'lno'` unless given. */
  readonly seed?: string
  /** Unix milliseconds at which the network begins; 2026-01-01T00:00:00Z unless given. */
  readonly startAt?: number
  /** Milliseconds that bytes take from one node to the next; 0 unless given. */
  readonly latencyMs?: number
}

/** What `addNode` can be told, of `createNode`'s options. */
export interface TestNodeOptions
  extends Pick<NodeOptions, 'features' | 'generations' | 'scids' | 'rateOf' | 'paymentPaths' | 'hosting'> {
  /**
   * Pays and is paid: `true` over channels of its own (`openChannel`), as a node does that needs no other program; `'fake'` at once
   * and without channels, among the nodes of the network that have a fake wallet too. None unless given.
   */
  readonly wallet?: true | 'fake' | Wallet
}

/** A channel to be opened on a test network. */
export interface TestChannel {
  /** msat; never changes. */
  readonly capacityMsat: bigint
  /** msat that the client owns from the start; 0 unless given. */
  readonly balanceMsat?: bigint
}

/** Nodes in one process on a network in memory, with a clock that only the test moves. */
export interface TestNetwork {
  /** The time of all nodes. Move it with `advance`. */
  readonly clock: ManualClock
  /** The nodes, in the order in which they were added. */
  readonly nodes: readonly TestNode[]
  /**
   * Starts a node on regtest, with an empty store in memory. Its keys follow from the network's seed and `name`.
   * @throws Error when there is a node of this name already
   */
  addNode(name: string, options?: TestNodeOptions): Promise<TestNode>
  /** Connects `a` to `b`, and keeps them connected: after a cut they find each other again. */
  connect(a: TestNode, b: TestNode): Promise<void>
  /** Hangs up, and forgets where the other is: they stay apart until `connect` is called again. */
  disconnect(a: TestNode, b: TestNode): Promise<void>
  /**
   * Gives `client` a channel with `host`, over which both can pay; both were added with `wallet: true`. Connects them if they are
   * not.
   * @throws LnoError as `EmbeddedWallet.openChannel`: a pair of nodes has one channel
   * @throws Error when one of the nodes has no channels of its own
   */
  openChannel(client: TestNode, host: TestNode, channel: TestChannel): Promise<LinkView>
  /** Breaks the connection between two nodes as if a cable was cut. They call again after some seconds of the network's time. */
  cut(a: TestNode, b: TestNode): Promise<void>
  /**
   * Onion messages from `from` to `to` vanish on their way, the next `count` of them, or all; the connection stays.
   * @returns ends it
   */
  drop(from: TestNode, to: TestNode, count?: number): () => void
  /** From now on everything takes `ms` milliseconds between two nodes, in either direction. */
  delay(a: TestNode, b: TestNode, ms: number): void
  /** The node cannot be reached and reaches nobody, until `up`; what it holds stays. */
  down(node: TestNode): Promise<void>
  /** Ends `down`. Its peers find it again after some seconds of the network's time. */
  up(node: TestNode): void
  /** Lets `ms` milliseconds pass, with all that happens in them. */
  advance(ms: number): Promise<void>
  /**
   * Lets time pass until `work` has settled, and gives what it gives: for promises of your own that wait for the network. No
   * real time is waited for, so `work` must not wait for anything else (a real socket, a file, a timer of the system).
   * @throws Error after 24 hours of the network's time
   */
  run<T>(work: Promise<T>): Promise<T>
  /** Stops all nodes. */
  close(): Promise<void>
}

/** The clock of a network stands by a day of its own before `run` says that something will never end. */
const MAX_RUN_MS = 86_400_000

/**
 * Makes an empty network. Nothing in it waits for real time, opens a socket or writes a file, and with the same seed it does the
 * same, byte for byte.
 *
 * @example
 * ```ts
 * import { createTestNetwork } from 'lno/testing'
 *
 * const network = createTestNetwork({ seed: 'my test' })
 * const merchant = await network.addNode('merchant')
 * const relay = await network.addNode('relay')
 * const payer = await network.addNode('payer')
 * await network.connect(payer, relay)
 * await network.connect(merchant, relay)
 * const offer = await merchant.createOffer({ description: 'Tea', amountMsat: 10_000n, via: [relay] })
 * const { invoice } = await payer.fetchInvoice(offer.text)
 * console.log(invoice.fields.invoice_amount)
 * await network.close()
 * ```
 *
 * @example With money: the payer has a channel with the relay and 50 sat in it, the merchant one to be paid over.
 * ```ts
 * const network = createTestNetwork()
 * const [merchant, relay, payer] = await Promise.all(
 *   ['merchant', 'relay', 'payer'].map((name) => network.addNode(name, { wallet: true })),
 * )
 * await network.openChannel(payer, relay, { capacityMsat: 1_000_000n, balanceMsat: 50_000n })
 * await network.openChannel(merchant, relay, { capacityMsat: 1_000_000n })
 * const offer = await merchant.createOffer({ description: 'Tea', amountMsat: 10_000n, via: [relay] })
 * const { status, preimage } = await payer.pay(offer.text)
 * ```
 */
export function createTestNetwork(options: TestNetworkOptions = {}): TestNetwork {
  const { seed = 'lno', startAt = MANUAL_CLOCK_START, latencyMs = 0 } = options
  const clock = manualClock(startAt)
  const net = memoryNetwork({ clock, latencyMs })
  const openFake = fakeWallets({ clock, seed })
  const nodes = new Map<string, TestNode>()
  const drops = new Set<{ readonly from: TestNode; readonly to: TestNode; left: number }>()

  // One at a time moves the clock: two that did would make it jump back.
  let turn: Promise<unknown> = Promise.resolve()
  function move(ms: number): Promise<void> {
    const mine = turn.then(() => clock.advance(ms))
    turn = mine.catch(() => undefined)
    return mine
  }

  async function run<T>(work: Promise<T>): Promise<T> {
    let over = false
    const end = () => {
      over = true
    }
    work.then(end, end)
    const deadline = clock.now() + MAX_RUN_MS
    for (;;) {
      await move(0)
      if (over) return work
      const { nextAt } = clock
      if (nextAt === undefined || nextAt > deadline) {
        throw new Error('nothing that happens on the test network ends this: does it wait for something outside?')
      }
      await move(Math.max(0, nextAt - clock.now()))
    }
  }

  function isDropped(from: TestNode | undefined, toId: string, type: number): boolean {
    if (!ONION_MESSAGES.includes(type)) return false
    for (const drop of drops) {
      if (drop.from !== from || drop.to.id !== toId || drop.left <= 0) continue
      drop.left--
      return true
    }
    return false
  }

  /** What `createNode` is told of a node's wallet. */
  function walletOf(wallet: TestNodeOptions['wallet'], nodeId: Uint8Array): Pick<NodeOptions, 'wallet'> {
    if (wallet === undefined) return {}
    if (wallet === true) return { wallet: 'embedded' }
    return { wallet: wallet === 'fake' ? openFake({ nodeId }) : wallet }
  }

  function isConnected(a: TestNode, b: TestNode): boolean {
    return a.node.connections.peer(b.id) !== undefined
  }

  const network: TestNetwork = {
    clock,
    get nodes() {
      return [...nodes.values()]
    },
    async addNode(name, { wallet, ...more } = {}) {
      if (nodes.has(name)) throw new Error(`there is a node ${JSON.stringify(name)} already`)
      const identity = identityOf(sha256(encodeUtf8(`${seed}/${name}/node secret`)))
      const random = seededRandom(`${seed}/${name}`)
      const added: TestNode = await testNode({
        name,
        identity,
        clock,
        random,
        run,
        fetching: () => [...nodes.values()].flatMap((node) => (node.fetching > 0 ? [node.id] : [])),
        isDropped: (toId, type) => isDropped(nodes.get(name), toId, type),
        start: (hooks) =>
          createNode({
            ...more,
            ...walletOf(wallet, identity.keys.publicKey),
            ...hooks,
            network: 'regtest',
            identity,
            store: memoryStore(),
            net: net.host(name),
            clock,
            random,
            listen: [{ kind: 'tcp', host: name, port: PORT }],
          }),
      })
      nodes.set(name, added)
      return added
    },
    async connect(a, b) {
      await run(a.node.connectPeer(b.id, { kind: 'tcp', host: b.name, port: PORT }, { keep: true }))
      // The other side has it too, once the inits have crossed.
      await move(0)
    },
    async disconnect(a, b) {
      await run(Promise.all([a.node.disconnectPeer(b.id), b.node.disconnectPeer(a.id)]))
      await move(0)
    },
    async openChannel(client, host, { capacityMsat, balanceMsat = 0n }) {
      const [ours, theirs] = [client.node.hosted, host.node.hosted]
      if (ours === undefined || theirs === undefined) throw new Error('a channel joins two nodes with `wallet: true`')
      if (!isConnected(client, host)) await network.connect(client, host)
      const { secret } = await run(theirs.grant({ capacityMsat, balanceMsat, label: client.name }))
      const view = await run(ours.openChannel({ peer: host.id, secret }))
      // What each side tells of itself then reaches the other.
      await move(0)
      return view
    },
    async cut(a, b) {
      net.cut(a.name, b.name)
      net.cut(b.name, a.name)
      await move(0)
    },
    drop(from, to, count = Number.POSITIVE_INFINITY) {
      const drop = { from, to, left: count }
      drops.add(drop)
      return () => void drops.delete(drop)
    },
    delay: (a, b, ms) => net.setLatency(a.name, b.name, ms),
    async down(node) {
      net.setHost(node.name, 'down')
      await move(0)
    },
    up: (node) => net.setHost(node.name, 'up'),
    advance: move,
    run,
    async close() {
      await run(Promise.all([...nodes.values()].map(({ node }) => node.stop())))
      await move(0)
    },
  }
  return network
}

const PORT = 9735
/** In whichever of their forms. */
const ONION_MESSAGES = GENERATIONS.map(({ messageType }) => messageType)
