import { expect } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import { publicKey } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { PaymentCore } from '../../../src/payments/core.js'
import {
  decodeIncoming,
  decodeOutgoing,
  encodeIncoming,
  encodeOutgoing,
} from '../../../src/payments/engine/htlc-records.js'
import { decodeLedgerEntry, encodeLedgerEntry } from '../../../src/payments/engine/ledger.js'
import {
  decodePayment,
  decodeReceipt,
  encodePayment,
  encodeReceipt,
} from '../../../src/payments/engine/payment-records.js'
import { FORWARDING_TERMS } from '../../../src/payments/hosted/messages.js'
import type { LinkId } from '../../../src/payments/link.js'
import type {
  CoreInput,
  CoreOptions,
  ForwardingTerms,
  LedgerEntry,
  NewPayment,
  PaymentEvent,
  PaymentState,
  Receivable,
  ReceiveOptions,
} from '../../../src/payments/step.js'
import { seededRandom } from '../../../src/testing/seeded-random.js'
import { bitmapOf } from '../../../src/wire/features.js'
import { messageType } from '../../../src/wire/message.js'
import { idealChannels } from './ideal-link.js'

const RECORDS: Readonly<Record<string, (bytes: Uint8Array, key: string) => Uint8Array>> = {
  'wallet-in': (bytes, key) => encodeIncoming(decodeIncoming(bytes, key)),
  'wallet-out': (bytes, key) => encodeOutgoing(decodeOutgoing(bytes, key)),
  'wallet-payment': (bytes, key) => encodePayment(decodePayment(bytes, key)),
  'wallet-receipt': (bytes, key) => encodeReceipt(decodeReceipt(bytes, key)),
  'wallet-ledger': (bytes) => encodeLedgerEntry(decodeLedgerEntry(bytes)),
}

/** A record that is read and written again is the same, to the byte. */
function expectSame(key: string, value: Uint8Array): void {
  const slash = key.indexOf('/')
  const again = RECORDS[key.slice(0, slash)]
  if (again) expect(toHex(again(value, key.slice(slash + 1))), key).toBe(toHex(value))
}

/** Never more is out than amount and fee limit allow. */
function expectWithinLimits({ id, parts, amountMsat, maxFeeMsat }: PaymentState): void {
  const live = parts.filter(({ status }) => status !== 'failed')
  const sum = (of: 'amountMsat' | 'feeMsat') => live.reduce((all, part) => all + part[of], 0n)
  expect(sum('amountMsat') <= amountMsat, `amount of ${id}`).toBe(true)
  expect(sum('feeMsat') <= maxFeeMsat, `fees of ${id}`).toBe(true)
}

/** What a node is in these tests. */
export interface NodeSetup {
  readonly forwarding?: Partial<ForwardingTerms>
  readonly tellsNeighbours?: boolean
}

export interface NetOptions {
  readonly ideal?: boolean
  /** Every core is loaded from its records before each of its steps: only where all of a channel is stored. */
  readonly reload?: boolean
}

/** A node: its core, its disk, what it told. */
export class NetNode {
  core: PaymentCore<unknown>
  readonly id: LinkId
  readonly records = new Map<string, Uint8Array>()
  readonly told: PaymentEvent[] = []
  steps = 0
  readonly options: CoreOptions

  constructor(
    readonly name: string,
    readonly net: Net,
    index: number,
    { forwarding, tellsNeighbours = true }: NodeSetup,
  ) {
    const nodeSecret = new Uint8Array(32).fill(index + 65)
    this.id = toHex(publicKey(nodeSecret))
    this.options = {
      nodeSecret,
      preimageSecret: sha256(nodeSecret),
      random: seededRandom(`${name} ${index}`),
      chainHash: new Uint8Array(32).fill(7),
      forwarding: { feeBaseMsat: 10, feeProportionalMillionths: 1000, cltvExpiryDelta: 6, ...forwarding },
      tellsNeighbours,
    }
    this.core = this.load()
  }

  load(): PaymentCore<unknown> {
    return this.net.options.ideal
      ? (PaymentCore.over(idealChannels, this.options, this.records) as PaymentCore<unknown>)
      : (PaymentCore.load(this.options, this.records) as PaymentCore<unknown>)
  }

  /** What peers told of their neighbours: it is not stored, each connection tells it again. */
  private readonly terms = new Map<LinkId, Uint8Array>()

  private reloaded(): PaymentCore<unknown> {
    const core = this.load()
    for (const [peer, message] of this.terms) {
      core.step({ type: 'message', peer, message }, { now: this.net.now, height: this.net.height })
    }
    return core
  }

  step(input: CoreInput): void {
    if (input.type === 'message' && messageType(input.message) === FORWARDING_TERMS.type) {
      this.terms.set(input.peer, input.message)
    }
    if (input.type === 'peer_down') this.terms.delete(input.peer)
    if (this.net.options.reload) this.core = this.reloaded()
    const { changes, effects } = this.core.step(input, { now: this.net.now, height: this.net.height })
    const crash = this.net.crash?.(this, ++this.steps)
    if (crash === 'before') {
      this.net.dead.push(this)
      return
    }
    this.core.payments(1000).forEach(expectWithinLimits)
    for (const { key, value } of changes) {
      if (value) expectSame(key, value)
      if (value === undefined) this.records.delete(key)
      else this.records.set(key, value)
    }
    expect(this.core.ledgerTotal(), `${this.name}: ledger and positions`).toBe(this.core.positionMsat())
    expect(
      this.ledger().reduce((sum, entry) => sum + entry.amountMsat, 0n),
      `${this.name}: entries and their sum`,
    ).toBe(this.core.ledgerTotal())
    if (crash === 'after') {
      this.net.dead.push(this)
      return
    }
    const again = this.load()
    expect(again.payments(1000), `${this.name}: payments after a restart`).toEqual(this.core.payments(1000))
    expect(again.balance().inFlightMsat).toBe(this.core.balance().inFlightMsat)
    expect(again.grants()).toEqual(this.core.grants())
    expect(again.ledgerTotal()).toBe(this.core.ledgerTotal())
    for (const effect of effects) {
      if (effect.type === 'send') this.net.send(this.id, effect.peer, effect.message)
      if (effect.type === 'tell') this.told.push(effect.event)
      if (effect.type === 'wake') this.net.wakes.push({ node: this, at: effect.at })
      if (effect.type === 'hang_up') this.net.disconnect(this.id, effect.peer)
    }
  }

  ledger(): readonly LedgerEntry[] {
    return [...this.records]
      .filter(([key]) => key.startsWith('wallet-ledger/'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, value]) => decodeLedgerEntry(value))
  }

  events(type: PaymentEvent['type']): readonly PaymentEvent[] {
    return this.told.filter((event) => event.type === type)
  }

  receive(options: Partial<ReceiveOptions> & { readonly amountMsat: bigint }): Receivable {
    const seconds = BigInt(Math.floor(this.net.now / 1000))
    return this.core.receive(
      {
        requestHash: new Uint8Array(32).fill(3),
        offerId: new Uint8Array(32).fill(4),
        createdAt: seconds,
        expiresAt: seconds + 3600n,
        ...options,
      },
      { now: this.net.now, height: this.net.height },
    )
  }

  local(peer: NetNode): bigint {
    return this.core.channel(peer.id)!.localMsat
  }
}

let payments = 0

/** A payment of an invoice; the amount is not in what a `Receivable` says. */
export function paymentOf(net: Net, to: Receivable, amountMsat: bigint, more: Partial<NewPayment> = {}): NewPayment {
  return {
    id: (++payments).toString(16).padStart(64, '0'),
    paymentHash: to.paymentHash,
    amountMsat,
    maxFeeMsat: 1_000_000n,
    paths: to.paths,
    severalParts: true,
    expiresAt: BigInt(Math.floor(net.now / 1000)) + 3600n,
    about: { description: 'tea' },
    ...more,
  }
}

/** A message on its way. */
export interface Sent {
  readonly from: LinkId
  readonly to: LinkId
  readonly message: Uint8Array
}

/** Nodes in one process, with messages delivered in the order in which they were sent. */
export class Net {
  now = 1_700_000_000_000
  height: number | undefined = 800_000
  readonly nodes: NetNode[] = []
  wakes: { node: NetNode; at: number }[] = []
  /** Messages that wait. */
  /** Whether a node's process ends in a step: before its changes are stored, or after that and before anything is done. */
  crash: ((node: NetNode, step: number) => 'before' | 'after' | undefined) | undefined
  readonly dead: NetNode[] = []
  hold: (message: Sent) => boolean = () => false
  private queue: Sent[] = []
  private readonly links = new Set<string>()

  constructor(readonly options: NetOptions = {}) {}

  node(name: string, setup: NodeSetup = {}): NetNode {
    const node = new NetNode(name, this, this.nodes.length, setup)
    this.nodes.push(node)
    node.step({ type: 'start' })
    return node
  }

  private linkName(a: LinkId, b: LinkId): string {
    return a < b ? `${a}${b}` : `${b}${a}`
  }

  find(id: LinkId): NetNode {
    return this.nodes.find((node) => node.id === id)!
  }

  send(from: LinkId, to: LinkId, message: Uint8Array): void {
    if (this.links.has(this.linkName(from, to))) this.queue.push({ from, to, message })
  }

  connect(a: NetNode, b: NetNode): void {
    if (this.links.has(this.linkName(a.id, b.id))) return
    this.links.add(this.linkName(a.id, b.id))
    const features = bitmapOf([25, 257])
    a.step({ type: 'peer_up', peer: b.id, features })
    b.step({ type: 'peer_up', peer: a.id, features })
    this.run()
  }

  disconnect(a: LinkId, b: LinkId): void {
    if (!this.links.delete(this.linkName(a, b))) return
    this.queue = this.queue.filter(({ from, to }) => this.linkName(from, to) !== this.linkName(a, b))
    this.find(a).step({ type: 'peer_down', peer: b })
    this.find(b).step({ type: 'peer_down', peer: a })
  }

  /** The node's process ends and begins again: its connections break, what it sent and nobody took is lost. */
  restart(node: NetNode): void {
    const peers = this.nodes.filter((other) => this.links.has(this.linkName(node.id, other.id)))
    for (const peer of peers) {
      this.links.delete(this.linkName(node.id, peer.id))
      this.queue = this.queue.filter(({ from, to }) => this.linkName(from, to) !== this.linkName(node.id, peer.id))
      peer.step({ type: 'peer_down', peer: node.id })
    }
    node.core = node.load()
    this.wakes = this.wakes.filter((wake) => wake.node !== node)
    node.step({ type: 'start' })
    for (const peer of peers) this.connect(node, peer)
  }

  /** A channel of which the host gives the client a balance. */
  open(host: NetNode, client: NetNode, capacityMsat: bigint, balanceMsat: bigint, most = 20): void {
    this.connect(host, client)
    const secret = sha256(publicKey(new Uint8Array(32).fill(this.nodes.indexOf(client) + 1)))
    host.step({
      type: 'grant',
      grant: {
        secretHash: sha256(secret),
        terms: { capacityMsat, htlcMinimumMsat: 1n, maxAcceptedHtlcs: most, maxInFlightMsat: capacityMsat },
        clientBalanceMsat: balanceMsat,
      },
    })
    client.step({ type: 'open', peer: host.id, secret })
    this.run()
    expect(client.core.channel(host.id)?.status).toBe('up')
    expect(host.core.channel(client.id)?.status).toBe('up')
    expect(host.core.grants()).toEqual([])
  }

  /** Delivers until nothing is left, or this many messages. */
  run(most = 10_000): void {
    for (let i = 0; i < most; i++) {
      const at = this.queue.findIndex((message) => !this.hold(message))
      if (at < 0) return
      const [next] = this.queue.splice(at, 1) as [Sent]
      this.find(next.to).step({ type: 'message', peer: next.from, message: next.message })
      for (const node of this.dead.splice(0)) this.restart(node)
    }
  }

  get waiting(): number {
    return this.queue.length
  }

  /** Lets time pass: every wake on the way, and what follows of it. */
  pass(ms: number): void {
    const end = this.now + ms
    for (;;) {
      this.wakes.sort((a, b) => a.at - b.at)
      const next = this.wakes[0]
      if (next === undefined || next.at > end) break
      this.wakes.shift()
      this.now = Math.max(this.now, next.at)
      next.node.step({ type: 'tick' })
      this.run()
    }
    this.now = end
  }

  /** Blocks are found. */
  climb(blocks: number): void {
    this.height = this.height! + blocks
    for (const node of this.nodes) node.step({ type: 'tick' })
    this.run()
  }
}
