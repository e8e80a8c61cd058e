import fc from 'fast-check'
import { concatBytes } from '../../src/base/bytes.js'
import { encodeRecord, encodeTlv, joinRecords, type Table } from '../../src/wire/tlv.js'
import { arbitraryFields, type Own } from './arbitrary.js'

/** One damage to bytes, by numbers that fit any length. */
function damage(bytes: Uint8Array, [kind, at, other]: readonly [number, number, number]): Uint8Array {
  if (bytes.length === 0) return bytes
  const i = at % bytes.length
  switch (kind) {
    case 0: {
      const flipped = bytes.slice()
      flipped[i]! ^= 1 << (other % 8)
      return flipped
    }
    case 1: {
      const claimed = bytes.slice()
      claimed[i] = 0xfa + (other % 6)
      return claimed
    }
    case 2:
      return bytes.slice(0, i)
    case 3:
      return concatBytes(bytes.subarray(0, i), bytes.subarray(i + 1))
    case 4: // where a type or a length stood, the same number in a longer form
      return concatBytes(bytes.subarray(0, i), Uint8Array.of(0xfd, 0, bytes[i]!), bytes.subarray(i + 1))
    case 5: {
      const zeroed = bytes.slice()
      zeroed[i] = 0
      return zeroed
    }
    default:
      return concatBytes(bytes.subarray(0, i), bytes.subarray(other % bytes.length), bytes.subarray(i))
  }
}

/** Good bytes damaged once or often: bits flipped, bytes zeroed, lengths overstated or not minimal,
 * parts cut off, left out or repeated. */
export function damaged(good: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const damages = fc.array(fc.tuple(fc.nat(6), fc.nat(), fc.nat()), { minLength: 1, maxLength: 5 })
  return fc.tuple(good, damages).map(([bytes, all]) => all.reduce(damage, bytes))
}

/**
 * Streams that a stranger may send for a table: good ones, good ones damaged once or often, noise, and many small records.
 */
export function hostileStream(table: Table, own: Own = {}): fc.Arbitrary<Uint8Array> {
  const good = arbitraryFields(table, own).map((fields) => encodeTlv<Table>(table, fields))
  const crowd = fc
    .tuple(fc.integer({ min: 1, max: 300 }), fc.nat(3))
    .map(([count, length]) =>
      joinRecords(Array.from({ length: count }, (_, i) => encodeRecord(BigInt(2 * i + 1), new Uint8Array(length)))),
    )
  return fc.oneof(good, damaged(good), fc.uint8Array({ maxLength: 300 }), crowd)
}
