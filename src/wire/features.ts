/**
 * Feature bitmaps of BOLT 9: big-endian bytes, bit 0 lowest in the last byte. A stranger's bitmap may have half a million
 * bits, so nothing here makes a value for each of them.
 */

/** Bits that are listed at most. */
export const MOST_LISTED_BITS = 64

/** True when that very bit is set. */
export function hasBit(bitmap: Uint8Array, bit: number): boolean {
  const byte = bitmap[bitmap.length - 1 - (bit >>> 3)]
  return byte !== undefined && ((byte >> (bit & 7)) & 1) === 1
}

/** True when the feature of this bit is offered: its even or its odd bit is set, whichever of the two is given. */
export function offers(bitmap: Uint8Array, bit: number): boolean {
  return hasBit(bitmap, bit) || hasBit(bitmap, bit ^ 1)
}

/** True when the feature of this bit is demanded. With both bits of the pair set it is. */
export function demands(bitmap: Uint8Array, bit: number): boolean {
  return hasBit(bitmap, bit & ~1)
}

/** The shortest bitmap that has these bits set (rule M9). */
export function bitmapOf(bits: Iterable<number>): Uint8Array {
  let length = 0
  const all = [...bits]
  for (const bit of all) length = Math.max(length, (bit >>> 3) + 1)
  const bitmap = new Uint8Array(length)
  for (const bit of all) {
    const at = length - 1 - (bit >>> 3)
    bitmap[at] = bitmap[at]! | (1 << (bit & 7))
  }
  return bitmap
}

/** Both bitmaps in one, without leading zero bytes (rule M8: a peer's two are one). */
export function joinFeatures(a: Uint8Array, b: Uint8Array): Uint8Array {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  const joined = new Uint8Array(long) // no `slice`: that of a Buffer would be the peer's own bytes
  const shift = long.length - short.length
  for (let i = 0; i < short.length; i++) joined[shift + i] = joined[shift + i]! | short[i]!
  return minimalFeatures(joined)
}

/** The same bits without leading zero bytes: a view of the given bytes. */
export function minimalFeatures(bitmap: Uint8Array): Uint8Array {
  let zeros = 0
  while (zeros < bitmap.length && bitmap[zeros] === 0) zeros++
  return bitmap.subarray(zeros)
}

/** Bits set in `bitmap` which `mask` lets through in each byte, lowest first, at most `most`. */
function bitsUnder(mask: number, bitmap: Uint8Array, most: number, skip: (bit: number) => boolean): readonly number[] {
  const found: number[] = []
  for (let i = bitmap.length - 1; i >= 0; i--) {
    const byte = bitmap[i]! & mask
    if (byte === 0) continue
    for (let low = 0; low < 8; low++) {
      const bit = (bitmap.length - 1 - i) * 8 + low
      if (((byte >> low) & 1) === 0 || skip(bit)) continue
      if (found.length === most) return found
      found.push(bit)
    }
  }
  return found
}

/** The bits that are set, lowest first; no more than `most` of them. */
export function listBits(bitmap: Uint8Array, most = MOST_LISTED_BITS): readonly number[] {
  return bitsUnder(0xff, bitmap, most, () => false)
}

/** The even bits set which are not in `known`, lowest first, the first few only: demands that cannot be met. */
export function unknownEven(
  bitmap: Uint8Array,
  known: { has(bit: number): boolean },
  most = MOST_LISTED_BITS,
): readonly number[] {
  return bitsUnder(0x55, bitmap, most, (bit) => known.has(bit))
}
