import { isLnoError } from '../../src/base/error.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeLegacyInvoice, decodeLegacyInvoiceRequest, decodeLegacyOffer } from '../../src/bolt12/legacy/decode.js'
import type { LegacyInvoiceMessage } from '../../src/bolt12/legacy/invoice.js'
import { legacyOfferId } from '../../src/bolt12/legacy/merkle.js'
import type { OfferShape } from '../driver.js'
import type { Asked } from './second-opinion.js'

/** What `made.ts` and `second-opinion.ts` say of today's offers and invoices, of those of 2021. */

/** What an offer of 2021 is not that it should be. */
export function offerOf2021Problems(text: string, shape: OfferShape, issuer: string): readonly string[] {
  const { fields } = decodeLegacyOffer(text)
  const { amountMsat, absoluteExpiry, description, quantityMax } = shape
  const problems: string[] = []
  if (fields.node_id === undefined || toHex(fields.node_id) !== issuer.slice(2))
    problems.push('it does not name its node')
  if (fields.paths !== undefined) problems.push('it has paths, which no release of that time wrote')
  if (fields.amount !== amountMsat) problems.push(`its amount is ${fields.amount}`)
  if (fields.quantity_max !== quantityMax) problems.push(`its quantity_max is ${fields.quantity_max}`)
  if (fields.absolute_expiry !== absoluteExpiry) problems.push(`it expires at ${fields.absolute_expiry}`)
  if (fields.description !== description) problems.push('its description is another')
  return problems
}

/** What there is against an invoice that a payer took for an offer of 2021. */
export function secondOpinionOf2021(offerText: string, invoice: string, asked: Asked): readonly string[] {
  let message: LegacyInvoiceMessage
  try {
    message = decodeLegacyInvoice(/^[0-9a-f]+$/.test(invoice) ? fromHex(invoice) : invoice)
  } catch (error) {
    if (!isLnoError(error)) throw error
    return [`we refuse that invoice: ${error.code}: ${error.message}`]
  }
  const offer = decodeLegacyOffer(offerText)
  const { fields } = message
  const hex = (bytes: Uint8Array | undefined) => bytes && toHex(bytes)
  const problems: string[] = []
  if (hex(fields.offer_id) !== toHex(legacyOfferId(offer.records))) problems.push('it is for another offer (L61)')
  if (hex(fields.node_id) !== hex(offer.fields.node_id)) problems.push('it is signed by another node (L62)')
  if (fields.description !== offer.fields.description) problems.push('its description is not that of the offer (L64)')
  if (asked.request !== undefined) {
    const { payer_key } = decodeLegacyInvoiceRequest(asked.request).fields
    if (hex(fields.payer_key) !== hex(payer_key)) problems.push('its payer_key is not that of the request (L63)')
  }
  if (fields.quantity !== asked.quantity) problems.push(`it is for a quantity of ${fields.quantity}`)
  if (fields.payer_note !== asked.note) problems.push('it does not have the note of the payer')
  if (fields.amount !== asked.amountMsat)
    problems.push(`it is over ${fields.amount} msat, and its payer speaks of ${asked.amountMsat}`)
  return problems
}
