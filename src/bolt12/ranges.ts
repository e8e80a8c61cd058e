import type { TlvRecord } from '../wire/tlv.js'

/** First and last type of a range, both in it. */
export type TypeRange = readonly [first: bigint, last: bigint]

/** Signature elements: they stand in the stream, but not in its merkle tree (rule A2.2). */
export const SIGNATURE_RANGE: TypeRange = [240n, 1000n]

/** Types of an offer (rule T8); also those that a request copies. */
export const OFFER_RANGES: readonly TypeRange[] = [
  [1n, 79n],
  [1_000_000_000n, 1_999_999_999n],
]

/** Types of a request that its invoice must repeat: all but signatures (rule IR7). */
export const MIRRORED_RANGES: readonly TypeRange[] = [
  [0n, 159n],
  [1_000_000_000n, 2_999_999_999n],
]

/** Types of an invoice_request (rule T8). */
export const INVREQ_RANGES: readonly TypeRange[] = [
  [0n, 159n],
  [240n, 1000n],
  [1_000_000_000n, 2_999_999_999n],
]

/** Types of an invoice (rule T8). Only the text on payer proofs states those from 3 000 000 000 on; LDK uses them. */
export const INVOICE_RANGES: readonly TypeRange[] = [
  [0n, 239n],
  [240n, 1000n],
  [1_000_000_000n, 3_999_999_999n],
]

/** Types of a payer_proof: those of an invoice, and what a proof adds, or may add later, of its own (rules T8, PP12). */
export const PROOF_RANGES: readonly TypeRange[] = [[0n, 3_999_999_999n]]

/** True when `type` lies in one of the ranges. */
export function inRanges(type: bigint, ranges: readonly TypeRange[]): boolean {
  return ranges.some(([first, last]) => type >= first && type <= last)
}

/** True for a signature element (rule A2.2). */
export function isSignatureType(type: bigint): boolean {
  return type >= SIGNATURE_RANGE[0] && type <= SIGNATURE_RANGE[1]
}

/** The records whose types lie in the ranges, as they are. */
export function recordsIn(records: readonly TlvRecord[], ranges: readonly TypeRange[]): readonly TlvRecord[] {
  return records.filter((record) => inRanges(record.type, ranges))
}
