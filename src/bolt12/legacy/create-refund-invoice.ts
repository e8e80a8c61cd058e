import { encodeRecords } from '../../wire/tlv.js'
import { chainsOf } from '../chains.js'
import { judgeMatch } from '../rules/rule.js'
import { chainFields } from './chains.js'
import { basicFields, invoiceTable, type LegacyInvoiceBasics, priceInMsat, signedInvoice } from './create-invoice.js'
import { LEGACY } from './dialect.js'
import { LEGACY_INVOICE, type LegacyInvoice, type LegacyInvoiceMessage } from './invoice.js'
import { refuse, refuseBy } from './options.js'
import { LEGACY_SENT_INVOICE_RULES } from './rules/sent-invoice-match.js'
import { signLegacy } from './signature.js'

/** How an invoice that answers an offer to send money is made. */
export interface LegacyRefundInvoiceOptions extends LegacyInvoiceBasics {
  /** Number of items; needed exactly where the offer has a minimum or a maximum. */
  readonly quantity?: bigint
  /** Chain to be paid on, 32 bytes. Default: the first chain of the offer. */
  readonly chain?: Uint8Array
  readonly payerNote?: string
  /** For a refund: the invoice that was paid, and the secret of its `payer_key`, which signs the claim. */
  readonly refunded?: { readonly invoice: LegacyInvoiceMessage; readonly payerKey: Uint8Array }
}

/**
 * The invoice that answers an offer of 2021 to send money (`send_invoice`), a refund among them. These releases were never
 * seen to send one here: what it holds follows from the fields that their readers know.
 * @throws LnoError `LEGACY_OPTIONS` naming the field, or the code of the rule that the options break
 */
export function createLegacyRefundInvoice(options: LegacyRefundInvoiceOptions): LegacyInvoiceMessage {
  const { offer, quantity, refunded, dialect = LEGACY } = options
  const chain = options.chain ?? chainsOf(offer.fields.chains)[0]
  if (chain === undefined) refuse('the offer is for no chain', 'chain')
  const amount = options.amountMsat ?? priceInMsat(offer, quantity)
  const { refund_for } = offer.fields
  const fields: LegacyInvoice = {
    ...basicFields(options, amount),
    ...chainFields(chain, dialect.writesChain),
    quantity,
    payer_note: options.payerNote,
    send_invoice: new Uint8Array(0),
    refund_for,
    ...(refund_for !== undefined &&
      refunded !== undefined && {
        payer_key: refunded.invoice.fields.payer_key,
        payer_info: refunded.invoice.fields.payer_info,
      }),
  }
  const claim =
    refund_for === undefined || refunded === undefined
      ? {}
      : {
          refund_signature: signLegacy(
            ['invoice', 'refund_signature'],
            encodeRecords(invoiceTable(dialect), fields),
            refunded.payerKey,
            options.aux,
          ),
        }
  const invoice = signedInvoice({ ...fields, ...claim }, options)
  const counterpart = { offer, refunded: refunded?.invoice, now: 0n, authorisedMsat: amount }
  refuseBy(judgeMatch(LEGACY_SENT_INVOICE_RULES, invoice, counterpart, LEGACY_INVOICE))
  return invoice
}
