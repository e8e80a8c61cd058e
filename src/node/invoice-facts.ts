import { toHex } from '../base/hex.js'
import { decodeInvoice } from '../bolt12/decode.js'
import { DEFAULT_RELATIVE_EXPIRY, type InvoiceMessage } from '../bolt12/invoice.js'
import { decodeLegacyInvoice } from '../bolt12/legacy/decode.js'
import { isLegacyStream } from '../bolt12/legacy/form.js'
import type { LegacyInvoiceMessage } from '../bolt12/legacy/invoice.js'
import { sha256 } from '../crypto/hash.js'
import type { Bolt12Form } from './bolt12-form.js'

/** An invoice in either form. */
export type AnyInvoice = InvoiceMessage | LegacyInvoiceMessage

/** What is kept and shown of an invoice, whatever its form. */
export interface InvoiceFacts {
  readonly form: Bolt12Form
  readonly paymentHash: Uint8Array | undefined
  readonly amountMsat: bigint | undefined
  readonly description: string | undefined
  /** Text of a stranger. */
  readonly payerNote: string | undefined
  /** Unix seconds after which it must not be paid. */
  readonly expiresAt: bigint
  /** Whether it answers an offer, or claims money that somebody offered to send. */
  readonly answers: 'offer' | 'refund'
  /** Hex of SHA-256 of what its payer chose to tell requests apart: `invreq_metadata`, in the form of 2021 `payer_key`. */
  readonly metadataHash: string
}

/**
 * An invoice that was checked before; its signature is not verified again.
 * @throws LnoError as `decodeInvoice`, `decodeLegacyInvoice`
 */
export function readInvoice(bytes: Uint8Array): AnyInvoice {
  const decode = isLegacyStream('invoice', bytes) ? decodeLegacyInvoice : decodeInvoice
  return decode(bytes, { verifySignature: false })
}

export function invoiceFacts(invoice: AnyInvoice): InvoiceFacts {
  return 'form' in invoice ? legacyFacts(invoice) : modernFacts(invoice)
}

function modernFacts({ fields }: InvoiceMessage): InvoiceFacts {
  const { invoice_created_at: created = 0n, invoice_relative_expiry: relative = DEFAULT_RELATIVE_EXPIRY } = fields
  return {
    form: 'modern',
    paymentHash: fields.invoice_payment_hash,
    amountMsat: fields.invoice_amount,
    description: fields.offer_description,
    payerNote: fields.invreq_payer_note,
    expiresAt: created + BigInt(relative),
    // Of its request an invoice repeats all that says whether it answers an offer.
    answers: fields.offer_issuer_id === undefined && fields.offer_paths === undefined ? 'refund' : 'offer',
    metadataHash: toHex(sha256(fields.invreq_metadata ?? new Uint8Array(0))),
  }
}

function legacyFacts({ fields }: LegacyInvoiceMessage): InvoiceFacts {
  const { created_at: created = 0n, relative_expiry: relative = DEFAULT_RELATIVE_EXPIRY } = fields
  return {
    form: '2021',
    paymentHash: fields.payment_hash,
    amountMsat: fields.amount,
    description: fields.description,
    payerNote: fields.payer_note,
    expiresAt: created + BigInt(relative),
    answers: fields.send_invoice === undefined ? 'offer' : 'refund',
    metadataHash: toHex(sha256(fields.payer_key ?? new Uint8Array(0))),
  }
}
