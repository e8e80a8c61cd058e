import { concatBytes } from '../../base/bytes.js'
import { LnoError } from '../../base/error.js'
import { decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../bolt12/decode.js'
import { INVOICE } from '../../bolt12/invoice.js'
import { INVOICE_RULES } from '../../bolt12/rules/invoice.js'
import { INVOICE_MATCH_RULES } from '../../bolt12/rules/invoice-match.js'
import type { Issue } from '../../bolt12/rules/rule.js'
import { verifyInvoiceFor } from '../../bolt12/verify-invoice.js'
import { chainHashOf } from '../../wire/chains.js'
import { encodeRecord } from '../../wire/tlv.js'

/** The three strings of one purchase. */
export interface Purchase {
  readonly offer: string
  readonly request: string
  readonly invoice: string
  readonly amountMsat: bigint
  /** Unix milliseconds. */
  readonly now: number
}

/** What the invoice is worth, and what becomes of one that somebody changed. */
export interface Judgement {
  /** How many rules were looked at. */
  readonly rules: number
  /** Why not to pay; empty for a good invoice. */
  readonly issues: readonly Issue[]
  /** The first reason not to pay when its amount is one millisatoshi higher. */
  readonly tampered: Issue | undefined
}

/** Judges an invoice, and the same invoice with another amount, as a payer does (BOLT 12, "Requirements For Invoices"). */
export function judgePurchase({
  offer: offerText,
  request,
  invoice: invoiceText,
  amountMsat,
  now,
}: Purchase): Judgement {
  const offer = decodeOffer(offerText)
  const path = offer.fields.offer_paths?.[0]?.path
  const counterpart = {
    offer,
    request: decodeInvoiceRequest(request),
    sentTo: path?.[path.length - 1]?.blinded_node_id,
    arrivedOn: 'reply_path' as const,
    now: BigInt(Math.floor(now / 1000)),
    chains: [chainHashOf('regtest')],
    authorisedMsat: amountMsat,
  }
  const invoice = decodeInvoice(invoiceText)
  const changed = concatBytes(
    ...invoice.records.map(
      ({ type, value }) => encodeRecord(type, type === INVOICE.invoice_amount.type ? oneMore(value) : value).bytes,
    ),
  )
  return {
    rules: INVOICE_RULES.length + INVOICE_MATCH_RULES.length,
    issues: verifyInvoiceFor(counterpart, invoice).issues,
    tampered: verifyInvoiceFor(
      { ...counterpart, authorisedMsat: amountMsat + 1n },
      decodeInvoice(changed, { verifySignature: false }),
    ).issues[0],
  }
}

/** The value of an integer field, one higher. */
function oneMore(value: Uint8Array): Uint8Array {
  const out = value.slice()
  const last = out.length - 1
  if (out[last] === undefined || out[last] === 0xff)
    throw new LnoError('INTERNAL', 'the amount of the demo cannot grow')
  out[last] += 1
  return out
}
