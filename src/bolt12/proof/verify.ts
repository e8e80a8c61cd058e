import { inspect } from '../inspect.js'
import type { PayerProof, PayerProofMessage } from '../payer-proof.js'
import type { Issue } from '../rules/rule.js'
import { isShown } from './markers.js'
import type { ProofField } from './preview.js'
import { fieldName } from './selection.js'

/** What came of a proof. */
export interface VerifiedProof {
  /** True when it proves that `payerId` paid an invoice of `nodeId` that has the fields shown. */
  readonly ok: boolean
  /** Every reason not to believe it. */
  readonly issues: readonly Issue[]
  /** All that could be read. Believe nothing of it unless `ok`. */
  readonly fields: PayerProof
  /** The fields of the invoice that the proof shows. */
  readonly revealed: readonly Omit<ProofField, 'mandatory'>[]
  /** The key that asked for the invoice and signed the proof, 33 bytes. */
  readonly payerId: Uint8Array | undefined
  /** The key that signed the invoice, 33 bytes. Whose it is, only the verifier can know. */
  readonly nodeId: Uint8Array | undefined
  /** The payer's words, exactly as signed; escape them before they are displayed. */
  readonly note: string | undefined
}

/**
 * Verifies a payer proof offline (rules PP7-PP13): its parts, the preimage, the invoice's signature over the merkle root
 * that they lead to, and the payer's signature. Never throws for what it is given.
 *
 * What it cannot say: whether `nodeId` belongs to the one who was to be paid, and whether who shows the proof is the payer;
 * for that, ask for a note of your choosing. Nor does it bind how many fields are hidden between which others: siblings in
 * the tree may change places, so that markers are the payer's word alone.
 * @param proof string, TLV stream or message; of a message the bytes count
 */
export function verifyPayerProof(proof: string | Uint8Array | PayerProofMessage): VerifiedProof {
  const input = typeof proof === 'string' || proof instanceof Uint8Array ? proof : proof.bytes
  const { kind, fields, records, issues } = inspect(input, { as: 'payer_proof' })
  const ours: PayerProof = kind === 'payer_proof' ? fields : {}
  return {
    ok: kind === 'payer_proof' && issues.length === 0,
    issues,
    fields: ours,
    revealed: records
      .filter(({ type }) => isShown(type))
      .map(({ type, value }) => ({ name: fieldName(type), type, value })),
    payerId: ours.invreq_payer_id,
    nodeId: ours.invoice_node_id,
    note: ours.proof_note,
  }
}
