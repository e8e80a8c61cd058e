import { isLnoError } from '../../src/base/error.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeInvoice, decodeOffer } from '../../src/bolt12/decode.js'
import { destinationsOf } from '../../src/bolt12/destinations.js'
import { OFFER_RANGES, recordsIn } from '../../src/bolt12/ranges.js'
import { sameRecords } from '../../src/wire/tlv.js'

/**
 * What we think of an invoice that another implementation took for an offer: its form and signature, that it speaks of
 * that offer and nothing else, and who signed it. Empty when there is nothing to say against it.
 */
export function secondOpinion(offerText: string, invoice: string): readonly string[] {
  try {
    const offer = decodeOffer(offerText)
    const { records, fields } = decodeInvoice(/^[0-9a-f]+$/.test(invoice) ? fromHex(invoice) : invoice)
    const problems: string[] = []
    if (!sameRecords(recordsIn(records, OFFER_RANGES), recordsIn(offer.records, OFFER_RANGES))) {
      problems.push('the fields of the offer in the invoice are not those of the offer (IR7)')
    }
    const signer = fields.invoice_node_id && toHex(fields.invoice_node_id)
    const { offer_issuer_id: issuer } = offer.fields
    const signers = issuer ? [toHex(issuer)] : destinationsOf(offer.fields).map((to) => toHex(to.node_id))
    if (signer === undefined || !signers.includes(signer))
      problems.push(`signed by ${signer}, who is not the issuer (IR8)`)
    return problems
  } catch (error) {
    if (!isLnoError(error)) throw error
    return [`we refuse that invoice: ${error.code}: ${error.message}`]
  }
}
