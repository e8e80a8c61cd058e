import { toHex } from '../../../src/base/hex.js'
import { encodeString } from '../../../src/bolt12/string.js'
import { ALICE, PAYER, PREIMAGE } from './cast.js'
import { invalidInvoices } from './invoices-invalid.js'
import { validInvoices } from './invoices-valid.js'
import { AMOUNT, asked, type InvoiceLine, type InvoiceSpec, invoiceBytes } from './make-invoice.js'
import { OPEN, offerString } from './offers.js'
import { type About, contextOf, shown, type Written, written } from './vector.js'

function vector(about: About, spec: InvoiceSpec): Written {
  const { request = {}, standalone, signer = ALICE.secret, context = {}, expect, text } = spec
  const stream = asked(spec)
  const bytes = invoiceBytes(spec, stream)
  const { offer = OPEN, signer: payer = PAYER.secret } = request
  return written(about, {
    ...shown('lni', bytes, text?.(bytes)),
    ...(standalone === undefined && { offer: offerString(offer) }),
    invoice_request: encodeString('lnr', stream),
    context: contextOf({
      arrived_on: standalone ? 'no_path' : 'reply_path',
      authorised_msat: AMOUNT,
      ...context,
    }),
    ...(expect && { expect }),
    keys: {
      ...(about.valid && signer instanceof Uint8Array && { signer: toHex(signer) }),
      ...(payer instanceof Uint8Array && !standalone && { payer: toHex(payer) }),
      preimage: toHex(PREIMAGE),
    },
  })
}

/** `invoice-test.json`. */
export function invoiceVectors(): readonly Written[] {
  const of =
    (valid: boolean) =>
    ([rule, description, spec = {}, more]: InvoiceLine) =>
      vector({ description, valid, rule, ...more }, spec)
  return [...validInvoices().map(of(true)), ...invalidInvoices().map(of(false))]
}
