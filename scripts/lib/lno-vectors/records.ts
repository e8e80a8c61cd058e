import { fromHex } from '../../../src/base/hex.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import { encode, tu64 } from '../../../src/wire/codec.js'
import { encodeRecord, joinRecords } from '../../../src/wire/tlv.js'

/** A value as a test or a vector writes it: an integer becomes a tu64, text UTF-8, `hex:…` its bytes. */
export type Value = bigint | string | Uint8Array

/** Records as they are written, in any order. */
export type Records = readonly (readonly [type: number, value: Value])[]

function valueBytes(value: Value): Uint8Array {
  if (typeof value === 'bigint') return encode(tu64, value)
  if (typeof value !== 'string') return value
  return value.startsWith('hex:') ? fromHex(value.slice(4)) : encodeUtf8(value)
}

/** A stream with exactly these records in this order, whatever a table may say of them. */
export function craft(...records: readonly (readonly [type: number | bigint, value: Value])[]): Uint8Array {
  return joinRecords(records.map(([type, value]) => encodeRecord(BigInt(type), valueBytes(value))))
}

/** The same in ascending order. */
export function sorted(records: Records): Uint8Array {
  return craft(...[...records].sort(([a], [b]) => a - b))
}

/** `base` with the records of `instead` in place of its own of the same type, and without the types of `without`. */
export function merged(base: Records, instead: Records = [], without: readonly number[] = []): Records {
  const gone = new Set([...without, ...instead.map(([type]) => type)])
  return [...base.filter(([type]) => !gone.has(type)), ...instead]
}
