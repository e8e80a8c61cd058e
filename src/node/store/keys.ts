import { toHex } from '../../base/hex.js'
import { nodeError } from '../codes.js'

/**
 * The key scheme: `kind/part/part`. Kinds are words (`offer`, `promise`), bytes stand as lower-case hex, numbers as 16 hex
 * digits, so that the order of keys is the order of numbers. Only printable ASCII: there the order of JavaScript strings
 * and that of the bytes on disk agree.
 */
const KEY = /^[\x21-\x7e]+$/

/** Longest key, in characters: a kind and two 64-byte parts fit in hex. */
const MAX_KEY_LENGTH = 280

/** One part of a key: a word, bytes, or a number from 0 to 2^64 - 1. */
export type KeyPart = string | Uint8Array | bigint | number

/**
 * A key of the store: `storeKey('invoice', paymentHash)` is `invoice/<hex>`.
 * @throws LnoError `STORE_BAD_KEY` for a word that is empty or holds `/` or anything but printable ASCII
 */
export function storeKey(kind: string, ...parts: readonly KeyPart[]): string {
  return checkKey([kind, ...parts].map(keyPart).join('/'))
}

function keyPart(part: KeyPart): string {
  if (part instanceof Uint8Array) return toHex(part)
  if (typeof part === 'string') {
    if (part === '' || part.includes('/')) throw nodeError('STORE_BAD_KEY', `"${part}" cannot be a part of a key`)
    return part
  }
  if (typeof part === 'number' && !Number.isSafeInteger(part)) {
    throw nodeError('STORE_BAD_KEY', `${part} cannot be a part of a key`)
  }
  if (part < 0 || part >= 1n << 64n) throw nodeError('STORE_BAD_KEY', `${part} cannot be a part of a key`)
  return part.toString(16).padStart(16, '0')
}

/** The range of all keys under `kind/part/…`, for `Store.range`. */
export function keysUnder(kind: string, ...parts: readonly KeyPart[]): { readonly from: string; readonly to: string } {
  const prefix = storeKey(kind, ...parts)
  return { from: `${prefix}/`, to: `${prefix}0` } // '0' is the character after '/'
}

/** @throws LnoError `STORE_BAD_KEY` */
export function checkKey(key: string): string {
  if (key.length > MAX_KEY_LENGTH || !KEY.test(key)) {
    throw nodeError('STORE_BAD_KEY', `not a key of the store: ${JSON.stringify(key.slice(0, 80))}`)
  }
  return key
}

/** The checks that every store makes of a range. @throws LnoError `STORE_BAD_KEY` */
export function checkRange(range: { readonly from: string; readonly to: string; readonly limit?: number }): void {
  checkKey(range.from)
  checkKey(range.to)
  const { limit } = range
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 0)) {
    throw nodeError('STORE_BAD_KEY', `a limit is a whole number from 0, not ${limit}`)
  }
}
