import * as secp from '@noble/secp256k1'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import {
  addScalar,
  assertPoint,
  assertSecret,
  ecdh,
  isScalar,
  mulPoint,
  mulScalar,
  publicKey,
  randomSecret,
} from '../../src/crypto/group.js'
import { bytesToScalar, scalarToBytes } from '../../src/crypto/scalar.js'
import { schnorrSign, schnorrVerify } from '../../src/crypto/schnorr.js'
import { codeOf } from '../support/code-of.js'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const secret = scalarToBytes(7n)
const point = publicKey(scalarToBytes(5n))
const ZEROS = new Uint8Array(32)

describe('a secret', () => {
  test('is 32 bytes from 1 to the order less one', () => {
    for (const good of [1n, 2n, ORDER - 1n]) expect(isScalar(scalarToBytes(good)), `${good}`).toBe(true)
    for (const bad of [0n, ORDER, ORDER + 1n, (1n << 256n) - 1n]) {
      expect(isScalar(scalarToBytes(bad)), `${bad}`).toBe(false)
      expect(codeOf(() => publicKey(scalarToBytes(bad)))).toBe('BAD_SECRET')
      expect(codeOf(() => mulPoint(point, scalarToBytes(bad)))).toBe('BAD_SECRET')
      expect(codeOf(() => mulScalar(secret, scalarToBytes(bad)))).toBe('BAD_SECRET')
      expect(codeOf(() => addScalar(secret, scalarToBytes(bad)))).toBe('BAD_SECRET')
      expect(codeOf(() => schnorrSign(ZEROS, scalarToBytes(bad), ZEROS))).toBe('BAD_SECRET')
    }
    expect(codeOf(() => assertSecret(new Uint8Array(31).fill(1)))).toBe('BAD_SECRET')
    expect(codeOf(() => assertSecret(new Uint8Array(33).fill(1)))).toBe('BAD_SECRET')
  })

  test('is added to another modulo the order; what adds up to nothing is none', () => {
    const sum = (a: bigint, b: bigint) => bytesToScalar(addScalar(scalarToBytes(a), scalarToBytes(b)))
    expect(sum(3n, 4n)).toBe(7n)
    expect(sum(ORDER - 1n, 5n)).toBe(4n)
    expect(codeOf(() => sum(ORDER - 5n, 5n))).toBe('BAD_SECRET')
  })

  test('never stands in the error that refuses it', () => {
    const bad = fromHex('ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffabcd')
    expect(() => assertSecret(bad)).toThrow(expect.not.objectContaining({ message: expect.stringContaining('abcd') }))
  })

  test('is drawn again when the bytes are none', () => {
    const draws = [ZEROS, scalarToBytes(ORDER), secret]
    expect(randomSecret(() => draws.shift()!)).toBe(secret)
  })
})

describe('a point', () => {
  test('is multiplied only in its compressed form, though the library takes another one', { tags: ['T2'] }, () => {
    const long = secp.getPublicKey(scalarToBytes(5n), false)
    expect(toHex(mulPoint(point, secret))).toBe(toHex(publicKey(scalarToBytes(35n))))
    for (const bad of [long, point.subarray(1), new Uint8Array(33), new Uint8Array(0), Uint8Array.of(2, ...ZEROS)]) {
      expect(codeOf(() => assertPoint(bad))).toBe('BAD_POINT')
      expect(codeOf(() => mulPoint(bad, secret))).toBe('BAD_POINT')
      expect(codeOf(() => ecdh(secret, bad))).toBe('BAD_POINT')
    }
  })

  test('makes the shared secret of the specification: SHA-256 of the compressed product', {
    tags: ['S2', 'N2'],
  }, () => {
    // Act one of BOLT 8's vectors: the initiator's ephemeral secret and the responder's node id.
    const shared = ecdh(
      fromHex('1212121212121212121212121212121212121212121212121212121212121212'),
      fromHex('028d7500dd4c12685d1f568b4c2b5048e8534b873319f3a8daa612b469132ec7f7'),
    )
    expect(toHex(shared)).toBe('1e2fb3c8fe8fb9f262f649f64d26ecf0f2c0a805a767cf02dc2d77a6ef1fdcc3')
  })
})

describe('a signature', () => {
  test('is of 64 bytes, over 32, by a key of 33; anything else is false', { tags: ['A2.6', 'T9'] }, () => {
    const message = new Uint8Array(32).fill(9)
    const signature = schnorrSign(message, secret, ZEROS)
    const key = publicKey(secret)
    expect(schnorrVerify(signature, message, key)).toBe(true)
    expect(schnorrVerify(signature.subarray(1), message, key)).toBe(false)
    expect(schnorrVerify(signature, message, key.subarray(1))).toBe(false)
    expect(schnorrVerify(new Uint8Array(64), message, key)).toBe(false)
    expect(schnorrVerify(new Uint8Array(64).fill(255), message, key)).toBe(false)
    expect(codeOf(() => schnorrSign(message.subarray(1), secret, ZEROS))).toBe('BAD_MESSAGE_HASH')
  })
})
