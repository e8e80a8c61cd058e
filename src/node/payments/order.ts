import { decodeInvoice } from '../../bolt12/decode.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import { expiresAt } from '../../bolt12/rules/invoice.js'
import { paymentParts, usablePaths } from '../../bolt12/verify-invoice.js'
import type { NewPayment } from '../../payments/step.js'
import { aboutOf } from './about.js'
import { affordable } from './price.js'
import type { StoredIntent } from './record.js'

/** What the wallet is told; of the paths those that are affordable at all. */
export function paymentFor({
  id,
  invoice,
  maxFeeMsat,
  label,
}: Pick<NewPayment, 'id' | 'maxFeeMsat'> & {
  readonly invoice: InvoiceMessage
  readonly label: string | undefined
}): NewPayment {
  const { fields, bytes } = invoice
  const { invoice_amount: amountMsat = 0n, invoice_payment_hash: paymentHash = new Uint8Array(0) } = fields
  return {
    id,
    paymentHash,
    amountMsat,
    maxFeeMsat,
    paths: affordable(usablePaths(invoice), amountMsat, maxFeeMsat).map(({ path }) => path),
    severalParts: paymentParts(invoice) !== 'single',
    expiresAt: expiresAt(fields) ?? 0n,
    about: aboutOf(fields, bytes, label),
    invoice: bytes,
  }
}

/** Unix milliseconds at which the invoice expires. */
export function endOf({ invoice }: StoredIntent): number {
  const end = invoice && expiresAt(decodeInvoice(invoice, { verifySignature: false }).fields)
  return Number(end ?? 0n) * 1000
}
