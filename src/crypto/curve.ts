import { bytesToScalar } from './scalar.js'

/** Order of the field over which secp256k1 stands. */
const FIELD = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn
const FIELD_MOD_8 = 7

/**
 * True for a value below the field's order that is a square in it: the Jacobi symbol, by reciprocity (Euclid's algorithm
 * with signs). Neither constant in time nor for secrets: points on the wire are public.
 */
function isSquare(value: bigint): boolean {
  let a = value
  let n = FIELD
  let nMod8 = FIELD_MOD_8
  let square = true
  while (a !== 0n) {
    let low = Number(a & 0xffffffffn)
    while (low === 0) {
      a >>= 32n
      low = Number(a & 0xffffffffn)
    }
    const zeros = 31 - Math.clz32(low & -low)
    if (zeros > 0) a >>= BigInt(zeros)
    if (zeros % 2 === 1 && (nMod8 === 3 || nMod8 === 5)) square = !square
    const aMod8 = Number(a & 7n)
    if (aMod8 % 4 === 3 && nMod8 % 4 === 3) square = !square
    ;[a, n] = [n % a, a]
    nMod8 = aMod8
  }
  return square
}

/**
 * True for 33 bytes that are a compressed point of secp256k1. Asks only whether there is a Y, which a stranger can make us
 * ask for each 35 bytes that he sends: finding Y, as a library does to make a point, takes several times as long.
 */
export function isCompressedPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 33 || (bytes[0] !== 2 && bytes[0] !== 3)) return false
  const x = bytesToScalar(bytes.subarray(1))
  // No point has Y = 0: the order of the group is odd.
  return x < FIELD && isSquare((((x * x) % FIELD) * x + 7n) % FIELD)
}
