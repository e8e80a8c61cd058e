import { active } from './backend.js'

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0)
const ZERO_NONCE = /* @__PURE__ */ new Uint8Array(12)

/** `length` bytes of the ChaCha20 key stream, zero nonce (rule S2/S3: each key is used for one stream). */
export function keyStream(key: Uint8Array, length: number): Uint8Array {
  return active().chacha20(key, ZERO_NONCE, new Uint8Array(length))
}

/** `data` XOR the key stream of `key`, zero nonce. */
export function xorStream(key: Uint8Array, data: Uint8Array): Uint8Array {
  return active().chacha20(key, ZERO_NONCE, data)
}

/** ChaCha20-Poly1305: ciphertext and 16-byte tag. Nonce 0 unless given (12 bytes). */
export function seal(
  key: Uint8Array,
  plaintext: Uint8Array,
  nonce: Uint8Array = ZERO_NONCE,
  associatedData: Uint8Array = NO_BYTES,
): Uint8Array {
  return active().seal(key, nonce, plaintext, associatedData)
}

/** Plaintext, or undefined when the tag does not fit. */
export function open(
  key: Uint8Array,
  ciphertext: Uint8Array,
  nonce: Uint8Array = ZERO_NONCE,
  associatedData: Uint8Array = NO_BYTES,
): Uint8Array | undefined {
  return active().open(key, nonce, ciphertext, associatedData)
}
