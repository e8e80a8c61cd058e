import { LnoError } from '../../base/error.js'
import type { Bolt12Code } from '../../bolt12/codes.js'
import { decodeInvoice, decodeOffer } from '../../bolt12/decode.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import { kindOf } from '../../bolt12/layout.js'
import type { LegacyCode } from '../../bolt12/legacy/codes.js'
import { decodeLegacyAs } from '../../bolt12/legacy/decode.js'
import { isLegacyString } from '../../bolt12/legacy/form.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { fromPasted } from '../../bolt12/pasted.js'
import { decodeString } from '../../bolt12/string.js'

/** What can be paid. */
export type PayTarget =
  | { readonly kind: 'offer'; readonly offer: OfferMessage }
  | { readonly kind: 'invoice'; readonly invoice: InvoiceMessage }

/**
 * The offer or invoice in what people paste: the string itself, or a URI that holds one. Signatures are verified.
 * @throws LnoError `STRING_WRONG_KIND`, `PAYMENT_UNBLINDED` for the form of 2021, and what the decoders throw
 */
export function readPayTarget(pasted: string): PayTarget {
  const text = fromPasted(pasted)
  const { prefix, bytes } = decodeString(text)
  const kind = kindOf(prefix)
  if (kind !== 'offer' && kind !== 'invoice') {
    const hint = kind === 'invoice_request' ? '; one that stands alone sends money: lno refund claim' : ''
    throw new LnoError('STRING_WRONG_KIND' satisfies Bolt12Code, `${prefix}1… is not paid, it is ${kind}${hint}`)
  }
  if (isLegacyString(text)) {
    decodeLegacyAs(kind, bytes)
    throw new LnoError(
      'PAYMENT_UNBLINDED' satisfies LegacyCode,
      `this ${kind} of 2021 is paid in the clear, to a node id`,
    )
  }
  return kind === 'offer' ? { kind, offer: decodeOffer(text) } : { kind, invoice: decodeInvoice(text) }
}
