import { ascii, compareBytes, concatBytes } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import { sha256 } from '../crypto/hash.js'
import { bigsize, encode } from '../wire/codec.js'
import { joinRecords, type TlvRecord } from '../wire/tlv.js'
import type { Bolt12Code } from './codes.js'
import { isSignatureType, OFFER_RANGES, recordsIn } from './ranges.js'

const LEAF = /* @__PURE__ */ ascii('LnLeaf')
const NONCE = /* @__PURE__ */ ascii('LnNonce')
const BRANCH = /* @__PURE__ */ ascii('LnBranch')

/** One record of the tree with the hashes that stand for it. */
export interface MerkleLeaf {
  readonly record: TlvRecord
  /** `H("LnLeaf", record)` */
  readonly leaf: Uint8Array
  /** `H("LnNonce" ‖ first record, type)` by the rule of BOLT 12: hides a leaf that a proof leaves out. */
  readonly nonce: Uint8Array
  /** Branch of the two: where the tree begins. */
  readonly hash: Uint8Array
}

/** A node of the tree. Without children it is a leaf. */
export interface MerkleNode {
  readonly hash: Uint8Array
  /** Indices into `leaves`: the node covers `first … last`. */
  readonly first: number
  readonly last: number
  readonly left?: MerkleNode
  readonly right?: MerkleNode
}

/** The whole tree as data. */
export interface MerkleTree {
  readonly leaves: readonly MerkleLeaf[]
  /** Inner nodes, the two below a node before it, left before right. */
  readonly branches: readonly MerkleNode[]
  /** The node of the root; `root.hash` is what is signed. */
  readonly root: MerkleNode
}

/**
 * Tagged hashes with the hash of the tag computed once: a stream needs two per record with the same tag (rule A2.1).
 * Made per call, as the backend behind `sha256` may not be fixed when this file is loaded.
 */
export function tagged(tag: Uint8Array): (...message: readonly Uint8Array[]) => Uint8Array {
  const tagHash = sha256(tag)
  return (...message) => sha256(concatBytes(tagHash, tagHash, ...message))
}

/** The hashes of a tree, for who has only parts of it. */
export interface TreeHasher {
  /** The leaf hash of a record (rule A2.3). */
  leaf(record: Uint8Array): Uint8Array
  /** How two hashes become one: the smaller goes first, so that a proof needs no sides (rule A2.4). */
  branch(a: Uint8Array, b: Uint8Array): Uint8Array
}

/** One for a whole tree: its tags are hashed once. */
export function treeHasher(): TreeHasher {
  const [leaf, branch] = [tagged(LEAF), tagged(BRANCH)]
  return { leaf, branch: (a, b) => (compareBytes(a, b) <= 0 ? branch(a, b) : branch(b, a)) }
}

/** The nonce hashes of a stream whose first record is `first` (rule A2.3): the whole record is part of the tag. */
export function nonceHasher(first: Uint8Array): (type: bigint) => Uint8Array {
  const hash = tagged(concatBytes(NONCE, first))
  return (type) => hash(encode(bigsize, type))
}

/** How a tree hides its leaves: of the records that it is made of, in order, the nonce hash of each. */
export type NonceRule = (signed: readonly TlvRecord[]) => (record: TlvRecord) => Uint8Array

/** The rule of BOLT 12 (A2.3). */
const byFirstRecord: NonceRule = (signed) => {
  const nonceOf = nonceHasher(signed[0]!.bytes)
  return ({ type }) => nonceOf(type)
}

/**
 * The merkle tree of a stream (BOLT 12, "Signature Calculation"): every record but signature elements is a leaf, known or
 * not, hashed as it was received (rules A2.2, A2.8).
 * @throws LnoError `MERKLE_NO_RECORDS` when nothing but signature elements is there
 */
export function merkleTree(records: readonly TlvRecord[], nonces: NonceRule = byFirstRecord): MerkleTree {
  const signed = records.filter((record) => !isSignatureType(record.type))
  if (signed[0] === undefined) {
    throw new LnoError('MERKLE_NO_RECORDS' satisfies Bolt12Code, 'a merkle tree needs at least one record', {
      spec: 'BOLT 12 Signature Calculation',
      rule: 'A2.2',
    })
  }
  const { leaf: leafOf, branch: branchOf } = treeHasher()
  const nonceOf = nonces(signed)
  const leaves = signed.map((record): MerkleLeaf => {
    const leaf = leafOf(record.bytes)
    const nonce = nonceOf(record)
    return { record, leaf, nonce, hash: branchOf(leaf, nonce) }
  })
  let level: MerkleNode[] = leaves.map(({ hash }, i) => ({ hash, first: i, last: i }))
  while (level.length > 1) {
    const next: MerkleNode[] = []
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i]!
      const right = level[i + 1]
      if (right === undefined) {
        next.push(left) // the odd one goes up as it is (rule A2.4)
        continue
      }
      next.push({ hash: branchOf(left.hash, right.hash), first: left.first, last: right.last, left, right })
    }
    level = next
  }
  const root = level[0]!
  return { leaves, branches: innerNodes(root), root }
}

function innerNodes(node: MerkleNode): readonly MerkleNode[] {
  if (!node.left || !node.right) return []
  return [...innerNodes(node.left), ...innerNodes(node.right), node]
}

/**
 * The root of the merkle tree of a stream.
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function merkleRoot(records: readonly TlvRecord[]): Uint8Array {
  return merkleTree(records).root.hash
}

/**
 * The id of an offer: SHA-256 of its records, wherever they stand (an invoice holds copies of them). The specification
 * knows no such id; this is the one that CLN prints and takes. LDK and Eclair derive theirs from the merkle root, each in
 * its own way.
 * @returns 32 bytes, or undefined when there is no record of an offer
 */
export function offerId(records: readonly TlvRecord[]): Uint8Array | undefined {
  const own = recordsIn(records, OFFER_RANGES)
  return own.length === 0 ? undefined : sha256(joinRecords(own))
}
