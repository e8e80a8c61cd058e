import { ascii } from '../base/bytes.js'
import { taggedHash } from '../crypto/hash.js'
import { schnorrSign, schnorrVerify } from '../crypto/schnorr.js'
import type { TlvRecord } from '../wire/tlv.js'
import { merkleRoot } from './merkle.js'

/** Who signs what: the message, and the record that holds the signature (rule A2.5). */
export type SignatureOf =
  | readonly [message: 'invoice_request', field: 'signature']
  | readonly [message: 'invoice', field: 'signature']
  | readonly [message: 'payer_proof', field: 'proof_signature']

/**
 * `aux` for signatures that must come out the same each time, as those of the published vectors do (rule A2.7). Production
 * passes 32 random bytes: they protect the key where the machine leaks or errs.
 */
export const DETERMINISTIC_AUX: Uint8Array = /* @__PURE__ */ new Uint8Array(32)

/** What is signed, as far as its tag goes: names of a message and of the field that holds the signature. */
export type SignatureNames = readonly [message: string, field: string]

/** The tag of a signature's hash: `lightninginvoicesignature`. */
export function signatureTag([message, field]: SignatureNames): string {
  return `lightning${message}${field}`
}

/** The 32 bytes that are signed for a merkle root. */
export function signatureHash(of: SignatureNames, root: Uint8Array): Uint8Array {
  return taggedHash(ascii(signatureTag(of)), root)
}

/**
 * Signs the records of a message (signature elements among them do not count). A secret whose point has an odd Y signs
 * negated (rule A2.6).
 * @param secret 32 bytes
 * @param aux 32 random bytes, or `DETERMINISTIC_AUX`
 * @returns 64 bytes for the record of `of`
 * @throws LnoError `BAD_SECRET`, `MERKLE_NO_RECORDS`
 */
export function signRecords(
  of: SignatureOf,
  records: readonly TlvRecord[],
  secret: Uint8Array,
  aux: Uint8Array,
): Uint8Array {
  return schnorrSign(signatureHash(of, merkleRoot(records)), secret, aux)
}

/**
 * True when `signature` is the point's over the records. Keys are compared elsewhere, as 33 bytes: here only the x
 * coordinate counts, so that 02… and 03… verify alike (rule A2.6).
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function verifyRecords(
  of: SignatureOf,
  records: readonly TlvRecord[],
  signature: Uint8Array,
  point: Uint8Array,
): boolean {
  return schnorrVerify(signature, signatureHash(of, merkleRoot(records)), point)
}
