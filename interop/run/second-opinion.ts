import { isLnoError } from '../../src/base/error.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { destinationsOf } from '../../src/bolt12/destinations.js'
import type { InvoiceMessage } from '../../src/bolt12/invoice.js'
import { isLegacyString } from '../../src/bolt12/legacy/form.js'
import { MIRRORED_RANGES, OFFER_RANGES, recordsIn } from '../../src/bolt12/ranges.js'
import { sameRecords } from '../../src/wire/tlv.js'
import { secondOpinionOf2021 } from './of-2021.js'

/** What the payer asked with, and what it says that it got. */
export interface Asked {
  /** msat, as the payer tells it. */
  readonly amountMsat: bigint
  readonly quantity?: bigint | undefined
  readonly note?: string | undefined
  /** The invoice_request, where the payer shows it. */
  readonly request?: string | undefined
}

/**
 * What we think of an invoice that another implementation took for an offer: its form and signature, that it speaks of
 * that offer and what was asked and nothing else, and who signed it. Empty when there is nothing to say against it.
 */
export function secondOpinion(offerText: string, invoice: string, asked: Asked): readonly string[] {
  if (isLegacyString(offerText)) return secondOpinionOf2021(offerText, invoice, asked)
  return judged(invoice, ({ records, fields }, problems) => {
    const offer = decodeOffer(offerText)
    if (!sameRecords(recordsIn(records, OFFER_RANGES), recordsIn(offer.records, OFFER_RANGES))) {
      problems.push('the fields of the offer in the invoice are not those of the offer (IR7)')
    }
    const signer = fields.invoice_node_id && toHex(fields.invoice_node_id)
    const { offer_issuer_id: issuer } = offer.fields
    const signers = issuer ? [toHex(issuer)] : destinationsOf(offer.fields).map((to) => toHex(to.node_id))
    if (signer === undefined || !signers.includes(signer))
      problems.push(`signed by ${signer}, who is not the issuer (IR8)`)
    if (asked.request !== undefined && !mirrors(records, asked.request))
      problems.push('the fields of the request in the invoice are not those of the request (IR7)')
    if (fields.invreq_quantity !== asked.quantity) problems.push(`it is for a quantity of ${fields.invreq_quantity}`)
    if (fields.invreq_payer_note !== asked.note) problems.push('it does not have the note of the payer')
    amountProblems(fields.invoice_amount, asked.amountMsat, problems)
  })
}

/**
 * The same of the invoice that the maker of a refund took. Who signs it is free (IR9).
 * @param sent the invoice that was sent for it, where whoever sent it shows it
 */
export function secondOpinionOfRefund(
  refund: string,
  invoice: string,
  amountMsat: bigint,
  sent: string | undefined,
): readonly string[] {
  return judged(invoice, ({ bytes, records, fields }, problems) => {
    if (!mirrors(records, refund))
      problems.push('the fields of the refund in the invoice are not those of the refund (IR7)')
    if (sent !== undefined && toHex(decoded(sent).bytes) !== toHex(bytes))
      problems.push('the invoice that was taken is not the one that was sent')
    amountProblems(fields.invoice_amount, amountMsat, problems)
  })
}

const decoded = (invoice: string): InvoiceMessage =>
  decodeInvoice(/^[0-9a-f]+$/.test(invoice) ? fromHex(invoice) : invoice)

function judged(invoice: string, look: (message: InvoiceMessage, problems: string[]) => void): readonly string[] {
  try {
    const problems: string[] = []
    look(decoded(invoice), problems)
    return problems
  } catch (error) {
    if (!isLnoError(error)) throw error
    return [`we refuse that invoice: ${error.code}: ${error.message}`]
  }
}

const mirrors = (records: InvoiceMessage['records'], request: string): boolean =>
  sameRecords(recordsIn(records, MIRRORED_RANGES), recordsIn(decodeInvoiceRequest(request).records, MIRRORED_RANGES))

function amountProblems(amount: bigint | undefined, told: bigint, problems: string[]): void {
  if (amount !== told) problems.push(`it is over ${amount} msat, and its payer speaks of ${told}`)
}
