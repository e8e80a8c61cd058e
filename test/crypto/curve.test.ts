import * as secp from '@noble/secp256k1'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { isCompressedPoint } from '../../src/crypto/curve.js'
import { scalarToBytes } from '../../src/crypto/scalar.js'

const FIELD = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn
const withX = (x: bigint, prefix = 2) => concatBytes(Uint8Array.of(prefix), scalarToBytes(x))

describe('a compressed point', () => {
  test('is what the library takes for one, on the curve or off it', { tags: ['T2'] }, () => {
    const x = fc.oneof(
      fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
      fc.bigInt({ min: 0n, max: 300n }),
      fc.bigInt({ min: FIELD - 300n, max: FIELD + 300n }),
      fc.nat(255).map((shift) => 1n << BigInt(shift)),
    )
    const seen = new Set<boolean>()
    fc.assert(
      fc.property(x, fc.constantFrom(2, 3), (x, prefix) => {
        const bytes = withX(x, prefix)
        seen.add(isCompressedPoint(bytes))
        expect(isCompressedPoint(bytes)).toBe(secp.utils.isValidPublicKey(bytes, true))
      }),
      { numRuns: 300 },
    )
    expect(seen.size).toBe(2)
  })

  test('is the public key of every secret, whichever parity it has', { tags: ['T2'] }, () => {
    const prefixes = new Set<number>()
    for (let n = 1n; n <= 20n; n++) {
      const key = secp.getPublicKey(scalarToBytes(n), true)
      prefixes.add(key[0]!)
      expect(isCompressedPoint(key)).toBe(true)
    }
    expect([...prefixes].sort()).toEqual([2, 3])
  })

  test('has an x below the order of the field, though the same x modulo it would do', { tags: ['T2'] }, () => {
    expect(isCompressedPoint(withX(1n))).toBe(true)
    expect(isCompressedPoint(withX(FIELD + 1n))).toBe(false)
    expect(isCompressedPoint(withX(FIELD))).toBe(false)
    expect(isCompressedPoint(withX(0n))).toBe(false) // 7 is no square
  })

  test('has 33 bytes and begins with 02 or 03', { tags: ['T2'] }, () => {
    const good = withX(1n)
    for (const prefix of [0, 1, 4, 5, 6, 255]) expect(isCompressedPoint(withX(1n, prefix))).toBe(false)
    expect(isCompressedPoint(good.subarray(1))).toBe(false)
    expect(isCompressedPoint(concatBytes(good, Uint8Array.of(0)))).toBe(false)
    expect(isCompressedPoint(new Uint8Array(0))).toBe(false)
    expect(isCompressedPoint(secp.getPublicKey(scalarToBytes(1n), false))).toBe(false)
  })
})
