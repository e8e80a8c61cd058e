import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import type { ByteStream, Listener, NetAddress } from '../../../src/base/effects.js'
import { systemNet } from '../../../src/node/net/index.js'

/** A stream whose events are kept: what a test waits for. */
export interface Watched {
  readonly stream: ByteStream
  readonly chunks: Uint8Array[]
  readonly ends: (Error | undefined)[]
  /** Resolves when `length` bytes have come. */
  received(length: number): Promise<Uint8Array>
  /** Resolves with the error (or undefined) of the end. */
  ended(): Promise<Error | undefined>
  drained(): Promise<void>
}

export function watch(stream: ByteStream): Watched {
  const chunks: Uint8Array[] = []
  const ends: (Error | undefined)[] = []
  let wake = (): void => {}
  let drains = 0
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => (wake = resolve))
  }
  stream.onData = (bytes) => {
    chunks.push(bytes)
    wake()
  }
  stream.onClose = (error) => {
    ends.push(error)
    wake()
  }
  stream.onDrain = () => {
    drains++
    wake()
  }
  return {
    stream,
    chunks,
    ends,
    received: async (length) => {
      const all = (): Uint8Array => concatBytes(...chunks)
      await until(() => all().length >= length)
      return all()
    },
    ended: async () => {
      await until(() => ends.length > 0)
      return ends[0]
    },
    drained: async () => {
      await until(() => drains > 0)
    },
  }
}

/** Listens, dials, and gives both ends. */
export async function connected(listenOn: NetAddress): Promise<{ near: Watched; far: Watched; listener: Listener }> {
  let accept: (watched: Watched) => void
  const accepted = new Promise<Watched>((resolve) => (accept = resolve))
  const listener = await systemNet.listen(listenOn, (stream) => accept(watch(stream)))
  const near = watch(await systemNet.dial(listener.address, { timeoutMs: 5_000 }))
  const far = await accepted
  onTestFinished(async () => {
    near.stream.close()
    far.stream.close()
    await listener.close()
  })
  return { near, far, listener }
}

/** A bare TCP server: what a test says to whoever connects. */
export async function bareServer(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}
