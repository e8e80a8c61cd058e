import type { NetAddress } from '../../src/base/effects.js'
import { sha256 } from '../../src/crypto/hash.js'
import type { NodeEvent, NodeEventType } from '../../src/node/events.js'
import { identityOf } from '../../src/node/identity.js'
import { createNode, type LnoNode, type NodeFetchOptions, type NodeOptions } from '../../src/node/node.js'
import type { NewOffer, OwnOffer } from '../../src/node/offers/own-offer.js'
import type { FetchResult } from '../../src/node/payer/fetch.js'
import { type MemoryStore, memoryStore } from '../../src/node/store/memory-store.js'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.js'
import { type MemoryNetwork, memoryNetwork } from '../../src/testing/memory-net.js'
import { seededRandom } from './connections/world.js'

const PORT = 9747

/** A whole node on a network in memory. */
export interface LabNode {
  readonly name: string
  readonly node: LnoNode
  readonly store: MemoryStore
  readonly events: NodeEvent[]
  /** Events of one type, in their order. */
  told<T extends NodeEventType>(type: T): readonly Extract<NodeEvent, { readonly type: T }>[]
}

/** Nodes, a network between them, and a clock that stands still. */
export interface Lab {
  readonly clock: ManualClock
  readonly network: MemoryNetwork
  at(name: string): NetAddress
  /** Starts a node; one of the same name has the same key. */
  start(name: string, options?: Partial<NodeOptions> & { readonly store?: MemoryStore }): Promise<LabNode>
  /** The first calls the second. */
  connect(from: LabNode, to: LabNode, keep?: boolean): Promise<void>
  /** Lets time pass until a promise has settled, two minutes at most. */
  until<T>(promise: Promise<T>): Promise<T>
  fetch(payer: LabNode, offer: OwnOffer, options?: NodeFetchOptions): Promise<FetchResult>
  /** The error of a fetch that must fail. */
  failure(payer: LabNode, offer: OwnOffer, options?: NodeFetchOptions): Promise<unknown>
}

export function lab(): Lab {
  const clock = manualClock()
  const network = memoryNetwork({ clock })
  const at = (name: string): NetAddress => ({ kind: 'tcp', host: name, port: PORT })
  let starts = 0

  async function until<T>(promise: Promise<T>): Promise<T> {
    let over = false
    const end = () => {
      over = true
    }
    promise.then(end, end)
    await clock.settle()
    for (let ms = 0; !over && ms < 120_000; ms += 250) await clock.advance(250)
    if (!over) throw new Error('nothing came of it within two minutes')
    return promise
  }

  const made: Lab = {
    clock,
    network,
    at,
    until,
    start: async (name, { store = memoryStore(), ...options } = {}) => {
      const events: NodeEvent[] = []
      const node = await createNode({
        network: 'regtest',
        identity: identityOf(sha256(new TextEncoder().encode(name))),
        store,
        net: network.host(name),
        clock,
        random: seededRandom(`${name} ${starts++}`),
        listen: [at(name)],
        onEvent: (event) => events.push(event),
        ...options,
      })
      return {
        name,
        node,
        store,
        events,
        told: (type) => events.filter((event) => event.type === type) as never,
      }
    },
    connect: async (from, to, keep = false) => {
      await until(from.node.connectPeer(to.node.id, at(to.name), { keep }))
    },
    fetch: (payer, { offer }, options) => until(payer.node.fetch(offer, options)),
    failure: async (payer, { offer }, options) => {
      try {
        await until(payer.node.fetch(offer, options))
      } catch (error) {
        return error
      }
      throw new Error('an invoice came where none was due')
    },
  }
  return made
}

/** An offer over 10 sat, unless told otherwise. */
export function coffee(options: NewOffer = {}): NewOffer {
  return { amountMsat: 10_000n, description: 'coffee', ...options }
}
