import { isLnoError } from '../../../src/base/error.js'
import { toHex } from '../../../src/base/hex.js'
import { publicKey } from '../../../src/crypto/group.js'
import { sha256 } from '../../../src/crypto/hash.js'
import type { LinkId } from '../../../src/payments/link.js'
import type {
  At,
  CoreInput,
  CoreOptions,
  CoreStep,
  NewPayment,
  PaymentEvent,
  Receivable,
  ReceiveOptions,
} from '../../../src/payments/step.js'
import { seededRandom } from '../../../src/testing/seeded-random.js'
import { bitmapOf } from '../../../src/wire/features.js'
import { secretOf } from '../../support/keys.js'
import { judgeExpiry } from './invariants.js'
import { createWorldNet, type WorldNet } from './net.js'
import type { EdgePlan, LoadCore, Plan, WorldCore } from './types.js'
import { createWatch, type Watch } from './watch.js'

/** Unix milliseconds at which every world begins, and the height then. */
const BEGIN = 1_750_000_000_000
const FIRST_HEIGHT = 800_000
export const MS_A_BLOCK = 600_000

/** `init` of every node: what a payment needs, route blinding (25), attribution (37), hosted channels (257). */
const FEATURES = bitmapOf([1, 9, 13, 15, 25, 37, 45, 257])

/** Timers that fire within one advance at most. */
const MOST_TIMERS = 20

export interface WorldNode {
  readonly index: number
  /** For people: `A`, `B`, … */
  readonly name: string
  readonly id: LinkId
  readonly options: CoreOptions
  /** The disk. */
  store: Map<string, Uint8Array>
  /** Undefined: the process is dead. */
  core: WorldCore | undefined
  /** When it wants a `tick`. */
  wakes: number[]
  /** Fault points that it still passes before it dies; undefined: it lives. */
  fuse: number | undefined
  /** What it has told since the world began. */
  readonly told: PaymentEvent[]
}

export interface WorldInvoice {
  readonly node: number
  readonly options: ReceiveOptions
  readonly receivable: Receivable
  readonly hash: string
}

export interface WorldPayment {
  readonly node: number
  readonly invoice: WorldInvoice
  readonly payment: NewPayment
}

export interface HowToPay {
  readonly id: string
  readonly maxFeeMsat: bigint
  readonly severalParts: boolean
  /** Other than what the invoice says: a lie. */
  readonly amountMsat?: bigint
  readonly paths?: NewPayment['paths']
}

/** Nodes with their disks, the connections between them, the time; everything happens when it is called. */
export interface World {
  readonly plan: Plan
  readonly nodes: readonly WorldNode[]
  readonly net: WorldNet
  readonly watch: Watch
  readonly invoices: readonly WorldInvoice[]
  /** All that was asked for, whether or not the node lived to store it. */
  readonly payments: readonly WorldPayment[]
  /** Edges that were to be opened. */
  readonly opened: Set<EdgePlan>
  at(): At
  /** Gives a node an input. `refused` carries the code of a command that was not taken. */
  step(node: number, input: CoreInput): 'done' | 'dead' | { readonly refused: string }
  connect(a: number, b: number): void
  cut(a: number, b: number, keep: number): void
  /** Lets the next item from `from` arrive at `to`. */
  deliver(from: number, to: number): void
  kill(node: number): void
  restart(node: number): void
  advance(ms: number): void
  open(edge: EdgePlan): void
  invoice(node: number, amountMsat: bigint, lifeSeconds: number, exclusive?: Uint8Array): WorldInvoice | undefined
  pay(node: number, invoice: WorldInvoice, how: HowToPay): void
}

const MESSAGES: Readonly<Record<number, string>> = {
  65535: 'invoke',
  65533: 'init',
  65531: 'last state',
  65529: 'state update',
  65527: 'override',
  63505: 'add',
  63503: 'fulfil',
  63501: 'fail',
  63499: 'fail malformed',
  63497: 'error',
  44717: 'terms',
}

const nameOfMessage = (message: Uint8Array): string => {
  const type = (message[0]! << 8) | message[1]!
  if (type === 63497) return `error: ${new TextDecoder().decode(message.subarray(36))}`
  if (type === 65529) return `state update ${message[9]}/${message[13]} of day ${message[5]}`
  const id = type < 63497 || type > 63505 ? '' : ` ${message[41]}`
  if (type === 63505) return `add${id}, expires ${new DataView(message.buffer, message.byteOffset).getUint32(82)}`
  return `${MESSAGES[type] ?? type}${id} (${message.length} bytes)`
}

/** What a node remembers of money, as text: the same after a restart as before. */
function memoryOf(core: WorldCore): string {
  const plain = (_: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return `${value}`
    if (value instanceof Uint8Array) return toHex(value)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  const payments = core.payments(1000).map((payment) => ({ ...payment, paths: undefined }))
  return JSON.stringify({ total: core.ledgerTotal(), payments }, plain)
}

/**
 * @param load makes a core of what a store has
 * @param judge called after every step of a node, whether it stored something or not
 * @param trace hears of every message and death, for people who look for a defect
 */
export function createWorld(
  plan: Plan,
  load: LoadCore,
  judge: (world: World, node: WorldNode, stored: boolean) => void,
  trace?: (line: string) => void,
): World {
  let now = BEGIN
  const net = createWorldNet()
  const height = (): number => FIRST_HEIGHT + Math.floor((now - BEGIN) / MS_A_BLOCK)
  const at = (): At => ({ now, height: height() })
  const nodes = plan.nodes.map((terms, index): WorldNode => {
    const secret = secretOf(0x41 + index)
    const { tellsNeighbours, ...forwarding } = terms
    return {
      index,
      name: String.fromCharCode(0x41 + index),
      id: toHex(publicKey(secret)),
      options: {
        nodeSecret: secret,
        preimageSecret: secretOf(0x61 + index),
        random: seededRandom(`${plan.seed}/${index}`),
        chainHash: new Uint8Array(32).fill(6),
        forwarding,
        tellsNeighbours,
      },
      store: new Map(),
      core: undefined,
      wakes: [],
      fuse: undefined,
      told: [],
    }
  })
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const watch = createWatch(plan, (node) => nodes[node]!.name)
  const invoices: WorldInvoice[] = []
  const payments: WorldPayment[] = []
  const opened = new Set<EdgePlan>()
  /** What a dead node would say if it had written all that it did. */
  const lastWords = new Map<number, string>()

  const peersOf = (node: number) => nodes.filter(({ index }) => index !== node && net.connected(node, index))

  const die = (node: WorldNode, stored: boolean): void => {
    if (!node.core) return
    trace?.(`${node.name} dies`)
    if (stored) lastWords.set(node.index, memoryOf(node.core))
    node.core = undefined
    node.fuse = undefined
    node.wakes = []
    for (const peer of peersOf(node.index)) {
      net.leave(node.index, peer.index)
      watch.disconnected(node.index, peer.index)
    }
  }

  /** A place where a process may end; true when it did. */
  const spark = (node: WorldNode, stored: boolean): boolean => {
    if (node.fuse === undefined) return false
    if (node.fuse > 0) {
      node.fuse--
      return false
    }
    die(node, stored)
    return true
  }

  /** A liar may get lost in what it says; then it ends. */
  const stepOf = (node: WorldNode, input: CoreInput): CoreStep | undefined => {
    try {
      return node.core!.step(input, at())
    } catch (error) {
      if (node.index !== plan.liar) throw error
      die(node, false)
      return undefined
    }
  }

  const step: World['step'] = (index, input) => {
    const node = nodes[index]!
    const inputs: CoreInput[] = [input]
    for (let next = inputs.shift(); next; next = inputs.shift()) {
      if (!node.core) return 'dead'
      const brought = stepOf(node, next)
      if (!brought) return 'dead'
      if (spark(node, false)) return 'dead'
      for (const { key, value } of brought.changes) {
        if (value) node.store.set(key, value)
        else node.store.delete(key)
      }
      for (const effect of brought.effects) {
        if (effect.type !== 'tell') continue
        node.told.push(effect.event)
        if (effect.event.type === 'channel_overridden') {
          watch.overridden(index, byId.get(effect.event.channel.peer)!.index)
        }
      }
      if (spark(node, true)) return 'dead'
      for (const effect of brought.effects) {
        if (effect.type === 'wake') node.wakes.push(effect.at)
        if (effect.type === 'send') {
          const peer = byId.get(effect.peer)!.index
          trace?.(`  ${node.name} sends ${nodes[peer]!.name} ${nameOfMessage(effect.message)}`)
          watch.sent(index, peer, effect.message, height())
          net.send(index, peer, effect.message)
          if (spark(node, true)) return 'dead'
        }
        if (effect.type === 'hang_up') {
          const peer = byId.get(effect.peer)!.index
          if (!net.isUp(index, peer)) continue
          trace?.(`  ${node.name} hangs up on ${nodes[peer]!.name}: ${effect.why}`)
          net.leave(index, peer)
          watch.disconnected(index, peer)
          inputs.push({ type: 'peer_down', peer: effect.peer })
        }
      }
      judge(world, node, brought.changes.length > 0)
    }
    return 'done'
  }

  const command: World['step'] = (node, input) => {
    try {
      return step(node, input)
    } catch (error) {
      if (!isLnoError(error)) throw error
      judge(world, nodes[node]!, true)
      return { refused: error.code }
    }
  }

  /** What a node hears when a connection is there no more. */
  const lose = (node: number, peer: number): void => {
    watch.disconnected(node, peer)
    step(node, { type: 'peer_down', peer: nodes[peer]!.id })
  }

  const world: World = {
    plan,
    nodes,
    net,
    watch,
    invoices,
    payments,
    opened,
    at,
    step: command,
    connect(a, b) {
      if (!nodes[a]!.core || !nodes[b]!.core) return
      // The old connection ends before the new one begins, on both sides.
      for (const [node, peer] of [
        [a, b],
        [b, a],
      ] as const) {
        const wasUp = net.isUp(node, peer)
        net.leave(node, peer)
        if (wasUp) lose(node, peer)
      }
      if (!nodes[a]!.core || !nodes[b]!.core) return
      net.connect(a, b)
    },
    cut: net.cut,
    deliver(from, to) {
      const wasUp = net.isUp(to, from)
      const item = net.take(from, to)
      const peer = nodes[from]!.id
      const what = item?.type === 'message' ? nameOfMessage(item.bytes) : item?.type
      trace?.(`${nodes[to]!.name} gets from ${nodes[from]!.name} ${what}`)
      if (item?.type === 'open') step(to, { type: 'peer_up', peer, features: FEATURES })
      if (item?.type === 'close' && wasUp) lose(to, from)
      if (item?.type === 'message') {
        watch.arrived(to, from, item.bytes)
        step(to, { type: 'message', peer, message: item.bytes })
      }
    },
    kill(node) {
      die(nodes[node]!, true)
    },
    restart(index) {
      const node = nodes[index]!
      if (node.core) return
      try {
        node.core = load(node.options, [...node.store].sort(), index)
      } catch (error) {
        if (index !== plan.liar) throw error
        return
      }
      const words = lastWords.get(index)
      lastWords.delete(index)
      const remembered = memoryOf(node.core)
      if (words !== undefined && words !== remembered && index !== plan.liar) {
        throw new Error(`${node.name} forgot what it stored: ${words} became ${remembered}`)
      }
      step(index, { type: 'start' })
    },
    advance(ms) {
      const [before, end] = [height(), now + ms]
      trace?.(`height ${before}, ${ms} ms go by`)
      // Timers fire when they are due; who asks again and again for a time that is near waits for the end.
      for (let fired = 0; fired < MOST_TIMERS; fired++) {
        const next = Math.min(...nodes.flatMap(({ wakes }) => wakes))
        if (next > end) break
        now = Math.max(now, next)
        for (const node of nodes) {
          const due = node.wakes.some((wake) => wake <= now)
          node.wakes = node.wakes.filter((wake) => wake > now)
          if (due) step(node.index, { type: 'tick' })
        }
      }
      now = end
      if (height() === before) return
      for (const node of nodes) step(node.index, { type: 'tick' })
      for (const node of nodes) judgeExpiry(world, node)
    },
    open(edge) {
      if (opened.has(edge) || !nodes[edge.host]!.core || !nodes[edge.client]!.core) return
      opened.add(edge)
      const secret = sha256(Uint8Array.of(edge.host, edge.client))
      const terms = {
        capacityMsat: edge.capacityMsat,
        htlcMinimumMsat: edge.htlcMinimumMsat,
        maxAcceptedHtlcs: edge.maxAcceptedHtlcs,
        maxInFlightMsat: edge.maxInFlightMsat,
      }
      const grant = { secretHash: sha256(secret), terms, clientBalanceMsat: edge.balanceMsat }
      command(edge.host, { type: 'grant', grant })
      command(edge.client, { type: 'open', peer: nodes[edge.host]!.id, secret })
    },
    invoice(node, amountMsat, lifeSeconds, exclusive) {
      const core = nodes[node]!.core
      if (!core) return
      const seconds = BigInt(Math.floor(now / 1000))
      const number = invoices.length
      const options: ReceiveOptions = {
        requestHash: sha256(Uint8Array.of(1, number)),
        offerId: sha256(Uint8Array.of(2, node)),
        amountMsat,
        createdAt: seconds,
        expiresAt: seconds + BigInt(lifeSeconds),
        ...(exclusive && { exclusive }),
      }
      let receivable: Receivable
      try {
        receivable = core.receive(options, at())
      } catch (error) {
        if (!isLnoError(error)) throw error
        return
      }
      const hash = toHex(receivable.paymentHash)
      watch.promised(node, hash, amountMsat)
      const invoice = { node, options, receivable, hash }
      invoices.push(invoice)
      return invoice
    },
    pay(node, invoice, how) {
      if (!nodes[node]!.core) return
      const { receivable, options } = invoice
      const payment: NewPayment = {
        paymentHash: receivable.paymentHash,
        amountMsat: options.amountMsat,
        paths: receivable.paths,
        ...how,
        expiresAt: options.expiresAt,
        about: { offerId: options.offerId },
      }
      payments.push({ node, invoice, payment })
      watch.authorised(node, invoice.hash, options.amountMsat + how.maxFeeMsat)
      command(node, { type: 'pay', payment })
    },
  }
  for (const node of nodes) world.restart(node.index)
  return world
}
