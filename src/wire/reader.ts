import { LnoError } from '../base/error.js'
import type { WireCode } from './codes.js'

/**
 * How many bytes a decode has looked at, shared by a reader and all its parts: hostile input must not multiply work.
 * A byte counts each time it is read or handed out as a value, not when it merely lies in a window that is read later.
 */
export interface Touched {
  bytes: number
}

/**
 * A bounded cursor. It never copies: what it hands out are views of the input. A length is checked against what is there
 * before anything is made of it, and every error carries the offset in the outermost input.
 */
export class Reader {
  readonly bytes: Uint8Array
  /** Offset of `bytes[0]` in the outermost input. */
  readonly base: number
  readonly touched: Touched
  #at = 0

  constructor(bytes: Uint8Array, base = 0, touched: Touched = { bytes: 0 }) {
    this.bytes = bytes
    this.base = base
    this.touched = touched
  }

  /** Offset of the next byte in the outermost input. */
  get offset(): number {
    return this.base + this.#at
  }

  get remaining(): number {
    return this.bytes.length - this.#at
  }

  /** An error at the next byte, or at `offset`. */
  error(code: WireCode, message: string, offset = this.offset): LnoError {
    return new LnoError(code, message, { offset, spec: 'BOLT 1' })
  }

  /** The next `length` bytes, as a view. @throws LnoError `WIRE_TRUNCATED` */
  take(length: number): Uint8Array {
    if (length > this.remaining) {
      throw this.error('WIRE_TRUNCATED', `${length} ${length === 1 ? 'byte' : 'bytes'} wanted, ${this.remaining} left`)
    }
    const start = this.#at
    this.#at += length
    this.touched.bytes += length
    return this.bytes.subarray(start, this.#at)
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.remaining)
  }

  /** The next `length` bytes unread, as a window for another reader. @throws LnoError `WIRE_TRUNCATED` */
  view(length: number): Uint8Array {
    const touched = this.touched.bytes
    const window = this.take(length)
    this.touched.bytes = touched
    return window
  }

  /** A reader over the next `length` bytes alone. @throws LnoError `WIRE_TRUNCATED` */
  part(length: number): Reader {
    const offset = this.offset
    return new Reader(this.view(length), offset, this.touched)
  }

  /** A byte without consuming it, or undefined at the end. */
  peek(): number | undefined {
    return this.bytes[this.#at]
  }

  u8(): number {
    return this.take(1)[0]!
  }

  /** Big-endian unsigned integer of 1 to 6 bytes. */
  uint(length: number): number {
    const bytes = this.take(length)
    let value = 0
    for (let i = 0; i < length; i++) value = value * 256 + bytes[i]!
    return value
  }

  u64(): bigint {
    const high = this.uint(4)
    return (BigInt(high) << 32n) | BigInt(this.uint(4))
  }

  /** BigSize of BOLT 1, minimal form only (rule M5). @throws LnoError `WIRE_TRUNCATED`, `BIGSIZE_NOT_MINIMAL` */
  bigsize(): bigint {
    const start = this.offset
    const first = this.u8()
    if (first < 0xfd) return BigInt(first)
    const value = first === 0xfd ? BigInt(this.uint(2)) : first === 0xfe ? BigInt(this.uint(4)) : this.u64()
    const least = first === 0xfd ? 0xfdn : first === 0xfe ? 0x10000n : 0x100000000n
    if (value < least) throw this.error('BIGSIZE_NOT_MINIMAL', `${value} is not in its shortest form`, start)
    return value
  }

  /** Fails unless everything was consumed. @throws LnoError `WIRE_TRAILING_BYTES` */
  end(): void {
    if (this.remaining > 0) throw this.error('WIRE_TRAILING_BYTES', `${this.remaining} bytes too many`)
  }
}
