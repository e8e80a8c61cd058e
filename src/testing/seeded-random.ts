import { concatBytes } from '../base/bytes.js'
import type { Random } from '../base/effects.js'
import { encodeUtf8 } from '../base/utf8.js'
import { sha256 } from '../crypto/hash.js'

/** Bytes that look random and are the same in every run with the same seed. For tests alone: whoever knows the seed knows them. */
export function seededRandom(seed: string): Random {
  let state = sha256(encodeUtf8(seed))
  return (length) => {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; at += 32) {
      state = sha256(state)
      // What is given away says nothing of the state: a node's secrets and its nonces come from the same stream.
      const block = sha256(concatBytes(state, Uint8Array.of(1)))
      out.set(block.subarray(0, Math.min(32, length - at)), at)
    }
    return out
  }
}
