import { ascii, concatBytes } from '../base/bytes.js'
import { hmacSha256, sha256 } from '../crypto/hash.js'

const RHO = /* @__PURE__ */ ascii('rho')
const BLINDED_NODE_ID = /* @__PURE__ */ ascii('blinded_node_id')

/** The key that encrypts a hop's data, from the secret that its node shares with the path's creator. */
export function rhoOf(sharedSecret: Uint8Array): Uint8Array {
  return hmacSha256(RHO, sharedSecret)
}

/** The scalar by which a node's id, and its secret, are multiplied to make the blinded ones. */
export function blindingFactor(sharedSecret: Uint8Array): Uint8Array {
  return hmacSha256(BLINDED_NODE_ID, sharedSecret)
}

/** The scalar that leads from one `path_key` to the next, and from one of its secrets to the next. */
export function pathKeyFactor(pathKey: Uint8Array, sharedSecret: Uint8Array): Uint8Array {
  return sha256(concatBytes(pathKey, sharedSecret))
}
