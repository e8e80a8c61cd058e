// From an offer to an invoice that may be paid, and one that may not: npx tsx examples/check-invoice.ts
import { randomBytes } from 'node:crypto'
import {
  chainHashOf,
  createInvoice,
  createInvoiceRequest,
  createOffer,
  decodeOffer,
  encodeOffer,
  type InvoiceMessage,
  verifyInvoiceFor,
} from 'lno'
import { buildBlindedPath, encodeEncryptedData } from 'lno/blinding'
import { keyPair } from 'lno/noise'

const random = (length: number) => new Uint8Array(randomBytes(length))
const now = BigInt(Math.floor(Date.now() / 1000))

// The merchant makes an offer and shows it, as text or QR code.
const merchant = keyPair(random(32))
const { offer } = createOffer({ description: 'One cup of coffee', amountMsat: 10_000n, issuerId: merchant.publicKey })
const shown = encodeOffer(offer)

// The payer reads it and asks for an invoice, with a tip.
const { request } = createInvoiceRequest(decodeOffer(shown), { random, amountMsat: 12_000n, payerNote: 'with milk' })

// The merchant answers with a signed invoice: here by hand, with one path that begins at itself.
const { path } = buildBlindedPath({
  hops: [{ node_id: merchant.publicKey, data: encodeEncryptedData({ path_id: random(32) }) }],
  sessionKey: random(32),
})
const payinfo = {
  fee_base_msat: 0,
  fee_proportional_millionths: 0,
  cltv_expiry_delta: 18,
  htlc_minimum_msat: 1n,
  htlc_maximum_msat: 1_000_000n,
  features: new Uint8Array(0),
}
const invoiceSignedBy = (signingKey: Uint8Array, createdAt: bigint): InvoiceMessage =>
  createInvoice(request, {
    createdAt,
    paymentHash: random(32),
    paths: [{ path, payinfo }],
    signingKey,
    aux: random(32),
  })

// Every reason not to pay is an issue with a code; with none of them it may be paid.
function judge(what: string, invoice: InvoiceMessage): void {
  const { ok, issues } = verifyInvoiceFor(
    { offer, request, arrivedOn: 'reply_path', now, chains: [chainHashOf('bitcoin')], authorisedMsat: 12_000n },
    invoice,
  )
  console.log(`${what}: ${ok ? 'may be paid' : issues.map(({ code }) => code).join(', ')}`)
}
judge('the right one', invoiceSignedBy(merchant.secret, now))
judge('one of last week', invoiceSignedBy(merchant.secret, now - 604_800n))
