import { ascii, concatBytes } from '../base/bytes.js'
import { open, seal } from '../crypto/cipher.js'
import { hkdf2, sha256 } from '../crypto/hash.js'

/** CipherState of the Noise paper: a key, and how often it was used. No key before the first `mixKey`. */
export interface CipherState {
  readonly k: Uint8Array
  readonly n: number
}

/** SymmetricState of the Noise paper: chaining key, transcript hash, and the cipher in force. */
export interface SymmetricState {
  readonly ck: Uint8Array
  readonly h: Uint8Array
  readonly cipher: CipherState | undefined
}

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0)
const PROTOCOL_NAME = /* @__PURE__ */ ascii('Noise_XK_secp256k1_ChaChaPoly_SHA256')
const PROLOGUE = /* @__PURE__ */ ascii('lightning')

/** Noise's nonce for ChaCha20-Poly1305: four zero bytes, then the counter in 64 bits, little-endian (rule N2). */
export function nonceBytes(n: number): Uint8Array {
  const nonce = new Uint8Array(12)
  writeNonce(nonce, n)
  return nonce
}

/** Puts counter `n` into the twelve bytes of `nonce`, all of them zero beyond the second counter byte (n < 65536). */
export function writeNonce(nonce: Uint8Array, n: number): void {
  nonce[4] = n & 0xff
  nonce[5] = n >>> 8
}

/** The state from which both sides start: protocol name, prologue, and the responder's static key (rule N1). */
export function initializeSymmetric(responderStatic: Uint8Array): SymmetricState {
  const name = sha256(PROTOCOL_NAME)
  return mixHash(mixHash({ ck: name, h: name, cipher: undefined }, PROLOGUE), responderStatic)
}

export function mixHash(state: SymmetricState, data: Uint8Array): SymmetricState {
  return { ...state, h: sha256(concatBytes(state.h, data)) }
}

/** `sharedSecret` is an ECDH of BOLT 8, already hashed. The new key starts at nonce 0. */
export function mixKey(state: SymmetricState, sharedSecret: Uint8Array): SymmetricState {
  const [ck, k] = hkdf2(state.ck, sharedSecret)
  return { ck, h: state.h, cipher: { k, n: 0 } }
}

/** Seals under the transcript and takes the ciphertext into it. */
export function encryptAndHash(
  state: SymmetricState,
  plaintext: Uint8Array,
): readonly [state: SymmetricState, ciphertext: Uint8Array] {
  const { k, n } = state.cipher!
  const ciphertext = seal(k, plaintext, nonceBytes(n), state.h)
  return [mixHash({ ...state, cipher: { k, n: n + 1 } }, ciphertext), ciphertext]
}

/** The other way round; undefined when the tag does not fit. */
export function decryptAndHash(
  state: SymmetricState,
  ciphertext: Uint8Array,
): readonly [state: SymmetricState, plaintext: Uint8Array] | undefined {
  const { k, n } = state.cipher!
  const plaintext = open(k, ciphertext, nonceBytes(n), state.h)
  if (plaintext === undefined) return undefined
  return [mixHash({ ...state, cipher: { k, n: n + 1 } }, ciphertext), plaintext]
}

/** The keys of the transport: first what the initiator sends with, then what the responder does (rule N3). */
export function split(state: SymmetricState): readonly [initiator: Uint8Array, responder: Uint8Array] {
  return hkdf2(state.ck, NO_BYTES)
}
