import { describe, expect, test } from 'vitest'
import {
  IN_QUEUE_MESSAGES,
  ONION_MESSAGE_LIMIT,
  OUT_QUEUE_BYTES,
  READ_LIMIT,
  STUCK_MS,
} from '../../../src/node/connections/limits.js'
import { message, world } from './world.js'

const numbered = (n: number, length = 1) => {
  const bytes = new Uint8Array(length)
  bytes[0] = n
  return message(513, bytes)
}

describe('messages of peers', () => {
  test('wait in a queue a peer, and the queues are drained in turn', async () => {
    const turns: (() => void)[] = []
    const w = world()
    const bob = w.node('bob', { nextTurn: (run) => turns.push(run) })
    const got: string[] = []
    bob.connections.handle([513], (peerId, _, payload) => got.push(`${peerId.slice(2, 4)}${payload[0]}`), {
      expensive: true,
    })
    const settle = async () => {
      for (;;) {
        await w.clock.settle()
        const turn = turns.shift()
        if (turn === undefined) return
        turn()
      }
    }
    const peers = []
    for (const name of ['flood', 'calm']) {
      const dialled = w.raw(bob, undefined, name)
      await settle()
      peers.push(await dialled)
      await settle()
    }
    const [flood, calm] = peers
    for (let i = 0; i < 3; i++) flood!.send(numbered(i))
    calm!.send(numbered(9))
    await w.clock.settle()
    const order: number[] = []
    while (turns.length > 0) {
      turns.shift()!()
      order.push(got.length)
    }
    // One a turn; the calm peer's single message is second.
    expect(order).toEqual([1, 2, 3, 4])
    expect(got.map((line) => line.slice(2))).toEqual(['0', '9', '1', '2'])
  })

  test('above the limit of their type are dropped before the handler sees them, and told once', async () => {
    const w = world()
    const bob = w.node('bob')
    let got = 0
    bob.connections.handle([513], () => got++, { expensive: true, limit: ONION_MESSAGE_LIMIT })
    const peer = await w.raw(bob)
    for (let i = 0; i < 100; i++) peer.send(numbered(i))
    await w.clock.settle()
    expect(got).toBe(ONION_MESSAGE_LIMIT.burstMessages)
    expect(bob.told()).toEqual(['peer_connected', 'messages_dropped MESSAGES_DROPPED'])
    // CLN's four a second pass for ever.
    await w.clock.advance(10_000)
    got = 0
    for (let i = 0; i < 100; i++) {
      peer.send(numbered(i, 1400))
      await w.clock.advance(250)
    }
    expect(got).toBe(100)
  })

  test('are limited by their bytes as well', async () => {
    const w = world()
    const bob = w.node('bob')
    let got = 0
    bob.connections.handle([513], () => got++, { limit: ONION_MESSAGE_LIMIT })
    const peer = await w.raw(bob)
    for (let i = 0; i < 10; i++) peer.send(numbered(i, 65_000))
    await w.clock.settle()
    expect(got).toBe(4)
    // A small one still fits, which the large ones did not use up.
    peer.send(numbered(1))
    await w.clock.settle()
    expect(got).toBe(5)
  })

  test('of one peer have one allowance, also after it reconnects', async () => {
    const w = world()
    const bob = w.node('bob')
    let got = 0
    bob.connections.handle([513], () => got++, { limit: ONION_MESSAGE_LIMIT })
    for (let round = 0; round < 3; round++) {
      const peer = await w.raw(bob)
      for (let i = 0; i < 30; i++) peer.send(numbered(i))
      await w.clock.settle()
      peer.stream.close()
      await w.clock.settle()
      // Others do not make it forgotten.
      for (const name of ['x', 'y']) (await w.raw(bob, undefined, name)).send(message(513))
    }
    await w.clock.settle()
    got -= 6
    expect(got).toBe(ONION_MESSAGE_LIMIT.burstMessages)
    const other = await w.raw(bob, undefined, 'other')
    other.send(numbered(1))
    await w.clock.settle()
    expect(got).toBe(ONION_MESSAGE_LIMIT.burstMessages + 1)
  })

  test('are read no faster than they are handled', async () => {
    const turns: (() => void)[] = []
    const w = world({ windowBytes: 1 << 24 })
    const bob = w.node('bob')
    let got = 0
    bob.connections.handle([513], () => got++)
    const peer = await w.raw(bob)
    // From now on the event loop of the node does not turn: `expensive` jobs of the second node stand for a slow handler.
    const slow = w.node('slow', { nextTurn: (run) => turns.push(run) })
    slow.connections.handle([513], () => got++)
    const dialled = w.raw(slow, undefined, 'fast')
    for (let i = 0; i < 5; i++) {
      await w.clock.settle()
      turns.shift()?.()
    }
    const fast = await dialled
    await w.clock.settle()
    for (let i = 0; i < 3 * IN_QUEUE_MESSAGES; i++) fast.send(numbered(i & 0xff))
    await w.clock.settle()
    const info = () => slow.connections.peers()[0]!
    const packet = 18 + 3 + 16
    expect(info().bytesIn).toBeLessThan((IN_QUEUE_MESSAGES + 10) * packet)
    expect(got).toBe(0)
    while (turns.length > 0) {
      turns.shift()!()
      await w.clock.settle()
    }
    expect(got).toBe(3 * IN_QUEUE_MESSAGES)
    expect(peer.closed).toBe(false)
  })

  test('come no faster than a megabyte a second once the burst is over', async () => {
    const w = world({ windowBytes: 1 << 30 })
    const bob = w.node('bob')
    const peer = await w.raw(bob)
    for (let i = 0; i < 160; i++) peer.send(message(257, new Uint8Array(65_000)))
    await w.clock.settle()
    const read = () => bob.connections.peers()[0]!.bytesIn
    expect(read()).toBeGreaterThanOrEqual(READ_LIMIT.burst)
    expect(read()).toBeLessThan(READ_LIMIT.burst + 70_000)
    const before = read()
    await w.clock.advance(3000)
    expect(read() - before).toBeGreaterThan(3 * READ_LIMIT.perSecond - 70_000)
    expect(read() - before).toBeLessThan(3 * READ_LIMIT.perSecond + 70_000)
  })

  test('that cannot be handled in time are no reason to blame the peer for its silence', {
    tags: ['M11'],
  }, async () => {
    const turns: (() => void)[] = []
    const w = world({ windowBytes: 1 << 24 })
    const slow = w.node('slow', { nextTurn: (run) => turns.push(run), ping: { periodMs: 1000 } })
    slow.connections.handle([513], () => undefined)
    const dialled = w.raw(slow)
    for (let i = 0; i < 5; i++) {
      await w.clock.settle()
      turns.shift()?.()
    }
    const peer = await dialled
    await w.clock.settle()
    for (let i = 0; i < 2 * IN_QUEUE_MESSAGES; i++) peer.send(numbered(0))
    await w.clock.advance(30_000)
    expect(slow.told()).toEqual(['peer_connected'])
    while (turns.length > 0) {
      turns.shift()!()
      await w.clock.settle()
    }
    await w.clock.advance(30_000)
    expect(slow.told()).toEqual(['peer_connected', 'peer_disconnected PING_UNANSWERED'])
  })

  test('that came before the peer hung up are still handled', async () => {
    const w = world()
    const bob = w.node('bob')
    const got: number[] = []
    bob.connections.handle([513], (_peer, _type, payload) => got.push(payload[0]!), { expensive: true })
    const peer = await w.raw(bob)
    for (let i = 0; i < 5; i++) peer.send(numbered(i))
    peer.stream.close(true)
    await w.clock.settle()
    expect(got).toEqual([0, 1, 2, 3, 4])
    expect(bob.told().at(-1)).toBe('peer_disconnected PEER_CLOSED')
  })
})

describe('messages to a peer', () => {
  test('are sent, then queued, then refused; and leave in order when it reads again', async () => {
    const w = world()
    const bob = w.node('bob')
    const peer = await w.raw(bob)
    const id = bob.connections.peers()[0]!.id
    peer.received.length = 0
    peer.stream.pause()
    const left: number[] = []
    const results = []
    for (let i = 0; i < 20; i++) results.push(bob.connections.send(id, numbered(i, 30_000), () => left.push(i)))
    const sent = results.lastIndexOf('sent') + 1
    const queued = results.lastIndexOf('queued') + 1 - sent
    expect(results).toEqual([
      ...Array(sent).fill('sent'),
      ...Array(queued).fill('queued'),
      ...Array(20 - sent - queued).fill('full'),
    ])
    expect(queued).toBe(Math.floor(OUT_QUEUE_BYTES / 30_002))
    expect(left.length).toBe(sent)
    await w.clock.settle()
    peer.stream.resume()
    await w.clock.settle()
    expect(left).toEqual([...Array(sent + queued).keys()])
    expect(peer.received.map((hex) => Number.parseInt(hex.slice(4, 6), 16))).toEqual(left)
    expect(bob.connections.send(id, numbered(1))).toBe('sent')
  })

  test('of more than 65535 bytes are an error of the caller, and the connection goes on', {
    tags: ['M1'],
  }, async () => {
    const w = world()
    const bob = w.node('bob')
    const peer = await w.raw(bob)
    const id = bob.connections.peers()[0]!.id
    expect(() => bob.connections.send(id, new Uint8Array(65_536))).toThrow(
      expect.objectContaining({ code: 'TRANSPORT_MESSAGE_TOO_LONG' }),
    )
    expect(bob.connections.send(id, numbered(1, 65_533))).toBe('sent')
    await w.clock.settle()
    expect(peer.received.at(-1)!.length).toBe(2 * 65_535)
  })

  test('pause the reading of a peer that takes none, and it is given up after a minute', async () => {
    const w = world()
    const bob = w.node('bob')
    let got = 0
    bob.connections.handle([513], () => got++)
    const peer = await w.raw(bob)
    const id = bob.connections.peers()[0]!.id
    peer.stream.pause()
    while (bob.connections.send(id, numbered(0, 30_000)) !== 'full');
    await w.clock.settle()
    peer.send(numbered(1))
    await w.clock.settle()
    expect(got).toBe(0)
    await w.clock.advance(STUCK_MS - 1)
    expect(bob.connections.peers().length).toBe(1)
    await w.clock.advance(STUCK_MS)
    expect(bob.told()).toEqual(['peer_connected', 'peer_disconnected PEER_NOT_READING'])
  })

  test('to nobody are not sent', () => {
    expect(world().node('bob').connections.send('02'.repeat(33), numbered(1))).toBe('not-connected')
  })
})
