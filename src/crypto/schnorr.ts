import { LnoError } from '../base/error.js'
import { active } from './backend.js'
import { assertSecret } from './group.js'

/**
 * BIP-340 signature (64 bytes) of a 32-byte message. A secret whose point has an odd Y signs negated, as BIP-340 says
 * (rule A2.6). `aux` is 32 random bytes, or zeros where a signature must be reproducible (rule A2.7).
 * @throws LnoError `BAD_SECRET`
 */
export function schnorrSign(message: Uint8Array, secret: Uint8Array, aux: Uint8Array): Uint8Array {
  assertSecret(secret)
  if (message.length !== 32) throw new LnoError('BAD_MESSAGE_HASH', 'a BIP-340 message is 32 bytes')
  return active().schnorrSign(message, secret, aux)
}

/** True when `signature` is `point`'s. Only the x coordinate of the 33-byte point counts (rule A2.6). */
export function schnorrVerify(signature: Uint8Array, message: Uint8Array, point: Uint8Array): boolean {
  if (signature.length !== 64 || point.length !== 33) return false
  return active().schnorrVerify(signature, message, point.subarray(1))
}
