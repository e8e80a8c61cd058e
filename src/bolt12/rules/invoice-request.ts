import type { InvoiceRequestMessage } from '../invoice-request.js'
import { INVREQ_RANGES } from '../ranges.js'
import { rangeRule, signatureRule } from './common.js'
import type { Rule } from './rule.js'

/** What makes a reader refuse an invoice_request. */
export const INVOICE_REQUEST_RULES: readonly Rule<InvoiceRequestMessage>[] = [
  /* @__PURE__ */ rangeRule('RR2', 'INVREQ_TYPE_OUT_OF_RANGE', 'an invoice_request', INVREQ_RANGES),
  /* @__PURE__ */ signatureRule('RR4', 'INVREQ_BAD_SIGNATURE', ['invoice_request', 'signature'], 'invreq_payer_id'),
]
