import { concatBytes, equalBytes } from '../../src/base/bytes.js'
import { nobleBackend } from '../../src/crypto/noble.js'
import type { Backend, Ecdsa } from '../../src/crypto/primitives.js'
import { bytesToScalar, scalarToBytes } from '../../src/crypto/scalar.js'

/** The order of secp256k1, so that every scalar of a test is one here too. */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const HALF = ORDER / 2n

const isScalar = (bytes: Uint8Array): boolean => {
  if (bytes.length !== 32) return false
  const value = bytesToScalar(bytes)
  return value > 0n && value < ORDER
}

/**
 * A point is its scalar. As on the curve, a point and its negative share 32 bytes and differ in the prefix, half of all
 * 33-byte strings with a good prefix are no points, and there is one way to write each.
 */
const toPoint = (scalar: bigint): Uint8Array =>
  scalar <= HALF
    ? concatBytes(Uint8Array.of(2), scalarToBytes(scalar))
    : concatBytes(Uint8Array.of(3), scalarToBytes(ORDER - scalar))

const isPoint = (bytes: Uint8Array): boolean => {
  if (bytes.length !== 33 || (bytes[0] !== 2 && bytes[0] !== 3)) return false
  const value = bytesToScalar(bytes.subarray(1))
  return value > 0n && value <= HALF
}

const fromPoint = (point: Uint8Array): bigint => {
  if (!isPoint(point)) throw new Error('not a point of the toy group')
  const value = bytesToScalar(point.subarray(1))
  return point[0] === 2 ? value : ORDER - value
}

const mac = (key: Uint8Array, nonce: Uint8Array, message: Uint8Array): Uint8Array =>
  nobleBackend.hmacSha256(key, concatBytes(nonce, message))

/**
 * A backend without elliptic curves, a thousand times as fast: the group is the integers modulo the order of secp256k1, so
 * that ECDH, blinding and signing commute and fail where they should. Hashes and ciphers are the real ones. It hides
 * nothing: who sees a point sees its secret. For tests of state machines and whole networks; never in `src/`.
 */
export const toyBackend: Backend & Ecdsa = {
  ...nobleBackend,
  name: 'toy',
  isPoint,
  isScalar,
  mulBase: (scalar) => toPoint(bytesToScalar(scalar)),
  mulPoint: (point, scalar) => toPoint((fromPoint(point) * bytesToScalar(scalar)) % ORDER),
  mulScalar: (a, b) => scalarToBytes((bytesToScalar(a) * bytesToScalar(b)) % ORDER),
  addScalar: (a, b) => scalarToBytes((bytesToScalar(a) + bytesToScalar(b)) % ORDER),
  schnorrSign: (message, secret, aux) => {
    const xOnly = toPoint(bytesToScalar(secret)).subarray(1)
    const nonce = nobleBackend.hmacSha256(secret, concatBytes(aux, message))
    return concatBytes(nonce, mac(xOnly, nonce, message))
  },
  schnorrVerify: (signature, message, xOnly) =>
    signature.length === 64 &&
    xOnly.length === 32 &&
    isPoint(concatBytes(Uint8Array.of(2), xOnly)) &&
    equalBytes(signature.subarray(32), mac(xOnly, signature.subarray(0, 32), message)),
  ecdsaSign: (hash, secret) => {
    const nonce = nobleBackend.hmacSha256(secret, hash)
    return concatBytes(nonce, mac(toPoint(bytesToScalar(secret)), nonce, hash))
  },
  ecdsaVerify: (signature, hash, point) =>
    signature.length === 64 &&
    isPoint(point) &&
    equalBytes(signature.subarray(32), mac(point, signature.subarray(0, 32), hash)),
}
