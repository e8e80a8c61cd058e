import type { Random } from '../src/base/effects.js'
import { publicKey } from '../src/crypto/group.js'
import { sha256 } from '../src/crypto/hash.js'

/** Bytes that are the same in every run: what is measured does not depend on luck. */
export function seeded(seed: string): Random {
  let state = sha256(new TextEncoder().encode(seed))
  return (length) => {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      state = sha256(state)
      out.set(state.subarray(0, Math.min(32, length - at)), at)
    }
    return out
  }
}

/** A node of the bench, always the same for its name. */
export function nodeOf(name: string): { readonly secret: Uint8Array; readonly node_id: Uint8Array } {
  const secret = seeded(name)(32)
  return { secret, node_id: publicKey(secret) }
}
