import type { ByteStream, CancelSignal, NetAddress } from '../../base/effects.js'
import { hostPort } from './address.js'
import { dialError, dialGivenUp, dialTimeout, whenGivenUp } from './errors.js'
import { socks5Client } from './socks5.js'
import { dialSocket, socketStream } from './tcp.js'

/**
 * Dials through a SOCKS5 proxy. The time-out covers the proxy and what it connects to.
 * @throws LnoError `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `BAD_ADDRESS`
 */
export async function dialSocks5(
  address: Extract<NetAddress, { kind: 'socks5' }>,
  timeoutMs: number,
  signal?: CancelSignal,
): Promise<ByteStream> {
  const to = hostPort(address.host, address.port)
  const client = socks5Client(address)
  const deadline = performance.now() + timeoutMs
  const socket = await dialSocket(address.proxyHost, address.proxyPort, timeoutMs, signal)
  return new Promise((resolve, reject) => {
    const left = Math.max(0, deadline - performance.now())
    const timer = setTimeout(() => fail(dialTimeout(to, timeoutMs)), left)
    const forget = whenGivenUp(signal, () => fail(dialGivenUp(to)))
    const fail = (error: Error): void => {
      release()
      socket.destroy()
      reject(error)
    }
    const broken = (error: Error): void => fail(dialError(to, error))
    const ended = (): void => fail(dialError(to, new Error('the proxy closed the connection')))
    const received = (bytes: Uint8Array): void => {
      const step = client.feed(bytes)
      if (step.kind === 'failed') fail(step.error)
      else if (step.kind === 'send') socket.write(step.bytes)
      else if (step.kind === 'open') {
        release()
        resolve(socketStream(socket, to, step.rest))
      }
    }
    const release = (): void => {
      clearTimeout(timer)
      forget()
      socket.pause()
      socket.off('data', received).off('error', broken).off('close', ended)
    }
    socket.on('data', received).on('error', broken).on('close', ended)
    socket.write(client.hello)
  })
}
