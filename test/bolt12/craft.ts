import { fromHex } from '../../src/base/hex.js'
import { encodeUtf8 } from '../../src/base/utf8.js'
import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import { array, encode, tu64 } from '../../src/wire/codec.js'
import { encodeRecord, joinRecords } from '../../src/wire/tlv.js'
import { node } from '../support/keys.js'

/** A value as a test writes it: an integer becomes a tu64, text UTF-8, `hex:…` its bytes. */
export type Value = bigint | string | Uint8Array

export function valueBytes(value: Value): Uint8Array {
  if (typeof value === 'bigint') return encode(tu64, value)
  if (typeof value !== 'string') return value
  return value.startsWith('hex:') ? fromHex(value.slice(4)) : encodeUtf8(value)
}

/** A stream with exactly these records in this order, whatever a table may say of them. */
export function craft(...records: readonly (readonly [type: number | bigint, value: Value])[]): Uint8Array {
  return joinRecords(records.map(([type, value]) => encodeRecord(BigInt(type), valueBytes(value))))
}

export const ALICE = node(0x41)
export const BOB = node(0x42)
export const CAROL = node(0x43)

/** A path from Bob with that many hops; what the hops hold is nobody's business here. */
export function pathOf(hops: number): BlindedPath {
  return {
    first_node_id: { node_id: BOB.id },
    first_path_key: CAROL.id,
    path: Array.from({ length: hops }, (_, i) => ({
      blinded_node_id: CAROL.id,
      encrypted_recipient_data: new Uint8Array(i + 1).fill(i),
    })),
  }
}

/** The value of offer_paths. */
export function pathsBytes(...hops: readonly number[]): Uint8Array {
  return encode(array(blindedPath), hops.map(pathOf))
}
