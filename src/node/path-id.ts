import type { Random } from '../base/effects.js'
import { toHex } from '../base/hex.js'
import { equalSecrets } from '../crypto/equal.js'
import { hmacSha256, sha256 } from '../crypto/hash.js'

/**
 * The secret that a path to ourselves carries to its end. It says for what the path was made, and only we can make or
 * read one: who shows it has used that very path (rules B9, RR8, O14, O15; pitfalls 20 to 22). All purposes look alike
 * from outside: 32 bytes that nobody can tell from random.
 */
export interface PathId {
  /** From which it is derived again after a restart; 16 bytes, not secret by itself. */
  readonly nonce: Uint8Array
  /** What stands in the path's last hop; 32 bytes. */
  readonly pathId: Uint8Array
}

/** The path id of a nonce under the secret of one purpose (`deriveSecret(nodeSecret, purpose)`). */
export function pathIdOf(purposeSecret: Uint8Array, nonce: Uint8Array): PathId {
  return { nonce, pathId: hmacSha256(purposeSecret, nonce) }
}

/** A path id that was never used before. */
export function freshPathId(purposeSecret: Uint8Array, random: Random): PathId {
  return pathIdOf(purposeSecret, random(16))
}

/**
 * What we keep for the path ids of one purpose. The map is keyed by a hash, so that its look-up takes no time that
 * depends on a secret; the secret itself is then compared in constant time.
 */
export class PathIdTable<T> {
  readonly #entries = new Map<string, { readonly pathId: Uint8Array; readonly value: T }>()

  get size(): number {
    return this.#entries.size
  }

  set(pathId: Uint8Array, value: T): void {
    this.#entries.set(toHex(sha256(pathId)), { pathId, value })
  }

  /** What was kept for exactly this path id; undefined for none, and for a message that carried none. */
  get(pathId: Uint8Array | undefined): T | undefined {
    if (pathId === undefined) return undefined
    const entry = this.#entries.get(toHex(sha256(pathId)))
    return entry !== undefined && equalSecrets(entry.pathId, pathId) ? entry.value : undefined
  }

  delete(pathId: Uint8Array): void {
    this.#entries.delete(toHex(sha256(pathId)))
  }
}
