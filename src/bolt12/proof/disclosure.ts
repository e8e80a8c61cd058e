import type { TlvRecord } from '../../wire/tlv.js'
import { type MerkleNode, type MerkleTree, merkleTree } from '../merkle.js'
import { markersOf } from './markers.js'

/** An invoice of which some is shown: what a proof holds of it. */
export interface Disclosure {
  /** As they stand in the invoice, ascending, signatures not among them. */
  readonly shown: readonly TlvRecord[]
  /** Nonce hash of each shown record. */
  readonly leafHashes: readonly Uint8Array[]
  /** One number for each hidden record but type 0. */
  readonly markers: readonly bigint[]
  /** Hashes of the largest parts of the tree in which all is hidden. */
  readonly missingHashes: readonly Uint8Array[]
}

/**
 * Splits the records of an invoice into what is shown and what stands for the rest (rules PP3, PP4). Which records must be
 * shown is not judged here.
 * @param records of the invoice, all of them: nonces depend on the first
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function disclose(records: readonly TlvRecord[], isIncluded: (type: bigint) => boolean): Disclosure {
  const tree = merkleTree(records)
  const types = tree.leaves.map(({ record }) => record.type)
  const shown = tree.leaves.filter(({ record }) => isIncluded(record.type))
  return {
    shown: shown.map(({ record }) => record),
    leafHashes: shown.map(({ nonce }) => nonce),
    markers: markersOf(types, isIncluded),
    missingHashes: missingHashes(tree, isIncluded),
  }
}

/** Both sides of a node before the node itself, smaller types first (rule PP4). */
function missingHashes(tree: MerkleTree, isIncluded: (type: bigint) => boolean): readonly Uint8Array[] {
  const out: Uint8Array[] = []
  /** True when something below the node is shown. */
  const visit = (node: MerkleNode): boolean => {
    const { left, right } = node
    if (left === undefined || right === undefined) return isIncluded(tree.leaves[node.first]!.record.type)
    const [inLeft, inRight] = [visit(left), visit(right)]
    if (inLeft !== inRight) out.push(inLeft ? right.hash : left.hash)
    return inLeft || inRight
  }
  visit(tree.root)
  return out
}
