import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nobleBackend } from '../../src/crypto/noble.js'
import { nobleEcdsa } from '../../src/crypto/noble-ecdsa.js'
import type { Backend, Ecdsa } from '../../src/crypto/primitives.js'
import { bytesToScalar, scalarToBytes } from '../../src/crypto/scalar.js'
import { toyBackend } from './toy-backend.js'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const scalar = fc.bigInt(1n, ORDER - 1n).map(scalarToBytes)
const message = fc.uint8Array({ minLength: 32, maxLength: 32 })
const ZERO = new Uint8Array(32)

/** What every backend must do; the toy group does it often, noble a few times. */
describe.each<{ backend: Backend & Ecdsa; runs: number }>([
  { backend: toyBackend, runs: 100 },
  { backend: { ...nobleBackend, ...nobleEcdsa }, runs: 3 },
])('the group of $backend.name', ({ backend, runs }) => {
  test('lets two sides share a secret, and blinds keys as it blinds secrets', () => {
    fc.assert(
      fc.property(scalar, scalar, scalar, (a, b, factor) => {
        const [A, B] = [backend.mulBase(a), backend.mulBase(b)]
        expect(backend.mulPoint(B, a)).toEqual(backend.mulPoint(A, b))
        expect(backend.mulPoint(A, factor)).toEqual(backend.mulBase(backend.mulScalar(a, factor)))
        const [both, each] = [
          backend.mulScalar(factor, backend.addScalar(a, b)),
          backend.addScalar(backend.mulScalar(factor, a), backend.mulScalar(factor, b)),
        ]
        expect(both).toEqual(each)
        expect(backend.isPoint(A) && backend.isPoint(backend.mulPoint(A, b))).toBe(true)
      }),
      { numRuns: runs },
    )
  })

  test('signs for one key and one message only, whichever parity the key has', () => {
    fc.assert(
      fc.property(scalar, message, fc.nat(63), (secret, text, at) => {
        const key = backend.mulBase(secret).subarray(1)
        const signature = backend.schnorrSign(text, secret, ZERO)
        expect(backend.schnorrVerify(signature, text, key)).toBe(true)
        const negated = scalarToBytes(ORDER - bytesToScalar(secret))
        expect(backend.mulBase(negated)[0]).not.toBe(backend.mulBase(secret)[0])
        expect(backend.mulBase(negated).subarray(1)).toEqual(key)
        expect(backend.schnorrVerify(backend.schnorrSign(text, negated, ZERO), text, key)).toBe(true)

        const other = backend.mulBase(backend.mulScalar(secret, scalarToBytes(2n))).subarray(1)
        expect(backend.schnorrVerify(signature, text, other)).toBe(false)
        expect(backend.schnorrVerify(signature, backend.sha256(text), key)).toBe(false)
        const flipped = Uint8Array.from(signature)
        flipped[at]! ^= 1
        expect(backend.schnorrVerify(flipped, text, key)).toBe(false)
        expect(backend.schnorrVerify(signature.subarray(1), text, key)).toBe(false)
      }),
      { numRuns: runs },
    )
  })

  test('signs hashes for one key and one hash only, and always alike', () => {
    fc.assert(
      fc.property(scalar, message, fc.nat(63), (secret, hash, at) => {
        const key = backend.mulBase(secret)
        const signature = backend.ecdsaSign(hash, secret)
        expect(signature.length).toBe(64)
        expect(backend.ecdsaSign(hash, secret)).toEqual(signature)
        expect(backend.ecdsaVerify(signature, hash, key)).toBe(true)
        const negated = backend.mulBase(scalarToBytes(ORDER - bytesToScalar(secret)))
        expect(backend.ecdsaVerify(signature, hash, negated)).toBe(false)
        expect(backend.ecdsaVerify(signature, backend.sha256(hash), key)).toBe(false)
        const flipped = Uint8Array.from(signature)
        flipped[at]! ^= 1
        expect(backend.ecdsaVerify(flipped, hash, key)).toBe(false)
        expect(backend.ecdsaVerify(signature.subarray(1), hash, key)).toBe(false)
      }),
      { numRuns: runs },
    )
  })

  test('a signature follows from secret, message and aux', () => {
    const secret = scalarToBytes(7n)
    const sign = (aux: Uint8Array) => backend.schnorrSign(ZERO, secret, aux)
    expect(sign(ZERO)).toEqual(sign(ZERO))
    expect(sign(ZERO)).not.toEqual(sign(scalarToBytes(1n)))
  })

  test.each([
    ['a prefix other than 02 and 03', (point: Uint8Array) => Uint8Array.of(4, ...point.subarray(1))],
    ['a byte less', (point: Uint8Array) => point.subarray(0, 32)],
    ['a byte more', (point: Uint8Array) => Uint8Array.of(...point, 0)],
    ['nothing but zeros behind the prefix', () => Uint8Array.of(2, ...ZERO)],
    ['nothing but ones behind the prefix', () => new Uint8Array(33).fill(0xff).fill(2, 0, 1)],
  ])('%s makes no point, and multiplying it throws', (_, spoil) => {
    const bad = spoil(backend.mulBase(scalarToBytes(5n)))
    expect(backend.isPoint(bad)).toBe(false)
    expect(() => backend.mulPoint(bad, scalarToBytes(3n))).toThrow()
  })

  test('scalars lie between 1 and the order', () => {
    expect([0n, 1n, ORDER - 1n, ORDER].map((value) => backend.isScalar(scalarToBytes(value)))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(backend.isScalar(new Uint8Array(31).fill(1))).toBe(false)
  })
})

test('both groups refuse about half of the strings that look like points', () => {
  const strings = Array.from({ length: 64 }, (_, i) => Uint8Array.of(2, ...nobleBackend.sha256(Uint8Array.of(i))))
  for (const { isPoint } of [toyBackend, nobleBackend]) {
    const points = strings.filter(isPoint).length
    expect(points).toBeGreaterThan(16)
    expect(points).toBeLessThan(48)
  }
})
