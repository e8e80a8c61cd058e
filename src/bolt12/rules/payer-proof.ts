import type { PayerProofMessage } from '../payer-proof.js'
import type { Rule } from './rule.js'

/** What makes a reader refuse a payer_proof. */
export const PAYER_PROOF_RULES: readonly Rule<PayerProofMessage>[] = []
