import { expect, test } from 'vitest'
import { MAX_ANSWER_LINE_BYTES, MAX_REQUEST_LINE_BYTES } from '../../../src/node/control/protocol.js'
import { MAX_CONTROL_CLIENTS } from '../../../src/node/control/server.js'
import { MAX_REQUESTS_IN_FLIGHT, MAX_SUBSCRIPTIONS } from '../../../src/node/control/session.js'
import { type Harness, type Raw, rawClient, serve } from './harness.js'

const hello = { jsonrpc: '2.0', id: 0, method: 'hello', params: { client: 'test', protocols: [1] } }
const request = (id: unknown, method: unknown, params?: unknown) => ({ jsonrpc: '2.0', id, method, params })

async function greeted(harness: Harness): Promise<Raw> {
  const raw = await harness.raw()
  raw.send(hello)
  expect(await raw.line()).toMatchObject({ id: 0, result: { protocol: 1 } })
  return raw
}

const failure = (id: unknown, code: string, rpcCode?: number) => ({
  id,
  error: { data: { code }, ...(rpcCode !== undefined && { code: rpcCode }) },
})

test.each([
  ['bad JSON', '{"jsonrpc":\n', failure(null, 'CONTROL_BAD_REQUEST', -32700)],
  ['bytes that are no UTF-8', '"\udc00"\n', failure(null, 'CONTROL_BAD_REQUEST')],
  ['a number', '7\n', failure(null, 'CONTROL_BAD_REQUEST', -32600)],
  ['null', 'null\n', failure(null, 'CONTROL_BAD_REQUEST', -32600)],
  ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"whoami"}]\n', failure(null, 'CONTROL_BAD_REQUEST', -32600)],
  ['another version of JSON-RPC', { jsonrpc: '1.0', id: 1, method: 'whoami' }, failure(null, 'CONTROL_BAD_REQUEST')],
  ['a method that is no string', request(1, { a: 1 }), failure(null, 'CONTROL_BAD_REQUEST')],
  ['an id that is an object', request({}, 'whoami'), failure(null, 'CONTROL_BAD_REQUEST')],
  ['an id that is null', request(null, 'whoami'), failure(null, 'CONTROL_BAD_REQUEST')],
  ['an id of 65 characters', request('x'.repeat(65), 'whoami'), failure(null, 'CONTROL_BAD_REQUEST')],
  ['an unknown method', request(1, 'rm'), failure(1, 'CONTROL_UNKNOWN_METHOD', -32601)],
  ['a method of every object', request(1, 'constructor'), failure(1, 'CONTROL_UNKNOWN_METHOD', -32601)],
  ['a method called __proto__', request(1, '__proto__'), failure(1, 'CONTROL_UNKNOWN_METHOD', -32601)],
  ['parameters of a wrong type', request(1, 'double', { amountMsat: 5 }), failure(1, 'CONTROL_BAD_PARAMS', -32602)],
  ['parameters in a list', request(1, 'double', ['5']), failure(1, 'CONTROL_BAD_PARAMS', -32602)],
  ['a parameter too many', request(1, 'whoami', { x: 1 }), failure(1, 'CONTROL_BAD_PARAMS', -32602)],
  ['parameters that are text', request(1, 'whoami', 'x'), failure(1, 'CONTROL_BAD_PARAMS', -32602)],
  [
    'deep nesting',
    `{"jsonrpc":"2.0","id":1,"method":"whoami","params":${'['.repeat(9e4)}${']'.repeat(9e4)}}\n`,
    failure(1, 'CONTROL_BAD_PARAMS'),
  ],
])('%s is answered with a code, and the connection goes on', async (_name, message, expected) => {
  const raw = await greeted(await serve())
  if (typeof message === 'string' && message.includes('\udc00')) raw.socket.write(Buffer.from('22ff220a', 'hex'))
  else raw.send(message)
  expect(await raw.line()).toMatchObject(expected)
  raw.send(request(2, 'whoami'))
  expect(await raw.line()).toMatchObject({ id: 2, result: 'test' })
})

test('a line over the bound ends the connection, with the reason, and nobody else’s', async () => {
  const harness = await serve()
  const other = await greeted(harness)
  const raw = await greeted(harness)
  raw.send('x'.repeat(MAX_REQUEST_LINE_BYTES + 1))
  raw.send('\n', request(1, 'whoami'))
  expect(await raw.line()).toMatchObject(failure(null, 'CONTROL_LINE_TOO_LONG'))
  expect(await raw.line()).toBeUndefined()
  other.send(request(1, 'whoami'))
  expect(await other.line()).toMatchObject({ id: 1 })
})

test('a line of exactly the bound is taken, in however many pieces', async () => {
  const raw = await greeted(await serve())
  const line = JSON.stringify(request(1, 'whoami'))
  raw.send(line.slice(0, 5))
  raw.send(line.slice(5), ' '.repeat(MAX_REQUEST_LINE_BYTES - line.length), '\n\n\n')
  expect(await raw.line()).toMatchObject({ id: 1, result: 'test' })
})

test('nothing is done before hello', async () => {
  const harness = await serve()
  const raw = await harness.raw()
  raw.send(request(1, 'whoami'), request(2, 'events.subscribe', {}), request(3, 'rm'))
  for (const id of [1, 2, 3]) expect(await raw.line()).toMatchObject(failure(id, 'CONTROL_HELLO_FIRST'))
})

test.each([
  ['no version in common', { client: 'test', protocols: [2, 99] }, 'CONTROL_VERSION'],
  ['no versions', { client: 'test', protocols: [] }, 'CONTROL_BAD_PARAMS'],
  ['no name', { protocols: [1] }, 'CONTROL_BAD_PARAMS'],
  ['nothing', undefined, 'CONTROL_BAD_PARAMS'],
])('hello with %s is refused, and may be tried again', async (_name, params, code) => {
  const raw = await (await serve()).raw()
  raw.send(request(1, 'hello', params), request(2, 'whoami'), hello)
  expect(await raw.line()).toMatchObject(failure(1, code))
  expect(await raw.line()).toMatchObject(failure(2, 'CONTROL_HELLO_FIRST'))
  expect(await raw.line()).toMatchObject({ id: 0, result: { protocol: 1 } })
})

test('hello of a newer client, with more members and more versions, is understood', async () => {
  const raw = await (await serve()).raw()
  raw.send(request(1, 'hello', { client: 'test', protocols: [7, 1], colour: true }))
  expect(await raw.line()).toMatchObject({ id: 1, result: { protocol: 1 } })
})

test('a notification has no answer, whatever it says', async () => {
  const raw = await greeted(await serve())
  const notify = (method: string, params: unknown) => ({ jsonrpc: '2.0', method, params })
  raw.send(
    notify('rm', {}),
    notify('cancel', { id: 5 }),
    notify('cancel', 7),
    notify('hello', {}),
    request(1, 'whoami'),
  )
  expect(await raw.line()).toMatchObject({ id: 1 })
})

test('an id that is in use is refused, and free again afterwards', async () => {
  const harness = await serve()
  const raw = await greeted(harness)
  raw.send(request(1, 'hang'))
  await harness.started
  raw.send(request(1, 'whoami'), request('1', 'whoami'))
  expect(await raw.line()).toMatchObject(failure(1, 'CONTROL_BAD_REQUEST'))
  expect(await raw.line()).toMatchObject({ id: '1', result: 'test' })
  harness.open()
  expect(await raw.line()).toMatchObject({ id: 1, result: 'late' })
  raw.send(request(1, 'whoami'))
  expect(await raw.line()).toMatchObject({ id: 1, result: 'test' })
})

test('what was cancelled and still works keeps its place: cancelling is no way around the bound', async () => {
  const harness = await serve()
  const raw = await greeted(harness)
  for (let id = 1; id <= MAX_REQUESTS_IN_FLIGHT; id++) raw.send(request(id, 'hang'))
  raw.send({ jsonrpc: '2.0', method: 'cancel', params: { id: 1 } }, request('more', 'whoami'))
  expect(await raw.line()).toMatchObject(failure(1, 'CONTROL_CANCELLED'))
  expect(await raw.line()).toMatchObject(failure('more', 'CONTROL_BUSY'))
  harness.open()
  for (let id = 2; id <= MAX_REQUESTS_IN_FLIGHT; id++) expect(await raw.line()).toMatchObject({ id, result: 'late' })
  raw.send(request('more', 'whoami'))
  expect(await raw.line()).toMatchObject({ id: 'more', result: 'test' })
})

test('subscriptions of a client are bounded', async () => {
  const raw = await greeted(await serve())
  for (let id = 1; id <= MAX_SUBSCRIPTIONS; id++) {
    raw.send(request(id, 'events.subscribe'))
    expect(await raw.line()).toMatchObject({ id, result: { subscription: id } })
  }
  raw.send(request(9, 'events.subscribe'), request(10, 'events.unsubscribe', { subscription: 1 }))
  expect(await raw.line()).toMatchObject(failure(9, 'CONTROL_BUSY'))
  expect(await raw.line()).toMatchObject({ id: 10, result: { ended: true } })
  raw.send(request(11, 'events.unsubscribe', { subscription: 1 }), request(12, 'events.subscribe'))
  expect(await raw.line()).toMatchObject({ id: 11, result: { ended: false } })
  expect(await raw.line()).toMatchObject({ id: 12, result: { subscription: MAX_SUBSCRIPTIONS + 1 } })
})

test('a subscriber who does not read is dropped with a notice, and the others hear all', async () => {
  const harness = await serve()
  const slow = await greeted(harness)
  const quick = await harness.client()
  let heard = 0
  await quick.subscribe(() => {
    heard++
  })
  slow.send(request(1, 'events.subscribe'))
  expect(await slow.line()).toMatchObject({ id: 1 })
  slow.socket.pause()
  const big = 'x'.repeat(100_000)
  const published = 60
  for (let i = 0; i < published; i++) {
    harness.server.publish({ kind: 'big', big })
    await quick.call('whoami', {}) // gives the quick one time to read
  }
  expect(heard).toBe(published)
  slow.socket.resume()
  let events = 0
  let last = await slow.line()
  for (; last?.method === 'event'; last = await slow.line()) events++
  expect(events).toBeLessThan(published)
  expect(last).toMatchObject({
    method: 'events.dropped',
    params: { subscription: 1, code: 'CONTROL_SUBSCRIBER_TOO_SLOW' },
  })
  slow.send(request(2, 'whoami'))
  expect(await slow.line()).toMatchObject({ id: 2, result: 'test' })
})

test('an answer over the bound is an error instead', async () => {
  const raw = await greeted(await serve())
  raw.send(request(1, 'big', { length: MAX_ANSWER_LINE_BYTES }))
  expect(await raw.line()).toMatchObject(failure(1, 'CONTROL_LINE_TOO_LONG'))
})

test('a client that asks for much and reads nothing is cut', async () => {
  const harness = await serve()
  const raw = await greeted(harness)
  const closed = new Promise((resolve) => raw.socket.once('close', resolve))
  raw.socket.pause()
  for (let id = 1; id <= 4; id++) raw.send(request(id, 'big', { length: MAX_ANSWER_LINE_BYTES - 100 }))
  const other = await harness.client()
  while (harness.server.clients > 1) await other.call('whoami', {})
  raw.socket.resume()
  await closed
})

test('a client that goes in the middle of a line or of an answer leaves the node as it was', async () => {
  const harness = await serve()
  const half = await greeted(harness)
  half.send('{"jsonrpc":"2.0","id":1,"meth')
  half.socket.destroy()
  const asking = await greeted(harness)
  asking.send(request(1, 'big', { length: 5_000_000 }))
  asking.socket.destroy()
  const waiting = await greeted(harness)
  waiting.send(request(1, 'hang'))
  const signal = await harness.started
  waiting.socket.destroy()
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  harness.open()
  const client = await harness.client()
  expect(await client.call('whoami', {})).toBe('lno')
  expect(harness.faults).toEqual([])
})

test('clients are bounded, and the one too many is told why', async () => {
  const harness = await serve()
  const first = await Promise.all(
    Array.from({ length: MAX_CONTROL_CLIENTS }, () => rawClient(harness.server.socketPath)),
  )
  const late = await harness.raw()
  expect(await late.line()).toMatchObject(failure(null, 'CONTROL_BUSY'))
  expect(await late.line()).toBeUndefined()
  await expect(harness.client()).rejects.toMatchObject({ code: 'CONTROL_BUSY' })
  first[0]!.socket.destroy()
  while (harness.server.clients === MAX_CONTROL_CLIENTS) await new Promise((resolve) => setImmediate(resolve))
  expect(await (await harness.client()).call('whoami', {})).toBe('lno')
})
