import type { InvoiceErrorMessage } from '../invoice-error.js'
import type { Rule } from './rule.js'

/**
 * What makes a reader drop an invoice_error. BOLT 12 leaves its reader open; decided here: one without a reason is none.
 * An unknown even type is refused by the TLV layer, as everywhere; over which path it came is the messenger's business.
 * A suggested value is shown and never acted upon (rule ER1).
 */
export const INVOICE_ERROR_RULES: readonly Rule<InvoiceErrorMessage>[] = [
  {
    id: 'ER1',
    code: 'INVOICE_ERROR_EMPTY',
    phase: 'form',
    field: 'error',
    check: ({ fields }) => (fields.error ? undefined : 'the invoice_error gives no reason'),
  },
]
