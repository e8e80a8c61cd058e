import { encodeString, type Prefix } from '../../../src/bolt12/string.js'
import { readRecords } from '../../../src/wire/tlv.js'

/** How a good stream is spoilt below the level of its fields (BOLT 1, rule M4), and its string (BOLT 12, "Encoding"). */

/** A change of the bytes of a stream. */
export type Fault = (bytes: Uint8Array) => Uint8Array

/** The last record before the signature and the signature change places. */
export const outOfOrder: Fault = (bytes) => {
  const { records } = readRecords(bytes)
  const [a, b] = [records.at(-2)!, records.at(-1)!]
  return Uint8Array.of(...bytes.subarray(0, a.offset), ...b.bytes, ...a.bytes)
}

/** The first record stands there twice. */
export const firstTwice: Fault = (bytes) => {
  const first = readRecords(bytes).records[0]!.bytes
  return Uint8Array.of(...first, ...bytes)
}

/** The last byte is missing. */
export const cutShort: Fault = (bytes) => bytes.subarray(0, -1)

/** A type without a length at the end. */
export const typeAlone: Fault = (bytes) => Uint8Array.of(...bytes, 0xfd, 0x03, 0xe9)

/** The length of the first record in three bytes, where one would do. */
export const longLength: Fault = (bytes) => Uint8Array.of(bytes[0]!, 0xfd, 0, ...bytes.subarray(1))

/** The type of the first record in three bytes, where one would do. */
export const longType: Fault = (bytes) => Uint8Array.of(0xfd, 0, ...bytes)

/** The length of the last record is one more than is there. */
export const lengthBeyond: Fault = (bytes) => {
  const { offset } = readRecords(bytes).records.at(-1)!
  return bytes.map((byte, at) => (at === offset + 1 ? byte + 1 : byte))
}

/** How a string is spoilt; the bytes that it holds would be good. */
export function stringFaults(
  prefix: Prefix,
): readonly (readonly [rule: string, what: string, text: (bytes: Uint8Array) => string])[] {
  const plain = (bytes: Uint8Array) => encodeString(prefix, bytes)
  return [
    ['A1.4', 'upper and lower case', (bytes) => `L${plain(bytes).slice(1)}`],
    ['A1.5', 'a + at the end', (bytes) => `${plain(bytes)}+`],
    ['A1.5', 'a + at the beginning', (bytes) => `+${plain(bytes)}`],
    ['A1.5', 'two + in a row', (bytes) => `${plain(bytes).slice(0, 20)}++${plain(bytes).slice(20)}`],
    [
      'A1.6',
      'a character that bech32 does not have',
      (bytes) => `${plain(bytes).slice(0, 20)}b${plain(bytes).slice(21)}`,
    ],
    ['A1.6', 'a prefix that no message has', (bytes) => `lnx${plain(bytes).slice(3)}`],
    [
      'A1.7',
      'a character too many at the end',
      (bytes) => plain(bytes) + 'q'.repeat(bytes.length % 5 === 0 ? 1 : padsToo(bytes)),
    ],
    ['A1.8', 'nothing behind the prefix', () => `${prefix}1`],
  ]
}

/** Characters that must be added until five bits or more are left over. */
function padsToo(bytes: Uint8Array): number {
  const used = Math.ceil((bytes.length * 8) / 5) * 5 - bytes.length * 8
  return used + 5 > 4 && used + 5 < 8 ? 1 : 2
}
