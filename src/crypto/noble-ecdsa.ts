import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import * as secp from '@noble/secp256k1'
import type { Ecdsa } from './primitives.js'

// As in `noble.ts`, which need not be there: RFC 6979 needs them.
secp.hashes.sha256 = sha256
secp.hashes.hmacSha256 = (key, message) => hmac(sha256, key, message)

/** ECDSA of the default backend, in a file of its own so that what signs no states of channels does not carry it. */
export const nobleEcdsa: Ecdsa = {
  ecdsaSign: (hash, secret) => secp.sign(hash, secret, { prehash: false, lowS: true, format: 'compact' }),
  ecdsaVerify: (signature, hash, point) => {
    try {
      return secp.verify(signature, hash, point, { prehash: false, lowS: true, format: 'compact' })
    } catch {
      return false
    }
  },
}
