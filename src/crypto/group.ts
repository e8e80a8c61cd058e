import type { Random } from '../base/effects.js'
import { LnoError } from '../base/error.js'
import { active } from './backend.js'
import { sha256 } from './hash.js'

/** True for a compressed point of secp256k1: 33 bytes, prefix 02 or 03, on the curve (rule T2). */
export function isPoint(bytes: Uint8Array): boolean {
  return active().isPoint(bytes)
}

/** True for a scalar in `1 … n - 1`. */
export function isScalar(bytes: Uint8Array): boolean {
  return active().isScalar(bytes)
}

/**
 * Refuses what is not a point. Every point is checked where it enters: the multiplications below assume it.
 * @throws LnoError `BAD_POINT`
 */
export function assertPoint(bytes: Uint8Array): void {
  if (!active().isPoint(bytes)) throw badPoint()
}

function badPoint(cause?: unknown): LnoError {
  return new LnoError('BAD_POINT', 'not a compressed point of secp256k1', cause === undefined ? {} : { cause })
}

/**
 * Refuses what is no secret key.
 * @throws LnoError `BAD_SECRET`; the bytes never appear in the message
 */
export function assertSecret(bytes: Uint8Array): void {
  if (!active().isScalar(bytes))
    throw new LnoError('BAD_SECRET', 'not a secret key: 32 bytes between 1 and the order of the group')
}

/**
 * The public key (33 bytes, compressed) of a secret.
 * @throws LnoError `BAD_SECRET`
 */
export function publicKey(secret: Uint8Array): Uint8Array {
  assertSecret(secret)
  return active().mulBase(secret)
}

/**
 * scalar · point, compressed.
 * @throws LnoError `BAD_POINT`, `BAD_SECRET`
 */
export function mulPoint(point: Uint8Array, scalar: Uint8Array): Uint8Array {
  assertSecret(scalar)
  // A library may take 65 bytes too, which are no point of any Lightning message (pitfall 6).
  if (point.length !== 33) throw badPoint()
  try {
    return active().mulPoint(point, scalar)
  } catch (cause) {
    throw badPoint(cause)
  }
}

/**
 * a · b modulo the order.
 * @throws LnoError `BAD_SECRET` when one of them or the product is no scalar
 */
export function mulScalar(a: Uint8Array, b: Uint8Array): Uint8Array {
  assertSecret(a)
  assertSecret(b)
  return active().mulScalar(a, b)
}

/**
 * a + b modulo the order.
 * @throws LnoError `BAD_SECRET` when one of them or the sum is no scalar
 */
export function addScalar(a: Uint8Array, b: Uint8Array): Uint8Array {
  assertSecret(a)
  assertSecret(b)
  const sum = active().addScalar(a, b)
  assertSecret(sum)
  return sum
}

/**
 * The shared secret of BOLT 4 and BOLT 8: SHA-256 of the compressed ECDH point.
 * @throws LnoError `BAD_POINT`, `BAD_SECRET`
 */
export function ecdh(secret: Uint8Array, point: Uint8Array): Uint8Array {
  return sha256(mulPoint(point, secret))
}

/** A fresh secret key. Draws again in the case (one in 2^128) that the bytes are no scalar. */
export function randomSecret(random: Random): Uint8Array {
  for (;;) {
    const secret = random(32)
    if (active().isScalar(secret)) return secret
  }
}
