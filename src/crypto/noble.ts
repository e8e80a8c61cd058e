import { chacha20, chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import * as secp from '@noble/secp256k1'
import { isCompressedPoint } from './curve.js'
import type { Backend } from './primitives.js'
import { bytesToScalar, scalarToBytes } from './scalar.js'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const hmacSha256 = (key: Uint8Array, message: Uint8Array) => hmac(sha256, key, message)
// noble-secp256k1 leaves the choice of hashes to its user; BIP-340 needs them.
secp.hashes.sha256 = sha256
secp.hashes.hmacSha256 = hmacSha256

/** The default backend: audited pure JavaScript. Not constant-time, as no JavaScript is (SECURITY.md). */
export const nobleBackend: Backend = {
  name: 'noble',
  sha256,
  hmacSha256,
  chacha20: (key, nonce, data) => chacha20(key, nonce, data),
  seal: (key, nonce, plaintext, associatedData) => chacha20poly1305(key, nonce, associatedData).encrypt(plaintext),
  open: (key, nonce, ciphertext, associatedData) => {
    if (ciphertext.length < 16) return undefined
    try {
      return chacha20poly1305(key, nonce, associatedData).decrypt(ciphertext)
    } catch {
      return undefined
    }
  },
  isPoint: isCompressedPoint,
  isScalar: (bytes) => bytes.length === 32 && secp.utils.isValidSecretKey(bytes),
  mulBase: (scalar) => secp.getPublicKey(scalar, true),
  mulPoint: (point, scalar) => secp.getSharedSecret(scalar, point, true),
  mulScalar: (a, b) => scalarToBytes((bytesToScalar(a) * bytesToScalar(b)) % ORDER),
  addScalar: (a, b) => scalarToBytes((bytesToScalar(a) + bytesToScalar(b)) % ORDER),
  schnorrSign: (message, secret, aux) => secp.schnorr.sign(message, secret, aux),
  schnorrVerify: (signature, message, xOnly) => {
    try {
      return secp.schnorr.verify(signature, message, xOnly)
    } catch {
      return false
    }
  },
}
