import { createHash } from 'node:crypto'
import { fromHex, toHex } from '../../src/base/hex.js'

/** A block as a node without a chain of its own can be told of it. */
export interface Block {
  readonly height: number
  readonly hash: string
  /** 80 bytes */
  readonly header: Uint8Array
  /** Serialised with their witnesses, in the block's order. */
  readonly transactions: readonly Uint8Array[]
  /** Header and transactions, as `getblock` gives them. */
  readonly bytes: Uint8Array
}

const HEADER = 80

/**
 * Reads a serialised block.
 * @throws Error it ends early, or goes on behind its end
 */
export function readBlock(bytes: Uint8Array, height: number): Block {
  const header = bytes.subarray(0, HEADER)
  const reader = byteReader(bytes, HEADER)
  const transactions = Array.from({ length: reader.varint() }, () => {
    const start = reader.at()
    skipTransaction(reader)
    return bytes.subarray(start, reader.at())
  })
  if (reader.at() !== bytes.length) throw new Error(`${bytes.length - reader.at()} bytes behind the end of a block`)
  return { height, hash: toHex(sha256d(header).reverse()), header, transactions, bytes }
}

export function blockFromHex(hex: string, height: number): Block {
  return readBlock(fromHex(hex), height)
}

function sha256d(bytes: Uint8Array): Uint8Array {
  const once = createHash('sha256').update(bytes).digest()
  return Uint8Array.from(createHash('sha256').update(once).digest())
}

interface ByteReader {
  at(): number
  peek(): number
  skip(count: number): void
  varint(): number
}

function skipTransaction(reader: ByteReader): void {
  reader.skip(4)
  // An input count of 0 is the marker of segwit, and the flag follows.
  const segwit = reader.peek() === 0
  if (segwit) reader.skip(2)
  const inputs = reader.varint()
  for (let input = 0; input < inputs; input++) {
    reader.skip(36)
    reader.skip(reader.varint())
    reader.skip(4)
  }
  const outputs = reader.varint()
  for (let output = 0; output < outputs; output++) {
    reader.skip(8)
    reader.skip(reader.varint())
  }
  for (let input = 0; segwit && input < inputs; input++) {
    const items = reader.varint()
    for (let item = 0; item < items; item++) reader.skip(reader.varint())
  }
  reader.skip(4)
}

function byteReader(bytes: Uint8Array, start: number): ByteReader {
  let position = start
  const take = (count: number): Uint8Array => {
    if (position + count > bytes.length) throw new Error('a block ends early')
    position += count
    return bytes.subarray(position - count, position)
  }
  return {
    at: () => position,
    peek: () => bytes[position] ?? 0,
    skip: (count) => void take(count),
    varint: () => {
      const first = take(1)[0] ?? 0
      if (first < 0xfd) return first
      const length = first === 0xfd ? 2 : first === 0xfe ? 4 : 8
      return take(length).reduceRight((value, byte) => value * 256 + byte, 0)
    },
  }
}
