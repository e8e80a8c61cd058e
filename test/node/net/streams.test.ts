import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ascii } from '../../../src/base/bytes.js'
import type { NetAddress } from '../../../src/base/effects.js'
import { systemNet } from '../../../src/node/net/index.js'
import { MAX_QUEUED_BYTES } from '../../../src/node/net/stream.js'
import { MAX_WEBSOCKET_MESSAGE_BYTES } from '../../../src/node/net/websocket.js'
import { bareServer, connected, watch } from './sockets.js'

const ADDRESSES = {
  tcp: { kind: 'tcp', host: '127.0.0.1', port: 0 },
  websocket: { kind: 'ws', url: 'ws://127.0.0.1:0' },
} as const satisfies Record<string, NetAddress>

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe.each(Object.entries<NetAddress>(ADDRESSES))('a %s stream', (_kind, address) => {
  test('carries bytes both ways, as plain arrays', async () => {
    const { near, far } = await connected(address)
    near.stream.write(ascii('ping'))
    expect(await far.received(4)).toEqual(ascii('ping'))
    far.stream.write(ascii('pong!'))
    expect(await near.received(5)).toEqual(ascii('pong!'))
    for (const chunk of [...near.chunks, ...far.chunks]) {
      expect(Object.getPrototypeOf(chunk) === Uint8Array.prototype).toBe(true)
    }
  })

  test('names the other end', async () => {
    const { near, far, listener } = await connected(address)
    expect(far.stream.remote).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(far.stream.remoteIp).toMatchObject({ host: '127.0.0.1' })
    expect(near.stream.remoteIp?.host).toBe('127.0.0.1')
    if (listener.address.kind === 'ws') expect(near.stream.remote).toBe(listener.address.url)
    else expect(near.stream.remote).toBe(`127.0.0.1:${near.stream.remoteIp?.port}`)
  })

  test('delivers what is queued before a graceful end, then each end once and without error', async () => {
    const { near, far } = await connected(address)
    const big = new Uint8Array(300_000).map((_, i) => i)
    near.stream.write(big)
    near.stream.close(true)
    expect(await far.received(big.length)).toEqual(big)
    expect(await far.ended()).toBeUndefined()
    expect(await near.ended()).toBeUndefined()
    near.stream.close()
    far.stream.close()
    await turn()
    expect([near.ends, far.ends]).toEqual([[undefined], [undefined]])
  })

  test('takes nothing more once it was closed', async () => {
    const { near, far } = await connected(address)
    near.stream.close(true)
    expect(near.stream.write(ascii('late'))).toBe(false)
    await far.ended()
    expect(far.chunks).toEqual([])
  })

  test('delivers nothing to an owner who has closed it', async () => {
    const { near, far } = await connected(address)
    near.stream.onData = () => {
      throw new Error('delivered after close')
    }
    far.stream.write(ascii('hello'))
    near.stream.close()
    expect(await near.ended()).toBeUndefined()
  })

  test('holds bytes back while it is paused', async () => {
    const { near, far } = await connected(address)
    far.stream.pause()
    near.stream.write(ascii('one'))
    near.stream.write(ascii('two'))
    far.stream.write(ascii('answer'))
    await near.received(6)
    await turn()
    expect(far.chunks).toEqual([])
    far.stream.resume()
    expect(await far.received(6)).toEqual(ascii('onetwo'))
  })

  test('stops in the middle of what is there when a handler pauses', async () => {
    const { near, far } = await connected(address)
    const seen: number[] = []
    const once = new Promise<void>((resolve) => {
      far.stream.onData = (bytes) => {
        seen.push(bytes.length)
        far.stream.pause()
        resolve()
      }
    })
    near.stream.write(new Uint8Array(200_000))
    await once
    await turn()
    expect(seen.length).toBe(1)
    const rest = watch(far.stream)
    far.stream.resume()
    await rest.received(200_000 - seen[0]!)
  })

  test('says when a writer should wait, and when it may go on', async () => {
    const { near, far } = await connected(address)
    far.stream.pause()
    const piece = new Uint8Array(60_000)
    let written = 0
    while (near.stream.write(piece)) written += piece.length
    written += piece.length
    far.stream.resume()
    await near.drained()
    await far.received(written)
    expect(near.stream.write(ascii('again'))).toBe(true)
  })

  test('ends with STREAM_OVERFLOW when a writer does not wait', async () => {
    const { near, far } = await connected(address)
    far.stream.pause()
    const piece = new Uint8Array(200_000)
    // What the system's own buffers take comes on top of our bound.
    for (let i = 0; i < 200 && near.ends.length === 0; i++) {
      near.stream.write(piece)
      if (i % 20 === 0) await turn()
    }
    expect(await near.ended()).toMatchObject({ code: 'STREAM_OVERFLOW' })
    expect(200 * piece.length).toBeGreaterThan(MAX_QUEUED_BYTES)
    await turn()
    expect(near.ends.length).toBe(1)
  })

  test('delivers the bytes that came with the very opening', async () => {
    const listener = await systemNet.listen(address, (stream) => {
      stream.write(ascii('hello'))
    })
    const near = watch(await systemNet.dial(listener.address, { timeoutMs: 5_000 }))
    expect(await near.received(5)).toEqual(ascii('hello'))
    near.stream.close()
    await listener.close()
  })

  test('a listener that is closed takes no more, and leaves the streams that exist', async () => {
    const { near, far, listener } = await connected(address)
    await listener.close()
    near.stream.write(ascii('still'))
    expect(await far.received(5)).toEqual(ascii('still'))
    await expect(systemNet.dial(listener.address, { timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'CONNECT_REFUSED',
    })
  })

  test('a port that is taken is LISTEN_FAILED in plain words', async () => {
    const { listener } = await connected(address)
    await expect(systemNet.listen(listener.address, () => {})).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringContaining('another program listens there'),
    })
  })
})

test('a WebSocket that is cut ends with CONNECTION_LOST, once', async () => {
  const { near, far } = await connected(ADDRESSES.websocket)
  far.stream.close()
  expect(await near.ended()).toMatchObject({ code: 'CONNECTION_LOST' })
  await turn()
  expect(near.ends.length).toBe(1)
})

const TO_PORT = [
  ['a WebSocket', (port: number): NetAddress => ({ kind: 'ws', url: `ws://127.0.0.1:${port}` })],
  [
    'a proxy',
    (port: number): NetAddress => ({
      kind: 'socks5',
      proxyHost: '127.0.0.1',
      proxyPort: port,
      host: 'x.onion',
      port: 1,
    }),
  ],
] as const

test.each([...TO_PORT, ['TCP', (port: number): NetAddress => ({ kind: 'tcp', host: '127.0.0.1', port })] as const])(
  'a call over %s can be given up at any time, also before it began',
  async (_name, address) => {
    const port = await bareServer(() => {})
    const givenUp = new AbortController()
    const call = systemNet.dial(address(port), { timeoutMs: 60_000, signal: givenUp.signal })
    givenUp.abort()
    await expect(call).rejects.toMatchObject({ message: expect.stringContaining('given up') })
    const aborted = systemNet.dial(address(port), { timeoutMs: 60_000, signal: givenUp.signal })
    await expect(aborted).rejects.toMatchObject({ message: expect.stringContaining('given up') })
  },
)

test('a proxy that took the connection and says nothing is given up too', async () => {
  const givenUp = new AbortController()
  // Its first bytes are ours: the connection stands, the negotiation has begun.
  const port = await bareServer((socket) => socket.once('data', () => givenUp.abort()))
  const call = systemNet.dial(TO_PORT[1][1](port), { timeoutMs: 60_000, signal: givenUp.signal })
  await expect(call).rejects.toMatchObject({ message: expect.stringContaining('given up') })
})

test.each(TO_PORT)('%s that says nothing is CONNECT_TIMEOUT', async (_name, address) => {
  const port = await bareServer(() => {})
  await expect(systemNet.dial(address(port), { timeoutMs: 50 })).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
})

test('a TCP connection that is reset ends with CONNECTION_LOST', async () => {
  const port = await bareServer((socket) => socket.once('data', () => socket.resetAndDestroy()))
  const near = watch(await systemNet.dial({ kind: 'tcp', host: '127.0.0.1', port }, { timeoutMs: 5_000 }))
  near.stream.write(ascii('x'))
  expect(await near.ended()).toMatchObject({ code: 'CONNECTION_LOST' })
  expect(near.ends.length).toBe(1)
})

test.each([
  ['a port where nothing listens', { kind: 'tcp', host: '127.0.0.1', port: 1 }, 'CONNECT_REFUSED'],
  ['a name that does not exist', { kind: 'tcp', host: 'nowhere.invalid', port: 9735 }, 'CONNECT_REFUSED'],
  ['port 0', { kind: 'tcp', host: '127.0.0.1', port: 0 }, 'BAD_ADDRESS'],
  ['port 70000', { kind: 'tcp', host: '127.0.0.1', port: 70000 }, 'BAD_ADDRESS'],
  ['a WebSocket where nothing listens', { kind: 'ws', url: 'ws://127.0.0.1:1' }, 'CONNECT_REFUSED'],
  ['an address that is none', { kind: 'ws', url: 'not a url' }, 'BAD_ADDRESS'],
] as [string, NetAddress, string][])('dialling %s fails with a code', async (_name, address, code) => {
  await expect(systemNet.dial(address, { timeoutMs: 5_000 })).rejects.toMatchObject({ code })
})

test.each([
  ['wss', 'wss://127.0.0.1:0'],
  ['a path', 'ws://127.0.0.1:0/lightning'],
  ['rubbish', 'rubbish'],
])('a WebSocket listener refuses %s', async (_name, url) => {
  await expect(systemNet.listen({ kind: 'ws', url }, () => {})).rejects.toMatchObject({ code: 'BAD_ADDRESS' })
})

test('a proxy cannot be listened on', async () => {
  const address = { kind: 'socks5', proxyHost: 'a', proxyPort: 1, host: 'b', port: 1 } as const
  await expect(systemNet.listen(address, () => {})).rejects.toMatchObject({ code: 'BAD_ADDRESS' })
})

test('a web server that knows no WebSocket is CONNECT_REFUSED', async () => {
  const port = await bareServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'))
  await expect(
    systemNet.dial({ kind: 'ws', url: `ws://127.0.0.1:${port}` }, { timeoutMs: 5_000 }),
  ).rejects.toMatchObject({ code: 'CONNECT_REFUSED' })
})

async function visited(send: (socket: WebSocket) => void): Promise<Error | undefined> {
  let accept: (end: Promise<Error | undefined>) => void
  const end = new Promise<Error | undefined>((resolve) => (accept = resolve))
  const listener = await systemNet.listen(ADDRESSES.websocket, (stream) => accept(watch(stream).ended()))
  if (listener.address.kind !== 'ws') throw new Error('not a WebSocket listener')
  const visitor = new WebSocket(listener.address.url)
  visitor.on('error', () => {})
  visitor.on('open', () => send(visitor))
  try {
    return await end
  } finally {
    visitor.terminate()
    await listener.close()
  }
}

test('text over a WebSocket ends it', async () => {
  expect(await visited((socket) => socket.send('hello'))).toMatchObject({ code: 'CONNECTION_LOST' })
})

test('a WebSocket message over the bound ends it', async () => {
  const tooBig = new Uint8Array(MAX_WEBSOCKET_MESSAGE_BYTES + 1)
  expect(await visited((socket) => socket.send(tooBig))).toMatchObject({ code: 'CONNECTION_LOST' })
})

test('a browser that asks a WebSocket port for a page gets an answer, and no stream is made', async () => {
  const listener = await systemNet.listen(ADDRESSES.websocket, () => {
    throw new Error('a stream was made')
  })
  if (listener.address.kind !== 'ws') throw new Error('not a WebSocket listener')
  const response = await fetch(listener.address.url.replace('ws:', 'http:'))
  expect(response.status).toBe(426)
  await listener.close()
})

test('a visitor of a TCP listener over IPv4 is named as such on a dual-stack port', async () => {
  let accept: (remote: string) => void
  const remote = new Promise<string>((resolve) => (accept = resolve))
  const listener = await systemNet.listen({ kind: 'tcp', host: '::', port: 0 }, (stream) => {
    accept(stream.remote)
    stream.close()
  })
  if (listener.address.kind !== 'tcp') throw new Error('not a TCP listener')
  const socket = connect({ host: '127.0.0.1', port: listener.address.port })
  socket.on('error', () => {})
  expect(await remote).toMatch(/^127\.0\.0\.1:\d+$/)
  socket.destroy()
  await listener.close()
})
