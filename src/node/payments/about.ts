import { toHex } from '../../base/hex.js'
import { decodeInvoice, decodeInvoiceRequest } from '../../bolt12/decode.js'
import type { Invoice } from '../../bolt12/invoice.js'
import { offerId } from '../../bolt12/merkle.js'
import { sha256 } from '../../crypto/hash.js'
import type { PaymentAbout } from '../../payments/step.js'
import { readRecords } from '../../wire/tlv.js'
import { refundId } from '../refunds/refund-id.js'
import type { StoredIntent } from './record.js'

/** The fields of an invoice that its request has too, and those of the request before there is one. */
type Told = Pick<
  Invoice,
  | 'offer_description'
  | 'offer_issuer_id'
  | 'offer_paths'
  | 'invreq_payer_note'
  | 'invreq_payer_id'
  | 'invreq_quantity'
  | 'invreq_metadata'
>

/**
 * The id of the payment for a request, SHA-256 of its metadata: whatever brings its invoice, and however often, it is one payment.
 * @returns 64 hex digits
 */
export function paymentIdOf({ invreq_metadata: metadata = new Uint8Array(0) }: Pick<Told, 'invreq_metadata'>): string {
  return toHex(sha256(metadata))
}

/** What an invoice, or a request, says of what is paid. @param bytes its TLV stream */
export function aboutOf(fields: Told, bytes: Uint8Array, label: string | undefined): PaymentAbout {
  const { records } = readRecords(bytes)
  const isRefund = fields.offer_issuer_id === undefined && fields.offer_paths === undefined
  const id = isRefund ? refundId(records) : offerId(records)
  const { offer_description: description, invreq_payer_note: payerNote } = fields
  const { invreq_payer_id: payerId, invreq_quantity: quantity } = fields
  return {
    ...(id && { offerId: id }),
    ...(description !== undefined && { description }),
    ...(payerNote !== undefined && { payerNote }),
    ...(payerId && { payerId }),
    ...(quantity !== undefined && { quantity }),
    ...(label !== undefined && { label }),
  }
}

/** What is known of a payment that was wanted. */
export function aboutIntent({ invoice, request, label }: StoredIntent): PaymentAbout {
  if (invoice !== undefined) return aboutOf(decodeInvoice(invoice, { verifySignature: false }).fields, invoice, label)
  if (request === undefined) return label === undefined ? {} : { label }
  return aboutOf(decodeInvoiceRequest(request, { verifySignature: false }).fields, request, label)
}
