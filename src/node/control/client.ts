import { connect, type Socket } from 'node:net'
import { resolve as resolvePath } from 'node:path'
import type { CancelSignal } from '../../base/effects.js'
import type { LnoError } from '../../base/error.js'
import { decodeUtf8 } from '../../base/utf8.js'
import { nodeError } from '../codes.js'
import { lineSplitter } from './lines.js'
import {
  CONTROL_PROTOCOLS,
  type ControlEvent,
  fromWireError,
  type Hello,
  type HelloParams,
  isObject,
  MAX_ANSWER_LINE_BYTES,
  toWireText,
} from './protocol.js'
import { findSocket } from './socket-path.js'

/** Time that a node has to answer `hello`: longer than any single turn of its event loop. */
const HELLO_TIMEOUT_MS = 5_000

/** Methods with parameters and results; `ApiOf` makes one from their declarations. */
export type AnyApi = Readonly<Record<string, { readonly params: unknown; readonly result: unknown }>>
type ParamsOf<Entry> = Entry extends { readonly params: infer P } ? P : never
type ResultOf<Entry> = Entry extends { readonly result: infer R } ? R : never

export interface CallOptions {
  /** Hears how far the node is. */
  readonly onProgress?: (progress: unknown) => void
  /** Cancels the request; the call ends with `CONTROL_CANCELLED`. */
  readonly signal?: CancelSignal
}

export interface SubscribeOptions {
  /** Kinds wanted: `peer` stands for `peer_connected` too. All by default. */
  readonly kinds?: readonly string[]
  /** Called once when no more events come: `CONTROL_SUBSCRIBER_TOO_SLOW`, or `CONTROL_LOST` when the node has ended. */
  readonly onDropped?: (error: LnoError) => void
}

/** A connection to a running node. */
export interface ControlClient<Api = AnyApi> {
  readonly hello: Hello
  /**
   * Calls a method.
   * @throws LnoError with the code that the node gave, `CONTROL_LOST`, `CONTROL_CANCELLED`
   */
  call<M extends keyof Api & string>(
    method: M,
    params: ParamsOf<Api[M]>,
    options?: CallOptions,
  ): Promise<ResultOf<Api[M]>>
  /** Starts a subscription. @returns what ends it @throws LnoError as `call` does */
  subscribe(onEvent: (event: ControlEvent) => void, options?: SubscribeOptions): Promise<() => Promise<void>>
  /** Resolves when the connection has ended, from whichever side. */
  readonly closed: Promise<void>
  close(): void
}

export interface ConnectOptions {
  /** How the client calls itself, for the node's log: `lno 0.1.0`. */
  readonly client?: string
  readonly timeoutMs?: number
}

interface Pending {
  readonly onProgress: ((progress: unknown) => void) | undefined
  resolve(result: unknown): void
  reject(error: Error): void
}

interface Subscription {
  readonly onEvent: (event: ControlEvent) => void
  readonly onDropped: ((error: LnoError) => void) | undefined
}

/**
 * Connects to the node that runs on a data folder.
 * @throws LnoError `NODE_NOT_RUNNING`, `NODE_NOT_ANSWERING`, `CONTROL_SOCKET_BLOCKED`, `CONTROL_VERSION`, `CONTROL_BUSY`
 */
export async function connectControl<Api = AnyApi>(
  dataDir: string,
  { client = 'lno', timeoutMs = HELLO_TIMEOUT_MS }: ConnectOptions = {},
): Promise<ControlClient<Api>> {
  const socket = await open(dataDir)
  const connection = rpc(socket)
  const hello: HelloParams = { client, protocols: CONTROL_PROTOCOLS }
  const timer = setTimeout(
    () => connection.fail(nodeError('NODE_NOT_ANSWERING', `the node on ${resolvePath(dataDir)} does not answer`)),
    timeoutMs,
  )
  try {
    const said = (await connection.request('hello', hello)) as Hello // the protocol's version vouches for its form
    return { ...connection.api<Api>(), hello: said }
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function open(dataDir: string): Promise<Socket> {
  const dir = resolvePath(dataDir)
  const notRunning = (cause?: unknown): LnoError => nodeError('NODE_NOT_RUNNING', `no node runs on ${dir}`, { cause })
  const path = await findSocket(dir)
  if (path === undefined) throw notRunning()
  return new Promise((resolve, reject) => {
    const socket = connect({ path })
    const failed = (cause: NodeJS.ErrnoException): void => {
      const absent = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED'].includes(cause.code ?? '')
      reject(absent ? notRunning(cause) : nodeError('CONTROL_SOCKET_BLOCKED', `${path}: ${cause.message}`, { cause }))
    }
    socket.once('error', failed)
    socket.once('connect', () => {
      socket.off('error', failed)
      resolve(socket)
    })
  })
}

interface RequestOptions extends CallOptions {
  /** Called with the result before the next line is read: an event may follow it closely. */
  readonly onResult?: (result: unknown) => void
}

interface Rpc {
  request(method: string, params: unknown, options?: RequestOptions): Promise<unknown>
  /** Ends the connection; what waits fails with `error`. */
  fail(error: LnoError): void
  api<Api>(): Omit<ControlClient<Api>, 'hello'>
}

function rpc(socket: Socket): Rpc {
  const pending = new Map<number, Pending>()
  const subscriptions = new Map<number, Subscription>()
  let lastId = 0
  let over: LnoError | undefined
  let done: () => void
  const closed = new Promise<void>((resolve) => {
    done = resolve
  })

  function fail(error: LnoError): void {
    over ??= error
    socket.destroy()
    for (const { reject } of pending.values()) reject(over)
    pending.clear()
    const dropped = [...subscriptions.values()]
    subscriptions.clear()
    for (const { onDropped } of dropped) onDropped?.(over)
  }

  function notify(method: string, params: unknown): void {
    socket.write(`${toWireText({ jsonrpc: '2.0', method, params })}\n`)
  }

  function request(
    method: string,
    params: unknown,
    { onProgress, signal, onResult }: RequestOptions = {},
  ): Promise<unknown> {
    if (over) return Promise.reject(over)
    const cancelled = (): LnoError => nodeError('CONTROL_CANCELLED', `${method} was cancelled`)
    if (signal?.aborted) return Promise.reject(cancelled())
    lastId++
    const id = lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      const taken = (result: unknown): void => {
        onResult?.(result)
        resolve(result)
      }
      pending.set(id, { onProgress, resolve: taken, reject })
    })
    socket.write(`${toWireText({ jsonrpc: '2.0', id, method, params })}\n`)
    const abort = (): void => {
      const entry = pending.get(id)
      if (!entry) return
      pending.delete(id)
      notify('cancel', { id })
      entry.reject(cancelled())
    }
    signal?.addEventListener('abort', abort)
    return answer.finally(() => signal?.removeEventListener('abort', abort))
  }

  function received(bytes: Uint8Array): void {
    let message: unknown
    try {
      message = JSON.parse(decodeUtf8(bytes))
    } catch (cause) {
      fail(nodeError('CONTROL_LOST', 'the node sent a line that is not JSON', { cause }))
      return
    }
    if (!isObject(message)) return
    if (typeof message.method === 'string' && isObject(message.params)) notified(message.method, message.params)
    else answered(message)
  }

  function answered({ id, error, result }: Readonly<Record<string, unknown>>): void {
    const failure = isObject(error) ? fromWireError(error.data, String(error.message)) : undefined
    if (id === null && failure) fail(failure)
    const entry = typeof id === 'number' ? pending.get(id) : undefined
    if (!entry) return // cancelled meanwhile
    pending.delete(Number(id))
    if (failure) entry.reject(failure)
    else entry.resolve(result)
  }

  function notified(method: string, params: Readonly<Record<string, unknown>>): void {
    if (method === 'progress') pending.get(Number(params.id))?.onProgress?.(params.progress)
    const number = Number(params.subscription)
    const subscription = subscriptions.get(number)
    if (!subscription) return
    if (method === 'event' && isObject(params.event)) subscription.onEvent(params.event as ControlEvent)
    if (method === 'events.dropped') {
      subscriptions.delete(number)
      subscription.onDropped?.(fromWireError(params, 'dropped by the node'))
    }
  }

  async function subscribe(
    onEvent: (event: ControlEvent) => void,
    { kinds, onDropped }: SubscribeOptions = {},
  ): Promise<() => Promise<void>> {
    let subscription = Number.NaN
    await request('events.subscribe', kinds === undefined ? {} : { kinds }, {
      onResult(answer) {
        subscription = isObject(answer) ? Number(answer.subscription) : Number.NaN
        subscriptions.set(subscription, { onEvent, onDropped })
      },
    })
    return async () => {
      if (subscriptions.delete(subscription)) await request('events.unsubscribe', { subscription })
    }
  }

  const splitter = lineSplitter(MAX_ANSWER_LINE_BYTES, received)
  socket.on('data', (chunk) => {
    if (!splitter.push(chunk)) fail(nodeError('CONTROL_LINE_TOO_LONG', 'the node sent a line that is too long'))
  })
  socket.on('error', () => {}) // `close` follows
  socket.on('close', () => {
    fail(nodeError('CONTROL_LOST', 'the connection to the node broke off'))
    done()
  })

  return {
    request,
    fail,
    api: <Api>() => ({
      // The cast trusts the node for the form of results; `hello` has made sure of a common version.
      call: async <M extends keyof Api & string>(method: M, params: ParamsOf<Api[M]>, options?: CallOptions) =>
        (await request(method, params, options)) as ResultOf<Api[M]>,
      subscribe,
      closed,
      close: () => {
        subscriptions.clear() // whoever closes knows that no more events come
        over ??= nodeError('CONTROL_CANCELLED', 'the connection was closed')
        socket.destroySoon()
      },
    }),
  }
}
