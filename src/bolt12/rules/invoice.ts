import type { InvoiceMessage } from '../invoice.js'
import { INVOICE_RANGES } from '../ranges.js'
import { rangeRule, signatureRule } from './common.js'
import type { Rule } from './rule.js'

/** What makes a reader refuse an invoice. */
export const INVOICE_RULES: readonly Rule<InvoiceMessage>[] = [
  /* @__PURE__ */ rangeRule('T8', 'INVOICE_TYPE_OUT_OF_RANGE', 'an invoice', INVOICE_RANGES),
  /* @__PURE__ */ signatureRule('IR10', 'INVOICE_BAD_SIGNATURE', ['invoice', 'signature'], 'invoice_node_id'),
]
