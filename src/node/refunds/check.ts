import { INVOICE_REQUEST, type InvoiceRequestMessage, isStandalone } from '../../bolt12/invoice-request.js'
import { INVOICE_REQUEST_RULES } from '../../bolt12/rules/invoice-request.js'
import { errorOf, judge, type ReadContext } from '../../bolt12/rules/rule.js'
import { refundsError } from './codes.js'

/**
 * Whether an invoice for a stand-alone invoice_request may be made by this reader, now (BOLT 12, "Requirements For Invoice
 * Requests"). What BOLT 12 does not let its writer set and lets its reader show (`offer_amount`, `offer_currency`,
 * `offer_metadata`, a good signature) is no reason to refuse it.
 * @throws LnoError `REFUND_ANSWERS_OFFER`, `REFUND_EXPIRED`, or the code of the first rule that it breaks:
 *   `INVREQ_CHAIN_UNSUPPORTED`, `INVREQ_FEATURE_UNKNOWN`, …
 */
export function checkRefund(request: InvoiceRequestMessage, context: ReadContext): void {
  if (!isStandalone(request)) {
    throw refundsError('REFUND_ANSWERS_OFFER', 'this invoice_request answers an offer, it offers no money by itself')
  }
  for (const rule of INVOICE_REQUEST_RULES) {
    const issue = judge(rule, request, INVOICE_REQUEST, context).issues[0]
    if (issue !== undefined) throw errorOf(issue)
  }
  const { offer_absolute_expiry: expiry } = request.fields
  if (expiry !== undefined && context.now > expiry) {
    throw refundsError('REFUND_EXPIRED', `it expired ${context.now - expiry} seconds ago`, {
      path: ['offer_absolute_expiry'],
    })
  }
}
