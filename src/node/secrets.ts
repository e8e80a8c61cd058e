import { concatBytes } from '../base/bytes.js'
import { encodeUtf8 } from '../base/utf8.js'
import { isScalar } from '../crypto/group.js'
import { hmacSha256 } from '../crypto/hash.js'

/**
 * A secret of its own for one purpose, from the node's secret: 32 bytes. Knowing one of them tells nothing about another
 * or about the node's secret. A purpose is a short sentence that never changes (`'path_id of offers'`), because what was
 * made with its secret is out in the world.
 */
export function deriveSecret(nodeSecret: Uint8Array, purpose: string): Uint8Array {
  return hmacSha256(nodeSecret, encodeUtf8(`lno: ${purpose}`))
}

/** As `deriveSecret`, and a valid secret key (a scalar in `1 … n - 1`). */
export function deriveKey(nodeSecret: Uint8Array, purpose: string): Uint8Array {
  let key = deriveSecret(nodeSecret, purpose)
  // One hash in 2^128 is no scalar; then the next one is taken.
  for (let counter = 0; !isScalar(key); counter++) {
    key = hmacSha256(nodeSecret, concatBytes(key, Uint8Array.of(counter)))
  }
  return key
}
