import { equalBytes } from '../../base/bytes.js'
import { toHex } from '../../base/hex.js'
import { sha256 } from '../../crypto/hash.js'
import { schnorrVerify } from '../../crypto/schnorr.js'
import type { Bolt12Code } from '../codes.js'
import type { PayerProofMessage } from '../payer-proof.js'
import { areMarkersListed, faultyMarker, type MarkerFault } from '../proof/markers.js'
import { invoiceRoot, leavesOf, missingCount, shownRecords, shownTypes } from '../proof/rebuild.js'
import { PROOF_RANGES } from '../ranges.js'
import { signatureHash, verifyRecords } from '../signature.js'
import { presentRule, rangeRule } from './common.js'
import type { FormRule, Rule } from './rule.js'

/** One rule for each way in which markers can be wrong; gaps are looked for where nothing else is wrong (rule PP9). */
function markers(code: Bolt12Code, fault: MarkerFault, what: string): FormRule<PayerProofMessage> {
  return {
    id: 'PP9',
    code,
    phase: 'form',
    field: 'proof_omitted_tlvs',
    applies: (proof) => {
      const given = proof.fields.proof_omitted_tlvs
      return given !== undefined && (fault !== 'sequence' || areMarkersListed(given, shownTypes(proof)))
    },
    check: (proof) => {
      const given = proof.fields.proof_omitted_tlvs ?? []
      const index = faultyMarker(fault, given, shownTypes(proof))
      return index === undefined
        ? undefined
        : { message: `marker ${given[index]} ${what}`, path: ['proof_omitted_tlvs', index] }
    },
  }
}

/**
 * What makes a reader refuse a payer_proof (BOLT 12, "Payer Proofs"). Each is judged where those that it builds upon hold:
 * a signature says nothing where the root it signs cannot be found. Whether `invoice_node_id` is a key of the one who was
 * to be paid is not for the bytes to say.
 */
export const PAYER_PROOF_RULES: readonly Rule<PayerProofMessage>[] = [
  /* @__PURE__ */ rangeRule('T8', 'PROOF_TYPE_OUT_OF_RANGE', 'a payer proof', PROOF_RANGES),
  {
    id: 'PP7',
    code: 'PROOF_METADATA_SHOWN',
    phase: 'form',
    layer: 'tlv',
    field: 'invreq_metadata',
    check: ({ records }) =>
      records.some(({ type }) => type === 0n) ? 'invreq_metadata is shown, and with it the nonces of all' : undefined,
  },
  /* @__PURE__ */ presentRule('PP7', 'PROOF_PAYER_ID_MISSING', 'invreq_payer_id'),
  /* @__PURE__ */ presentRule('PP7', 'PROOF_PAYMENT_HASH_MISSING', 'invoice_payment_hash'),
  /* @__PURE__ */ presentRule('PP7', 'PROOF_NODE_ID_MISSING', 'invoice_node_id'),
  /* @__PURE__ */ presentRule('PP7', 'PROOF_INVOICE_SIGNATURE_MISSING', 'signature'),
  /* @__PURE__ */ presentRule('PP7', 'PROOF_SIGNATURE_MISSING', 'proof_signature'),
  /* @__PURE__ */ presentRule('PP7', 'PROOF_PREIMAGE_MISSING', 'proof_preimage'),
  /* @__PURE__ */ presentRule('PP7', 'PROOF_MISSING_HASHES_MISSING', 'proof_missing_hashes'),
  /* @__PURE__ */ presentRule('PP7', 'PROOF_LEAF_HASHES_MISSING', 'proof_leaf_hashes'),
  {
    id: 'PP8',
    code: 'PROOF_PREIMAGE_WRONG',
    phase: 'form',
    field: 'proof_preimage',
    reads: ['invoice_payment_hash'],
    applies: ({ fields }) => fields.proof_preimage !== undefined && fields.invoice_payment_hash !== undefined,
    check({ fields: { proof_preimage: preimage, invoice_payment_hash: hash } }) {
      if (preimage === undefined || hash === undefined) return undefined
      const made = sha256(preimage)
      return equalBytes(made, hash) ? undefined : `the hash of the preimage is ${toHex(made)}, not the payment hash`
    },
  },
  /* @__PURE__ */ markers('PROOF_MARKERS_NOT_ASCENDING', 'order', 'is not above the one in front of it'),
  /* @__PURE__ */ markers('PROOF_MARKER_ZERO', 'zero', 'stands for metadata, which has none'),
  /* @__PURE__ */ markers('PROOF_MARKER_OUT_OF_RANGE', 'range', 'is no type of an invoice'),
  /* @__PURE__ */ markers('PROOF_MARKER_SHOWN', 'shown', 'is the type of a field that is shown'),
  /* @__PURE__ */ markers('PROOF_MARKER_NOT_SEQUENTIAL', 'sequence', 'follows neither a marker nor a field'),
  {
    id: 'PP10',
    code: 'PROOF_LEAF_HASHES_COUNT',
    phase: 'form',
    field: 'proof_leaf_hashes',
    applies: ({ fields }) => fields.proof_leaf_hashes !== undefined,
    check(proof) {
      const [hashes, shown] = [proof.fields.proof_leaf_hashes?.length ?? 0, shownRecords(proof).length]
      return hashes === shown ? undefined : `${hashes} nonce hashes for ${shown} fields of the invoice`
    },
  },
  {
    id: 'PP11',
    code: 'PROOF_MISSING_HASHES_COUNT',
    phase: 'form',
    field: 'proof_missing_hashes',
    reads: ['proof_omitted_tlvs'],
    applies: (proof) => proof.fields.proof_missing_hashes !== undefined && leavesOf(proof) !== undefined,
    check(proof) {
      const given = proof.fields.proof_missing_hashes?.length ?? 0
      const wanted = missingCount(leavesOf(proof) ?? [])
      return given === wanted ? undefined : `${given} hashes for the ${wanted} hidden parts of the tree`
    },
  },
  {
    id: 'PP12',
    code: 'PROOF_INVOICE_BAD_SIGNATURE',
    phase: 'signature',
    field: 'signature',
    reads: ['invoice_node_id', 'proof_omitted_tlvs', 'proof_missing_hashes', 'proof_leaf_hashes'],
    applies: (proof) =>
      proof.fields.signature !== undefined &&
      proof.fields.invoice_node_id !== undefined &&
      invoiceRoot(proof) !== undefined,
    check(proof) {
      const { signature, invoice_node_id: point } = proof.fields
      const root = invoiceRoot(proof)
      if (signature === undefined || point === undefined || root === undefined) return undefined
      return schnorrVerify(signature, signatureHash(['invoice', 'signature'], root), point)
        ? undefined
        : 'the signature is not that of invoice_node_id over the invoice of these fields'
    },
  },
  {
    id: 'PP13',
    code: 'PROOF_BAD_SIGNATURE',
    phase: 'signature',
    field: 'proof_signature',
    reads: ['invreq_payer_id'],
    applies: ({ fields }) => fields.proof_signature !== undefined && fields.invreq_payer_id !== undefined,
    check({ fields: { proof_signature: signature, invreq_payer_id: point }, records }) {
      if (signature === undefined || point === undefined) return undefined
      return verifyRecords(['payer_proof', 'proof_signature'], records, signature, point)
        ? undefined
        : 'the signature of the proof is not that of invreq_payer_id'
    },
  },
]
