// Merchant, relay and payer in one process, without sockets or waiting: npx tsx examples/fetch-invoice-in-memory.ts
import { isLnoError } from 'lno'
import { createTestNetwork } from 'lno/testing'

const network = createTestNetwork({ seed: 'example' })
const merchant = await network.addNode('merchant')
const relay = await network.addNode('relay')
const payer = await network.addNode('payer')
await network.connect(merchant, relay)
await network.connect(payer, relay)

// The offer names no node: its blinded path begins at the relay.
const offer = await merchant.createOffer({ description: 'Tea', amountMsat: 10_000n, via: [relay] })
const { invoice } = await payer.fetchInvoice(offer.text, { payerNote: 'table 4' })
console.log(`an invoice over ${invoice.fields.invoice_amount} msat for ${invoice.fields.offer_description}`)
for (const event of merchant.events) if (event.kind === 'request_received') console.log(`note: ${event.payer_note}`)

// The merchant wants more than was agreed.
merchant.misbehave('wrong-amount')
await payer.fetchInvoice(offer.text).catch((error: unknown) => {
  if (!isLnoError(error)) throw error
  console.log(`${error.code}: ${error.message}`)
})

await network.close()
