import { concatBytes } from '../../../src/base/bytes.js'
import type { NetAddress } from '../../../src/base/effects.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { Connections, type ConnectionsOptions } from '../../../src/node/connections/connections.js'
import type { ConnectionEvent } from '../../../src/node/connections/events.js'
import { type KeyPair, keyPair } from '../../../src/noise/handshake.js'
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.js'
import { type MemoryNetwork, type MemoryNetworkOptions, memoryNetwork } from '../../../src/testing/memory-net.js'
import { callRaw, type RawPeer } from '../../support/raw-peer.js'

/** Chain hash of regtest. */
export const REGTEST = fromHex('06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f')

/** Random bytes that are the same in each run. */
export function seededRandom(seed: string): (length: number) => Uint8Array {
  let state = sha256(new TextEncoder().encode(seed))
  return (length) => {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      state = sha256(state)
      out.set(state.subarray(0, Math.min(32, length - at)), at)
    }
    return out
  }
}

export interface TestNode {
  readonly name: string
  readonly keys: KeyPair
  readonly id: string
  readonly connections: Connections
  readonly events: ConnectionEvent[]
  /** Types of events, with the code of their error. */
  readonly told: () => readonly string[]
}

/** Nodes on a network in memory, with a clock that stands still. */
export interface World {
  readonly clock: ManualClock
  readonly network: MemoryNetwork
  node(name: string, options?: Partial<ConnectionsOptions>): TestNode
  /** Where a node of this name listens. */
  at(name: string): NetAddress
  /** A peer driven by hand that calls a node and exchanges init with it. */
  raw(target: TestNode, init?: Uint8Array, name?: string): Promise<RawPeer>
}

const PORT = 9747

/** Key of a name: the test reads better, and every run has the same keys. */
export function keysOf(name: string): KeyPair {
  return keyPair(sha256(new TextEncoder().encode(name)))
}

export function message(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(type >> 8, type & 0xff), ...parts)
}

/** An init with these feature bytes and nothing else. */
export function initMessage(features: string, tlvs = ''): Uint8Array {
  const bits = fromHex(features)
  return message(16, Uint8Array.of(0, 0, bits.length >> 8, bits.length & 0xff), bits, fromHex(tlvs))
}

/** What a node like ours sends: bits 1, 9, 13, 15, 39, 45. */
export const PLAIN_INIT = initMessage('20800000a202')

export function world(options: Partial<MemoryNetworkOptions> = {}): World {
  const clock = manualClock()
  const network = memoryNetwork({ clock, ...options })
  const at = (name: string): NetAddress => ({ kind: 'tcp', host: name, port: PORT })
  return {
    clock,
    network,
    at,
    node: (name, more = {}) => {
      const keys = keysOf(name)
      const events: ConnectionEvent[] = []
      const connections = new Connections({
        identity: keys,
        net: network.host(name),
        clock,
        random: seededRandom(name),
        chains: [REGTEST],
        onEvent: (event) => events.push(event),
        ...more,
      })
      void connections.listen(at(name))
      const told = () => events.map((event) => ('error' in event ? `${event.type} ${event.error.code}` : event.type))
      return { name, keys, id: toHex(keys.publicKey), connections, events, told }
    },
    raw: async (target, init = PLAIN_INIT, name = 'raw') => {
      const dial = callRaw(network.host(name), at(target.name), keysOf(name), target.keys.publicKey)
      await clock.settle()
      const peer = await dial
      await clock.settle()
      peer.send(init)
      await clock.settle()
      return peer
    },
  }
}
