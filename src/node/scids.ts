import { parseNodeId } from './addresses.js'
import { nodeError } from './codes.js'
import type { ScidResolver } from './messenger/messenger.js'
import type { NodeId } from './messenger/routes.js'

/** A channel and the two nodes that it joins, as the user names it. */
export interface ScidLink {
  readonly scid: bigint
  /** In any order: which of them is `node_id_1` follows from the ids (BOLT 7: the smaller one). */
  readonly nodes: readonly [NodeId, NodeId]
}

/** `700000x1200x1` or the plain number. @throws LnoError `BAD_SCID` */
export function parseScid(text: string): bigint {
  const parts = /^(\d{1,8})x(\d{1,8})x(\d{1,5})$/.exec(text)?.slice(1).map(BigInt)
  const [block, transaction, output] = parts ?? []
  if (block !== undefined && transaction !== undefined && output !== undefined) {
    if (block < 1n << 24n && transaction < 1n << 24n && output < 1n << 16n) {
      return (block << 40n) | (transaction << 16n) | output
    }
  } else if (/^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n) return BigInt(text)
  throw nodeError('BAD_SCID', `${JSON.stringify(text.slice(0, 40))} is no short channel id: write 700000x1200x1`)
}

/** `SCID=ID1,ID2`. @throws LnoError `BAD_SCID`, `BAD_NODE_ID` */
export function parseScidLink(text: string): ScidLink {
  const parts = /^([^=,]+)=([^=,]+),([^=,]+)$/.exec(text)
  if (parts === null) throw nodeError('BAD_SCID', `${JSON.stringify(text.slice(0, 80))} is not SCID=ID1,ID2`)
  return { scid: parseScid(parts[1]!), nodes: [parseNodeId(parts[2]!), parseNodeId(parts[3]!)] }
}

/** The channels that the user named, for the answers of `resolve`. */
export class ScidTable {
  readonly #links = new Map<bigint, ScidLink>()

  constructor(links: readonly ScidLink[] = []) {
    this.add(links)
  }

  /** Adds channels; one that is known gets the nodes given now. */
  add(links: readonly ScidLink[]): void {
    // Lower-case hex of one length sorts as the bytes do.
    for (const { scid, nodes } of links) {
      const [a, b] = nodes
      this.#links.set(scid, { scid, nodes: a < b ? [a, b] : [b, a] })
    }
  }

  /** Pairs of nodes that are connected to each other. */
  pairs(): readonly (readonly [NodeId, NodeId])[] {
    return [...this.#links.values()].map(({ nodes }) => nodes)
  }

  readonly resolve: ScidResolver = (scid, direction) => this.#links.get(scid)?.nodes[direction]
}
