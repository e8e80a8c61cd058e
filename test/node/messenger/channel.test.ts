import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import type { MessageChannel, NodeId, OnMessage } from '../../../src/node/index.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { legacyIssuer } from '../../support/legacy-issuer.js'
import { coffee, type Lab, lab } from '../lab.js'

/** Another node as far as this one is concerned: it has peers, and hands over messages whose type it does not know itself. */
interface OtherNode {
  sendCustomMessage(peer: NodeId, type: number, data: Uint8Array): boolean
  onCustomMessage: (peer: NodeId, type: number, data: Uint8Array) => void
  peers(): readonly NodeId[]
}

/** Such nodes, one under each of our nodes, connected to each other by whatever they have. */
class Elsewhere {
  readonly #nodes = new Map<NodeId, OtherNode>()
  readonly #edges = new Set<string>()
  readonly types: number[] = []
  readonly #world: Lab

  constructor(world: Lab) {
    this.#world = world
  }

  connect(a: NodeId, b: NodeId): void {
    this.#edges.add(`${a} ${b}`).add(`${b} ${a}`)
  }

  hangUp(a: NodeId, b: NodeId): void {
    this.#edges.delete(`${a} ${b}`)
    this.#edges.delete(`${b} ${a}`)
  }

  node(id: () => NodeId): OtherNode {
    return {
      sendCustomMessage: (peer, type, data) => {
        if (!this.#edges.has(`${id()} ${peer}`)) return false
        this.types.push(type)
        this.#world.clock.after(1, () => this.#nodes.get(peer)?.onCustomMessage(id(), type, data.slice()))
        return true
      },
      onCustomMessage: () => undefined,
      peers: () => [...this.#edges].flatMap((edge) => (edge.startsWith(`${id()} `) ? [edge.slice(67)] : [])),
    }
  }

  join(id: NodeId, node: OtherNode): void {
    this.#nodes.set(id, node)
  }
}

/** All that it takes to use such a node. */
function channelOf(other: OtherNode): MessageChannel {
  const readers = new Map<number, OnMessage>()
  other.onCustomMessage = (peer, type, data) => readers.get(type)?.(peer, type, data)
  const channel: MessageChannel = {
    send: (peer, type, payload) => (other.sendCustomMessage(peer, type, payload) ? 'sent' : 'not-connected'),
    onMessage: (types, receive) => {
      for (const type of types) readers.set(type, receive)
    },
    peer: (id) => channel.peers().find((peer) => peer.id === id),
    peers: () => other.peers().map((id) => ({ id, onionMessages: 'yes' })),
  }
  return channel
}

/** payer - relay - merchant, none of whom has a connection of its own. */
async function carried() {
  const world = lab()
  const elsewhere = new Elsewhere(world)
  const start = async (name: string) => {
    let id = ''
    const other = elsewhere.node(() => id)
    const started = await world.start(name, { listen: [], channel: () => channelOf(other) })
    id = started.node.id
    elsewhere.join(id, other)
    return started
  }
  const [payer, relay, merchant] = [await start('payer'), await start('relay'), await start('merchant')]
  elsewhere.connect(payer.node.id, relay.node.id)
  elsewhere.connect(relay.node.id, merchant.node.id)
  return { world, elsewhere, payer, relay, merchant }
}

describe('messages over the custom messages of another node', () => {
  test('an invoice is fetched, over a relay, without any connection of our own', async () => {
    const { world, elsewhere, payer, relay, merchant } = await carried()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { invoice, generation } = await world.fetch(payer, offer)
    expect([invoice.fields.invoice_amount, generation]).toEqual([10_000n, 'modern'])
    expect(elsewhere.types).toEqual([513, 513, 513, 513])
    for (const { node } of [payer, relay, merchant]) expect(node.connections.peers()).toEqual([])
  })

  test('in the old forms as well', async () => {
    const { world, elsewhere, payer, relay, merchant } = await carried()
    const { offer } = legacyIssuer('merchant', merchant.node.messenger, world.clock.now)
    const scids = [{ scid: 1n, nodes: [relay.node.id, merchant.node.id] }] as const
    const { form } = await world.until(payer.node.fetch(offer, { scids }))
    expect(form).toBe('2021')
    await world.clock.advance(5_000)
    expect(new Set(elsewhere.types)).toEqual(new Set([obs2.messageType, obs.messageType]))
    expect(payer.told('reply_late')).toHaveLength(1)
  })

  test('a peer that is gone there is said to be', async () => {
    const { world, elsewhere, payer, relay, merchant } = await carried()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    elsewhere.hangUp(payer.node.id, relay.node.id)
    expect(await world.failure(payer, offer)).toMatchObject({ code: 'NO_ROUTE' })
    elsewhere.connect(payer.node.id, relay.node.id)
    expect((await world.fetch(payer, offer)).attempts).toBe(1)
  })
})
