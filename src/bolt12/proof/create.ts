import { equalBytes } from '../../base/bytes.js'
import { publicKey } from '../../crypto/group.js'
import { sha256 } from '../../crypto/hash.js'
import { encodeRecords, joinRecords } from '../../wire/tlv.js'
import { decodePayerProof } from '../decode.js'
import { type PayerProofMessage, PROOF_FIELDS } from '../payer-proof.js'
import { signRecords } from '../signature.js'
import { encodeString } from '../string.js'
import { disclose } from './disclosure.js'
import { type ProofSelection, refuse, shownOf } from './selection.js'

/** What a proof is made of. */
export interface PayerProofOptions extends ProofSelection {
  /** What the payment revealed, 32 bytes; its SHA-256 is the payment hash. */
  readonly preimage: Uint8Array
  /** The secret of `invreq_payer_id`, 32 bytes (rule PP6). */
  readonly payerKey: Uint8Array
  /** To whom the proof is for, such as a challenge of theirs: it keeps a proof from being passed on as somebody else's. */
  readonly note?: string
  /** 32 random bytes, or `DETERMINISTIC_AUX`. */
  readonly aux: Uint8Array
}

/**
 * A proof that the holder of `payerKey` paid an invoice, which shows no more of it than was chosen (BOLT 12, "Payer
 * Proofs", rules PP1-PP6). The metadata of the request is never shown; see `previewPayerProof` for what is. The result is
 * verified before it is returned, so that neither a bad invoice nor a faulty signature leaves.
 * @returns the message, and its string (`lnp1…`) in lower case
 * @throws LnoError `PROOF_OPTIONS` naming option and rule, `BAD_SECRET`, or the code under which a reader would refuse the
 *   proof (`PROOF_INVOICE_BAD_SIGNATURE`)
 */
export function createPayerProof(options: PayerProofOptions): {
  readonly proof: PayerProofMessage
  readonly text: string
} {
  const { invoice, preimage, payerKey, note } = options
  const { invreq_payer_id: payer, invoice_payment_hash: hash, signature } = invoice.fields
  if (payer === undefined || hash === undefined || signature === undefined) {
    refuse('invoice', 'the invoice has no payer, payment hash or signature', 'PP2')
  }
  if (invoice.records[0]?.type !== 0n) {
    // A reader takes for granted that the first leaf is type 0 (rule PP12): no proof of such an invoice can be read.
    refuse('invoice', 'the invoice does not begin with the metadata of a request', 'PP1')
  }
  const shown = shownOf(options)
  if (!equalBytes(sha256(preimage), hash)) refuse('preimage', 'it is not that of the payment hash', 'PP8')
  if (!equalBytes(publicKey(payerKey), payer)) refuse('payerKey', 'it is not that of invreq_payer_id', 'PP6')
  const disclosure = disclose(invoice.records, (type) => shown.has(type))
  const fields = {
    proof_preimage: preimage,
    ...(disclosure.markers.length > 0 && { proof_omitted_tlvs: disclosure.markers }), // rule PP5
    proof_missing_hashes: disclosure.missingHashes,
    proof_leaf_hashes: disclosure.leafHashes,
    ...(note !== undefined && { proof_note: note }),
  }
  const copied = [...disclosure.shown, ...invoice.records.filter(({ type }) => type === 240n)]
  const unsigned = encodeRecords(PROOF_FIELDS, fields, copied)
  const proof_signature = signRecords(['payer_proof', 'proof_signature'], unsigned, payerKey, options.aux)
  const bytes = joinRecords(encodeRecords(PROOF_FIELDS, { proof_signature }, unsigned))
  return { proof: decodePayerProof(bytes), text: encodeString('lnp', bytes) }
}
