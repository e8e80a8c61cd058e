import '../support/use-toy.js'
import { expect, test } from 'vitest'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { decodeInvoice } from '../../src/bolt12/decode.js'
import type { Delivery } from '../../src/node/messenger/messenger.js'
import { replyRoute } from '../../src/node/messenger/routes.js'
import type { Generation } from '../../src/onion/generation.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import { halfBlinded, renumbered } from '../onion/made-up-generation.js'
import { seededRandom } from './connections/world.js'
import { coffee, lab } from './lab.js'

/**
 * A wire form is a value, and a node is handed those that it speaks: one that nobody has ever seen, with numbers of its own for
 * everything, takes a request through a relay to an issuer, and its invoice back. No other part knows of it.
 */

const random = seededRandom('fifth generation')

/** A merchant, a relay and a payer who know the relay only. */
async function shop(generation: Generation, relays: readonly Generation[] = [generation]) {
  const world = lab()
  const merchant = await world.start('merchant', { generations: [...GENERATIONS, generation] })
  const relay = await world.start('relay', { generations: relays })
  const payer = await world.start('payer', { listen: [], generations: [generation] })
  await world.connect(merchant, relay, true)
  await world.connect(payer, relay)
  return { world, merchant, relay, payer, offer: await merchant.node.issuer.create(coffee()) }
}

/** The payer's messenger asks, and what it is answered. */
async function ask({ world, merchant, relay, payer, offer }: Awaited<ReturnType<typeof shop>>, generation: Generation) {
  const answers: Delivery[] = []
  for (const type of [66n, 68n]) payer.node.messenger.handle(type, (delivery) => answers.push(delivery))
  const route = [relay.node.id, merchant.node.id]
  const { request } = createInvoiceRequest(offer.offer, { random })
  const reply = payer.node.messenger.makeReplyPath(generation, replyRoute(route, payer.node.id, 'far end'), random(32))
  payer.node.messenger.send({
    generation,
    route,
    to: merchant.node.id,
    contents: { invoice_request: request.bytes, reply_path: reply.path },
    onFate: () => undefined,
  })
  await world.clock.advance(2000)
  return { request, reply, answers }
}

test.each([renumbered, halfBlinded])(
  'a request in the form $name goes over a relay, and its invoice comes back',
  async (form) => {
    const all = await shop(form)
    const { merchant, relay, payer, offer } = all
    const { request, reply, answers } = await ask(all, form)
    expect(answers).toMatchObject([{ type: 66n, pathId: reply.proof, generation: form, from: relay.node.id }])
    expect(decodeInvoice(answers[0]!.value).fields).toMatchObject({
      invreq_metadata: request.fields.invreq_metadata,
      invoice_amount: 10_000n,
    })
    expect(merchant.told('request_received')).toMatchObject([{ offerId: offer.id }])
    expect(merchant.told('message_received')).toMatchObject([{ generation: form.name, contents: 'invoice_request' }])
    expect(merchant.told('message_sent')).toMatchObject([{ generation: form.name, contents: 'invoice' }])
    expect(relay.told('message_forwarded')).toMatchObject([
      { form: form.name, to: merchant.node.id },
      { form: form.name, to: payer.node.id },
    ])
  },
)

test('a fetch goes out in the form that the payer speaks, whatever it is', async () => {
  const { world, payer, relay, offer } = await shop(renumbered)
  const { invoice, generation } = await world.fetch(payer, offer, { via: [relay.node.id] })
  expect(generation).toBe(renumbered.name)
  expect(invoice.fields.invoice_amount).toBe(10_000n)
})

test('a relay that does not speak it lets it be, and keeps the connection', async () => {
  const all = await shop(renumbered, GENERATIONS)
  const { relay, payer } = all
  expect((await ask(all, renumbered)).answers).toEqual([])
  expect(relay.events.filter(({ type }) => /^message/.test(type))).toEqual([])
  expect(payer.told('peer_disconnected')).toEqual([])
})
