/** ECDSA over a 32-byte hash. */
export interface Ecdsa {
  /** `r ‖ s`, low `s`, nonce by RFC 6979. */
  ecdsaSign(hash: Uint8Array, secret: Uint8Array): Uint8Array
  /** Against a 33-byte point; false for a high `s` and for anything malformed. */
  ecdsaVerify(signature: Uint8Array, hash: Uint8Array, point: Uint8Array): boolean
}

/**
 * Every primitive the project stands on. A backend answers for validity: `isPoint` and `isScalar` decide, and the
 * operations may assume that they said yes, except that a result which is the point at infinity or a zero scalar
 * throws. ECDSA may be missing: then `nobleEcdsa` is used, which a bundle holds only when something signs with it.
 */
export interface Backend extends Partial<Ecdsa> {
  readonly name: string
  sha256(message: Uint8Array): Uint8Array
  hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array
  /** ChaCha20 (RFC 8439), 12-byte nonce, block counter 0: XOR of `data` with the key stream. */
  chacha20(key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Uint8Array
  /** ChaCha20-Poly1305 (RFC 8439): ciphertext with the 16-byte tag behind it. */
  seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associatedData: Uint8Array): Uint8Array
  /** Plaintext, or undefined when the tag is wrong. */
  open(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, associatedData: Uint8Array): Uint8Array | undefined
  /** True for 33 bytes that are a point of the group in compressed form. */
  isPoint(bytes: Uint8Array): boolean
  /** True for 32 bytes with `1 <= value < n`. */
  isScalar(bytes: Uint8Array): boolean
  /** scalar · G */
  mulBase(scalar: Uint8Array): Uint8Array
  /** scalar · point */
  mulPoint(point: Uint8Array, scalar: Uint8Array): Uint8Array
  /** a · b mod n */
  mulScalar(a: Uint8Array, b: Uint8Array): Uint8Array
  /** a + b mod n */
  addScalar(a: Uint8Array, b: Uint8Array): Uint8Array
  /** BIP-340. `aux` is 32 bytes. */
  schnorrSign(message: Uint8Array, secret: Uint8Array, aux: Uint8Array): Uint8Array
  /** BIP-340 against the x coordinate; false for anything malformed. */
  schnorrVerify(signature: Uint8Array, message: Uint8Array, xOnly: Uint8Array): boolean
}
