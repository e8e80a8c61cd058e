import { concatBytes } from '../../base/bytes.js'
import { addScalar, mulScalar, publicKey } from '../../crypto/group.js'
import { sha256 } from '../../crypto/hash.js'

const EVEN = /* @__PURE__ */ Uint8Array.of(2)

/** The x coordinate of a point: what this form writes of a key. */
export function xOnly(point: Uint8Array): Uint8Array {
  return point.subarray(1)
}

/** The point with that x coordinate whose Y is even, as BIP-340 means it. Whether there is one is `isPoint`'s question. */
export function fromXOnly(x: Uint8Array): Uint8Array {
  return concatBytes(EVEN, x)
}

/** n - 1: what turns a secret into that of the negative point. */
const MINUS_ONE = /* @__PURE__ */ Uint8Array.from(
  /* @__PURE__ */ 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140'.match(/../g) ?? [],
  (digits) => Number.parseInt(digits, 16),
)

/**
 * The secret of the `payer_key` that c-lightning derives from a base key for one request: base + SHA256(x of base ‖
 * payer_info)·G. Who keeps the base can sign again for whatever repeats its `payer_info`: a refund, a next period.
 * @param base 32 bytes
 * @param payerInfo as the request holds it; c-lightning takes 16 random bytes
 * @throws LnoError `BAD_SECRET`
 */
export function legacyPayerKey(base: Uint8Array, payerInfo: Uint8Array): Uint8Array {
  const point = publicKey(base)
  // The base counts as the point with an even Y, as in BIP-340.
  const even = point[0] === 2 ? base : mulScalar(base, MINUS_ONE)
  return addScalar(even, sha256(concatBytes(xOnly(point), payerInfo)))
}
