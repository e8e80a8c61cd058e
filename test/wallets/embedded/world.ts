import type { Clock, Store } from '../../../src/base/effects.js'
import { toHex } from '../../../src/base/hex.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { type MemoryStore, memoryStore } from '../../../src/node/store/memory-store.js'
import type { PaymentEvent } from '../../../src/payments/step.js'
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.js'
import { seededRandom } from '../../../src/testing/seeded-random.js'
import { EmbeddedWallet, type EmbeddedWalletOptions } from '../../../src/wallets/embedded/embedded-wallet.js'
import type { PeerListener, WalletPeers } from '../../../src/wallets/embedded/peers.js'
import { bitmapOf } from '../../../src/wire/features.js'
import { node as keysOf } from '../../support/keys.js'

/** Where a process may end: around a commit, around a send; or the disk takes nothing, and the process goes on. */
export type Place = 'before_commit' | 'commit_fails' | 'after_commit' | 'before_send' | 'after_send'

/** It happens at the n-th of these places that a node passes, counted from when the fuse is set. */
export interface Fuse {
  readonly place: Place
  left: number
}

/** A node of the world: what it has on disk outlives its wallets. */
export interface WorldNode {
  readonly name: string
  readonly id: string
  readonly events: PaymentEvent[]
  /** The wallet that runs now, or the last one. */
  wallet: EmbeddedWallet
  dead: boolean
  /** Its wallet has ended by itself. */
  stopped: boolean
  fuse: Fuse | undefined
}

/** Wallets in one process, joined by streams that keep their order. */
export interface EmbeddedWorld {
  readonly clock: ManualClock
  add(name: string, options?: Partial<EmbeddedWalletOptions>): Promise<WorldNode>
  connect(a: WorldNode, b: WorldNode): void
  cut(a: WorldNode, b: WorldNode): void
  /** Opens a channel over which both can send. */
  open(client: WorldNode, host: WorldNode, capacityMsat: bigint, balanceMsat: bigint): Promise<void>
  /** The process ends as it stands; its connections break. */
  kill(node: WorldNode): void
  /** Starts it again from its disk, and connects it with its neighbours. */
  restart(node: WorldNode): Promise<void>
  run<T>(work: Promise<T>): Promise<T>
  settle(): Promise<void>
  /** Messages to this node stay where they are. */
  hold(node: WorldNode, on: boolean): Promise<void>
  close(): Promise<void>
}

interface Process {
  readonly node: WorldNode
  alive: boolean
  listener: PeerListener | undefined
  receive: ((peer: string, message: Uint8Array) => void) | undefined
}

/** One connection, as two directions. */
interface Wire {
  readonly ends: readonly [Process, Process]
  open: boolean
}

const FEATURES = bitmapOf([25, 257])
/** A message takes as long. */
const LATENCY_MS = 1
/** Longer than a message takes, so that more than one comes while the disk works. */
const DISK_MS = 3

export async function embeddedWorld(): Promise<EmbeddedWorld> {
  const clock = manualClock()
  const nodes: WorldNode[] = []
  const processes = new Map<WorldNode, Process>()
  const disks = new Map<WorldNode, MemoryStore>()
  const settings = new Map<WorldNode, Partial<EmbeddedWalletOptions>>()
  const starts = new Map<WorldNode, number>()
  const neighbours: (readonly [WorldNode, WorldNode])[] = []
  const wires = new Set<Wire>()
  const held = new Map<WorldNode, (() => void)[]>()

  function wireOf(process: Process, peer: string): Wire | undefined {
    for (const wire of wires) if (wire.ends.includes(process) && other(wire, process).node.id === peer) return wire
    return undefined
  }
  const other = ({ ends }: Wire, process: Process) => (ends[0] === process ? ends[1] : ends[0])

  function breakWire(wire: Wire): void {
    if (!wires.delete(wire)) return
    wire.open = false
    for (const end of wire.ends) if (end.alive) end.listener?.down(other(wire, end).node.id)
  }

  /** Passes a place; true when the process is dead afterwards. */
  function passes(process: Process, place: Place): boolean {
    const { node } = process
    if (!process.alive) return true
    if (!burns(node, place)) return false
    kill(node)
    return true
  }

  function burns(node: WorldNode, place: Place): boolean {
    if (node.fuse?.place !== place || --node.fuse.left > 0) return false
    node.fuse = undefined
    return true
  }

  function peersOf(process: Process): WalletPeers {
    return {
      send: (peer, message) => {
        if (passes(process, 'before_send')) return true
        const wire = wireOf(process, peer)
        if (wire === undefined) return false
        const to = other(wire, process)
        const deliver = () => {
          if (wire.open && to.alive) to.receive?.(process.node.id, message)
        }
        clock.after(LATENCY_MS, () => {
          const waiting = held.get(to.node)
          if (waiting) waiting.push(deliver)
          else deliver()
        })
        passes(process, 'after_send')
        return true
      },
      hangUp: (peer) => {
        const wire = wireOf(process, peer)
        // What was sent before still arrives.
        if (wire) clock.after(LATENCY_MS, () => breakWire(wire))
      },
      onMessage: (_types, receive) => {
        process.receive = receive
      },
      onPeer: (listener) => {
        process.listener = listener
      },
      peers: () =>
        [...wires]
          .filter(({ ends }) => ends.includes(process))
          .map((wire) => ({ id: other(wire, process).node.id, features: FEATURES })),
    }
  }

  function storeOf(process: Process): Store {
    const disk = disks.get(process.node)!
    const never = new Promise<never>(() => undefined)
    return {
      get: disk.get,
      range: disk.range,
      close: disk.close,
      commit: async (changes) => {
        // What leaves meanwhile leaves too early: if the process ends now it never was on the disk.
        await new Promise<void>((resolve) => clock.after(DISK_MS, resolve))
        if (passes(process, 'before_commit')) return never
        if (burns(process.node, 'commit_fails')) throw new Error('the disk is full')
        await disk.commit(changes)
        if (passes(process, 'after_commit')) return never
      },
    }
  }

  /** Time as a process has it: nothing happens in one that is dead. */
  function clockOf(process: Process): Clock {
    return { now: clock.now, after: (ms, run) => clock.after(ms, () => process.alive && run()) }
  }

  async function start(node: WorldNode): Promise<void> {
    const process: Process = { node, alive: true, listener: undefined, receive: undefined }
    processes.set(node, process)
    node.dead = false
    node.stopped = false
    const count = (starts.get(node) ?? 0) + 1
    starts.set(node, count)
    const { secret } = keysOf(0x41 + nodes.indexOf(node))
    node.wallet = await run(
      EmbeddedWallet.start({
        network: 'regtest',
        nodeSecret: secret,
        preimageSecret: sha256(encodeUtf8(`${node.name}'s preimages`)),
        random: seededRandom(`${node.name} ${count}`),
        store: storeOf(process),
        peers: peersOf(process),
        clock: clockOf(process),
        forwarding: { feeBaseMsat: 1000, feeProportionalMillionths: 100, cltvExpiryDelta: 34 },
        tellsNeighbours: true,
        onEvent: (event) => node.events.push(event),
        onStopped: () => {
          node.stopped = true
        },
        ...settings.get(node),
      }),
    )
  }

  function kill(node: WorldNode): void {
    const process = processes.get(node)!
    process.alive = false
    node.dead = true
    for (const wire of [...wires]) if (wire.ends.includes(process)) breakWire(wire)
  }

  function connect(a: WorldNode, b: WorldNode): void {
    const ends = [processes.get(a)!, processes.get(b)!] as const
    const wire: Wire = { ends, open: true }
    wires.add(wire)
    for (const end of ends) end.listener?.up({ id: other(wire, end).node.id, features: FEATURES })
  }

  async function run<T>(work: Promise<T>): Promise<T> {
    let over = false
    const end = () => {
      over = true
    }
    work.then(end, end)
    await clock.settle()
    for (let turn = 0; !over; turn++) {
      if (turn > 10_000 || clock.nextAt === undefined) throw new Error('nothing ends this')
      await clock.advance(Math.max(0, clock.nextAt - clock.now()))
    }
    return work
  }

  return {
    clock,
    add: async (name, options = {}) => {
      const node: WorldNode = {
        name,
        id: toHex(keysOf(0x41 + nodes.length).id),
        events: [],
        wallet: undefined as never,
        dead: false,
        stopped: false,
        fuse: undefined,
      }
      nodes.push(node)
      disks.set(node, memoryStore())
      settings.set(node, options)
      await start(node)
      return node
    },
    connect: (a, b) => {
      neighbours.push([a, b])
      connect(a, b)
    },
    cut: (a, b) => {
      const wire = wireOf(processes.get(a)!, b.id)
      if (wire) breakWire(wire)
    },
    open: async (client, host, capacityMsat, balanceMsat) => {
      const { secret } = await run(host.wallet.grant({ capacityMsat, balanceMsat }))
      await run(client.wallet.openChannel({ peer: host.id, secret }))
      await clock.advance(100)
    },
    kill,
    restart: async (node) => {
      if (!node.dead) kill(node)
      disks.set(node, disks.get(node)!.reopen())
      await start(node)
      for (const [a, b] of neighbours) if ((a === node || b === node) && !a.dead && !b.dead) connect(a, b)
    },
    run,
    settle: () => clock.advance(5000),
    hold: async (node, on) => {
      if (on) held.set(node, [])
      const waiting = held.get(node) ?? []
      if (!on) {
        held.delete(node)
        for (const deliver of waiting) deliver()
      }
      await clock.advance(100)
    },
    close: async () => {
      for (const node of nodes) if (!node.dead) await run(node.wallet.close())
    },
  }
}
