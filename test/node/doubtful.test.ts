import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/base/hex.js'
import type { BlindedPath } from '../../src/blinding/blinded-path.js'
import { blindHops } from '../../src/blinding/build.js'
import { createInvoice } from '../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { createLegacyInvoiceRequest } from '../../src/bolt12/legacy/create-invoice-request.js'
import type { OfferMessage } from '../../src/bolt12/offer.js'
import type { Delivery } from '../../src/node/messenger/messenger.js'
import type { Generation } from '../../src/onion/generation.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import { modern } from '../../src/onion/generations/modern.js'
import { modernUncounted } from '../../src/onion/generations/modern-uncounted.js'
import { obs } from '../../src/onion/generations/obs.js'
import { obs2 } from '../../src/onion/generations/obs2.js'
import { withType } from '../../src/onion/onion-message.js'
import { encodePacket } from '../../src/onion/packet.js'
import { buildOnion } from '../../src/onion/sphinx.js'
import { encodeTlv } from '../../src/wire/tlv.js'
import { seededRandom } from './connections/world.js'
import { coffee, type LabNode, lab } from './lab.js'

/**
 * A message whose last hop has no encrypted data shows no path. Core Lightning up to 24.05 sends all of its requests so, to node
 * ids; but so can be used up a path that we made, and an answer that names us would tell whose the path is.
 */

const random = seededRandom('who asks')

interface Hop {
  readonly node_id: Uint8Array
  readonly encrypted?: Uint8Array
}

/** Sends a message along hops as they are given: the last one gets the contents, and its encrypted data only if there are any. */
function sendOver(
  from: LabNode,
  generation: Generation,
  peer: string,
  path_key: Uint8Array,
  hops: readonly Hop[],
  contents: Record<string, unknown>,
): void {
  const { packet } = buildOnion({
    sessionKey: random(32),
    hops: hops.map(({ node_id, encrypted }, i) => ({
      node_id,
      payload: encodeTlv(generation.payloadTable, {
        ...(encrypted && { encrypted_recipient_data: encrypted }),
        ...(i === hops.length - 1 && contents),
      }),
    })),
  })
  const body = generation.layout.write({ path_key, onion_message_packet: encodePacket(packet) })
  from.node.connections.send(peer, withType(generation.messageType, body))
}

/** Walks a path of somebody but for its last word, as whoever holds the path can. */
function probe(
  from: LabNode,
  generation: Generation,
  peer: string,
  path: BlindedPath,
  contents: Record<string, unknown>,
) {
  const hops = path.path.map((hop, i): Hop => {
    const isLast = i === path.path.length - 1
    return { node_id: hop.blinded_node_id, ...(!isLast && { encrypted: hop.encrypted_recipient_data }) }
  })
  sendOver(from, generation, peer, path.first_path_key, hops, contents)
}

/** Sends to a node id over relays, with or without encrypted data for the last hop. */
function sendTo(
  from: LabNode,
  generation: Generation,
  route: readonly string[],
  contents: Record<string, unknown>,
  isBare: boolean,
): void {
  const ids = route.map(fromHex)
  const blinded = blindHops(
    random(32),
    ids.map((node_id, i) => ({
      node_id,
      data: encodeTlv(generation.encryptedDataTable, i < ids.length - 1 ? { next_node_id: ids[i + 1]! } : {}),
    })),
  )
  const hops = blinded.map(({ blinded_node_id, encrypted_recipient_data }, i): Hop => {
    const isLast = i === ids.length - 1
    return { node_id: blinded_node_id, ...((!isLast || !isBare) && { encrypted: encrypted_recipient_data }) }
  })
  sendOver(from, generation, route[0]!, blinded[0]!.path_key, hops, contents)
}

/** A merchant whose only peer is a relay, and somebody who knows that relay. */
async function shop(more: Parameters<ReturnType<typeof lab>['start']>[1] = {}) {
  const world = lab()
  const [merchant, relay] = [await world.start('merchant', more), await world.start('relay')]
  const prober = await world.start('prober', { listen: [] })
  await world.connect(merchant, relay, true)
  await world.connect(prober, relay)
  const answers: Delivery[] = []
  for (const type of [66n, 68n]) prober.node.messenger.handle(type, (delivery) => answers.push(delivery))
  /** A request for an offer, and a way back for the answer. */
  const asking = (offer: OfferMessage, generation: Generation) => ({
    invoice_request: createInvoiceRequest(offer, { random }).request.bytes,
    reply_path: prober.node.messenger.makeReplyPath(generation, [relay.node.id, prober.node.id], random(32)).path,
  })
  /** What came back, and why nothing did. */
  const outcome = async (at: LabNode = merchant) => {
    await world.clock.advance(2000)
    const ignored = at.told('request_ignored').map(({ code }) => code)
    at.events.splice(0)
    return [...answers.splice(0).map(({ type }) => type), ...ignored]
  }
  return { world, merchant, relay, prober, asking, outcome }
}

const pathOf = (offer: OfferMessage) => offer.fields.offer_paths![0]!
const bareForms = [modern, modernUncounted, obs2]

describe('a path of an offer, used up for another offer that names the node', () => {
  test.each(GENERATIONS)('is met with silence, in form $name', { tags: ['B9', 'RR8'] }, async (generation) => {
    const { merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    const hidden = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    probe(prober, generation, relay.node.id, pathOf(hidden.offer), asking(shown.offer, generation))
    expect(await outcome()).toEqual(['INVREQ_WRONG_PATH'])
    // As it does for an offer that is not there, or for one that has another path.
    const other = await prober.node.issuer.create(coffee())
    probe(prober, generation, relay.node.id, pathOf(hidden.offer), asking(other.offer, generation))
    expect(await outcome()).toEqual(['INVREQ_OFFER_MISMATCH'])
    probe(prober, generation, relay.node.id, pathOf(hidden.offer), asking(hidden.offer, generation))
    expect(await outcome()).toEqual(['INVREQ_WRONG_PATH'])
  })

  test('and before there was one, the same message was answered', async () => {
    const { merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    const route = [relay.node.id, merchant.node.id]
    for (const generation of bareForms) {
      sendTo(prober, generation, route, asking(shown.offer, generation), true)
      expect(await outcome()).toEqual([66n])
    }
    await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    for (const generation of bareForms) {
      sendTo(prober, generation, route, asking(shown.offer, generation), true)
      expect(await outcome()).toEqual(['INVREQ_WRONG_PATH'])
    }
  })

  test('comes over the last of its relays, and that one alone is doubted', async () => {
    const { world, merchant, relay, prober, asking, outcome } = await shop()
    const far = await world.start('far')
    await world.connect(far, relay)
    await world.connect(prober, far)
    await world.connect(far, merchant)
    const shown = await merchant.node.issuer.create(coffee())
    const hidden = await merchant.node.issuer.create(coffee({ routes: [[far.node.id, relay.node.id]] }))
    probe(prober, modern, far.node.id, pathOf(hidden.offer), asking(shown.offer, modern))
    expect(await outcome()).toEqual(['INVREQ_WRONG_PATH'])
    sendTo(prober, modern, [far.node.id, merchant.node.id], asking(shown.offer, modern), true)
    expect(await outcome()).toEqual([66n])
  })

  test('says to its owner why', async () => {
    const { merchant, relay, prober, asking, world } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    sendTo(prober, modern, [relay.node.id, merchant.node.id], asking(shown.offer, modern), true)
    await world.clock.advance(2000)
    expect(merchant.told('request_ignored')).toMatchObject([{ why: expect.stringContaining('shows no path') }])
  })

  test('is doubted after a restart, from what was stored of it or of its offer', async () => {
    const { world, merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    const hidden = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { store } = merchant
    let running = merchant
    for (const forget of [false, true]) {
      await running.node.stop()
      if (forget) await store.commit([{ key: `path_peer/${relay.node.id}`, value: undefined }])
      running = await world.start('merchant', { store })
      await world.connect(running, relay)
      probe(prober, modern, relay.node.id, pathOf(hidden.offer), asking(shown.offer, modern))
      expect(await outcome(running)).toEqual(['INVREQ_WRONG_PATH'])
    }
  })
})

describe('a path of an offer, used up for an offer of 2021, which names the node', () => {
  test.each(bareForms)('is met with silence, in form $name', { tags: ['B9'] }, async (generation) => {
    const { merchant, relay, prober, outcome } = await shop()
    const shown = await merchant.node.issuer.createLegacy({ description: 'coffee', amountMsat: 10_000n })
    const asking = () => ({
      invoice_request: createLegacyInvoiceRequest(shown.offer, { random }).request.bytes,
      reply_path: prober.node.messenger.makeReplyPath(generation, [relay.node.id, prober.node.id], random(32)).path,
    })
    const route = [relay.node.id, merchant.node.id]
    sendTo(prober, generation, route, asking(), true)
    expect(await outcome()).toEqual([66n])
    const hidden = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    probe(prober, generation, relay.node.id, pathOf(hidden.offer), asking())
    expect(await outcome()).toEqual(['REQUEST_OVER_PATH'])
    // Releases of that time ask so: over this relay they are not told from a probe any more.
    sendTo(prober, generation, route, asking(), true)
    expect(await outcome()).toEqual(['REQUEST_OVER_PATH'])
    sendTo(prober, generation, route, asking(), false)
    expect(await outcome()).toEqual([66n])
  })

  test('a node that speaks the old forms alone has no such offers, and answers as those releases did', async () => {
    const { world, merchant, relay, prober, outcome } = await shop({ generations: [obs2, obs] })
    const shown = await merchant.node.issuer.createLegacy({ description: 'coffee', amountMsat: 10_000n })
    const other = await prober.node.issuer.createLegacy({ description: 'tea', amountMsat: 10_000n })
    await world.until(merchant.node.fetch(other.offer, { via: [relay.node.id] }))
    const invoice_request = createLegacyInvoiceRequest(shown.offer, { random }).request.bytes
    const reply_path = prober.node.messenger.makeReplyPath(obs2, [relay.node.id, prober.node.id], random(32)).path
    sendTo(prober, obs2, [relay.node.id, merchant.node.id], { invoice_request, reply_path }, true)
    expect(await outcome()).toEqual([66n])
  })
})

describe('a reply path of a request', () => {
  test('is as good as a path of an offer, and outlives the request and a restart', { tags: ['B9'] }, async () => {
    const { world, merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    const offer = await prober.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const asked: Delivery[] = []
    const issuer = prober.node.messenger.handle(64n, (delivery) => {
      asked.push(delivery)
      issuer!(delivery)
    })
    await world.fetch(merchant, offer)
    const { replyPath } = asked[0]!
    probe(prober, modern, relay.node.id, replyPath!, asking(shown.offer, modern))
    expect(await outcome()).toEqual(['INVREQ_WRONG_PATH'])
    await merchant.node.stop()
    const again = await world.start('merchant', { store: merchant.store })
    await world.connect(again, relay)
    probe(prober, modern, relay.node.id, replyPath!, asking(shown.offer, modern))
    expect(await outcome(again)).toEqual(['INVREQ_WRONG_PATH'])
  })
})

describe('a request that shows no path is answered', () => {
  test.each(bareForms)('when it comes over a peer of which no path leads here, in form $name', async (generation) => {
    const { world, merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    await world.connect(prober, merchant)
    sendTo(prober, generation, [merchant.node.id], asking(shown.offer, generation), true)
    expect(await outcome()).toEqual([66n])
    sendTo(prober, generation, [relay.node.id, merchant.node.id], asking(shown.offer, generation), true)
    expect(await outcome()).toEqual(['INVREQ_WRONG_PATH'])
  })

  test.each(bareForms)('over any peer with the encrypted data that today’s nodes send, in form $name', async (form) => {
    const { merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    sendTo(prober, form, [relay.node.id, merchant.node.id], asking(shown.offer, form), false)
    expect(await outcome()).toEqual([66n])
  })

  test('over any peer in the oldest form, which blinds nothing on the way out', async () => {
    const { merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    prober.node.messenger.send({
      generation: obs,
      route: [relay.node.id, merchant.node.id],
      to: merchant.node.id,
      contents: asking(shown.offer, obs),
      onFate: () => undefined,
    })
    expect(await outcome()).toEqual([66n])
  })

  test('for paths that begin at this node no peer is doubted', async () => {
    const { merchant, relay, prober, asking, outcome } = await shop()
    const shown = await merchant.node.issuer.create(coffee())
    await merchant.node.issuer.create(coffee({ routes: [[]] }))
    sendTo(prober, modern, [relay.node.id, merchant.node.id], asking(shown.offer, modern), true)
    expect(await outcome()).toEqual([66n])
  })
})

describe('an invoice for a refund that names the node', () => {
  test('is not taken over a path used up for it, and is when it comes to the node id', { tags: ['IR15'] }, async () => {
    const { world, merchant, relay, prober } = await shop()
    const order = { amountMsat: 7000n, description: 'order 7' }
    const shown = await merchant.node.refunds.create(order)
    const hidden = await merchant.node.refunds.create({ ...order, routes: [[relay.node.id]] })
    const { invoice } = await world.until(prober.node.claimRefund(hidden.request))
    expect(merchant.told('refund_invoice_received')).toHaveLength(1)
    const forShown = createInvoice(shown.request, {
      createdAt: invoice.fields.invoice_created_at!,
      paymentHash: random(32),
      paths: [{ path: invoice.fields.invoice_paths![0]!, payinfo: invoice.fields.invoice_blindedpay![0]! }],
      signingKey: random(32),
      aux: random(32),
    })
    const contents = { invoice: forShown.bytes }
    probe(prober, modern, relay.node.id, hidden.request.fields.invreq_paths![0]!, contents)
    await world.clock.advance(2000)
    expect(merchant.told('refund_invoice_ignored')).toMatchObject([{ code: 'INVOICE_WRONG_PATH' }])
    sendTo(prober, modern, [relay.node.id, merchant.node.id], contents, false)
    await world.clock.advance(2000)
    expect(merchant.told('refund_invoice_received')).toHaveLength(2)
  })
})
