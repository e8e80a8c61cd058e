import { schnorrSign, schnorrVerify } from '../../crypto/schnorr.js'
import type { TlvRecord } from '../../wire/tlv.js'
import { signatureHash } from '../signature.js'
import type { RequestTag } from './dialect.js'
import { fromXOnly } from './keys.js'
import { legacyMerkleRoot } from './merkle.js'

/** Who signs what in the form of 2021: the message, and the name of the field in the tag. */
export type LegacySignatureOf =
  | readonly [message: 'offer', field: 'signature']
  | readonly [message: 'invoice_request', field: RequestTag]
  | readonly [message: 'invoice', field: 'signature' | 'refund_signature']

/** Type of the record in which the receiver of a refund signs. */
const REFUND_SIGNATURE = 52n

/** The records that a signature is over: those of types 240 to 1000 are left out by the tree itself. */
function signedRecords([, field]: LegacySignatureOf, records: readonly TlvRecord[]): readonly TlvRecord[] {
  // No signature can sign itself. This one was never seen on a wire: the order, first it and then the invoice's own, is
  // what the type numbers leave possible.
  return field === 'refund_signature' ? records.filter(({ type }) => type !== REFUND_SIGNATURE) : records
}

/** The 32 bytes that are signed. @throws LnoError `MERKLE_NO_RECORDS` */
function hashOf(of: LegacySignatureOf, records: readonly TlvRecord[]): Uint8Array {
  return signatureHash(of, legacyMerkleRoot(signedRecords(of, records)))
}

/**
 * Signs the records of a message of 2021.
 * @param secret 32 bytes
 * @param aux 32 random bytes, or `DETERMINISTIC_AUX`
 * @throws LnoError `BAD_SECRET`, `MERKLE_NO_RECORDS`
 */
export function signLegacy(
  of: LegacySignatureOf,
  records: readonly TlvRecord[],
  secret: Uint8Array,
  aux: Uint8Array,
): Uint8Array {
  return schnorrSign(hashOf(of, records), secret, aux)
}

/**
 * True when `signature` is that of the key over the records.
 * @param key x coordinate, 32 bytes
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function verifyLegacy(
  of: LegacySignatureOf,
  records: readonly TlvRecord[],
  signature: Uint8Array,
  key: Uint8Array,
): boolean {
  return signedAs([of], records, signature, key) !== undefined
}

/**
 * The first of several meanings that a signature by the key has; undefined when it has none of them. The tree is hashed once
 * for all of them: of a stream full of records that costs far more than what follows.
 * @throws LnoError `MERKLE_NO_RECORDS`
 */
export function signedAs<S extends LegacySignatureOf>(
  all: readonly S[],
  records: readonly TlvRecord[],
  signature: Uint8Array,
  key: Uint8Array,
): S | undefined {
  const roots = new Map<readonly TlvRecord[], Uint8Array>()
  const point = fromXOnly(key)
  return all.find((of) => {
    const signed = signedRecords(of, records)
    const root = roots.get(signed) ?? legacyMerkleRoot(signed)
    roots.set(signed, root)
    return schnorrVerify(signature, signatureHash(of, root), point)
  })
}

/**
 * With which name of its field the signature of a request was made: the first of `tags` that verifies.
 * @returns undefined without key or signature, or when none does
 */
export function requestTagOf(
  {
    fields,
    records,
  }: {
    readonly fields: { readonly signature?: Uint8Array; readonly payer_key?: Uint8Array }
    readonly records: readonly TlvRecord[]
  },
  tags: readonly RequestTag[] = ['payer_signature', 'signature'],
): RequestTag | undefined {
  const { signature, payer_key: key } = fields
  if (signature === undefined || key === undefined) return undefined
  const meanings = tags.map((tag) => ['invoice_request', tag] as const)
  return signedAs(meanings, records, signature, key)?.[1]
}
