import { ascii, concatBytes } from '../../base/bytes.js'
import { joinRecords, type TlvRecord } from '../../wire/tlv.js'
import { type MerkleTree, merkleTree, type NonceRule, tagged } from '../merkle.js'

const ALL = /* @__PURE__ */ ascii('LnAll')

/** `H("LnAll" ‖ all records, record)`: the whole stream is the tag, so that a leaf is hidden by all that it stands with. */
const byAllRecords: NonceRule = (signed) => {
  const nonceOf = tagged(concatBytes(ALL, joinRecords(signed)))
  return ({ bytes }) => nonceOf(bytes)
}

/**
 * The merkle tree as c-lightning v0.10.1 to v0.12.1 made it: today's, but for the nonces.
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function legacyMerkleTree(records: readonly TlvRecord[]): MerkleTree {
  return merkleTree(records, byAllRecords)
}

/**
 * The root of the merkle tree of a stream of 2021.
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function legacyMerkleRoot(records: readonly TlvRecord[]): Uint8Array {
  return legacyMerkleTree(records).root.hash
}

/**
 * The id by which requests and invoices name an offer: its merkle root, the same with and without a signature.
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function legacyOfferId(records: readonly TlvRecord[]): Uint8Array {
  return legacyMerkleRoot(records)
}

/**
 * The `payment_secret` with which an invoice of 2021 is paid: its merkle root.
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function legacyPaymentSecret({ records }: { readonly records: readonly TlvRecord[] }): Uint8Array {
  return legacyMerkleRoot(records)
}
