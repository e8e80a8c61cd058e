import type { CodeText } from '../../base/error.js'

/** Codes of payer proofs: what a reader refuses, then what a writer does. */
export const PROOF_CODES = {
  PROOF_TYPE_OUT_OF_RANGE: {
    meaning: 'The proof holds a record of a type that no invoice and no proof has.',
    advice: 'Its writer must copy records of the invoice only.',
  },
  PROOF_PAYER_ID_MISSING: {
    meaning: 'The proof does not say which key paid.',
    advice: 'Without invreq_payer_id it proves nothing about anybody; ask for a whole one.',
  },
  PROOF_PAYMENT_HASH_MISSING: {
    meaning: 'The proof does not show the payment hash of the invoice.',
    advice: 'Without invoice_payment_hash the preimage proves nothing; ask for a whole one.',
  },
  PROOF_NODE_ID_MISSING: {
    meaning: 'The proof does not show the key that signed the invoice.',
    advice: 'Without invoice_node_id nobody can say who was paid; ask for a whole one.',
  },
  PROOF_INVOICE_SIGNATURE_MISSING: {
    meaning: 'The proof does not hold the signature of the invoice.',
    advice: 'Without it the fields could be made up; ask for a whole one.',
  },
  PROOF_SIGNATURE_MISSING: {
    meaning: 'The payer did not sign the proof.',
    advice: 'Anybody who saw the invoice and the preimage could have made it; ask for one with proof_signature.',
  },
  PROOF_PREIMAGE_MISSING: {
    meaning: 'The proof does not hold the preimage of the payment.',
    advice: 'Without it nothing was shown to be paid; ask for a whole one.',
  },
  PROOF_MISSING_HASHES_MISSING: {
    meaning: 'The proof does not hold the hashes that stand for the hidden fields.',
    advice:
      'At least the metadata of the request is always hidden, so that there is always one; ask for a whole proof.',
  },
  PROOF_LEAF_HASHES_MISSING: {
    meaning: 'The proof does not hold the nonce hashes of the fields that it shows.',
    advice: 'Without them the merkle root of the invoice cannot be found; ask for a whole proof.',
  },
  PROOF_METADATA_SHOWN: {
    meaning: 'The proof shows the metadata of the request, from which every hidden field can be guessed.',
    advice: 'Its writer must leave type 0 out. Who made it should not pass it on.',
  },
  PROOF_PREIMAGE_WRONG: {
    meaning: 'The preimage is not that of the payment hash: nothing was shown to be paid.',
    advice: 'Do not believe the proof.',
  },
  PROOF_MARKERS_NOT_ASCENDING: {
    meaning: 'The markers of hidden fields do not ascend.',
    advice: 'Its writer must write each once, in ascending order.',
  },
  PROOF_MARKER_ZERO: {
    meaning: 'There is a marker for type 0, which is hidden in every proof.',
    advice: 'Its writer must begin with 1.',
  },
  PROOF_MARKER_OUT_OF_RANGE: {
    meaning: 'A marker stands for a type that no invoice can have.',
    advice: 'Markers lie between 1 and 239, or between 1000000000 and 3999999999.',
  },
  PROOF_MARKER_SHOWN: {
    meaning: 'A marker has the number of a field that is shown.',
    advice: 'A field is hidden or shown; its writer must number the hidden ones otherwise.',
  },
  PROOF_MARKER_NOT_SEQUENTIAL: {
    meaning: 'A marker is not the number behind the marker, or the field, in front of it.',
    advice: 'Other numbers would tell something about the hidden types; its writer must count without gaps.',
  },
  PROOF_LEAF_HASHES_COUNT: {
    meaning: 'There are not as many nonce hashes as fields of the invoice that are shown.',
    advice: 'One nonce hash belongs to each of them; the proof was altered or badly made.',
  },
  PROOF_MISSING_HASHES_COUNT: {
    meaning: 'There are too few or too many hashes for the hidden parts of the tree.',
    advice: 'One hash belongs to each hidden part; the proof was altered or badly made.',
  },
  PROOF_INVOICE_BAD_SIGNATURE: {
    meaning: 'The invoice that the proof shows was not signed by the key that it names.',
    advice: 'Do not believe the proof: a field, a hash or the signature was altered or made up.',
  },
  PROOF_BAD_SIGNATURE: {
    meaning: 'The proof was not signed by the key that asked for the invoice.',
    advice: 'Do not believe the proof: somebody else made or altered it.',
  },
  PROOF_OPTIONS: {
    meaning: 'What was given does not make a payer proof that a reader accepts.',
    advice: 'The message names the option and the rule.',
  },
} as const satisfies Record<string, CodeText>
export type ProofCode = keyof typeof PROOF_CODES
