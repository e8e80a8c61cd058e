/** A growing buffer; the counterpart of `Reader`. */
export class Writer {
  #buffer = new Uint8Array(64)
  #length = 0

  get length(): number {
    return this.#length
  }

  #room(length: number): number {
    const at = this.#length
    this.#length += length
    if (this.#length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(this.#length, this.#buffer.length * 2))
      grown.set(this.#buffer.subarray(0, at))
      this.#buffer = grown
    }
    return at
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length) // before the buffer is looked at: this may replace it
    this.#buffer.set(bytes, at)
  }

  /** Big-endian unsigned integer of 1 to 6 bytes; the caller has checked the range. */
  uint(value: number, length: number): void {
    const at = this.#room(length)
    for (let i = length - 1; i >= 0; i--) {
      this.#buffer[at + i] = value % 256
      value = Math.floor(value / 256)
    }
  }

  u64(value: bigint): void {
    this.uint(Number(value >> 32n), 4)
    this.uint(Number(value & 0xffffffffn), 4)
  }

  /** BigSize of BOLT 1 in its one valid form (rule M5). */
  bigsize(value: bigint): void {
    if (value < 0xfdn) this.uint(Number(value), 1)
    else if (value < 0x10000n) {
      this.uint(0xfd, 1)
      this.uint(Number(value), 2)
    } else if (value < 0x100000000n) {
      this.uint(0xfe, 1)
      this.uint(Number(value), 4)
    } else {
      this.uint(0xff, 1)
      this.u64(value)
    }
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }
}
