import { concatBytes } from '../base/bytes.js'
import { active } from './backend.js'

/** SHA-256. */
export function sha256(message: Uint8Array): Uint8Array {
  return active().sha256(message)
}

/** HMAC-SHA256. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return active().hmacSha256(key, message)
}

const ONE = /* @__PURE__ */ Uint8Array.of(1)
const TWO = /* @__PURE__ */ Uint8Array.of(2)

/** HKDF-SHA256 (RFC 5869) with empty info, 64 bytes as two keys of 32: the only use that BOLT 8 makes of it. */
export function hkdf2(salt: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array] {
  const key = hmacSha256(salt, input)
  const first = hmacSha256(key, ONE)
  return [first, hmacSha256(key, concatBytes(first, TWO))]
}

/** The tagged hash of BIP-340 and BOLT 12: `SHA256(SHA256(tag) ‖ SHA256(tag) ‖ message)` (rule A2.1). */
export function taggedHash(tag: Uint8Array, ...message: readonly Uint8Array[]): Uint8Array {
  const tagHash = sha256(tag)
  return sha256(concatBytes(tagHash, tagHash, ...message))
}
