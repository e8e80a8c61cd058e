import { isLnoError } from '../../base/error.js'
import { decodeInvoice } from '../../bolt12/decode.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { Issue } from '../../bolt12/rules/rule.js'
import { type InvoiceCounterpart, verifyInvoiceFor } from '../../bolt12/verify-invoice.js'

/** Answers to one message that are looked at: its issuer sends one or two, and each costs a signature check. */
export const MAX_ANSWERS = 8

/** An invoice that may be taken, or why not. */
export type Verdict<I> =
  | { readonly invoice: I; readonly issues: readonly [] }
  | { readonly invoice: undefined; readonly issues: readonly Issue[] }

/** Reads what claims to be an invoice, and holds it against all that was asked for. Never throws for bytes. */
export function verdictOf<I>(read: () => I, verify: (invoice: I) => readonly Issue[]): Verdict<I> {
  try {
    const invoice = read()
    const issues = verify(invoice)
    return issues.length === 0 ? { invoice, issues: [] } : { invoice: undefined, issues }
  } catch (error) {
    if (!isLnoError(error)) throw error
    const { code, message, rule } = error
    return { invoice: undefined, issues: [{ code, message, layer: 'rules', ...(rule && { rule }) }] }
  }
}

/** The same for an invoice in today's form. */
export function judgeInvoice(value: Uint8Array, counterpart: InvoiceCounterpart): Verdict<InvoiceMessage> {
  return verdictOf(
    // The signature is one of the things that are verified; twice would cost twice.
    () => decodeInvoice(value, { verifySignature: false }),
    (invoice) => verifyInvoiceFor(counterpart, invoice).issues,
  )
}
