import { statSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { connectControl, method, none, startControl } from '../../../src/node/control/index.js'
import { tempDir } from '../../support/temp-dir.js'
import { deferred, HELLO, serve, type TestApi } from './harness.js'

test('hello tells version, network and node', async () => {
  const { client } = await serve()
  expect((await client()).hello).toEqual({ ...HELLO, protocol: 1 })
})

test('64-bit numbers travel as decimal strings, bytes as hex, both with their types', async () => {
  const { client } = await serve()
  const call = (await client()).call('double', { amountMsat: '9223372036854775807' })
  expectTypeOf(call).resolves.toEqualTypeOf<{
    readonly doubled: string
    readonly bytes: string
    readonly absent: undefined
  }>()
  expectTypeOf<TestApi['steps']>().toEqualTypeOf<{
    readonly params: { count: number }
    readonly result: number
  }>()
  expect(await call).toEqual({ doubled: '18446744073709551614', bytes: 'ab01' })
})

test('progress reaches the call that it belongs to, in order, before its result', async () => {
  const { client } = await serve()
  const connection = await client()
  const seen: unknown[] = []
  const both = await Promise.all([
    connection.call('steps', { count: 2 }, { onProgress: (step) => seen.push(['a', step]) }),
    connection.call('steps', { count: 1 }, { onProgress: (step) => seen.push(['b', step]) }),
  ])
  expect(both).toEqual([2, 1])
  expect(seen.filter((entry) => (entry as unknown[])[0] === 'a')).toEqual([
    ['a', { step: 1, msat: '1' }],
    ['a', { step: 2, msat: '2' }],
  ])
  expect(seen).toContainEqual(['b', { step: 1, msat: '1' }])
})

test('an error arrives as the same error', async () => {
  const { client } = await serve()
  await expect((await client()).call('refuse', {})).rejects.toMatchObject({
    name: 'LnoError',
    code: 'NO_ROUTE',
    message: 'no way there',
    path: ['offer_paths', 0],
    tlvType: 16n,
    offset: 7,
    spec: 'BOLT 12',
    rule: 'RR8',
  })
})

test('a fault of ours says nothing of its inside to the client, and all of it to the log', async () => {
  const { client, faults } = await serve()
  const call = (await client()).call('crash', {})
  await expect(call).rejects.toMatchObject({ code: 'INTERNAL', message: expect.not.stringContaining('secret') })
  expect(faults).toEqual([expect.objectContaining({ message: 'secret detail' })])
})

test('parameters of a wrong form are refused with their place', async () => {
  const { client } = await serve()
  const connection = await client()
  for (const amountMsat of ['-1', '01', '1.5', '18446744073709551616', '']) {
    await expect(connection.call('double', { amountMsat })).rejects.toMatchObject({
      code: 'CONTROL_BAD_PARAMS',
      path: ['amountMsat'],
    })
  }
})

test('the answer of a stopped call comes at once, and the method hears of it', async () => {
  const { client, started } = await serve()
  const connection = await client()
  const controller = new AbortController()
  const call = connection.call('hang', {}, { signal: controller.signal })
  const signal = await started
  controller.abort()
  await expect(call).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  expect(await connection.call('whoami', {})).toBe('lno')
  await expect(connection.call('whoami', {}, { signal: controller.signal })).rejects.toMatchObject({
    code: 'CONTROL_CANCELLED',
  })
})

test('a client that goes away cancels what it asked for', async () => {
  const { client, started } = await serve()
  const connection = await client()
  const call = connection.call('hang', {})
  const signal = await started
  connection.close()
  await expect(call).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  expect(signal.reason).toMatchObject({ code: 'CONTROL_CANCELLED' })
})

test('a node that stops tells those who wait, and those who listen', async () => {
  const { client, server, started } = await serve()
  const connection = await client()
  const dropped = deferred<unknown>()
  await connection.subscribe(() => {}, { onDropped: dropped.resolve })
  const call = connection.call('hang', {})
  const outcome = expect(call).rejects.toMatchObject({ code: 'CONTROL_CANCELLED', message: 'the node is stopping' })
  await started
  await server.close()
  await outcome
  expect(await dropped.promise).toMatchObject({ code: 'CONTROL_LOST' })
  await connection.closed
  await expect(connection.call('whoami', {})).rejects.toMatchObject({ code: 'CONTROL_LOST' })
})

test('events reach subscribers of their kind until they end it', async () => {
  const { client, server } = await serve()
  const connection = await client()
  const all: unknown[] = []
  const peers: unknown[] = []
  const endAll = await connection.subscribe((event) => all.push(event))
  await connection.subscribe((event) => peers.push(event), { kinds: ['peer'] })
  server.publish({ kind: 'peer_connected', sinceMs: 5n })
  server.publish({ kind: 'peers', nodeId: Uint8Array.of(2) })
  await connection.call('whoami', {})
  await endAll()
  server.publish({ kind: 'peer' })
  await connection.call('whoami', {})
  expect(all).toEqual([
    { kind: 'peer_connected', sinceMs: '5' },
    { kind: 'peers', nodeId: '02' },
  ])
  expect(peers).toEqual([{ kind: 'peer_connected', sinceMs: '5' }, { kind: 'peer' }])
})

test('an event that follows right behind the answer of subscribe is not lost', async () => {
  const dir = tempDir()
  const line = (message: object): string => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
  const fake = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(line({ id: 1, result: { ...HELLO, protocol: 1 } }))
      socket.once('data', () => {
        const event = line({ method: 'event', params: { subscription: 1, event: { kind: 'x' } } })
        socket.write(line({ id: 2, result: { subscription: 1 } }) + event)
      })
    })
  })
  await new Promise<void>((resolve) => fake.listen(join(dir, 'control.sock'), resolve))
  onTestFinished(() => {
    fake.close()
  })
  const connection = await connectControl(dir)
  const event = deferred<unknown>()
  await connection.subscribe(event.resolve)
  expect(await event.promise).toEqual({ kind: 'x' })
  connection.close()
})

test('an empty folder, a missing one and a socket left behind are NODE_NOT_RUNNING, and say which folder', async () => {
  const dir = tempDir()
  const notRunning = { code: 'NODE_NOT_RUNNING', message: expect.stringMatching(/^no node runs on \//) }
  await expect(connectControl(dir)).rejects.toMatchObject(notRunning)
  await expect(connectControl(join(dir, 'nowhere'))).rejects.toMatchObject(notRunning)
  await expect(connectControl(`/${'x'.repeat(200)}`)).rejects.toMatchObject(notRunning)
})

test('a node that does not answer hello is NODE_NOT_ANSWERING', async () => {
  const dir = tempDir()
  const silent = createServer((socket) => onTestFinished(() => void socket.destroy()))
  await new Promise<void>((resolve) => silent.listen(join(dir, 'control.sock'), resolve))
  onTestFinished(() => {
    silent.close()
  })
  await expect(connectControl(dir, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'NODE_NOT_ANSWERING' })
})

test.each([
  ['no JSON', 'HTTP/1.1 400 Bad Request\n', 'CONTROL_LOST'],
  ['a hang-up', undefined, 'CONTROL_LOST'],
  ['another version', '{"id":1,"error":{"message":"no","data":{"code":"CONTROL_VERSION"}}}\n', 'CONTROL_VERSION'],
  ['an error without data', '{"id":1,"error":{"message":"no"}}\n', 'INTERNAL'],
  ['a code that is none', '{"id":1,"error":{"message":"no","data":{"code":"\\u001b[2J"}}}\n', 'INTERNAL'],
])('%s instead of hello is an error with a code', async (_name, answer, code) => {
  const dir = tempDir()
  const fake = createServer((socket) => {
    socket.on('error', () => {})
    if (answer === undefined) socket.end()
    else socket.once('data', () => socket.write(answer))
  })
  await new Promise<void>((resolve) => fake.listen(join(dir, 'control.sock'), resolve))
  onTestFinished(() => {
    fake.close()
  })
  await expect(connectControl(dir)).rejects.toMatchObject({ code })
})

test('a socket that cannot be reached for another reason is CONTROL_SOCKET_BLOCKED', async () => {
  const dir = tempDir()
  symlinkSync('control.sock', join(dir, 'control.sock')) // a link to itself
  await expect(connectControl(dir)).rejects.toMatchObject({ code: 'CONTROL_SOCKET_BLOCKED' })
})

test('the socket is 0600', async () => {
  const { server } = await serve()
  expect(statSync(server.socketPath).mode & 0o777).toBe(0o600)
})

test('two methods of one name are a mistake that the start shows', async () => {
  const data = { dir: tempDir(), locked: true }
  const start = (name: string) =>
    startControl({ data, hello: HELLO, methods: [name, name].map((n) => method(n, none, () => 1)), onFault: () => {} })
  await expect(start('twice')).rejects.toMatchObject({ code: 'INTERNAL' })
  await expect(start('hello')).rejects.toMatchObject({ code: 'INTERNAL' })
})
