import type { TlvRecord } from '../../wire/tlv.js'
import { treeHasher } from '../merkle.js'
import type { PayerProofMessage } from '../payer-proof.js'
import { areMarkersGood, isShown } from './markers.js'

/** The records of the invoice that a proof shows. */
export function shownRecords({ records }: Pick<PayerProofMessage, 'records'>): readonly TlvRecord[] {
  return records.filter(({ type }) => isShown(type))
}

/** Their types. */
export function shownTypes(proof: Pick<PayerProofMessage, 'records'>): ReadonlySet<bigint> {
  return new Set(shownRecords(proof).map(({ type }) => type))
}

/** The leaves of the invoice in their order: the record where it is shown, undefined where it is hidden. */
export type Leaves = readonly (TlvRecord | undefined)[]

/**
 * Where the shown records stand among the hidden ones. A marker lies between the types of its neighbours as the hidden
 * type did, so that both lists merge by number; in front of them comes type 0, which every proof hides (rule PP12).
 * @returns undefined when the markers are no good: then there is no telling
 */
export function leavesOf(proof: Pick<PayerProofMessage, 'fields' | 'records'>): Leaves | undefined {
  const markers = proof.fields.proof_omitted_tlvs ?? []
  if (!areMarkersGood(markers, shownTypes(proof))) return undefined
  const leaves: (TlvRecord | undefined)[] = [undefined]
  let next = 0
  for (const record of shownRecords(proof)) {
    for (; next < markers.length && markers[next]! < record.type; next++) leaves.push(undefined)
    leaves.push(record)
  }
  for (; next < markers.length; next++) leaves.push(undefined)
  return leaves
}

/** How one part of the tree is seen. */
type Part<T> = T | undefined

/**
 * Folds the tree over `leaves` from the bottom: pairs left to right, an odd one goes up as it is (rule A2.4), which puts
 * the largest power of two below their number on the left. `join` sees both sides before the node above them does.
 */
function fold<T>(
  leaves: readonly Part<T>[],
  join: (left: Part<T>, right: Part<T>) => Part<T>,
  from = 0,
  to = leaves.length,
): Part<T> {
  if (to - from <= 1) return leaves[from]
  let half = 1
  while (half * 2 < to - from) half *= 2
  const left = fold(leaves, join, from, from + half)
  const right = fold(leaves, join, from + half, to)
  return left === undefined && right === undefined ? undefined : join(left, right)
}

/** How many hashes the proof must hold for the parts of the tree in which all is hidden (rule PP11). */
export function missingCount(leaves: Leaves): number {
  let count = 0
  fold<TlvRecord>(leaves, (left, right) => {
    if (left === undefined || right === undefined) count++
    return left ?? right
  })
  return count
}

/**
 * The merkle root of the invoice, from what a proof shows of it (rule PP12).
 * @returns undefined when the proof does not hold what is needed, no more and no less
 */
export function invoiceRoot(proof: Pick<PayerProofMessage, 'fields' | 'records'>): Uint8Array | undefined {
  const { proof_leaf_hashes: nonces, proof_missing_hashes: missing } = proof.fields
  const leaves = leavesOf(proof)
  if (leaves === undefined || nonces === undefined || missing === undefined) return undefined
  if (nonces.length !== shownRecords(proof).length || missing.length !== missingCount(leaves)) return undefined
  let nonce = 0
  let hidden = 0
  const { leaf, branch } = treeHasher()
  const hashes = leaves.map((record) => record && branch(leaf(record.bytes), nonces[nonce++]!))
  return fold(hashes, (left, right) => branch(left ?? missing[hidden++]!, right ?? missing[hidden++]!))
}
