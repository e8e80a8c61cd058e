/** Unknown bits that are named at most: a bitmap may have half a million of them. */
const MOST_NAMED = 8

/**
 * The even bits set in a bitmap which are not in `known`: each is a demand that cannot be met. Reads the bytes once and
 * names the first few only, lowest first.
 */
export function unknownEvenBits(bitmap: Uint8Array, known: readonly number[] = []): readonly number[] {
  const found: number[] = []
  for (let i = bitmap.length - 1; i >= 0; i--) {
    const even = bitmap[i]! & 0x55
    if (even === 0) continue
    for (let bit = 0; bit < 8; bit += 2) {
      const number = (bitmap.length - 1 - i) * 8 + bit
      if (((even >> bit) & 1) === 0 || known.includes(number)) continue
      found.push(number)
      if (found.length === MOST_NAMED) return found
    }
  }
  return found
}
