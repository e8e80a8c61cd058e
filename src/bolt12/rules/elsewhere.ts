import type { Kind } from '../layout.js'
import { INVOICE_MATCH_RULES } from './invoice-match.js'
import { REQUEST_MATCH_RULES } from './request-match.js'
import type { RuleInfo } from './rule.js'

/** A rule that a message alone cannot show to be kept or broken. */
export type ElsewhereRule = Pick<RuleInfo, 'id' | 'field'> & { readonly phase: 'match' }

/** What is judged where the counterpart is known; `inspect` lists them, so that nobody takes silence for a yes. */
export const ELSEWHERE: Readonly<Record<Kind, readonly ElsewhereRule[]>> = {
  offer: [
    { id: 'OR11', phase: 'match', field: 'offer_currency' },
    { id: 'OR12', phase: 'match', field: 'offer_paths' },
    { id: 'OR13', phase: 'match' },
  ],
  invoice_request: REQUEST_MATCH_RULES,
  invoice: INVOICE_MATCH_RULES,
  invoice_error: [],
  payer_proof: [],
}
