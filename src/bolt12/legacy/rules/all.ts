import { LEGACY } from '../dialect.js'
import { LEGACY_INVOICE_RULES } from './invoice.js'
import { LEGACY_INVOICE_MATCH_RULES } from './invoice-match.js'
import { legacyInvoiceRequestRules } from './invoice-request.js'
import { LEGACY_OFFER_RULES } from './offer.js'
import { LEGACY_REQUEST_MATCH_RULES } from './request-match.js'
import { LEGACY_SENT_INVOICE_RULES } from './sent-invoice-match.js'

/** Every rule of the form of 2021 with its code, for who explains them. */
export function allLegacyRules(): readonly { readonly id: string; readonly code: string }[] {
  return [
    { id: 'L2', code: 'LEGACY_BAD_KEY' },
    ...LEGACY_OFFER_RULES,
    ...legacyInvoiceRequestRules(LEGACY),
    ...LEGACY_INVOICE_RULES,
    ...LEGACY_REQUEST_MATCH_RULES,
    ...LEGACY_INVOICE_MATCH_RULES,
    ...LEGACY_SENT_INVOICE_RULES,
  ]
}
