import { createServer } from 'node:http'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { concatBytes } from '../../base/bytes.js'
import type { ByteStream, CancelSignal, Listener } from '../../base/effects.js'
import { nodeError } from '../codes.js'
import { hostPort, remoteOf } from './address.js'
import { dialError, dialGivenUp, dialTimeout, lost, whenGivenUp } from './errors.js'
import { byteStream } from './stream.js'
import { bind, MAX_SOCKETS_PER_LISTENER } from './tcp.js'

/**
 * Largest WebSocket message taken. A message is a piece of the stream of any size; the longest BOLT 8 packet has 65569
 * bytes, and a sender may put a few together.
 */
export const MAX_WEBSOCKET_MESSAGE_BYTES = 256 * 1024

/** Largest message that we send: others may have a lower bound than ours. */
const LARGEST_SENT_BYTES = 64 * 1024

/** Time for a visitor to send the header that opens a WebSocket. */
const UPGRADE_MS = 10_000

/** Bytes waiting in a WebSocket above which a writer is asked to pause, and to which they must sink again. */
const HIGH_WATER_BYTES = 64 * 1024
const LOW_WATER_BYTES = 16 * 1024

/** Close codes of an orderly end: normal, going away, none given. */
const ORDERLY: readonly number[] = [1000, 1001, 1005]

const OPTIONS = {
  // Packets are encrypted: nothing to compress, and a decompressor is one more thing to attack.
  perMessageDeflate: false,
  maxPayload: MAX_WEBSOCKET_MESSAGE_BYTES,
} as const

/** An open WebSocket as a stream of the bytes of its binary messages. */
function webSocketStream(socket: WebSocket, names: { remote: string; remoteIp: ByteStream['remoteIp'] }): ByteStream {
  return byteStream((input) => {
    let failure: Error | undefined
    let full = false
    socket.on('message', (message, isBinary) => {
      if (isBinary) return input.data(plain(message))
      failure = nodeError('CONNECTION_LOST', `${names.remote} sent text over the WebSocket, where bytes belong`)
      socket.terminate()
    })
    socket.on('error', (error) => {
      failure ??= lost(names.remote, error)
    })
    socket.on('close', (code) => {
      if (!ORDERLY.includes(code)) failure ??= lost(names.remote, new Error(`the WebSocket ended with code ${code}`))
      input.closed(failure)
    })
    const sent = (): void => {
      if (!full || socket.bufferedAmount > LOW_WATER_BYTES) return
      full = false
      input.drained()
    }
    return {
      ...names,
      write(bytes) {
        for (let at = 0; at < bytes.length; at += LARGEST_SENT_BYTES) {
          socket.send(bytes.subarray(at, at + LARGEST_SENT_BYTES), { binary: true }, sent)
        }
        full ||= socket.bufferedAmount > HIGH_WATER_BYTES
        return !full
      },
      queued: () => socket.bufferedAmount,
      end: () => socket.close(1000),
      destroy: () => socket.terminate(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    }
  })
}

/** A copy without the host's own kind of array. */
function plain(message: RawData): Uint8Array {
  return Array.isArray(message) ? concatBytes(...message) : new Uint8Array(message)
}

/** Dials `ws://` or `wss://`. @throws LnoError `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `BAD_ADDRESS` */
export function dialWebSocket(url: string, timeoutMs: number, signal?: CancelSignal): Promise<ByteStream> {
  return new Promise((resolve, reject) => {
    let socket: WebSocket
    try {
      socket = new WebSocket(url, OPTIONS)
    } catch (cause) {
      return reject(nodeError('BAD_ADDRESS', `${url} is no WebSocket address`, { cause }))
    }
    const end = (error: Error): void => {
      reject(error)
      socket.terminate()
    }
    const timer = setTimeout(() => end(dialTimeout(url, timeoutMs)), timeoutMs)
    const forget = whenGivenUp(signal, () => end(dialGivenUp(url)))
    const release = (): void => {
      clearTimeout(timer)
      forget()
    }
    socket.once('error', (error) => {
      release()
      reject(dialError(url, error))
    })
    socket.once('upgrade', (response) => {
      release()
      const { remoteIp } = remoteOf(response.socket)
      socket.once('open', () => resolve(webSocketStream(socket, { remote: url, remoteIp })))
    })
  })
}

/**
 * Listens for WebSockets on a port of its own. Anything but a WebSocket is told so and closed.
 * @throws LnoError `LISTEN_FAILED`, `BAD_ADDRESS`
 */
export async function listenWebSocket(url: string, onStream: (stream: ByteStream) => void): Promise<Listener> {
  const { host, port } = listenAddress(url)
  const http = createServer(
    { headersTimeout: UPGRADE_MS, requestTimeout: UPGRADE_MS, keepAlive: false },
    (_, answer) => {
      answer.writeHead(426, { connection: 'close', upgrade: 'websocket', 'content-type': 'text/plain' })
      answer.end('This port speaks the Lightning protocol over WebSocket.\n')
    },
  )
  http.maxConnections = MAX_SOCKETS_PER_LISTENER
  const server = new WebSocketServer({ ...OPTIONS, server: http, clientTracking: false })
  server.on('connection', (socket, request) => onStream(webSocketStream(socket, remoteOf(request.socket))))
  server.on('error', () => {}) // `bind` reports it: ws only passes on what the HTTP server says
  const bound = await bind(http, host, port)
  return {
    address: { kind: 'ws', url: `ws://${hostPort(host, bound)}` },
    close: async () => {
      server.close()
      http.close()
      http.closeAllConnections()
    },
  }
}

function listenAddress(url: string): { readonly host: string; readonly port: number } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'ws:' || parsed.pathname !== '/') {
    throw nodeError('BAD_ADDRESS', `cannot listen on ${url}: give ws://HOST:PORT (for wss, put a TLS proxy in front)`)
  }
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: parsed.port === '' ? 80 : Number(parsed.port) }
}
