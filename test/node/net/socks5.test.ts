import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii, concatBytes } from '../../../src/base/bytes.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { type Socks5Step, socks5Client, systemNet } from '../../../src/node/net/index.js'
import { bareServer, watch } from './sockets.js'

const ONION = { host: 'abc.onion', port: 9735 }
const AUTH = { username: 'u1', password: 'p' }
const ACCEPT = fromHex('0500')
const CONNECTED = fromHex('05000001000000000000')

function request(target: Parameters<typeof socks5Client>[0]): string {
  const step = socks5Client(target).feed(ACCEPT)
  return step.kind === 'send' ? toHex(step.bytes) : step.kind
}

test('offers the one way of introducing ourselves that we mean', () => {
  expect(toHex(socks5Client(ONION).hello)).toBe('050100')
  expect(toHex(socks5Client({ ...ONION, auth: AUTH }).hello)).toBe('050102')
})

test('sends a name as a name, so that the proxy resolves it', () => {
  expect(request(ONION)).toBe(`05010003${'09'}${toHex(ascii('abc.onion'))}2607`)
})

test.each([
  ['1.2.3.4', '0101020304'.slice(0, 10)],
  ['::1', `04${'00'.repeat(15)}01`],
  ['2001:db8::7', '0420010db8000000000000000000000007'],
  ['::ffff:1.2.3.4', '0400000000000000000000ffff01020304'],
  ['1:2:3:4:5:6:7:8', '0400010002000300040005000600070008'],
  ['fe80::', `04fe80${'00'.repeat(14)}`],
])('sends the address %s as an address', (host, hex) => {
  expect(request({ host, port: 1 })).toBe(`050100${hex}0001`)
})

test('introduces itself with name and password first', () => {
  const client = socks5Client({ ...ONION, auth: AUTH })
  expect(client.feed(fromHex('0502'))).toEqual({ kind: 'send', bytes: fromHex('0102753101' + '70') })
  expect(client.feed(fromHex('0100')).kind).toBe('send')
  expect(client.feed(CONNECTED)).toEqual({ kind: 'open', rest: new Uint8Array(0) })
})

test.each([
  ['another protocol', '0400', 'does not speak SOCKS5'],
  ['no way in common', '05ff', 'wants a name and password'],
  ['a way that was not offered', '0502', 'wants a name and password'],
  ['an address of unknown kind', '0500' + '05000009000000000000', 'not SOCKS5'],
  ['another protocol in the answer', '0500' + '04000001000000000000', 'does not speak SOCKS5'],
  ['a refusal', '0500' + '0505', 'refused by the host'],
  ['an onion service that is offline', '0500' + '05f0', 'unknown or offline'],
  ['a reply that nobody knows', '0500' + '0577', 'error 119'],
])('%s is CONNECT_REFUSED with the reason', (_name, hex, reason) => {
  const client = socks5Client(ONION)
  const bytes = fromHex(hex)
  let step = client.feed(bytes.subarray(0, 2))
  if (step.kind === 'send') step = client.feed(bytes.subarray(2))
  expect(step).toMatchObject({
    kind: 'failed',
    error: { code: 'CONNECT_REFUSED', message: expect.stringContaining(reason) },
  })
})

test('a proxy that takes no password, or not this one, is CONNECT_REFUSED', () => {
  expect(socks5Client({ ...ONION, auth: AUTH }).feed(ACCEPT)).toMatchObject({ error: { code: 'CONNECT_REFUSED' } })
  const client = socks5Client({ ...ONION, auth: AUTH })
  client.feed(fromHex('0502'))
  expect(client.feed(fromHex('0101'))).toMatchObject({ error: { code: 'CONNECT_REFUSED' } })
})

test.each([6, 0xf7])('reply %i, no answer in time, is CONNECT_TIMEOUT', (reply) => {
  const client = socks5Client(ONION)
  client.feed(ACCEPT)
  expect(client.feed(Uint8Array.of(5, reply))).toMatchObject({ error: { code: 'CONNECT_TIMEOUT' } })
})

test('answers may come in any pieces, with any kind of address, and what follows them is the stream', () => {
  const addresses = [fromHex('0101020304'), fromHex(`04${'11'.repeat(16)}`), fromHex('0302' + '6162')]
  const pieces = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fc.constantFrom(...addresses), fc.uint8Array({ maxLength: 5 }), pieces, (address, rest, sizes) => {
      const client = socks5Client(ONION)
      client.feed(ACCEPT)
      const answer = concatBytes(fromHex('050000'), address, fromHex('1234'))
      let step: Socks5Step = { kind: 'wait' }
      let at = 0
      for (let i = 0; at < answer.length; i++) {
        expect(step.kind).toBe('wait')
        const end = Math.min(at + sizes[i % sizes.length]!, answer.length)
        // What follows comes with the last piece.
        step = client.feed(concatBytes(answer.subarray(at, end), end === answer.length ? rest : new Uint8Array(0)))
        at = end
      }
      expect(step).toEqual({ kind: 'open', rest })
    }),
    { numRuns: 50 },
  )
})

test.each([
  ['a name of 256 bytes', { host: 'a'.repeat(256), port: 1 }],
  ['no name', { host: '', port: 1 }],
  ['port 0', { host: 'a', port: 0 }],
  ['an empty password', { ...ONION, auth: { username: 'u', password: '' } }],
])('%s is BAD_ADDRESS', (_name, target) => {
  expect(() => socks5Client(target)).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }))
})

test('dials through a proxy, and the bytes that come with its answer are not lost', async () => {
  const heard: Uint8Array[] = []
  const port = await bareServer((socket) => {
    socket.on('data', (chunk) => {
      heard.push(new Uint8Array(chunk))
      if (heard.length === 1) socket.write(ACCEPT)
      else if (heard.length === 2) socket.write(concatBytes(CONNECTED, ascii('early')))
      else socket.write(concatBytes(ascii('echo '), new Uint8Array(chunk)))
    })
  })
  const near = watch(
    await systemNet.dial({ kind: 'socks5', proxyHost: '127.0.0.1', proxyPort: port, ...ONION }, { timeoutMs: 5_000 }),
  )
  expect(near.stream.remote).toBe('abc.onion:9735')
  expect(near.stream.remoteIp).toBeUndefined()
  expect(await near.received(5)).toEqual(ascii('early'))
  near.stream.write(ascii('tea'))
  expect(await near.received(13)).toEqual(ascii('earlyecho tea'))
  near.stream.close()
})

test.each([
  ['refuses', (): Uint8Array | undefined => fromHex('05ff')],
  ['hangs up', (): Uint8Array | undefined => undefined],
])('a proxy that %s is CONNECT_REFUSED', async (_name, answer) => {
  const port = await bareServer((socket) => {
    socket.once('data', () => {
      const bytes = answer()
      if (bytes) socket.write(bytes)
      else socket.end()
    })
  })
  await expect(
    systemNet.dial({ kind: 'socks5', proxyHost: '127.0.0.1', proxyPort: port, ...ONION }, { timeoutMs: 5_000 }),
  ).rejects.toMatchObject({ code: 'CONNECT_REFUSED' })
})
