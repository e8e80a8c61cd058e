import { LnoError } from '../base/error.js'
import { open, seal } from '../crypto/cipher.js'
import { hkdf2 } from '../crypto/hash.js'
import type { NoiseCode } from './codes.js'
import type { TransportKeys } from './handshake.js'
import { MAX_MESSAGE_BYTES, ROTATION_INTERVAL } from './limits.js'
import { writeNonce } from './symmetric-state.js'

const TAG_BYTES = 16
const HEADER_BYTES = 2 + TAG_BYTES

/** CipherState of one direction, with BOLT 8's rotation. */
class TransportCipher {
  #k: Uint8Array
  #ck: Uint8Array
  #n = 0
  // One array for all nonces: no cipher keeps it beyond its call.
  readonly #nonce = new Uint8Array(12)

  constructor(k: Uint8Array, ck: Uint8Array) {
    this.#k = k
    this.#ck = ck
  }

  seal(plaintext: Uint8Array): Uint8Array {
    writeNonce(this.#nonce, this.#n)
    const ciphertext = seal(this.#k, plaintext, this.#nonce)
    this.#count()
    return ciphertext
  }

  open(ciphertext: Uint8Array): Uint8Array | undefined {
    writeNonce(this.#nonce, this.#n)
    const plaintext = open(this.#k, ciphertext, this.#nonce)
    this.#count()
    return plaintext
  }

  #count(): void {
    this.#n++
    if (this.#n < ROTATION_INTERVAL) return
    // Rule N6: whoever learns a key later cannot read what was sent under earlier ones.
    const [ck, k] = hkdf2(this.#ck, this.#k)
    this.#ck = ck
    this.#k = k
    this.#n = 0
  }
}

/** The sending direction: a message becomes 18 bytes of encrypted length and its sealed body (rule N5). */
export class Encryptor {
  readonly #cipher: TransportCipher
  readonly #length = new Uint8Array(2)

  constructor(keys: Pick<TransportKeys, 'sendKey' | 'chainingKey'>) {
    this.#cipher = new TransportCipher(keys.sendKey, keys.chainingKey)
  }

  /**
   * The packet of one message of at most 65535 bytes.
   * @throws LnoError `TRANSPORT_MESSAGE_TOO_LONG`, before anything was encrypted: the connection can go on
   */
  encrypt(message: Uint8Array): Uint8Array {
    if (message.length > MAX_MESSAGE_BYTES) {
      throw transportError('TRANSPORT_MESSAGE_TOO_LONG', `${message.length} bytes, at most ${MAX_MESSAGE_BYTES}`, 'M1')
    }
    this.#length[0] = message.length >>> 8
    this.#length[1] = message.length & 0xff
    const packet = new Uint8Array(HEADER_BYTES + message.length + TAG_BYTES)
    packet.set(this.#cipher.seal(this.#length))
    packet.set(this.#cipher.seal(message), HEADER_BYTES)
    return packet
  }
}

/** Messages in order, and what ended the connection behind them, if anything did. */
export interface Received {
  readonly messages: readonly Uint8Array[]
  readonly error?: LnoError
}

/**
 * The receiving direction. Bytes come cut anywhere; at most one packet is ever buffered (rule N7), and only as much of it as
 * its authenticated length says. After an error it stays in error (rule N4).
 */
export class Decryptor {
  readonly #cipher: TransportCipher
  #pending = new Uint8Array(HEADER_BYTES)
  #filled = 0
  /** Bytes of the unit in progress: a header, or a body with its tag. */
  #unit = HEADER_BYTES
  #inBody = false
  #error: LnoError | undefined

  constructor(keys: Pick<TransportKeys, 'receiveKey' | 'chainingKey'>) {
    this.#cipher = new TransportCipher(keys.receiveKey, keys.chainingKey)
  }

  /** Messages completed by `chunk`. Never throws: `error` is `TRANSPORT_BAD_LENGTH` or `TRANSPORT_BAD_BODY`. */
  feed(chunk: Uint8Array): Received {
    const messages: Uint8Array[] = []
    let at = 0
    while (this.#error === undefined) {
      // A unit that lies in the chunk as a whole is opened where it lies.
      const missing = this.#unit - this.#filled
      if (chunk.length - at < missing) {
        this.#hold(chunk.subarray(at))
        return { messages }
      }
      let unit = chunk.subarray(at, at + missing)
      if (this.#filled > 0) {
        this.#hold(unit)
        unit = this.#pending.subarray(0, this.#unit)
      }
      at += missing
      const message = this.#open(unit)
      if (message !== undefined) messages.push(message)
    }
    return { messages, error: this.#error }
  }

  /** The other side has ended its stream: an error when it stopped inside a message. */
  end(): LnoError | undefined {
    if (this.#error === undefined && (this.#inBody || this.#filled > 0)) {
      this.#error = transportError('TRANSPORT_READ_FAILED', 'the stream ended inside a message', 'N5')
    }
    return this.#error
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (this.#pending.length < this.#unit) this.#pending = new Uint8Array(this.#unit)
    this.#pending.set(bytes, this.#filled)
    this.#filled += bytes.length
  }

  /** Opens one unit; a body is a message. */
  #open(unit: Uint8Array): Uint8Array | undefined {
    const plaintext = this.#cipher.open(unit)
    const wasBody = this.#inBody
    this.#filled = 0
    if (plaintext === undefined) {
      const [code, what] = wasBody
        ? (['TRANSPORT_BAD_BODY', 'body'] as const)
        : (['TRANSPORT_BAD_LENGTH', 'length'] as const)
      this.#error = transportError(code, `the ${what} of a message does not open`, 'N4')
      return undefined
    }
    this.#inBody = !wasBody
    if (wasBody) {
      this.#unit = HEADER_BYTES
      // A large body's buffer is given back: an idle peer holds 18 bytes, not 64 kilobytes.
      if (this.#pending.length > HEADER_BYTES) this.#pending = new Uint8Array(HEADER_BYTES)
      return plaintext
    }
    this.#unit = ((plaintext[0]! << 8) | plaintext[1]!) + TAG_BYTES
    return undefined
  }
}

function transportError(code: NoiseCode, message: string, rule: string): LnoError {
  return new LnoError(code, message, { spec: 'BOLT 8', rule })
}
