import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { ByteStream, CancelSignal, Listener } from '../../base/effects.js'
import { nodeError } from '../codes.js'
import { hostPort, remoteOf } from './address.js'
import { dialError, dialGivenUp, dialTimeout, lost, plainWords, whenGivenUp } from './errors.js'
import { byteStream } from './stream.js'

/**
 * Sockets that one listener holds at once: below the 1024 descriptors that systems commonly allow a process, of which
 * database and control need some. Which peers may stay is decided above.
 */
export const MAX_SOCKETS_PER_LISTENER = 900

/** Quiet time after which the system itself asks whether the other side still lives. */
const KEEP_ALIVE_MS = 60_000

/** How long one address of a name is tried before the next: Node's 250 ms is too short for slow links. */
const FAMILY_ATTEMPT_MS = 1_500

/**
 * A connected socket as a stream.
 * @param remote how it is called if not by the address of its other end (behind a proxy)
 * @param first bytes that were read from it already
 */
export function socketStream(socket: Socket, remote?: string, first: Uint8Array = new Uint8Array(0)): ByteStream {
  const names = remote === undefined ? remoteOf(socket) : { remote, remoteIp: undefined }
  socket.setNoDelay(true)
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  return byteStream((input) => {
    let failure: Error | undefined
    socket.on('data', (chunk) => input.data(plain(chunk)))
    socket.on('drain', () => input.drained())
    socket.on('error', (error) => {
      failure = lost(names.remote, error)
    })
    socket.on('close', () => input.closed(failure))
    if (first.length > 0) input.data(first)
    return {
      ...names,
      write: (bytes) => socket.write(bytes),
      queued: () => socket.writableLength,
      end: () => socket.end(),
      destroy: () => socket.destroy(),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    }
  })
}

/** A copy without the host's own kind of array, whose `slice` shares memory. */
function plain(chunk: Uint8Array): Uint8Array {
  return new Uint8Array(chunk)
}

/** A TCP connection, unwrapped. @throws LnoError `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `BAD_ADDRESS` */
export function dialSocket(host: string, port: number, timeoutMs: number, signal?: CancelSignal): Promise<Socket> {
  const to = hostPort(host, port)
  if (!Number.isInteger(port) || port < 1 || port > 65535 || host === '') {
    return Promise.reject(nodeError('BAD_ADDRESS', `${to} is no address: a port is a number from 1 to 65535`))
  }
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, autoSelectFamilyAttemptTimeout: FAMILY_ATTEMPT_MS })
    const timer = setTimeout(() => fail(dialTimeout(to, timeoutMs)), timeoutMs)
    const release = whenGivenUp(signal, () => fail(dialGivenUp(to)))
    const fail = (error: Error): void => {
      clearTimeout(timer)
      release()
      socket.destroy()
      reject(error)
    }
    const refused = (error: Error): void => fail(dialError(to, error))
    socket.once('error', refused)
    socket.once('connect', () => {
      clearTimeout(timer)
      release()
      socket.off('error', refused)
      resolve(socket)
    })
  })
}

/** Dials TCP. @throws LnoError `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `BAD_ADDRESS` */
export async function dialTcp(
  host: string,
  port: number,
  timeoutMs: number,
  signal?: CancelSignal,
): Promise<ByteStream> {
  return socketStream(await dialSocket(host, port, timeoutMs, signal))
}

/** Binds a server. @returns the port really bound @throws LnoError `LISTEN_FAILED` */
export function bind(
  server: Pick<Server, 'listen' | 'once' | 'off' | 'address'>,
  host: string,
  port: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(nodeError('LISTEN_FAILED', `cannot listen on ${hostPort(host, port)}: ${plainWords(cause)}`, { cause }))
    server.once('error', fail)
    try {
      server.listen({ host, port }, () => {
        server.off('error', fail)
        resolve((server.address() as AddressInfo).port) // a server on a port has no other form of address
      })
    } catch (cause) {
      fail(cause instanceof Error ? cause : new Error(String(cause)))
    }
  })
}

/** Listens on TCP. Closing stops new connections; those that exist belong to their owners. @throws LnoError `LISTEN_FAILED` */
export async function listenTcp(host: string, port: number, onStream: (stream: ByteStream) => void): Promise<Listener> {
  const server = createServer({ pauseOnConnect: true }, (socket) => onStream(socketStream(socket)))
  server.maxConnections = MAX_SOCKETS_PER_LISTENER
  const bound = await bind(server, host, port)
  server.on('error', () => {}) // accepting one connection failed (out of descriptors): the next may succeed
  return {
    address: { kind: 'tcp', host, port: bound },
    close: async () => {
      server.close()
    },
  }
}
