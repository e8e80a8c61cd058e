import '../../support/use-toy.js'
import { describe, expect, test, vi } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import type { BlindedPath } from '../../../src/blinding/blinded-path.js'
import { createInvoice, type InvoiceOptions } from '../../../src/bolt12/create-invoice.js'
import { createInvoiceRequest, createStandaloneRequest } from '../../../src/bolt12/create-invoice-request.js'
import { decodeInvoiceRequest } from '../../../src/bolt12/decode.js'
import { type InvoiceRequestMessage, SIGNATURE } from '../../../src/bolt12/invoice-request.js'
import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import { publicKey } from '../../../src/crypto/group.js'
import { callMethod } from '../../../src/node/control/method.js'
import { toJsonEvent } from '../../../src/node/events.js'
import type { Delivery } from '../../../src/node/messenger/messenger.js'
import { type AttemptPlan, planAttempts } from '../../../src/node/messenger/routes.js'
import { refundMethods } from '../../../src/node/methods/refund-methods.js'
import { unroutablePaths } from '../../../src/node/offers/payment-paths.js'
import { startClaim, stepClaim } from '../../../src/node/refunds/claim-machine.js'
import { storedRefund } from '../../../src/node/refunds/record.js'
import { ALL_REFUSAL_WRITES, MAX_ALL_REFUSALS, type OwnRefund } from '../../../src/node/refunds/refunds.js'
import { storeKey } from '../../../src/node/store/keys.js'
import { type MemoryStore, memoryStore } from '../../../src/node/store/memory-store.js'
import type { MessageContents } from '../../../src/onion/engine-build.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { bytes } from '../../../src/wire/codec.js'
import { encodeRecords, field, joinRecords } from '../../../src/wire/tlv.js'
import { seededRandom } from '../connections/world.js'
import { coffee, type Lab, type LabNode, lab } from '../lab.js'

const REGTEST = chainHashOf('regtest')
const ORDER = { amountMsat: 7000n, description: 'order 7' }
const random = seededRandom('hostile refunds')

/** Who refunds, a relay, and a guest who knows the relay only. */
async function places(options: Parameters<Lab['start']>[1] = {}) {
  const world = lab()
  const [shop, relay] = [await world.start('shop', options), await world.start('relay', options)]
  const guest = await world.start('guest', { listen: [], ...options })
  await world.connect(shop, relay, true)
  await world.connect(guest, relay)
  return { world, shop, relay, guest }
}

const pathOf = ({ request }: Pick<OwnRefund, 'request'>): BlindedPath => request.fields.invreq_paths![0]!

async function invoiceFor(
  world: Lab,
  request: InvoiceRequestMessage,
  more: Partial<InvoiceOptions> = {},
): Promise<Uint8Array> {
  const now = BigInt(Math.floor(world.clock.now() / 1000))
  const paths = unroutablePaths({ nodeId: publicKey(random(32)), preimageSecret: random(32), random })
  const asked = { requestHash: random(32), offerId: random(32), amountMsat: 7000n }
  const receivable = await paths.receive({ ...asked, createdAt: now, expiresAt: now + 7200n })
  const { paymentHash, paths: ways } = receivable
  const aux = DETERMINISTIC_AUX
  return createInvoice(request, { createdAt: now, paymentHash, paths: ways, signingKey: random(32), aux, ...more })
    .bytes
}

/** Sends what no part of the node would send. */
function sendRaw(from: LabNode, route: readonly string[], to: string | BlindedPath, contents: MessageContents): void {
  from.node.messenger.send({ generation: modern, route, to, contents, onFate: () => undefined })
}

describe('a claim', () => {
  test('goes out, and is answered, in the wire form of its node', async () => {
    const { world, shop, relay, guest } = await places({ generations: [{ ...modern, messageType: 515 }] })
    const own = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    const { invoice } = await world.until(guest.node.claimRefund(own.request))
    expect(shop.node.refunds.find(own.id).stored.invoice).toEqual(invoice.bytes)
  })

  test('tells the payer over no way who claims', () => {
    const [self, a, b, shop, there] = ['self', 'a', 'b', 'shop', 'there']
    const targets = [
      { pathIndex: 0, introduction: shop },
      { pathIndex: 1, introduction: there },
    ]
    const plans = planAttempts(targets, { self, peers: [a, b], links: [[a, there]] })
    expect(plans.map(({ reply }) => reply)).toContain('self')
    let { state, effects } = startClaim(plans, plans.length)
    const tried: AttemptPlan[] = []
    for (let attempt = 1; !state.over; attempt++) {
      for (const effect of effects) if (effect.do === 'send') tried.push(effect.plan)
      ;({ state, effects } = stepClaim(state, { type: 'not_sent', attempt, code: 'CONNECT_REFUSED', why: 'down' }))
    }
    expect(tried).toHaveLength(plans.length / 2)
    expect(new Set(tried.map(({ reply }) => reply))).toEqual(new Set(['far end']))
    // Where the path begins here, there is no far end.
    expect(
      startClaim(planAttempts([{ pathIndex: 0, introduction: self }], { self, peers: [], links: [] })).effects,
    ).toMatchObject([{ do: 'send', plan: { route: [], reply: 'self' } }])
  })

  test('is one invoice, however its refund is signed', async () => {
    const { world, guest } = await places()
    const payerKey = random(32)
    const { request } = createStandaloneRequest({ ...ORDER, random, chain: REGTEST, payerKey })
    const signed = (aux: Uint8Array) => {
      const signature = signRecords(['invoice_request', 'signature'], request.records, payerKey, aux)
      return decodeInvoiceRequest(joinRecords(encodeRecords(SIGNATURE, { signature }, request.records)))
    }
    const invoices = new Set<string>()
    for (const each of [request, signed(random(32)), signed(random(32))]) {
      const { invoice } = await world.until(guest.node.claimRefund(each))
      invoices.add(toHex(invoice.bytes))
    }
    expect(invoices.size).toBe(1)
    expect(await guest.node.promises.list(10)).toHaveLength(1)
  })

  test('is possible while strangers hold all promises that there may be', async () => {
    const { world, shop, relay, guest } = await places()
    const { promises } = guest.node
    const add = promises.add.bind(promises)
    vi.spyOn(promises, 'add').mockImplementation(async (promise, invoice, now, options) =>
      options?.isOwn ? add(promise, invoice, now, options) : false,
    )
    const own = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    const { invoice } = await world.until(guest.node.claimRefund(own.request))
    expect((await promises.list(1))[0]?.invoice).toEqual(invoice.bytes)
    vi.mocked(promises.add).mockResolvedValue(false)
    const next = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    await expect(world.until(guest.node.claimRefund(next.request))).rejects.toMatchObject({ code: 'QUEUE_FULL' })
    expect(shop.node.refunds.find(next.id).stored.invoice).toBeUndefined()
  })
})

describe('a crash', () => {
  test('at the moment in which an invoice leaves finds it on disk, and after it the same one goes out', async () => {
    const { world, shop, relay } = await places()
    const store = memoryStore()
    let crashed: MemoryStore | undefined
    const claimer = await world.start('claimer', {
      listen: [],
      store,
      channel: (channel) => ({
        ...channel,
        // What is on disk now is what a crash leaves; nothing gets out.
        send: () => {
          crashed ??= store.reopen()
          return 'sent'
        },
      }),
    })
    await world.connect(claimer, relay)
    const own = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    const first = await world.until(claimer.node.claimRefund(own.request))
    await claimer.node.stop()
    const again = await world.start('claimer', { listen: [], store: crashed! })
    expect(await again.node.promises.list(10)).toHaveLength(1)
    await world.connect(again, relay)
    const second = await world.until(again.node.claimRefund(own.request))
    expect(second).toMatchObject({ again: true, invoice: { bytes: first.invoice.bytes } })
    expect(shop.node.refunds.find(own.id).stored.invoice).toEqual(first.invoice.bytes)
  })

  test('of the maker: an invoice that was told of is on disk, and no other one is taken after it', async () => {
    const { world, shop, relay, guest } = await places()
    const own = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    const { commit } = shop.store
    let full = true
    vi.spyOn(shop.store, 'commit').mockImplementation((changes) =>
      full ? Promise.reject(new Error('disk full')) : commit(changes),
    )
    const [lost, kept, late] = [
      await invoiceFor(world, own.request, { paymentHash: new Uint8Array(32).fill(1) }),
      await invoiceFor(world, own.request, { paymentHash: new Uint8Array(32).fill(2) }),
      await invoiceFor(world, own.request, { paymentHash: new Uint8Array(32).fill(3) }),
    ]
    const send = async (invoice: Uint8Array) => {
      sendRaw(guest, [relay.node.id], pathOf(own), { invoice })
      await world.clock.advance(1000)
    }
    await send(lost)
    expect(shop.told('refund_invoice_received')).toEqual([])
    expect(shop.node.refunds.find(own.id).stored.invoice).toBeUndefined()
    full = false
    await send(kept)
    const after = shop.store.reopen()
    await shop.node.stop()
    const again = await world.start('shop', { store: after })
    await world.connect(again, relay, true)
    await send(late)
    await send(kept)
    expect(again.node.refunds.find(own.id).stored.invoice).toEqual(kept)
    expect(again.told('refund_invoice_received')).toEqual([])
    expect(again.told('refund_invoice_repeated')).toHaveLength(1)
  })
})

describe('what was made for one thing is nothing for another', () => {
  test('every content over every path: silence, and nothing is taken', {
    tags: ['B9', 'O14', 'O15', 'IR15'],
  }, async () => {
    const { world, shop, relay, guest } = await places()
    const via = [relay.node.id]
    const refund = await shop.node.refunds.create({ ...ORDER, routes: [via] })
    const other = await shop.node.refunds.create({ ...ORDER, routes: [via] })
    const open = await shop.node.refunds.create(ORDER)
    const offer = await shop.node.issuer.create(coffee({ routes: [via] }))
    // Reply paths of the shop: one of a fetch and one of a claim, both under way at an issuer and a payer who say nothing.
    const theirs = await guest.node.issuer.create(coffee({ routes: [via] }))
    const toClaim = await guest.node.refunds.create({ ...ORDER, routes: [via] })
    const replies: BlindedPath[] = []
    for (const type of [64n, 66n]) guest.node.messenger.handle(type, ({ replyPath }) => replies.push(replyPath!))
    const fetching = shop.node.fetch(theirs.offer, { attempts: 1, timeoutMs: 100_000 })
    const claiming = shop.node.claimRefund(toClaim.request, { waitMs: 100_000 })
    const settled = Promise.allSettled([fetching, claiming])
    await world.clock.advance(2000)
    expect(replies).toHaveLength(2)
    const [ofFetch, ofClaim] = replies as [BlindedPath, BlindedPath]
    const answers: string[] = []
    for (const type of [66n, 68n]) guest.node.messenger.handle(type, ({ value }) => answers.push(toHex(value)))
    const request = await (async () => {
      const { request } = await world.fetch(relay, offer)
      return request
    })()
    const forRefund = await invoiceFor(world, refund.request)
    const forOpen = await invoiceFor(world, open.request)
    const back = () => guest.node.messenger.makePath([...via, guest.node.id], random(32))
    const node = shop.node.id
    const wrong: (readonly [string | BlindedPath, MessageContents])[] = [
      [offer.offer.fields.offer_paths![0]!, { invoice: forRefund }],
      [offer.offer.fields.offer_paths![0]!, { invoice: forOpen }],
      [ofClaim, { invoice: forRefund }],
      [ofClaim, { invoice: forOpen }],
      [node, { invoice: forRefund }],
      [pathOf(refund), { invoice_request: request.bytes }],
      [ofFetch, { invoice_request: request.bytes }],
      [ofClaim, { invoice_request: request.bytes }],
      [node, { invoice_request: request.bytes }],
      [pathOf(refund), { invoice_error: Uint8Array.of(5, 1, 97) }],
      [offer.offer.fields.offer_paths![0]!, { invoice_error: Uint8Array.of(5, 1, 97) }],
      [node, { invoice_error: Uint8Array.of(5, 1, 97) }],
      [pathOf(refund), { invoice_request: refund.request.bytes }],
      [node, { invoice_request: refund.request.bytes }],
    ]
    for (const [to, contents] of wrong) {
      const route = typeof to === 'string' ? [...via, to] : via
      sendRaw(guest, route, to, { ...contents, reply_path: back() })
      await world.clock.advance(1000)
    }
    expect(answers).toEqual([])
    for (const { id } of [refund, other, open]) {
      expect(shop.node.refunds.find(id).stored).not.toHaveProperty('invoice')
      expect(shop.node.refunds.find(id).stored).not.toHaveProperty('refusals')
    }
    expect(shop.told('fetch_failed')).toEqual([])
    expect(shop.told('claim_failed')).toEqual([])
    expect(shop.told('invoice_sent')).toHaveLength(1)
    // An invoice for a refund over the reply path of a fetch is an answer to that fetch, and a bad one.
    sendRaw(guest, via, ofFetch, { invoice: forRefund, reply_path: back() })
    await world.clock.advance(200_000)
    expect(shop.node.refunds.find(refund.id).stored).not.toHaveProperty('invoice')
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect(answers).toEqual([])
  })
})

test.each(['refund', 'offer'] as const)(
  'whose reply path begins at a peer of ours does not see from whom the answer comes: %s',
  async (what) => {
    const { world, shop, relay, guest } = await places()
    // The guest calls every node that there is, and looks over which of them the answer comes.
    await world.connect(guest, shop)
    const routes = [[relay.node.id]]
    const over: (string | undefined)[] = []
    for (const type of [66n, 68n]) guest.node.messenger.handle(type, ({ from }) => over.push(from))
    const reply_path = guest.node.messenger.makePath([guest.node.id], random(32))
    if (what === 'refund') {
      const own = await shop.node.refunds.create({ ...ORDER, routes })
      sendRaw(guest, [relay.node.id], pathOf(own), { invoice: Uint8Array.of(0xff), reply_path })
    } else {
      const { offer } = await shop.node.issuer.create(coffee({ routes }))
      const { request } = createInvoiceRequest(offer, { random })
      sendRaw(guest, [relay.node.id], offer.fields.offer_paths![0]!, { invoice_request: request.bytes, reply_path })
    }
    await world.clock.advance(5000)
    expect(over).toEqual([relay.node.id])
  },
)

test('whoever reads what a node tells of its refunds and claims cannot claim one', async () => {
  const { world, shop, relay, guest } = await places()
  const own = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
  await world.until(guest.node.claimRefund(own.request))
  const secrets = [own.text, toHex(own.request.bytes), toHex((await guest.node.promises.list(1))[0]!.preimage!)]
  for (const { told, events } of [shop, guest]) {
    expect(told('refund_created').length + told('claim_started').length).toBe(1)
    const log = events.map((event) => JSON.stringify(toJsonEvent(event, world.clock.now()))).join('\n')
    for (const secret of secrets) expect(log).not.toContain(secret)
  }
})

describe('no bytes of a stranger end a node', () => {
  test('cut, doubled and turned bits, in every kind of contents, over every kind of path', async () => {
    const { world, shop, relay, guest } = await places({ rateOf: () => ({ perSecond: 10_000, burst: 10_000 }) })
    const via = [relay.node.id]
    const refund = await shop.node.refunds.create({ ...ORDER, routes: [via] })
    const open = await shop.node.refunds.create(ORDER)
    const good = [await invoiceFor(world, refund.request), await invoiceFor(world, open.request), refund.request.bytes]
    const rejected = vi.fn()
    process.on('unhandledRejection', rejected)
    let seed = 1
    const next = (most: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return (seed >> 12) % most
    }
    for (let i = 0; i < 1500; i++) {
      const from = good[i % good.length]!
      const bytes = from.slice(0, next(4) === 0 ? next(from.length) : from.length)
      for (let flips = next(4); flips > 0 && bytes.length > 0; flips--) bytes[next(bytes.length)]! ^= 1 << next(8)
      const kind = (['invoice', 'invoice_error', 'invoice_request'] as const)[next(3)]!
      const delivery = {
        type: kind === 'invoice' ? 66n : kind === 'invoice_error' ? 68n : 64n,
        contents: { [kind]: bytes },
      }
      const to = next(2) === 0 ? pathOf(refund) : shop.node.id
      sendRaw(guest, typeof to === 'string' ? [...via, to] : via, to, delivery.contents)
      await world.clock.advance(100)
    }
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', rejected)
    expect(rejected).not.toHaveBeenCalled()
    expect(shop.events.filter((event) => 'code' in event && event.code === 'INTERNAL')).toEqual([])
    expect(shop.told('refund_invoice_refused').length).toBeGreaterThan(50)
    expect(shop.node.refunds.find(refund.id).stored.invoice).toEqual(good[0])
    expect(shop.node.refunds.find(open.id).stored.invoice).toEqual(good[1])
  })
})

test('the invoice that a fetch waits for is nothing over the path of a refund, and still good over its own', {
  tags: ['B9', 'O15', 'IR15'],
}, async () => {
  const { world, shop, relay, guest } = await places()
  const via = [relay.node.id]
  const refund = await shop.node.refunds.create({ ...ORDER, routes: [via] })
  const offer = await guest.node.issuer.create(coffee({ routes: [via] }))
  const asked: Delivery[] = []
  guest.node.messenger.handle(64n, (delivery) => asked.push(delivery))
  const fetching = shop.node.fetch(offer.offer, { timeoutMs: 60_000 })
  await world.clock.advance(2000)
  const { value, replyPath, blindedSecret } = asked[0]!
  const options = { signingKey: blindedSecret(), expectedMsat: 10_000n }
  const invoice = await invoiceFor(world, decodeInvoiceRequest(value), options)
  const errors: string[] = []
  guest.node.messenger.handle(68n, (delivery) => errors.push(toHex(delivery.value)))
  const reply_path = guest.node.messenger.makePath([relay.node.id, guest.node.id], random(32))
  sendRaw(guest, via, pathOf(refund), { invoice, reply_path })
  await world.clock.advance(2000)
  expect(errors).toHaveLength(1)
  expect(shop.told('refund_invoice_refused')).toMatchObject([{ refundId: refund.id, code: 'INVOICE_REQUEST_MISMATCH' }])
  expect([shop.told('invoice_received'), shop.told('refund_invoice_received')]).toEqual([[], []])
  sendRaw(guest, via, replyPath!, { invoice })
  expect((await world.until(fetching)).invoice.bytes).toEqual(invoice)
  expect(shop.told('refund_invoice_received')).toEqual([])
})

describe('whoever has the strings of many refunds', () => {
  test('makes the node write and keep no more than of a few', async () => {
    const { world, shop, relay, guest } = await places({ rateOf: () => ({ perSecond: 10_000, burst: 10_000 }) })
    const refunds: OwnRefund[] = []
    for (let i = 0; i < 100; i++) refunds.push(await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] }))
    const commits = vi.spyOn(shop.store, 'commit')
    const began = world.clock.now()
    for (const own of refunds) {
      sendRaw(guest, [relay.node.id], pathOf(own), { invoice: Uint8Array.of(0xff) })
      await world.clock.advance(100)
    }
    expect(shop.told('refund_invoice_refused')).toHaveLength(100)
    const seconds = (world.clock.now() - began) / 1000
    expect(commits.mock.calls.length).toBeGreaterThanOrEqual(ALL_REFUSAL_WRITES.burst)
    expect(commits.mock.calls.length).toBeLessThanOrEqual(
      ALL_REFUSAL_WRITES.burst + ALL_REFUSAL_WRITES.perSecond * seconds,
    )
    // An invoice that is taken goes to disk whatever was refused before.
    commits.mockClear()
    await world.until(guest.node.claimRefund(refunds[99]!.request))
    expect(commits).toHaveBeenCalledTimes(1)
  })

  test('keeps the last refusal of each when there are very many', async () => {
    const { world, shop, relay, guest } = await places({ rateOf: () => ({ perSecond: 10_000, burst: 10_000 }) })
    const full = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    const { stored } = full
    // As if so many had come: what is stored is read when the node starts.
    const refusals = Array.from({ length: MAX_ALL_REFUSALS }, () => ({ at: 1n, code: 'INVOICE_REFUSED', reasons: [] }))
    await shop.store.commit([{ key: storeKey('refund', full.id), value: storedRefund.encode({ ...stored, refusals }) }])
    const other = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    await shop.node.stop()
    const again = await world.start('shop', { store: shop.store })
    await world.connect(again, relay, true)
    for (let i = 0; i < 3; i++) {
      sendRaw(guest, [relay.node.id], pathOf(other), { invoice: Uint8Array.of(0xff) })
      await world.clock.advance(1000)
    }
    expect(again.told('refund_invoice_refused')).toHaveLength(3)
    expect(again.node.refunds.find(other.id).stored.refusals).toHaveLength(1)
    // Once there is room, more of each are kept again.
    sendRaw(guest, [relay.node.id], pathOf(full), { invoice: Uint8Array.of(0xff) })
    await world.clock.advance(1000)
    expect(again.node.refunds.find(full.id).stored.refusals).toHaveLength(1)
    for (let i = 0; i < 3; i++) {
      sendRaw(guest, [relay.node.id], pathOf(other), { invoice: Uint8Array.of(0xff) })
      await world.clock.advance(1000)
    }
    expect(again.node.refunds.find(other.id).stored.refusals).toHaveLength(4)
  })

  test('cannot make their list too long to be sent', async () => {
    const { world, shop, relay, guest } = await places()
    const own = await shop.node.refunds.create({ ...ORDER, routes: [[relay.node.id]] })
    sendRaw(guest, [relay.node.id], pathOf(own), { invoice: Uint8Array.of(0xff) })
    await world.clock.advance(1000)
    const extra = encodeRecords({ note: field(3_000_000_001n, bytes()) }, { note: new Uint8Array(28_000) })
    sendRaw(guest, [relay.node.id], pathOf(own), { invoice: await invoiceFor(world, own.request, { extra }) })
    await world.clock.advance(1000)
    expect(shop.told('refund_invoice_received')).toHaveLength(1)
    const call = async (name: string, params: unknown) => {
      const found = refundMethods(shop.node, world.clock.now).find((method) => method.name === name)!
      const at = { signal: new AbortController().signal, client: 'test', progress: () => undefined }
      return JSON.stringify(await callMethod(found, params, at))
    }
    expect(await call('refund.list', {})).toMatch(/"payment_hash"/)
    expect((await call('refund.list', {})).length).toBeLessThan(2000)
    const shown = await call('refund.show', { refund: own.id })
    expect(shown).toContain('WIRE_TRUNCATED')
    expect(shown.length).toBeGreaterThan(40_000)
  })
})
