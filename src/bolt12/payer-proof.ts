import { array, bigsize, bip340sig, bytes, hash256, utf8 } from '../wire/codec.js'
import { field, type Partially, type TlvStream } from '../wire/tlv.js'
import { INVOICE_FIELDS } from './invoice.js'
import { INVREQ_FIELDS, SIGNATURE } from './invoice-request.js'
import { OFFER } from './offer.js'

/** What a payer_proof adds to the invoice fields that it reveals. */
export const PROOF_FIELDS = {
  /** The payer's BIP-340 signature of the proof itself, 64 bytes. */
  proof_signature: /* @__PURE__ */ field(241n, bip340sig),
  /** The preimage that the payment revealed. */
  proof_preimage: /* @__PURE__ */ field(1001n, /* @__PURE__ */ bytes(32)),
  /** One marker for each hidden record of the invoice, type 0 apart. */
  proof_omitted_tlvs: /* @__PURE__ */ field(1002n, /* @__PURE__ */ array(bigsize)),
  /** Hashes of the parts of the invoice's tree in which all is hidden. */
  proof_missing_hashes: /* @__PURE__ */ field(1003n, /* @__PURE__ */ array(hash256)),
  /** Nonce hashes of the records that are shown. */
  proof_leaf_hashes: /* @__PURE__ */ field(1004n, /* @__PURE__ */ array(hash256)),
  /** The payer's words to whom the proof is for. */
  proof_note: /* @__PURE__ */ field(1005n, utf8),
}

/**
 * `payer_proof`, text prefix `lnp`. `invreq_metadata` is read, so that it can be refused by its own rule (PP7): it would
 * tell all nonces.
 */
export const PAYER_PROOF: typeof OFFER &
  typeof INVREQ_FIELDS &
  typeof INVOICE_FIELDS &
  typeof SIGNATURE &
  typeof PROOF_FIELDS = /* @__PURE__ */ Object.assign({}, OFFER, INVREQ_FIELDS, INVOICE_FIELDS, SIGNATURE, PROOF_FIELDS)

/** The fields of a payer_proof. */
export interface PayerProof extends Partially<typeof PAYER_PROOF> {}

/** A payer_proof as it was received or made. */
export interface PayerProofMessage extends TlvStream<PayerProof> {
  readonly kind: 'payer_proof'
}
