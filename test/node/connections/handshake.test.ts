import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import type { Net } from '../../../src/base/effects.js'
import { toHex } from '../../../src/base/hex.js'
import { MAX_UNAUTHENTICATED_PER_IP } from '../../../src/node/connections/limits.js'
import { ACT_TIMEOUT_MS, MAX_UNAUTHENTICATED } from '../../../src/noise/limits.js'
import { rawPeer } from '../../support/raw-peer.js'
import { keysOf, PLAIN_INIT, world } from './world.js'

describe('two nodes', () => {
  test('connect, exchange init and see each other', { tags: ['M7', 'M8'] }, async () => {
    const { node, at, clock } = world()
    const alice = node('alice')
    const bob = node('bob')
    const call = alice.connections.connect(bob.id, at('bob'))
    await clock.settle()
    const peer = await call
    expect([peer.id, peer.direction, peer.since]).toEqual([bob.id, 'out', clock.now()])
    expect(alice.told()).toEqual(['peer_connected'])
    expect(bob.told()).toEqual(['peer_connected'])
    expect(bob.connections.peers().map(({ id, direction }) => [id, direction])).toEqual([[alice.id, 'in']])
    expect(await alice.connections.connect(bob.id, at('bob'))).toEqual(alice.connections.peer(bob.id))
  })

  test('connect however the bytes are cut', async () => {
    const { node, at, clock } = world({ chunkBytes: 3, latencyMs: 5 })
    const alice = node('alice')
    const bob = node('bob')
    const got: string[] = []
    bob.connections.handle([513], (peerId, type, payload) =>
      got.push(`${peerId === alice.id} ${type} ${toHex(payload)}`),
    )
    const call = alice.connections.connect(bob.id, at('bob'))
    await clock.advance(1000)
    await call
    expect(alice.connections.send(bob.id, Uint8Array.of(2, 1, 7, 8, 9))).toBe('sent')
    await clock.advance(10)
    expect(got).toEqual(['true 513 070809'])
  })
})

describe('a call fails with the stage at which it stopped', () => {
  async function callBob(prepare: (w: ReturnType<typeof world>) => void, timeoutMs?: number) {
    const w = world()
    const alice = w.node('alice')
    prepare(w)
    const call = alice.connections.connect(toHex(keysOf('bob').publicKey), w.at('bob'), timeoutMs).then(
      () => 'connected',
      (error) => [error.code, error.cause?.code],
    )
    await w.clock.advance(60_000)
    return { result: await call, streams: w.network.streams, told: alice.told() }
  }

  test('nobody listens', async () => {
    expect((await callBob(() => undefined)).result).toEqual(['CONNECT_REFUSED', undefined])
  })

  test('nobody answers', async () => {
    expect((await callBob(({ network }) => network.setHost('bob', 'silent'))).result).toEqual([
      'CONNECT_TIMEOUT',
      undefined,
    ])
  })

  test('another node answers there', async () => {
    const { result, streams } = await callBob(({ network, at }) => {
      void network.host('bob').listen(at('bob'), (stream) => void rawPeer(stream, keysOf('mallory')))
    })
    // Its handshake fails at our act one; a real node hangs up then, this one leaves us waiting.
    expect(result).toEqual(['HANDSHAKE_FAILED', 'ACT_TIMEOUT'])
    expect(streams).toBe(0)
  })

  test('another node answers there, and hangs up as BOLT 8 says', async () => {
    const { result } = await callBob((w) => {
      const mallory = w.node('mallory')
      void w.network.host('bob').listen(w.at('bob'), async (stream) => {
        const behind = await w.network.host('bob').dial(w.at(mallory.name), { timeoutMs: 1000 })
        stream.onData = (bytes) => behind.write(bytes)
        behind.onData = (bytes) => stream.write(bytes)
        behind.onClose = () => stream.close()
      })
    })
    expect(result).toEqual(['HANDSHAKE_FAILED', 'ACT2_READ_FAILED'])
  })

  test('something else answers there', async () => {
    const { result, told } = await callBob(({ network, at }) => {
      void network.host('bob').listen(at('bob'), (stream) => {
        stream.onData = () =>
          stream.write(new TextEncoder().encode(`HTTP/1.1 400 Bad Request\r\n\r\n${' '.repeat(50)}`))
      })
    })
    expect(result).toEqual(['HANDSHAKE_FAILED', 'ACT2_BAD_VERSION'])
    expect(told).toEqual(['connection_failed ACT2_BAD_VERSION'])
  })

  test('a node without init', async () => {
    const silent = ({ network, at }: ReturnType<typeof world>) =>
      void network.host('bob').listen(at('bob'), (stream) => void rawPeer(stream, keysOf('bob')))
    expect((await callBob(silent)).result).toEqual(['HANDSHAKE_FAILED', 'INIT_TIMEOUT'])
    expect((await callBob(silent, 5_000)).result).toEqual(['CONNECT_TIMEOUT', undefined])
  })

  test('an id that is none', async () => {
    const { node, at } = world()
    const { connections, id } = node('alice')
    await expect(connections.connect('02abcd', at('bob'))).rejects.toMatchObject({ code: 'BAD_POINT' })
    await expect(connections.connect(id, at('alice'))).rejects.toMatchObject({
      code: 'HANDSHAKE_FAILED',
      cause: { code: 'PEER_SELF' },
    })
  })
})

describe('a caller', () => {
  test('with garbage gets no answer', { tags: ['N4'] }, async () => {
    const { node, at, clock, network } = world()
    const bob = node('bob')
    const dial = network.host('mallory').dial(at('bob'), { timeoutMs: 1000 })
    await clock.settle()
    const stream = await dial
    const got: Uint8Array[] = []
    stream.onData = (bytes) => got.push(bytes)
    stream.write(new Uint8Array(50).fill(0x47))
    await clock.settle()
    expect(got).toEqual([])
    expect(network.streams).toBe(0)
    expect(bob.told()).toEqual(['connection_failed ACT1_BAD_VERSION'])
  })

  test('that knows another node id for us is told from one that does not speak BOLT 8', { tags: ['N4'] }, async () => {
    const { node, at, clock, network } = world()
    const bob = node('bob')
    const dial = network.host('mallory').dial(at('bob'), { timeoutMs: 1000 })
    await clock.settle()
    rawPeer(await dial, keysOf('mallory'), keysOf('carol').publicKey)
    await clock.settle()
    expect(bob.told()).toEqual(['connection_failed ACT1_BAD_TAG'])
  })

  test('that sends an act a byte at a time is cut off when the time of the act is over', { tags: ['N7'] }, async () => {
    const { node, at, clock, network } = world()
    const bob = node('bob')
    const dial = network.host('mallory').dial(at('bob'), { timeoutMs: 1000 })
    await clock.settle()
    const stream = await dial
    for (let i = 0; i < 29; i++) {
      stream.write(Uint8Array.of(0))
      await clock.advance(ACT_TIMEOUT_MS / 30)
    }
    expect(network.streams).toBe(1)
    await clock.advance(ACT_TIMEOUT_MS / 30)
    expect(network.streams).toBe(0)
    expect(bob.told()).toEqual(['connection_failed ACT_TIMEOUT'])
  })

  test('that stops after act two is cut off as well, with the time of an act for each', { tags: ['N7'] }, async () => {
    const { node, at, clock, network } = world()
    const bob = node('bob')
    const dial = network.host('mallory').dial(at('bob'), { timeoutMs: 1000 })
    await clock.settle()
    const stream = await dial
    await clock.advance(ACT_TIMEOUT_MS - 1000)
    const peer = rawPeer(stream, keysOf('mallory'), bob.keys.publicKey)
    expect(peer.handshake.phase).toBe('act2')
    stream.onData = () => undefined
    await clock.advance(ACT_TIMEOUT_MS - 1)
    expect(network.streams).toBe(1)
    await clock.advance(1)
    expect(bob.told()).toEqual(['connection_failed ACT_TIMEOUT'])
  })

  test('is turned away while too many others have not finished', { tags: ['N7'] }, async () => {
    const { node, at, clock, network, raw } = world()
    const bob = node('bob')
    // Those who became peers, and left, are not counted any more, and not twice.
    for (let i = 0; i < 3; i++) {
      const peer = await raw(bob)
      peer.stream.close()
      await clock.settle()
    }
    bob.events.length = 0
    const call = (host: string) => network.host(host).dial(at('bob'), { timeoutMs: 1000 })
    for (let i = 0; i < MAX_UNAUTHENTICATED; i++) void call(`10.0.0.${i}`)
    await clock.settle()
    expect([network.streams, bob.told()]).toEqual([MAX_UNAUTHENTICATED, []])
    for (let i = 0; i < 5; i++) void call(`10.0.1.${i}`)
    await clock.settle()
    expect(network.streams).toBe(MAX_UNAUTHENTICATED)
    // Told once, not once a caller.
    expect(bob.told()).toEqual(['callers_refused TOO_MANY_CONNECTIONS'])
    await clock.advance(ACT_TIMEOUT_MS)
    expect(network.streams).toBe(0)
    void call('10.0.2.1')
    await clock.settle()
    expect(network.streams).toBe(1)
  })

  test('among many that fail is told of by a count', async () => {
    const { node, at, clock, network } = world()
    const bob = node('bob')
    for (let i = 0; i < 120; i++) {
      const dial = network.host('127.0.0.1').dial(at('bob'), { timeoutMs: 1000 })
      await clock.settle()
      ;(await dial).write(new Uint8Array(50).fill(1))
      await clock.settle()
    }
    expect(bob.told()).toEqual([
      ...Array(50).fill('connection_failed ACT1_BAD_VERSION'),
      'callers_refused TOO_MANY_CONNECTIONS',
    ])
  })

  test('of one address holds a few places only, unless it is loopback', { tags: ['N7'] }, async () => {
    const { node, at, clock, network } = world()
    node('bob')
    for (const [host, open] of [
      ['10.0.0.1', MAX_UNAUTHENTICATED_PER_IP],
      ['127.0.0.1', MAX_UNAUTHENTICATED_PER_IP + 20],
    ] as const) {
      const before = network.streams
      for (let i = 0; i < MAX_UNAUTHENTICATED_PER_IP + 20; i++) {
        void network.host(host).dial(at('bob'), { timeoutMs: 1000 })
      }
      await clock.settle()
      expect(network.streams - before).toBe(open)
    }
  })

  test('costs one public-key job a turn of the event loop, however many call', { tags: ['N7'] }, async () => {
    const turns: (() => void)[] = []
    const { node, at, clock, network } = world()
    const bob = node('bob', { nextTurn: (run) => turns.push(run) })
    const callers = await Promise.all(
      [1, 2, 3].map(async (i) => {
        const dial = network.host(`10.0.0.${i}`).dial(at('bob'), { timeoutMs: 1000 })
        await clock.settle()
        return rawPeer(await dial, keysOf(`caller ${i}`), bob.keys.publicKey)
      }),
    )
    await clock.settle()
    const answered = () => callers.filter(({ handshake }) => handshake.phase === 'done').length
    for (let turn = 1; turn <= 3; turn++) {
      expect(turns.length).toBe(1)
      turns.shift()!()
      await clock.settle()
      expect(answered()).toBe(turn)
    }
  })
})

test('a socket that does not pause at once loses nothing, and holds no more than a packet', async () => {
  for (const [behind, told] of [
    [PLAIN_INIT, ['peer_connected']],
    [new Uint8Array(66_000), ['connection_failed PEER_BAD_MESSAGE']],
  ] as const) {
    const w = world({ latencyMs: 1 })
    const turns: (() => void)[] = []
    const plain = w.network.host('bob')
    const net: Net = {
      ...plain,
      listen: (address, onStream) =>
        plain.listen(address, (stream) => {
          stream.pause = () => undefined
          onStream(stream)
        }),
    }
    const bob = w.node('bob', { net, nextTurn: (run) => turns.push(run) })
    const dial = w.network.host('raw').dial(w.at('bob'), { timeoutMs: 1000 })
    await w.clock.advance(1)
    const peer = rawPeer(await dial, keysOf('raw'), bob.keys.publicKey)
    await w.clock.advance(5)
    turns.shift()!()
    await w.clock.advance(5)
    // Act three waits for its turn while more comes in.
    if (behind === PLAIN_INIT) peer.send(behind)
    else peer.stream.write(behind)
    await w.clock.advance(5)
    turns.shift()?.()
    await w.clock.advance(5)
    expect(bob.told()).toEqual(told)
  }
})

test('what comes right behind act three is not lost', async () => {
  const { node, at, clock, network } = world({ latencyMs: 1 })
  const bob = node('bob')
  const dial = network.host('raw').dial(at('bob'), { timeoutMs: 1000 })
  await clock.advance(1)
  const stream = await dial
  const held: Uint8Array[] = []
  const write = stream.write.bind(stream)
  stream.write = (bytes) => {
    held.push(bytes)
    return true
  }
  const peer = rawPeer(stream, keysOf('raw'), bob.keys.publicKey)
  write(held.shift()!)
  await clock.advance(5)
  // Act three and init leave in one piece.
  peer.send(Uint8Array.of(0, 16, 0, 0, 0, 6, 0x20, 0x80, 0, 0, 0xa2, 0x02))
  expect(held.length).toBe(2)
  write(concatBytes(...held))
  await clock.advance(5)
  expect(bob.told()).toEqual(['peer_connected'])
})
