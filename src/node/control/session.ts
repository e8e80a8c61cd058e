import type { Socket } from 'node:net'
import * as v from 'valibot'
import { LnoError } from '../../base/error.js'
import { decodeUtf8 } from '../../base/utf8.js'
import { nodeError } from '../codes.js'
import { lineSplitter } from './lines.js'
import { type ControlMethod, callMethod, parseParams } from './method.js'
import {
  CONTROL_PROTOCOLS,
  type ControlEvent,
  errorLine,
  type Hello,
  isObject,
  JSON_RPC,
  MAX_ANSWER_LINE_BYTES,
  MAX_ID_LENGTH,
  MAX_REQUEST_LINE_BYTES,
  notificationLine,
  type RequestId,
  resultLine,
} from './protocol.js'
import { integer, text } from './schemas.js'

/** Requests of one client that run at once: the 200 fetches of a busy program fit. */
export const MAX_REQUESTS_IN_FLIGHT = 256

/** Subscriptions of one client. */
export const MAX_SUBSCRIPTIONS = 4

/** Bytes that wait for a subscriber above which it is dropped, and for any client above which progress is left out. */
const MAX_EVENT_BACKLOG_BYTES = 1024 * 1024

/** Bytes that wait for a client above which its connection is cut. */
const MAX_BACKLOG_BYTES = 2 * MAX_ANSWER_LINE_BYTES

/** Time that a client has to take its last answers when the node ends. */
const LAST_ANSWERS_MS = 1_000

/** Names that a session answers itself. */
export const OWN_METHODS: readonly string[] = ['hello', 'events.subscribe', 'events.unsubscribe']

/** What a session needs of the server. */
export interface SessionHost {
  readonly hello: Omit<Hello, 'protocol'>
  readonly methods: ReadonlyMap<string, ControlMethod>
  /** Hears of errors that are not `LnoError`s: faults of ours, for the log. */
  onFault(error: unknown, method: string): void
}

/** One client's connection. */
export interface Session {
  /** Offers an event, given as text of JSON too, to the client's subscriptions. */
  publish(event: ControlEvent, json: string): void
  /** Cancels what runs, says so, and ends the connection. */
  end(error: LnoError): void
}

const HELLO = v.looseObject({
  client: text(80),
  protocols: v.pipe(v.array(integer(1, 1_000_000)), v.minLength(1), v.maxLength(16)),
})
const SUBSCRIBE = v.strictObject({ kinds: v.optional(v.pipe(v.array(text(64)), v.maxLength(32))) })
const UNSUBSCRIBE = v.strictObject({ subscription: integer(1, Number.MAX_SAFE_INTEGER) })

interface Request {
  readonly id: RequestId
  readonly method: string
  readonly params: unknown
}

interface Running {
  readonly controller: AbortController
  answered: boolean
}

/** Serves one client until it goes. Nothing that it sends throws. */
export function controlSession(socket: Socket, host: SessionHost, onEnd: () => void): Session {
  const running = new Map<RequestId, Running>()
  const subscriptions = new Map<number, readonly string[] | undefined>()
  let client: string | undefined
  let lastSubscription = 0
  let refused = false

  function send(line: string): void {
    if (!socket.writable) return
    // A client that asks and does not read is not asked for more, and is cut before it costs much.
    if (!socket.write(`${line}\n`)) socket.pause()
    if (socket.writableLength > MAX_BACKLOG_BYTES) socket.destroy()
  }

  function fail(id: RequestId | null, error: unknown, method: string, rpcCode?: number): void {
    if (!(error instanceof LnoError)) host.onFault(error, method)
    send(errorLine(id, error, rpcCode))
  }

  function received(bytes: Uint8Array): void {
    let message: unknown
    try {
      message = JSON.parse(decodeUtf8(bytes))
    } catch {
      fail(null, nodeError('CONTROL_BAD_REQUEST', 'a line is not JSON in UTF-8'), 'parse', JSON_RPC.parseError)
      return
    }
    if (!isObject(message) || message.jsonrpc !== '2.0' || typeof message.method !== 'string') {
      fail(null, nodeError('CONTROL_BAD_REQUEST', 'not a JSON-RPC 2.0 request with a method'), 'parse')
      return
    }
    const { id, method, params } = message
    if (id === undefined) notified(method, params)
    else if (isId(id)) asked({ id, method, params })
    else {
      const form = `an id is a number or a string of up to ${MAX_ID_LENGTH} characters`
      fail(null, nodeError('CONTROL_BAD_REQUEST', form), 'parse')
    }
  }

  function notified(method: string, params: unknown): void {
    if (method !== 'cancel' || !isObject(params) || !isId(params.id)) return // JSON-RPC: a notification has no answer
    cancel(params.id, nodeError('CONTROL_CANCELLED', 'cancelled by the client'))
  }

  function cancel(id: RequestId, error: LnoError): void {
    const entry = running.get(id)
    if (!entry || entry.answered) return
    entry.answered = true
    fail(id, error, 'cancel')
    entry.controller.abort(error)
  }

  function asked(request: Request): void {
    const { id, method, params } = request
    try {
      const answer = own.get(method)
      if (method !== 'hello' && client === undefined) {
        throw nodeError('CONTROL_HELLO_FIRST', `${JSON.stringify(method.slice(0, 64))} came before hello`)
      }
      if (answer) send(resultLine(id, answer(params)))
      else void run(request, admitted(request), client ?? '')
    } catch (error) {
      fail(id, error, method)
    }
  }

  /** The method of a request that may begin now. */
  function admitted({ id, method }: Request): ControlMethod {
    const declared = host.methods.get(method)
    if (!declared)
      throw nodeError('CONTROL_UNKNOWN_METHOD', `there is no method ${JSON.stringify(method.slice(0, 64))}`)
    if (running.has(id)) throw nodeError('CONTROL_BAD_REQUEST', `a request with the id ${id} runs already`)
    if (running.size >= MAX_REQUESTS_IN_FLIGHT) {
      throw nodeError('CONTROL_BUSY', `${running.size} requests of this client run already`)
    }
    return declared
  }

  async function run({ id, method, params }: Request, declared: ControlMethod, name: string): Promise<void> {
    const entry: Running = { controller: new AbortController(), answered: false }
    running.set(id, entry)
    const progress = (value: unknown): void => {
      if (entry.answered || socket.writableLength > MAX_EVENT_BACKLOG_BYTES) return
      send(notificationLine('progress', { id, progress: value }))
    }
    try {
      const result = await callMethod(declared, params, { signal: entry.controller.signal, client: name, progress })
      if (entry.answered) return
      const line = resultLine(id, result)
      if (Buffer.byteLength(line) > MAX_ANSWER_LINE_BYTES) {
        throw nodeError(
          'CONTROL_LINE_TOO_LONG',
          `the answer of ${method} is longer than ${MAX_ANSWER_LINE_BYTES} bytes`,
        )
      }
      send(line)
    } catch (error) {
      if (!entry.answered) fail(id, error, method)
      else if (!(error instanceof LnoError) && !entry.controller.signal.aborted) host.onFault(error, method)
    } finally {
      // Only now: what was cancelled and still works counts as running.
      entry.answered = true
      running.delete(id)
    }
  }

  function hello(params: unknown): Hello {
    const said = parseParams('hello', HELLO, params)
    const protocol = CONTROL_PROTOCOLS.find((version) => said.protocols.includes(version))
    if (protocol === undefined) {
      throw nodeError(
        'CONTROL_VERSION',
        `the client speaks ${said.protocols.join(', ')}, the node (lno ${host.hello.version}) ${CONTROL_PROTOCOLS.join(', ')}`,
      )
    }
    client = said.client
    return { ...host.hello, protocol }
  }

  function subscribe(params: unknown): { readonly subscription: number } {
    const { kinds } = parseParams('events.subscribe', SUBSCRIBE, params)
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) {
      throw nodeError('CONTROL_BUSY', `a client has at most ${MAX_SUBSCRIPTIONS} subscriptions`)
    }
    lastSubscription++
    subscriptions.set(lastSubscription, kinds)
    return { subscription: lastSubscription }
  }

  function unsubscribe(params: unknown): { readonly ended: boolean } {
    const { subscription } = parseParams('events.unsubscribe', UNSUBSCRIBE, params)
    return { ended: subscriptions.delete(subscription) }
  }

  const own = new Map<string, (params: unknown) => unknown>([
    ['hello', hello],
    ['events.subscribe', subscribe],
    ['events.unsubscribe', unsubscribe],
  ])

  const splitter = lineSplitter(MAX_REQUEST_LINE_BYTES, received)
  socket.on('data', (chunk) => {
    if (refused || splitter.push(chunk)) return
    refused = true
    fail(null, nodeError('CONTROL_LINE_TOO_LONG', `a line has more than ${MAX_REQUEST_LINE_BYTES} bytes`), 'parse')
    lastWords(socket)
  })
  socket.on('drain', () => socket.resume())
  socket.on('error', () => {}) // `close` follows
  socket.on('close', () => {
    subscriptions.clear()
    const gone = nodeError('CONTROL_CANCELLED', 'the client went away')
    for (const entry of running.values()) {
      if (entry.answered) continue
      entry.answered = true
      entry.controller.abort(gone)
    }
    onEnd()
  })

  return {
    publish(event, json) {
      for (const [subscription, kinds] of subscriptions) {
        if (kinds && !kinds.some((kind) => event.kind === kind || event.kind.startsWith(`${kind}_`))) continue
        if (socket.writableLength <= MAX_EVENT_BACKLOG_BYTES) {
          send(`{"jsonrpc":"2.0","method":"event","params":{"subscription":${subscription},"event":${json}}}`)
          continue
        }
        subscriptions.delete(subscription)
        const { code, message } = nodeError('CONTROL_SUBSCRIBER_TOO_SLOW', 'events were not read, so no more are sent')
        send(notificationLine('events.dropped', { subscription, code, message }))
      }
    },
    end(error) {
      for (const id of running.keys()) cancel(id, error)
      refused = true
      lastWords(socket)
    },
  }
}

/**
 * Ends a connection when what was written has been taken, and at the latest after a second. What still comes in is read
 * and dropped: a client that finds itself writing into a closed socket would not read why.
 */
export function lastWords(socket: Socket): void {
  socket.end()
  socket.resume()
  const cut = setTimeout(() => socket.destroy(), LAST_ANSWERS_MS)
  socket.once('close', () => clearTimeout(cut))
}

function isId(id: unknown): id is RequestId {
  return typeof id === 'string' ? id.length <= MAX_ID_LENGTH : typeof id === 'number' && Number.isFinite(id)
}
