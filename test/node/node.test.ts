import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { createInvoiceRequest } from '../../src/bolt12/create-invoice-request.js'
import { verifyInvoiceFor } from '../../src/bolt12/verify-invoice.js'
import { publicKey } from '../../src/crypto/group.js'
import { FetchError } from '../../src/node/payer/fetch.js'
import { modern } from '../../src/onion/generations/modern.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { coffee, type Lab, type LabNode, lab } from './lab.js'

/** A merchant, a relay and a payer who know the relay only. */
async function shop(): Promise<{
  readonly world: Lab
  readonly merchant: LabNode
  readonly relay: LabNode
  readonly payer: LabNode
}> {
  const world = lab()
  const [merchant, relay, payer] = [
    await world.start('merchant'),
    await world.start('relay'),
    await world.start('payer', { listen: [] }),
  ]
  await world.connect(merchant, relay, true)
  await world.connect(payer, relay)
  return { world, merchant, relay, payer }
}

/** Sends a request of the payer's making, as `Payer` would never send it. */
function sendRaw(
  payer: LabNode,
  to: Parameters<LabNode['node']['messenger']['send']>[0]['to'],
  route: readonly string[],
  request: Uint8Array,
): void {
  const replyTo = [...route].reverse().concat(payer.node.id)
  payer.node.messenger.send({
    generation: modern,
    route,
    to,
    contents: {
      invoice_request: request,
      reply_path: payer.node.messenger.makePath(replyTo, new Uint8Array(32).fill(7)),
    },
    onFate: () => undefined,
  })
}

const random = (length: number) => new Uint8Array(length).fill(9)

describe('an offer becomes an invoice', () => {
  test('directly, to the node id of the issuer', { tags: ['RR12', 'O8', 'OR12', 'O17'] }, async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const payer = await world.start('payer', { listen: [] })
    await world.connect(payer, merchant)
    const offer = await merchant.node.issuer.create(coffee())
    expect(offer.offer.fields.offer_paths).toBeUndefined()
    const { invoice, request, attempts } = await world.fetch(payer, offer)
    expect(toHex(invoice.fields.invoice_node_id!)).toBe(merchant.node.id)
    expect(attempts).toBe(1)
    const judged = verifyInvoiceFor(
      {
        offer: offer.offer,
        request,
        sentTo: undefined,
        arrivedOn: 'reply_path',
        now: BigInt(Math.floor(world.clock.now() / 1000)),
        chains: [chainHashOf('regtest')],
        authorisedMsat: 10_000n,
      },
      invoice,
    )
    expect(judged).toEqual({ ok: true, issues: [] })
    expect(merchant.told('request_ignored')).toEqual([])
  })

  test('over a relay that is all the payer knows', { tags: ['IW4', 'O17', 'RR12', 'IR15', 'OR12'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    expect(offer.offer.fields.offer_issuer_id).toBeUndefined()
    expect(toHex(offer.offer.bytes)).not.toContain(merchant.node.id)
    const { invoice } = await world.fetch(payer, offer)
    const hops = offer.offer.fields.offer_paths?.[0]?.path ?? []
    expect(invoice.fields.invoice_node_id).toEqual(hops[hops.length - 1]?.blinded_node_id)
    expect(relay.told('message_forwarded').map(({ from, to }) => [from, to])).toEqual([
      [payer.node.id, merchant.node.id],
      [merchant.node.id, payer.node.id],
    ])
    expect(merchant.told('request_received').map(({ from }) => from)).toEqual([relay.node.id])
  })

  test('over a relay of the payer to the relay of the issuer: two paths joined', async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const near = await world.start('near')
    const far = await world.start('far')
    const payer = await world.start('payer', { listen: [] })
    await world.connect(merchant, far)
    await world.connect(near, far)
    await world.connect(payer, near)
    const offer = await merchant.node.issuer.create(coffee({ routes: [[far.node.id]] }))
    const { invoice } = await world.fetch(payer, offer)
    expect(invoice.fields.invoice_amount).toBe(10_000n)
    expect(near.told('message_forwarded')).toHaveLength(2)
    expect(far.told('message_forwarded')).toHaveLength(2)
  })

  test('over a path of two relays, with dummy hops behind it', async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const near = await world.start('near')
    const far = await world.start('far')
    const payer = await world.start('payer', { listen: [] })
    await world.connect(merchant, near)
    await world.connect(far, near)
    await world.connect(payer, far)
    const routes = [[far.node.id, near.node.id]]
    const offer = await merchant.node.issuer.create(coffee({ routes, dummyHops: 3 }))
    expect(offer.offer.fields.offer_paths?.[0]?.path).toHaveLength(6)
    expect((await world.fetch(payer, offer)).invoice.fields.invoice_amount).toBe(10_000n)
  })

  test('over a path that begins at the issuer itself', async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const payer = await world.start('payer', { listen: [] })
    await world.connect(payer, merchant)
    const offer = await merchant.node.issuer.create(coffee({ routes: [[]], issuerKey: true }))
    const { invoice } = await world.fetch(payer, offer)
    expect(invoice.fields.invoice_node_id).toEqual(offer.offer.fields.offer_issuer_id)
    expect(toHex(invoice.fields.invoice_node_id!)).not.toBe(merchant.node.id)
  })

  test('when issuer and payer are one node', async () => {
    const world = lab()
    const merchant = await world.start('merchant')
    const offer = await merchant.node.issuer.create(coffee())
    expect((await world.fetch(merchant, offer)).invoice.fields.invoice_amount).toBe(10_000n)
  })

  test('and the relay itself may be the payer', async () => {
    const { world, merchant, relay } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    expect((await world.fetch(relay, offer)).invoice.fields.invoice_amount).toBe(10_000n)
  })

  test('by a payer who calls the relay only when asked to', async () => {
    const world = lab()
    const [merchant, relay] = [await world.start('merchant'), await world.start('relay')]
    const payer = await world.start('payer', { listen: [] })
    await world.connect(merchant, relay)
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const via = [{ nodeId: relay.node.id, address: world.at('relay') }]
    expect((await world.fetch(payer, offer, { via })).invoice.fields.invoice_amount).toBe(10_000n)
  })
})

describe('what is asked for', () => {
  test('a quantity multiplies the price', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], quantityMax: 5n }))
    const { invoice } = await world.fetch(payer, offer, { quantity: 3n })
    expect(invoice.fields.invoice_amount).toBe(30_000n)
    expect(await world.failure(payer, offer, { quantity: 6n })).toMatchObject({ code: 'INVREQ_QUANTITY_ABOVE_MAX' })
    expect(merchant.told('request_received')).toHaveLength(1)
  })

  test('the payer chooses the amount of an offer without one', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create({ routes: [[relay.node.id]] })
    const { invoice } = await world.fetch(payer, offer, { amountMsat: 1234n })
    expect(invoice.fields.invoice_amount).toBe(1234n)
    expect(await world.failure(payer, offer)).toMatchObject({ code: 'INVREQ_AMOUNT_MISSING' })
  })

  test('an expired offer is not asked for, and a request for it is told so', { tags: ['RR7'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const soon = BigInt(Math.floor(world.clock.now() / 1000)) + 60n
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], absoluteExpiry: soon }))
    expect((await world.fetch(payer, offer)).attempts).toBe(1)
    await world.clock.advance(120_000)
    expect(await world.failure(payer, offer)).toMatchObject({ code: 'OFFER_EXPIRED' })
    expect(merchant.told('invoice_error_sent')).toEqual([])
    const { request } = createInvoiceRequest(offer.offer, { random })
    sendRaw(payer, offer.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('invoice_error_sent')).toMatchObject([{ code: 'OFFER_EXPIRED' }])
    expect(merchant.told('invoice_sent')).toHaveLength(1)
  })

  test('a disabled offer is refused with an invoice_error that reaches the caller', { tags: ['ER1'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    await merchant.node.issuer.setDisabled(offer.id, true)
    const error = await world.failure(payer, offer)
    expect(error).toBeInstanceOf(FetchError)
    expect(error).toMatchObject({
      code: 'INVOICE_ERROR',
      details: { invoice_error: { error: 'this offer is not available at the moment' } },
    })
    expect(merchant.told('invoice_error_sent')).toHaveLength(1)
    expect(payer.told('fetch_progress').filter(({ progress }) => progress.step === 'attempt')).toHaveLength(1)
    await merchant.node.issuer.setDisabled(offer.id, false)
    expect((await world.fetch(payer, offer)).attempts).toBe(1)
  })

  test('an offer of another chain is not asked for', async () => {
    const { world, merchant, relay } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const stranger = await world.start('stranger', { network: 'signet', listen: [] })
    expect(await world.failure(stranger, offer)).toMatchObject({ code: 'OFFER_CHAIN_UNSUPPORTED' })
  })

  test('a single use is promised to one request, however many come at once', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], singleUse: true }))
    const both = await world.until(Promise.allSettled([payer.node.fetch(offer.offer), relay.node.fetch(offer.offer)]))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'INVOICE_ERROR' } })
    expect(await merchant.node.promises.list(10)).toHaveLength(1)
  })

  test('without a wallet no offer can be made where money is real', async () => {
    const world = lab()
    const merchant = await world.start('merchant', { network: 'bitcoin' })
    await expect(merchant.node.issuer.create(coffee())).rejects.toMatchObject({ code: 'NO_WALLET' })
    expect(merchant.node.info().wallet).toBe('none')
  })
})

describe('requests that get no answer', () => {
  test('to the node id, for an offer with paths', { tags: ['RR8'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    sendRaw(payer, merchant.node.id, [relay.node.id, merchant.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('request_ignored')).toMatchObject([{ code: 'INVREQ_WRONG_PATH', rule: 'RR8' }])
    expect(relay.told('message_forwarded')).toHaveLength(1)
    sendRaw(payer, offer.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('invoice_sent')).toHaveLength(1)
  })

  test('over the path of another offer', { tags: ['RR8'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const other = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], description: 'tea' }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    sendRaw(payer, other.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('request_ignored')).toMatchObject([{ code: 'INVREQ_WRONG_PATH', rule: 'RR8' }])
    expect(relay.told('message_forwarded')).toHaveLength(1)
  })

  test('over a blinded path, for an offer without one', { tags: ['RR8'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee())
    const other = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    sendRaw(payer, other.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('request_ignored')).toMatchObject([{ code: 'INVREQ_WRONG_PATH', rule: 'RR8' }])
    sendRaw(payer, merchant.node.id, [relay.node.id, merchant.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('invoice_sent')).toHaveLength(1)
  })

  test('for an offer that nobody made', { tags: ['RR7'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const elsewhere = await world.start('elsewhere')
    const offer = await elsewhere.node.issuer.create(coffee())
    const { request } = createInvoiceRequest(offer.offer, { random })
    sendRaw(payer, merchant.node.id, [relay.node.id, merchant.node.id], request.bytes)
    await world.clock.advance(1000)
    expect(merchant.told('request_ignored')).toMatchObject([{ code: 'INVREQ_OFFER_MISMATCH', rule: 'RR7' }])
    expect(merchant.told('invoice_error_sent')).toEqual([])
  })
})

describe('the same request again', () => {
  /** Sends it and gives the payment hashes of all invoices sent so far. */
  async function hashes(world: Lab, merchant: LabNode, send: () => void): Promise<readonly string[]> {
    send()
    await world.clock.advance(2000)
    return merchant.told('invoice_sent').map(({ paymentHash }) => paymentHash)
  }

  test('gets the same invoice where the offer names its issuer', { tags: ['RR6'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], issuerKey: true }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    const send = () => sendRaw(payer, offer.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    await hashes(world, merchant, send)
    const [first, second] = await hashes(world, merchant, send)
    expect(second).toBe(first)
    expect(merchant.told('invoice_sent').map(({ again }) => again)).toEqual([false, true])
    expect(await merchant.node.promises.list(10)).toHaveLength(1)
  })

  test('gets a fresh one for an offer of paths alone, four at most', { tags: ['RR6'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    const send = () => sendRaw(payer, offer.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    for (let i = 0; i < 4; i++) await hashes(world, merchant, send)
    const sent = await hashes(world, merchant, send)
    expect(new Set(sent).size).toBe(4)
    expect(sent).toHaveLength(4)
    expect(merchant.told('invoice_error_sent')).toMatchObject([{ code: 'REQUEST_LIMIT' }])
  })
})

describe('answers', () => {
  test('over another path than the one made for them have no effect', { tags: ['O14', 'O15', 'IR15'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { invoice } = await world.fetch(payer, offer)
    world.network.setHost('merchant', 'down')
    const open = payer.node.fetch(offer.offer, { attempts: 1 })
    await world.clock.advance(1000)
    // The relay has seen an invoice somewhere and sends it to the payer's node id, and over a path that it made up.
    for (const to of [payer.node.id, relay.node.messenger.makePath([payer.node.id], new Uint8Array(32).fill(1))]) {
      relay.node.messenger.send({
        generation: modern,
        route: [payer.node.id],
        to,
        contents: { invoice: invoice.bytes },
        onFate: () => undefined,
      })
    }
    await world.clock.advance(1000)
    expect(payer.told('reply_ignored').map(({ code }) => code)).toContain('REPLY_WRONG_PATH')
    expect(payer.told('invoice_received')).toHaveLength(1)
    await expect(world.until(open)).rejects.toMatchObject({ code: 'SENT_NO_REPLY' })
  })
})

describe('when things break', () => {
  test('a merchant that is gone is asked three times, then the fetch says so', { tags: ['O5'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    await merchant.node.stop()
    const began = world.clock.now()
    const error = await world.failure(payer, offer)
    expect(error).toMatchObject({ code: 'SENT_NO_REPLY' })
    expect((error as FetchError).problems.map(({ code }) => code)).toEqual(Array(3).fill('SENT_NO_REPLY'))
    expect(world.clock.now() - began).toBeLessThan(50_000)
    expect(relay.told('message_dropped').map(({ code }) => code)).toEqual(Array(3).fill('NEXT_NOT_CONNECTED'))
  })

  test('a relay that dies in mid-request ends the attempt at once', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    await merchant.node.stop()
    const began = world.clock.now()
    const open = payer.node.fetch(offer.offer)
    await world.clock.advance(1000)
    await relay.node.stop()
    await expect(world.until(open)).rejects.toMatchObject({ code: 'SENT_NO_REPLY' })
    expect(world.clock.now() - began).toBeLessThan(5000)
  })

  test('a relay that comes back is called again, and the request goes through', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    await relay.node.stop()
    await world.clock.advance(1000)
    expect(await world.failure(payer, offer)).toMatchObject({ code: 'CONNECT_REFUSED' })
    const again = await world.start('relay')
    await world.clock.advance(60_000)
    expect(again.node.connections.peer(merchant.node.id)).toBeDefined()
    expect((await world.fetch(payer, offer)).invoice.fields.invoice_amount).toBe(10_000n)
  })

  test('a merchant that starts again keeps its offers, its peers and its promises', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], issuerKey: true, label: 'a' }))
    const { request } = createInvoiceRequest(offer.offer, { random })
    const send = () => sendRaw(payer, offer.offer.fields.offer_paths![0]!, [relay.node.id], request.bytes)
    send()
    await world.clock.advance(1000)
    await merchant.node.stop()
    await world.clock.advance(1000)
    const again = await world.start('merchant', { store: merchant.store.reopen() })
    await world.clock.advance(1000)
    expect(again.node.issuer.list()).toEqual([offer])
    expect(again.node.connections.peer(relay.node.id)?.kept).toBe(true)
    send()
    await world.clock.advance(1000)
    expect(again.told('invoice_sent')).toMatchObject([
      { again: true, paymentHash: merchant.told('invoice_sent')[0]?.paymentHash },
    ])
  })

  test('a peer that was let go is not called after a restart', async () => {
    const { world, merchant, relay } = await shop()
    expect(await merchant.node.disconnectPeer(relay.node.id)).toBe(true)
    expect(await merchant.node.disconnectPeer(relay.node.id)).toBe(false)
    await merchant.node.stop()
    const again = await world.start('merchant', { store: merchant.store.reopen() })
    await world.clock.advance(60_000)
    expect(again.node.connections.peers()).toEqual([])
  })

  test('more requests than a peer takes are told QUEUE_FULL at once', { tags: ['O9'] }, async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const all = Promise.allSettled(Array.from({ length: 60 }, () => payer.node.fetch(offer.offer)))
    const results = await world.until(all)
    const codes = results.map((result) => (result.status === 'fulfilled' ? 'invoice' : result.reason.code))
    expect(new Set(codes)).toEqual(new Set(['invoice', 'QUEUE_FULL']))
    expect(codes.filter((code) => code === 'invoice').length).toBeGreaterThanOrEqual(32)
    expect(merchant.told('request_received').length).toBe(codes.filter((code) => code === 'invoice').length)
  })

  test('no way at all is said before anything is sent', async () => {
    const { world, merchant, relay } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const lonely = await world.start('lonely', { listen: [] })
    expect(await world.failure(lonely, offer)).toMatchObject({ code: 'NO_ROUTE' })
    const via = [{ nodeId: toHex(publicKey(new Uint8Array(32).fill(5))), address: world.at('nowhere') }]
    expect(await world.failure(lonely, offer, { via })).toMatchObject({ code: 'CONNECT_REFUSED' })
  })

  test('a peer without onion messages is named', async () => {
    const world = lab()
    const merchant = await world.start('merchant', { features: [1, 9, 13, 15, 45] })
    const payer = await world.start('payer', { listen: [] })
    await world.connect(payer, merchant)
    const offer = await merchant.node.issuer.create(coffee({ routes: [[]] }))
    expect(await world.failure(payer, offer)).toMatchObject({ code: 'PEER_HAS_NO_ONION_MESSAGES' })
  })

  test('a fetch that is cancelled ends, and so does one of a node that stops', async () => {
    const { world, merchant, relay, payer } = await shop()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    await merchant.node.stop()
    const cancel = new AbortController()
    const first = payer.node.fetch(offer.offer, { signal: cancel.signal })
    await world.clock.advance(500)
    cancel.abort()
    await expect(world.until(first)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
    const second = payer.node.fetch(offer.offer)
    await world.clock.advance(500)
    await payer.node.stop()
    await expect(world.until(second)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
  })
})
