import { isLnoError } from '../../base/error.js'
import { decodeInvoice } from '../../bolt12/decode.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { Issue } from '../../bolt12/rules/rule.js'
import { type InvoiceCounterpart, verifyInvoiceFor } from '../../bolt12/verify-invoice.js'

/** An invoice that may be taken, or why not. */
export type InvoiceVerdict =
  | { readonly invoice: InvoiceMessage; readonly issues: readonly [] }
  | { readonly invoice: undefined; readonly issues: readonly Issue[] }

/** Reads what claims to be the invoice for a request, and holds it against all that was asked for. Never throws for bytes. */
export function judgeInvoice(value: Uint8Array, counterpart: InvoiceCounterpart): InvoiceVerdict {
  try {
    // The signature is one of the things that are verified; twice would cost twice.
    const invoice = decodeInvoice(value, { verifySignature: false })
    const { ok, issues } = verifyInvoiceFor(counterpart, invoice)
    return ok ? { invoice, issues: [] } : { invoice: undefined, issues }
  } catch (error) {
    if (!isLnoError(error)) throw error
    const { code, message, rule } = error
    return { invoice: undefined, issues: [{ code, message, layer: 'rules', ...(rule && { rule }) }] }
  }
}
