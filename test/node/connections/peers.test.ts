import { describe, expect, test } from 'vitest'
import { BACKOFF_MS, GOOD_CONNECTION_MS, SIMULTANEOUS_MS } from '../../../src/node/connections/limits.js'
import { callRaw } from '../../support/raw-peer.js'
import { message, type TestNode, world } from './world.js'

type World = ReturnType<typeof world>

async function connect(w: World, from: TestNode, to: TestNode) {
  const call = from.connections.connect(to.id, w.at(to.name))
  await w.clock.settle()
  return call
}

const disconnects = (node: TestNode) => node.told().filter((line) => !line.startsWith('peer_connected'))

describe('one connection a peer', () => {
  test('a new one replaces the old one', { tags: ['M1'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    const first = await w.raw(bob)
    await w.clock.advance(SIMULTANEOUS_MS)
    const second = await w.raw(bob)
    expect([first.closed, second.closed]).toEqual([true, false])
    expect(bob.told()).toEqual(['peer_connected', 'peer_disconnected PEER_REPLACED', 'peer_connected'])
    expect(bob.connections.peers().length).toBe(1)
    // What is sent arrives on the new one.
    second.received.length = 0
    bob.connections.send(bob.connections.peers()[0]!.id, message(513))
    await w.clock.settle()
    expect(second.received).toEqual(['0201'])
  })

  test.each([0, 1, 7, 20])(
    'both call at once, %i ms apart: both keep the same one',
    { tags: ['M1'] },
    async (apart) => {
      for (const [one, other] of [
        ['alice', 'bob'],
        ['bob', 'alice'],
      ] as const) {
        const w = world({ latencyMs: 10 })
        const a = w.node(one)
        const b = w.node(other)
        const calls = [a.connections.connect(b.id, w.at(b.name))]
        await w.clock.advance(apart)
        calls.push(b.connections.connect(a.id, w.at(a.name)))
        await w.clock.advance(1000)
        const [atA, atB] = await Promise.all(calls)
        expect([atA!.id, atB!.id]).toEqual([b.id, a.id])
        expect(w.network.streams).toBe(1)
        const smaller = a.id < b.id ? a : b
        const larger = smaller === a ? b : a
        expect(smaller.connections.peers().map((peer) => peer.direction)).toEqual(['out'])
        expect(larger.connections.peers().map((peer) => peer.direction)).toEqual(['in'])
        expect(a.connections.send(b.id, message(513))).toBe('sent')
      }
    },
  )

  test('a peer that restarts gets its new connection although the old one looks alive', { tags: ['M1'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    const alice = w.node('alice')
    await connect(w, bob, alice)
    await w.clock.advance(SIMULTANEOUS_MS)
    // Alice's call, as of a process that knows nothing of the connection before.
    await w.raw(bob, undefined, 'alice')
    expect(bob.connections.peers().map(({ id, direction }) => [id, direction])).toEqual([[alice.id, 'in']])
  })

  test('calls to the same address share one call', async () => {
    const w = world()
    const alice = w.node('alice')
    const bob = w.node('bob')
    const calls = [1, 2, 3].map(() => alice.connections.connect(bob.id, w.at('bob')))
    await w.clock.settle()
    expect(new Set((await Promise.all(calls)).map((peer) => peer.id))).toEqual(new Set([bob.id]))
    expect(bob.told()).toEqual(['peer_connected'])
  })

  test('callers beyond the bound are refused, those that the user names are not', async () => {
    const w = world()
    const bob = w.node('bob', { maxInboundPeers: 2 })
    const named = w.node('named')
    // Those whom it calls itself are not counted.
    for (const name of ['called', 'called too']) await connect(w, bob, w.node(name))
    await w.raw(bob, undefined, 'one')
    await w.raw(bob, undefined, 'two')
    const third = w.node('three')
    const refused = third.connections.connect(bob.id, w.at('bob')).catch((error) => error.code)
    await w.clock.settle()
    expect(await refused).toBe('HANDSHAKE_FAILED')
    bob.connections.keep(named.id, { kind: 'tcp', host: 'nowhere', port: 1 })
    await connect(w, named, bob)
    await connect(w, bob, third)
    expect(bob.connections.peers().length).toBe(6)
    expect(bob.told()).toContain('callers_refused TOO_MANY_CONNECTIONS')
  })
})

test('a caller with our own key is hung up on', async () => {
  const w = world()
  const bob = w.node('bob')
  const dial = callRaw(w.network.host('copy'), w.at('bob'), bob.keys, bob.keys.publicKey)
  await w.clock.settle()
  expect((await dial).closed).toBe(true)
  expect(bob.told()).toEqual(['connection_failed PEER_SELF'])
})

describe('a peer that is kept', () => {
  test('is called again with growing waits until it is there, and again when it is gone', async () => {
    const w = world()
    const alice = w.node('alice')
    const bobId = w.node('bob').id
    w.network.setHost('bob', 'down')
    alice.connections.keep(bobId, w.at('bob'))
    await w.clock.advance(100_000)
    const waits = alice.events.flatMap((event) => (event.type === 'peer_unreachable' ? [event.retryInMs] : []))
    expect(waits.length).toBeGreaterThan(5)
    for (const [i, wait] of waits.entries()) {
      const full = Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** i)
      expect(wait).toBeGreaterThanOrEqual(full / 2)
      expect(wait).toBeLessThanOrEqual(full)
    }
    w.network.setHost('bob', 'up')
    await w.clock.advance(BACKOFF_MS.longest)
    expect(alice.connections.peer(bobId)?.kept).toBe(true)
    await w.clock.advance(GOOD_CONNECTION_MS)
    w.network.cut('alice', 'bob')
    await w.clock.settle()
    expect(alice.connections.peer(bobId)).toBeUndefined()
    // After a good connection the waits begin at the beginning.
    await w.clock.advance(BACKOFF_MS.first)
    expect(alice.connections.peer(bobId)).toBeDefined()
  })

  test('that hangs up at once each time is called less and less often', async () => {
    const w = world()
    const alice = w.node('alice')
    const bob = w.node('bob')
    alice.connections.keep(bob.id, w.at('bob'))
    let calls = 0
    for (let i = 0; i < 600; i++) {
      await w.clock.advance(1000)
      if (bob.connections.disconnect(alice.id)) calls++
    }
    expect(calls).toBeGreaterThan(5)
    expect(calls).toBeLessThan(20)
  })

  test('is found under any of its addresses', async () => {
    const w = world()
    const alice = w.node('alice')
    const bob = w.node('bob')
    alice.connections.keep(bob.id, { kind: 'tcp', host: 'nowhere', port: 1 }, w.at('bob'))
    await w.clock.advance(BACKOFF_MS.first)
    expect(alice.connections.peer(bob.id)).toBeDefined()
  })

  test('is left alone once the user disconnects it', async () => {
    const w = world()
    const alice = w.node('alice')
    const bob = w.node('bob')
    alice.connections.keep(bob.id, w.at('bob'))
    await w.clock.settle()
    expect(alice.connections.disconnect(bob.id)).toBe(true)
    await w.clock.advance(BACKOFF_MS.longest * 2)
    expect(disconnects(alice)).toEqual(['peer_disconnected PEER_DISCONNECTED'])
    expect([alice.connections.peers(), bob.connections.peers()]).toEqual([[], []])
    expect(alice.connections.disconnect(bob.id)).toBe(false)
  })
})

describe('an end', () => {
  test('of the network is told on both sides', async () => {
    const w = world()
    const alice = w.node('alice')
    const bob = w.node('bob')
    await connect(w, alice, bob)
    w.network.cut('alice', 'bob')
    await w.clock.settle()
    expect([disconnects(alice), disconnects(bob)]).toEqual([
      ['peer_disconnected PEER_CLOSED'],
      ['peer_disconnected PEER_CLOSED'],
    ])
  })

  test('inside a message is told as that', { tags: ['N5'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    const peer = await w.raw(bob)
    peer.stream.write(new Uint8Array(5))
    peer.stream.close(true)
    await w.clock.settle()
    expect(disconnects(bob)).toEqual(['peer_disconnected TRANSPORT_READ_FAILED'])
  })

  test('after a forged packet is at once and without an answer', { tags: ['N4'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    const peer = await w.raw(bob)
    peer.received.length = 0
    peer.stream.write(new Uint8Array(18))
    await w.clock.settle()
    expect(disconnects(bob)).toEqual(['peer_disconnected TRANSPORT_BAD_LENGTH'])
    expect([peer.received, peer.closed]).toEqual([[], true])
  })

  test('of the node closes all, and leaves no timer', async () => {
    const w = world()
    const alice = w.node('alice')
    const bob = w.node('bob')
    await connect(w, alice, bob)
    alice.connections.keep('02'.padEnd(66, '1'), { kind: 'tcp', host: 'nowhere', port: 1 })
    void w.network.host('10.0.0.1').dial(w.at('bob'), { timeoutMs: 1000 })
    await w.clock.settle()
    await Promise.all([alice.connections.stop(), bob.connections.stop()])
    await w.clock.settle()
    expect([w.network.streams, w.clock.waiting]).toEqual([0, 0])
    await expect(alice.connections.connect(bob.id, w.at('bob'))).rejects.toMatchObject({ code: 'CONNECTIONS_STOPPED' })
    expect(alice.connections.send(bob.id, message(513))).toBe('not-connected')
  })
})
