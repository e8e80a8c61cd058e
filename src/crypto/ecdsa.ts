import { LnoError } from '../base/error.js'
import { active } from './backend.js'
import { assertSecret } from './group.js'
import { nobleEcdsa } from './noble-ecdsa.js'
import type { Ecdsa } from './primitives.js'

/** What the backend brings, else noble's. */
const ecdsa = (): Ecdsa => ({ ...nobleEcdsa, ...active() })

/**
 * ECDSA signature of a 32-byte hash: 64 bytes, `r ‖ s` with the low `s`, the nonce by RFC 6979, so that the same hash always
 * gets the same signature. The node's messages of BOLT 7 and the states of hosted channels (bLIP 17) are signed like this.
 * @throws LnoError `BAD_SECRET`, `BAD_MESSAGE_HASH`
 */
export function ecdsaSign(hash: Uint8Array, secret: Uint8Array): Uint8Array {
  assertSecret(secret)
  if (hash.length !== 32) throw new LnoError('BAD_MESSAGE_HASH', `a hash to be signed is 32 bytes, not ${hash.length}`)
  return ecdsa().ecdsaSign(hash, secret)
}

/**
 * True when `signature` is the one of this 33-byte point for the hash. A high `s` is refused: `n - s` would verify as well,
 * and a state that both sides have signed must have one form only. Every signer in use (libsecp256k1 and what is made like
 * it) writes the low one.
 */
export function ecdsaVerify(signature: Uint8Array, hash: Uint8Array, point: Uint8Array): boolean {
  if (signature.length !== 64 || hash.length !== 32 || point.length !== 33) return false
  return ecdsa().ecdsaVerify(signature, hash, point)
}
