import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../../src/base/error.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import type { BlindedPath } from '../../../src/blinding/blinded-path.js'
import { publicKey } from '../../../src/crypto/group.js'
import type { MessageHandler } from '../../../src/node/connections/intake.js'
import type { PeerInfo } from '../../../src/node/connections/peer.js'
import {
  type Delivery,
  type MessengerEvent,
  OnionMessenger,
  type ScidResolver,
} from '../../../src/node/messenger/messenger.js'
import { MAX_FORWARD_QUEUE } from '../../../src/node/messenger/outbox.js'
import type { NodeId } from '../../../src/node/messenger/routes.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.js'
import { secretOf } from '../../support/keys.js'

/** Nodes whose connections are function calls: what one sends, the other's handler gets in the next turn. */
class Wires {
  readonly clock: ManualClock = manualClock()
  readonly #handlers = new Map<NodeId, MessageHandler>()
  readonly #edges = new Set<string>()
  #drawn = 0

  connect(a: Station, b: Station): void {
    this.#edges.add(`${a.id}-${b.id}`).add(`${b.id}-${a.id}`)
  }

  disconnect(a: Station, b: Station): void {
    this.#edges.delete(`${a.id}-${b.id}`)
    this.#edges.delete(`${b.id}-${a.id}`)
  }

  station(byte: number, resolveScid: ScidResolver = () => undefined, isHasty = false): Station {
    const secret = secretOf(byte)
    const id = toHex(publicKey(secret))
    const events: MessengerEvent[] = []
    const info = (peer: NodeId): PeerInfo => ({
      id: peer,
      address: '',
      direction: 'in',
      features: new Uint8Array(0),
      since: 0,
      bytesIn: 0,
      bytesOut: 0,
      onionMessages: 'yes',
      remoteAddr: undefined,
      kept: false,
    })
    const peers = () => [...this.#edges].flatMap((edge) => (edge.startsWith(`${id}-`) ? [info(edge.slice(67))] : []))
    const messenger = new OnionMessenger({
      identity: { secret, publicKey: fromHex(id) },
      clock: this.clock,
      random: (length) => new Uint8Array(length).fill((++this.#drawn % 120) + 1),
      generations: [modern],
      resolveScid,
      links: () => [],
      ...(isHasty && { rateOf: () => ({ perSecond: 1000, burst: 1000 }) }),
      onEvent: (event) => events.push(event),
      channel: {
        onMessage: (_, receive) => void this.#handlers.set(id, receive),
        peers,
        peer: (peer) => peers().find((info) => info.id === peer),
        send: (peer, type, payload) => {
          if (!this.#edges.has(`${id}-${peer}`)) return 'not-connected'
          this.clock.after(0, () => this.#handlers.get(peer)?.(id, type, payload))
          return 'sent'
        },
      },
    })
    const deliveries: Delivery[] = []
    messenger.handle(64n, (delivery) => deliveries.push(delivery))
    return {
      id,
      messenger,
      events,
      deliveries,
      dropped: () => events.flatMap((e) => (e.type === 'message_dropped' ? [e.code] : [])),
    }
  }
}

interface Station {
  readonly id: NodeId
  readonly messenger: OnionMessenger
  readonly events: MessengerEvent[]
  readonly deliveries: Delivery[]
  readonly dropped: () => readonly string[]
}

const pathId = new Uint8Array(32).fill(7)
const hello = encodeUtf8('hello')

function send(from: Station, to: NodeId | BlindedPath, route: readonly Station[]): string[] {
  const fates: string[] = []
  from.messenger.send({
    generation: modern,
    route: route.map(({ id }) => id),
    to,
    contents: { invoice_request: hello },
    onFate: (fate) => fates.push(fate),
  })
  return fates
}

function chain(...resolvers: readonly (ScidResolver | undefined)[]) {
  const wires = new Wires()
  const [alice, bob, carol, dave] = [0x41, 0x42, 0x43, 0x44].map((byte, i) => wires.station(byte, resolvers[i]))
  wires.connect(alice!, bob!)
  wires.connect(bob!, carol!)
  wires.connect(carol!, dave!)
  return { wires, alice: alice!, bob: bob!, carol: carol!, dave: dave! }
}

describe('a message on its way', () => {
  test('goes over two relays to a node, which sees no path id', { tags: ['O13'] }, async () => {
    const { wires, alice, bob, carol, dave } = chain()
    const fates = send(alice, dave.id, [bob, carol, dave])
    await wires.clock.settle()
    expect(fates).toEqual(['left'])
    expect(dave.deliveries).toMatchObject([{ value: hello, pathId: undefined, from: carol.id }])
    expect(bob.events).toMatchObject([{ type: 'message_forwarded', from: alice.id, to: carol.id }])
  })

  test('goes over our hops into a path that another made, which then shows its path id', { tags: ['B6'] }, async () => {
    const { wires, alice, bob, carol, dave } = chain()
    const path = dave.messenger.makePath([carol.id, dave.id], pathId)
    send(alice, path, [bob, carol])
    await wires.clock.settle()
    expect(dave.deliveries).toMatchObject([{ value: hello, pathId }])
    expect(publicKey(dave.deliveries[0]!.blindedSecret())).toEqual(path.path[1]!.blinded_node_id)
  })

  test('dummy hops behind the recipient are peeled by the recipient', { tags: ['B3'] }, async () => {
    const { wires, bob, carol, dave } = chain()
    const path = dave.messenger.makePath([carol.id, dave.id], pathId, 3)
    expect(path.path).toHaveLength(5)
    send(bob, path, [carol])
    await wires.clock.settle()
    expect(dave.deliveries).toMatchObject([{ pathId }])
    expect(carol.events).toHaveLength(1)
  })

  test('we are the introduction node: the first hop is peeled here', async () => {
    const { wires, carol, dave } = chain()
    const path = dave.messenger.makePath([carol.id, dave.id], pathId)
    const fates = send(carol, path, [])
    await wires.clock.settle()
    expect(fates).toEqual(['left'])
    expect(dave.deliveries).toMatchObject([{ pathId, from: carol.id }])
  })

  test('a path to ourselves that begins at ourselves does not leave', async () => {
    const { wires, alice } = chain()
    const fates = send(alice, alice.messenger.makePath([alice.id], pathId), [])
    await wires.clock.settle()
    expect(fates).toEqual(['delivered here'])
    expect(alice.deliveries).toMatchObject([{ pathId, from: undefined }])
  })

  test('a peer that is not connected is told to the sender, softly', async () => {
    const { wires, alice, carol } = chain()
    const fates = send(alice, carol.id, [carol])
    await wires.clock.settle()
    expect(fates).toEqual(['not-connected'])
  })
})

describe('what a relay drops, in silence', () => {
  test('a message for a node that is not connected', async () => {
    const { wires, alice, bob, dave } = chain()
    send(alice, dave.id, [bob, dave])
    await wires.clock.settle()
    expect(bob.dropped()).toEqual(['NEXT_NOT_CONNECTED'])
  })

  test('a message that would go back to where it came from', async () => {
    const { wires, alice, bob } = chain()
    send(alice, alice.id, [bob, alice])
    await wires.clock.settle()
    expect(bob.dropped()).toEqual(['NEXT_IS_SENDER'])
    expect(alice.deliveries).toEqual([])
  })

  test('what ends here with contents that nobody reads', async () => {
    const { wires, alice, bob } = chain()
    alice.messenger.send({
      generation: modern,
      route: [bob.id],
      to: bob.id,
      contents: { invoice: hello },
      onFate: () => {},
    })
    await wires.clock.settle()
    expect(bob.dropped()).toEqual(['MESSAGE_NOT_FOR_US'])
  })

  test('more of one peer than may wait for the next', { tags: ['O9'] }, async () => {
    const { wires, alice, bob, carol } = chain()
    // At the rate that Bob keeps to himself nothing waits for long.
    for (let i = 0; i < 30; i++) send(alice, carol.id, [bob, carol])
    await wires.clock.advance(10_000)
    expect([carol.deliveries.length, bob.dropped()]).toEqual([30, []])
    const hasty = wires.station(0x45, undefined, true)
    wires.connect(hasty, bob)
    for (let i = 0; i < 30; i++) send(hasty, carol.id, [bob, carol])
    await wires.clock.advance(10_000)
    expect(carol.deliveries.length).toBe(30 + MAX_FORWARD_QUEUE)
    expect(bob.dropped()).toEqual(Array(30 - MAX_FORWARD_QUEUE).fill('FORWARD_QUEUE_FULL'))
  })
})

describe('short channel ids', () => {
  const [bobId, carolId] = [0x42, 0x43].map((byte) => toHex(publicKey(secretOf(byte))))
  const resolve: ScidResolver = (scid, direction) => (scid === 5n ? (direction === 0 ? bobId : carolId) : undefined)

  test('a path that names its introduction node by a channel', { tags: ['O17'] }, () => {
    const { alice, carol, dave } = chain(resolve)
    const path = dave.messenger.makePath([carol.id, dave.id], pathId)
    const compact = (short_channel_id: bigint, direction: 0 | 1) => ({
      ...path,
      first_node_id: { short_channel_id, direction },
    })
    expect(alice.messenger.introductionOf(compact(5n, 0))).toBe(bobId)
    expect(alice.messenger.introductionOf(compact(5n, 1))).toBe(carolId)
    const code = (() => {
      try {
        return alice.messenger.introductionOf(compact(6n, 0))
      } catch (error) {
        return isLnoError(error) ? error.code : String(error)
      }
    })()
    expect(code).toBe('UNRESOLVED_SCID')
  })
})
