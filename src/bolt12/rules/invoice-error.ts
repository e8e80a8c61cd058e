import type { InvoiceErrorMessage } from '../invoice-error.js'
import type { Rule } from './rule.js'

/** What makes a reader drop an invoice_error. */
export const INVOICE_ERROR_RULES: readonly Rule<InvoiceErrorMessage>[] = []
