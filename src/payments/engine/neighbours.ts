import { concatBytes } from '../../base/bytes.js'
import { fromHex, toHex } from '../../base/hex.js'
import { hmacSha256 } from '../../crypto/hash.js'
import type { ForwardingTerm } from '../hosted/messages.js'
import type { LinkId } from '../link.js'

/** Whom peers reach, and at what cost: told with each connection (`forwarding_terms`), so nothing of it is stored. */
export interface Neighbours {
  /** Replaces what a peer told before. */
  told(peer: LinkId, terms: readonly ForwardingTerm[]): void
  forget(peer: LinkId): void
  /** What a peer asks for passing on to a node. */
  terms(peer: LinkId, next: LinkId): ForwardingTerm | undefined
  /** Which peers pass on to a node. */
  leadingTo(next: LinkId): ReadonlyMap<LinkId, ForwardingTerm>
  /** The two ends of a channel that a peer told of by its alias. */
  named(alias: bigint): readonly [Uint8Array, Uint8Array] | undefined
  /** The alias of our own channel with a peer: the same for ever, and never that of another. */
  alias(peer: LinkId): bigint
}

const NONE: ReadonlyMap<LinkId, ForwardingTerm> = new Map()

/** @param secret 32 bytes, from which aliases are derived */
export function openNeighbours(secret: Uint8Array): Neighbours {
  const byPeer = new Map<LinkId, readonly ForwardingTerm[]>()
  const byNext = new Map<LinkId, Map<LinkId, ForwardingTerm>>()
  const byAlias = new Map<bigint, readonly [Uint8Array, Uint8Array]>()

  function forget(peer: LinkId): void {
    for (const term of byPeer.get(peer) ?? []) {
      const next = toHex(term.next_node_id)
      const peers = byNext.get(next)
      peers?.delete(peer)
      if (peers?.size === 0) byNext.delete(next)
      if (toHex(byAlias.get(term.short_channel_id)?.[0] ?? new Uint8Array(0)) === peer) {
        byAlias.delete(term.short_channel_id)
      }
    }
    byPeer.delete(peer)
  }

  return {
    told(peer, terms) {
      forget(peer)
      byPeer.set(peer, terms)
      for (const term of terms) {
        const next = toHex(term.next_node_id)
        const peers = byNext.get(next) ?? new Map<LinkId, ForwardingTerm>()
        byNext.set(next, peers.set(peer, term))
        // An alias belongs to whoever used it first.
        if (!byAlias.has(term.short_channel_id)) byAlias.set(term.short_channel_id, [fromHex(peer), term.next_node_id])
      }
    },
    forget,
    terms: (peer, next) => byNext.get(next)?.get(peer),
    leadingTo: (next) => byNext.get(next) ?? NONE,
    named: (alias) => byAlias.get(alias),
    alias: (peer) => {
      const derived = hmacSha256(secret, concatBytes(Uint8Array.of(3), fromHex(peer)))
      return derived.subarray(0, 8).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
    },
  }
}
