import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { INIT_TIMEOUT_MS } from '../../../src/node/connections/limits.js'
import { initMessage, message, PLAIN_INIT, type TestNode, world } from './world.js'

const ZERO_CHANNEL = '00'.repeat(32)

function text(hex: string): string {
  return String.fromCharCode(...fromHex(hex))
}

/** The text of a warning or error message given in hex. */
const complaintText = (hex: string) => text(hex.slice(4 + 64 + 4))

async function connected(
  options?: Parameters<ReturnType<typeof world>['node']>[1],
  network?: Parameters<typeof world>[0],
) {
  const w = world(network)
  const bob = w.node('bob', options)
  const peer = await w.raw(bob)
  expect(bob.told()).toEqual(['peer_connected'])
  // Our init, and nothing else so far.
  expect(peer.received.map((hex) => hex.slice(0, 4))).toEqual(['0010'])
  peer.received.length = 0
  bob.events.length = 0
  return {
    ...w,
    bob,
    peer,
    say: async (bytes: Uint8Array) => {
      peer.send(bytes)
      await w.clock.settle()
    },
  }
}

describe('init', () => {
  test('of LDK, LND and Eclair is accepted as they send it', { tags: ['M8'] }, async () => {
    // LDK 0.2.7; LND 0.21 (0, 8, 12, 14, 44 required; 5, 7, 17, 23, 25, 27, 31, 35, 39, 2023); Eclair's least demand.
    const lnd = new Uint8Array(253)
    for (const bit of [0, 8, 12, 14, 44, 5, 7, 17, 23, 25, 27, 31, 35, 39, 2023])
      lnd[252 - (bit >> 3)]! |= 1 << (bit & 7)
    for (const features of ['800898880a0a51a1', toHex(lnd), '20000000a202']) {
      const w = world()
      const bob = w.node('bob')
      await w.raw(bob, initMessage(features))
      expect(bob.told()).toEqual(['peer_connected'])
    }
  })

  test('is awaited before anything else is said', { tags: ['M8'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    const alice = w.node('alice')
    bob.connections.handle([513], () => undefined)
    const peer = await w.raw(bob, message(513))
    expect(bob.told()).toEqual(['connection_failed INIT_EXPECTED'])
    expect(peer.received.length).toBe(1)
    expect(peer.closed).toBe(true)
    expect(alice.connections.send(bob.id, message(513))).toBe('not-connected')
  })

  test('that does not come ends the connection', { tags: ['M8'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    // An odd message that could be ignored is no init either, but a warning may say why none comes.
    const peer = await w.raw(bob, message(1, new Uint8Array(32), Uint8Array.of(0, 2, 0x6e, 0x6f)))
    expect(bob.told()).toEqual(['peer_warning'])
    await w.clock.advance(INIT_TIMEOUT_MS - 1)
    expect(peer.closed).toBe(false)
    await w.clock.advance(1)
    expect(bob.told()).toEqual(['peer_warning', 'connection_failed INIT_TIMEOUT'])
  })

  test('with an unknown even bit is refused with a warning that says so', { tags: ['M8'] }, async () => {
    for (const [features, accepted] of [
      ['40000000000000000020800000a202', false],
      ['80000000000000000020800000a202', true],
    ] as const) {
      const w = world()
      const bob = w.node('bob')
      const peer = await w.raw(bob, initMessage(features))
      expect(bob.told()).toEqual([accepted ? 'peer_connected' : 'connection_failed INIT_REFUSED'])
      expect(peer.received.slice(1).map((hex) => hex.slice(0, 4))).toEqual(accepted ? [] : ['0001'])
      expect(peer.closed).toBe(!accepted)
    }
  })

  test('for other chains only is refused', { tags: ['M8'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    await w.raw(bob, initMessage('20800000a202', `0120${'11'.repeat(32)}`))
    expect(bob.told()).toEqual(['connection_failed INIT_REFUSED'])
  })

  test('twice is refused', { tags: ['M7'] }, async () => {
    const { bob, say, peer } = await connected()
    await say(PLAIN_INIT)
    expect(bob.told()).toEqual(['peer_disconnected INIT_TWICE'])
    expect(peer.closed).toBe(true)
  })

  test('carries the chains, our bits, and to a caller from a public address that address', {
    tags: ['M9', 'M10'],
  }, async () => {
    for (const [host, remoteAddr] of [
      ['93.184.216.34', '030701' + '5db8d822' + '9c40'],
      ['10.1.2.3', ''],
      ['192.168.0.7', ''],
      ['127.0.0.1', ''],
    ] as const) {
      const w = world()
      const bob = w.node('bob')
      const peer = await w.raw(bob, PLAIN_INIT, host)
      const init = peer.received[0]!
      expect(init.startsWith('0010' + '0000')).toBe(true)
      expect(init.includes('0120' + '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f')).toBe(true)
      expect(init.endsWith(`910f${remoteAddr}`)).toBe(true)
    }
  })

  test('tells us our own address, if the peer knows it', { tags: ['M10'] }, async () => {
    const w = world()
    const bob = w.node('bob')
    await w.raw(bob, initMessage('20800000a202', '0307015db8d8222607'))
    expect(bob.connections.peers()[0]!.remoteAddr).toEqual({ kind: 'ipv4', host: '93.184.216.34', port: 9735 })
  })

  test('says who relays onion messages', async () => {
    const w = world()
    const bob = w.node('bob')
    for (const [name, features, onionMessages] of [
      ['yes', '8000000000', 'yes'],
      ['required', '4000000000', 'yes'],
      ['gated', '080000000000000000', 'channels-only'],
      ['none', '02', 'no'],
    ] as const) {
      await w.raw(bob, initMessage(features), name)
      expect(bob.connections.peers().at(-1)!.onionMessages).toBe(onionMessages)
    }
  })
})

describe('a message', () => {
  test('of an unknown odd type is ignored, of an unknown even type ends the connection', { tags: ['M2'] }, async () => {
    const { bob, say, peer } = await connected()
    for (const type of [33, 513, 32769, 65535]) await say(message(type, Uint8Array.of(1)))
    expect([peer.received, peer.closed, bob.told()]).toEqual([[], false, []])
    await say(message(32768))
    expect(peer.received.length).toBe(1)
    expect(peer.received[0]!.slice(0, 4 + 64)).toBe(`0001${ZERO_CHANNEL}`)
    expect(complaintText(peer.received[0]!)).toBe('unknown even message type 32768')
    expect(bob.told()).toEqual(['peer_disconnected PEER_UNKNOWN_EVEN_MESSAGE'])
    expect(peer.closed).toBe(true)
  })

  test.each([
    ['no type', '00'],
    ['a ping without lengths', '0012'],
    ['a ping shorter than it says', '001200010005ff'],
    ['a pong shorter than it says', '00130005ff'],
    ['an error without data', `0011${'11'.repeat(32)}`],
  ])('that is too short ends the connection: %s', { tags: ['M2'] }, async (_, hex) => {
    const { bob, say } = await connected()
    await say(fromHex(hex))
    expect(bob.told()).toEqual(['peer_disconnected PEER_BAD_MESSAGE'])
  })

  test('of gossip is never a reason to close', async () => {
    const { bob, say, peer } = await connected()
    for (let type = 256; type <= 265; type++) await say(message(type, Uint8Array.of(1, 2, 3)))
    expect([peer.received, peer.closed, bob.told()]).toEqual([[], false, []])
  })

  test('about a channel is answered with an error for that channel, and the connection stays', async () => {
    const { bob, say, peer } = await connected()
    const id = 'ab'.repeat(32)
    const chain = '06'.repeat(32)
    await say(message(32, fromHex(chain + id), new Uint8Array(200)))
    await say(message(64, fromHex(chain + id)))
    await say(message(136, fromHex(id), new Uint8Array(48)))
    expect(peer.received.map((hex) => hex.slice(0, 68))).toEqual([`0011${id}`, `0011${id}`, `0011${id}`])
    expect(bob.events.map((event) => event.type === 'channel_refused' && event.messageType)).toEqual([32, 64, 136])
    expect(peer.closed).toBe(false)
    await say(message(136, new Uint8Array(31)))
    expect(bob.told().at(-1)).toBe('peer_disconnected PEER_BAD_MESSAGE')
  })

  test('that a part of the node owns goes to it, also one about channels', async () => {
    const got: [number, string][] = []
    const { bob, say, peer } = await connected()
    bob.connections.handle([136, 513, 65000], (_, type, payload) => got.push([type, toHex(payload)]))
    for (const type of [136, 513, 65000]) await say(message(type, Uint8Array.of(type & 0xff)))
    expect(got).toEqual([
      [136, '88'],
      [513, '01'],
      [65000, 'e8'],
    ])
    expect(peer.received).toEqual([])
    for (const type of [513, 1, 16, 17, 18, 19]) {
      expect(() => bob.connections.handle([type], () => undefined)).toThrow(
        expect.objectContaining({ code: 'MESSAGE_TYPE_TAKEN' }),
      )
    }
  })

  test('on which a handler fails is an event, and the next one arrives', async () => {
    const got: number[] = []
    const { bob, say } = await connected()
    bob.connections.handle([513], (_peer, _type, payload) => {
      if (payload[0] === 1) throw new Error('no')
      got.push(payload[0]!)
    })
    await say(message(513, Uint8Array.of(1)))
    await say(message(513, Uint8Array.of(2)))
    expect([bob.told(), got]).toEqual([['handler_failed HANDLER_FAILED'], [2]])
  })
})

describe('an error or warning of the peer', () => {
  const complaint = (type: number, channel: string, data: string) =>
    message(type, fromHex(channel), Uint8Array.of(0, data.length), new TextEncoder().encode(data))

  test('about a channel is told and ignored, about the connection an error ends it', { tags: ['M12'] }, async () => {
    const { bob, say, peer } = await connected()
    await say(complaint(17, 'ab'.repeat(32), 'channel gone'))
    await say(complaint(1, ZERO_CHANNEL, 'slow down'))
    expect(bob.events).toMatchObject([
      { type: 'peer_error', channelId: 'ab'.repeat(32), text: 'channel gone' },
      { type: 'peer_warning', channelId: ZERO_CHANNEL, text: 'slow down' },
    ])
    expect([peer.closed, peer.received]).toEqual([false, []])
    await say(complaint(17, ZERO_CHANNEL, 'go away'))
    expect(bob.told().slice(2)).toEqual(['peer_error', 'peer_disconnected PEER_ERROR'])
    expect(peer.closed).toBe(true)
  })
})

test('a flood of warnings and channels does not flood the log', async () => {
  const { bob, peer, clock } = await connected()
  const warning = message(1, new Uint8Array(32), Uint8Array.of(0, 1, 0x61))
  for (let i = 0; i < 500; i++) peer.send(i % 2 === 0 ? warning : message(136, new Uint8Array(32)))
  await clock.settle()
  expect(bob.events.length).toBe(10)
  expect(peer.received.length).toBe(250)
  await clock.advance(1000)
  peer.send(warning)
  await clock.settle()
  expect(bob.events.length).toBe(11)
})

describe('a ping', () => {
  const ping = (wanted: number, ignored = 0) =>
    message(
      18,
      Uint8Array.of(wanted >> 8, wanted & 0xff, ignored >> 8, ignored & 0xff),
      new Uint8Array(ignored).fill(9),
    )

  test('is answered with exactly as many zero bytes, unless it asks for 65532 or more', { tags: ['M11'] }, async () => {
    const { say, peer, bob } = await connected()
    for (const wanted of [0, 1, 300, 65531]) {
      peer.received.length = 0
      await say(ping(wanted, 7))
      expect(peer.received).toEqual([`0013${wanted.toString(16).padStart(4, '0')}${'00'.repeat(wanted)}`])
    }
    peer.received.length = 0
    for (const wanted of [65532, 65535]) await say(ping(wanted))
    expect([peer.received, peer.closed, bob.told()]).toEqual([[], false, []])
  })

  test('flood gets no more than the peer has paid for', { tags: ['M11'] }, async () => {
    // A peer that takes all it gets, and sends so much at once that nothing can be done between one ping and the next.
    const { peer, clock, bob } = await connected({}, { windowBytes: 1 << 30 })
    const pieces: Uint8Array[] = []
    const write = peer.stream.write.bind(peer.stream)
    peer.stream.write = (bytes) => pieces.push(bytes) > 0
    for (let i = 0; i < 200; i++) peer.send(ping(65531))
    peer.stream.write = write
    write(concatBytes(...pieces))
    await clock.settle()
    // 4 MiB at once, 65 kilobytes each: then a megabyte a second.
    expect(peer.received.length).toBeGreaterThan(50)
    expect(peer.received.length).toBeLessThan(70)
    await clock.advance(1000)
    peer.received.length = 0
    peer.send(ping(1))
    await clock.settle()
    expect([peer.received, peer.closed, bob.told()]).toEqual([['0013000100'], false, []])
  })

  test('flood of a peer that does not read fills no memory', { tags: ['M11'] }, async () => {
    const { peer, clock, bob } = await connected()
    peer.stream.pause()
    const before = bob.connections.peers()[0]!.bytesOut
    for (let i = 0; i < 200; i++) peer.send(ping(65531))
    await clock.advance(10_000)
    expect(bob.connections.peers()[0]!.bytesOut - before).toBeLessThan(3 * 65_600)
    expect([peer.closed, bob.told()]).toEqual([false, []])
  })
})

describe('our pings', () => {
  async function pings(
    node: { bob: TestNode; peer: { received: string[] }; clock: { advance(ms: number): Promise<void>; now(): number } },
    ms: number,
    step = 500,
  ) {
    const at: number[] = []
    const start = node.clock.now()
    for (let passed = 0; passed < ms; passed += step) {
      await node.clock.advance(step)
      if (node.peer.received.splice(0).some((hex) => hex === '001200010000')) at.push(node.clock.now() - start)
    }
    return at
  }

  test('ask for one byte and come every 30 seconds, give or take a half', { tags: ['M11'] }, async () => {
    const node = await connected()
    const answer = node.peer.stream.onData
    // The peer answers each at once.
    node.peer.stream.onData = (bytes) => {
      const before = node.peer.received.length
      answer(bytes)
      for (const hex of node.peer.received.slice(before))
        if (hex === '001200010000') node.peer.send(fromHex('0013000100'))
    }
    const at = await pings(node, 1_200_000)
    const waits = at.map((time, i) => time - (at[i - 1] ?? 0))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(14_500)
    expect(Math.max(...waits)).toBeLessThanOrEqual(45_500)
    expect(new Set(waits.map((wait) => Math.round(wait / 1000))).size).toBeGreaterThan(10)
    expect(waits.length).toBeGreaterThan(1_200_000 / 45_500)
    // Quiet in the log.
    expect(node.bob.told()).toEqual([])
  })

  test('that stay unanswered end the connection', { tags: ['M11'] }, async () => {
    const node = await connected({ ping: { periodMs: 10_000 } })
    expect((await pings(node, 60_000)).length).toBe(1)
    expect(node.bob.told()).toEqual(['peer_disconnected PING_UNANSWERED'])
  })

  test('that get a pong of another length are unanswered', { tags: ['M11'] }, async () => {
    const node = await connected({ ping: { periodMs: 10_000 } })
    expect((await pings(node, 16_000)).length).toBe(1)
    node.peer.send(fromHex('00130000'))
    expect((await pings(node, 60_000)).length).toBe(0)
    expect(node.bob.told()).toEqual(['peer_disconnected PING_UNANSWERED'])
  })

  test('are forgiven to a peer that says other things, and no second one is sent meanwhile', {
    tags: ['M11'],
  }, async () => {
    const node = await connected({ ping: { periodMs: 10_000 } })
    let sent = 0
    for (let i = 0; i < 30; i++) {
      sent += (await pings(node, 4_000)).length
      node.peer.send(message(257))
    }
    expect([sent, node.bob.told()]).toEqual([1, []])
    await node.clock.advance(60_000)
    expect(node.bob.told()).toEqual(['peer_disconnected PING_UNANSWERED'])
  })

  test('are left out while the peer talks, if the user wants it so', async () => {
    const node = await connected({ ping: { periodMs: 10_000, quietMs: 60_000 } })
    expect((await pings(node, 59_000)).length).toBe(0)
    node.peer.send(message(257))
    expect((await pings(node, 59_000)).length).toBe(0)
    expect((await pings(node, 16_000)).length).toBe(1)
  })
})
