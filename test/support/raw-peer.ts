import type { ByteStream, Net, NetAddress } from '../../src/base/effects.js'
import { toHex } from '../../src/base/hex.js'
import {
  endHandshake,
  feedHandshake,
  type Handshake,
  initiate,
  type KeyPair,
  respond,
} from '../../src/noise/handshake.js'
import { Decryptor, Encryptor } from '../../src/noise/transport.js'

/** The far end of a connection, as a test drives it by hand: BOLT 8 is done for it, every message is its own. */
export interface RawPeer {
  readonly stream: ByteStream
  /** Messages that came, as hex, oldest first. */
  readonly received: string[]
  /** Sends one whole message. */
  send(message: Uint8Array): void
  readonly handshake: Handshake
  /** True once the stream has ended. */
  readonly closed: boolean
}

/** Speaks BOLT 8 over a stream: as the caller when `remoteStatic` is given. */
export function rawPeer(stream: ByteStream, local: KeyPair, remoteStatic?: Uint8Array): RawPeer {
  const received: string[] = []
  const random = () => new Uint8Array(32).fill(0x77)
  let handshake: Handshake
  let closed = false
  let encryptor: Encryptor | undefined
  let decryptor: Decryptor | undefined
  if (remoteStatic === undefined) handshake = respond({ local, random })
  else {
    const first = initiate({ local, random, remoteStatic })
    handshake = first.state
    stream.write(first.output)
  }
  stream.onData = (bytes) => {
    if (decryptor === undefined) {
      const step = feedHandshake(handshake, bytes)
      handshake = step.state
      if (step.output.length > 0) stream.write(step.output)
      if (handshake.phase !== 'done') return
      encryptor = new Encryptor(handshake.keys)
      decryptor = new Decryptor(handshake.keys)
      bytes = handshake.rest
    }
    const { messages, error } = decryptor.feed(bytes)
    if (error) throw error
    received.push(...messages.map(toHex))
  }
  stream.onClose = () => {
    closed = true
    handshake = endHandshake(handshake)
  }
  return {
    stream,
    received,
    send: (message) => {
      if (encryptor === undefined) throw new Error('the handshake is not over')
      stream.write(encryptor.encrypt(message))
    },
    get handshake() {
      return handshake
    },
    get closed() {
      return closed
    },
  }
}

/** Calls an address and speaks BOLT 8. */
export async function callRaw(
  net: Net,
  address: NetAddress,
  local: KeyPair,
  remoteStatic: Uint8Array,
): Promise<RawPeer> {
  return rawPeer(await net.dial(address, { timeoutMs: 1000 }), local, remoteStatic)
}
