import { ascii, concatBytes } from '../base/bytes.js'
import { hmacSha256, sha256 } from '../crypto/hash.js'

const NAMES = {
  rho: /* @__PURE__ */ ascii('rho'),
  mu: /* @__PURE__ */ ascii('mu'),
  um: /* @__PURE__ */ ascii('um'),
  pad: /* @__PURE__ */ ascii('pad'),
  ammag: /* @__PURE__ */ ascii('ammag'),
  ammagext: /* @__PURE__ */ ascii('ammagext'),
} as const

/** The key of one purpose, from a hop's shared secret: the name in ASCII is the HMAC's key, without NUL (rule S2). */
export function deriveKey(name: keyof typeof NAMES, sharedSecret: Uint8Array): Uint8Array {
  return hmacSha256(NAMES[name], sharedSecret)
}

/** By what a hop multiplies the ephemeral key for the next hop (rule S4). */
export function ephemeralTweak(publicKey: Uint8Array, sharedSecret: Uint8Array): Uint8Array {
  return sha256(concatBytes(publicKey, sharedSecret))
}
