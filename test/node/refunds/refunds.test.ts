import '../../support/use-toy.js'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Store } from '../../../src/base/effects.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import type { BlindedPath } from '../../../src/blinding/blinded-path.js'
import { createInvoice, type InvoiceOptions } from '../../../src/bolt12/create-invoice.js'
import { createStandaloneRequest } from '../../../src/bolt12/create-invoice-request.js'
import { decodeInvoice, decodeInvoiceError, decodeInvoiceRequest } from '../../../src/bolt12/decode.js'
import { INVOICE_REQUEST, type InvoiceRequestMessage, SIGNATURE } from '../../../src/bolt12/invoice-request.js'
import { DETERMINISTIC_AUX, signRecords } from '../../../src/bolt12/signature.js'
import { verifyInvoiceFor } from '../../../src/bolt12/verify-invoice.js'
import { publicKey } from '../../../src/crypto/group.js'
import { unroutablePaths } from '../../../src/node/offers/payment-paths.js'
import { MAX_ANSWERS } from '../../../src/node/payer/answer.js'
import {
  MAX_KEPT_REASONS,
  MAX_KEPT_REFUSALS,
  type NewRefund,
  type OwnRefund,
  REFUSAL_WRITES,
} from '../../../src/node/refunds/refunds.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { chainHashOf } from '../../../src/wire/chains.js'
import { encodeRecords, joinRecords } from '../../../src/wire/tlv.js'
import { toyBackend } from '../../support/toy-backend.js'
import { coffee, type Lab, type LabNode, lab } from '../lab.js'

const REGTEST = chainHashOf('regtest')
const random = (length: number) => new Uint8Array(length).fill(9)

/** A refund over 7 sat, unless told otherwise. */
function order(options: Partial<NewRefund> = {}): NewRefund {
  return { amountMsat: 7000n, description: 'order 7', ...options }
}

type Parts = { readonly world: Lab } & Record<'shop' | 'relay' | 'guest', LabNode>

/** Who refunds, a relay, and a guest who knows the relay only. */
async function places(): Promise<Parts> {
  const world = lab()
  const [shop, relay] = [await world.start('shop'), await world.start('relay')]
  const guest = await world.start('guest', { listen: [] })
  await world.connect(shop, relay, true)
  await world.connect(guest, relay)
  return { world, shop, relay, guest }
}

/** What the guest gets as answers to messages of its own making: its node's own readers are put aside. */
function answersTo(guest: LabNode): (string | undefined)[] {
  const errors: (string | undefined)[] = []
  guest.node.messenger.handle(68n, ({ value }) => errors.push(decodeInvoiceError(value).fields.error))
  return errors
}

/** An invoice for a request, as `Claimer` would not make it. */
async function invoiceFor(
  request: InvoiceRequestMessage,
  more: Partial<InvoiceOptions> = {},
  world?: Lab,
): Promise<Uint8Array> {
  const now = BigInt(Math.floor((world?.clock.now() ?? 0) / 1000))
  const receivable = await unroutablePaths({
    nodeId: publicKey(random(32)),
    preimageSecret: random(32),
    random,
  }).receive({
    requestHash: random(32),
    offerId: random(32),
    amountMsat: request.fields.invreq_amount ?? 0n,
    createdAt: now,
    expiresAt: now + 7200n,
  })
  return createInvoice(request, {
    createdAt: now,
    paymentHash: receivable.paymentHash,
    paths: receivable.paths,
    signingKey: random(32),
    aux: DETERMINISTIC_AUX,
    ...more,
  }).bytes
}

/** Sends an invoice over the relay, as `Claimer` would not send it. */
function sendRaw(
  guest: LabNode,
  route: readonly string[],
  to: string | BlindedPath,
  invoice: Uint8Array,
  withReplyPath = true,
): void {
  const back = [...route].reverse().concat(guest.node.id)
  guest.node.messenger.send({
    generation: modern,
    route,
    to,
    contents: { invoice, ...(withReplyPath && { reply_path: guest.node.messenger.makePath(back, random(32)) }) },
    onFate: () => undefined,
  })
}

const pathOf = ({ request }: OwnRefund): BlindedPath => request.fields.invreq_paths![0]!
const claim = ({ world, guest }: Pick<Parts, 'world' | 'guest'>, { request }: Pick<OwnRefund, 'request'>, more = {}) =>
  world.until(guest.node.claimRefund(request, more))

describe('a refund is made', () => {
  test('with paths: it names a key of its own, and nothing of the node', { tags: ['RW7', 'RW8', 'RW10'] }, async () => {
    const { shop, relay } = await places()
    const make = () =>
      shop.node.refunds.create(
        order({
          routes: [[relay.node.id]],
          dummyHops: 2,
          issuer: 'shop',
          payerNote: 'sorry',
          absoluteExpiry: 2_000_000_000n,
          label: 'x',
        }),
      )
    const [one, two] = [await make(), await make()]
    const { fields } = one.request
    expect(fields).toMatchObject({
      offer_description: 'order 7',
      offer_issuer: 'shop',
      offer_absolute_expiry: 2_000_000_000n,
      invreq_chain: REGTEST,
      invreq_amount: 7000n,
      invreq_payer_note: 'sorry',
    })
    for (const absent of ['signature', 'offer_chains', 'offer_paths', 'offer_issuer_id', 'offer_amount'] as const) {
      expect(fields[absent]).toBeUndefined()
    }
    expect(fields.invreq_paths?.[0]?.path).toHaveLength(4)
    expect(fields.invreq_payer_id).not.toEqual(two.request.fields.invreq_payer_id)
    expect(toHex(one.request.bytes)).not.toContain(shop.node.id)
    expect(one.text).toMatch(/^lnr1/)
    expect(shop.told('refund_created').map(({ id }) => id)).toEqual([one.id, two.id])
  })

  test('without paths: it names the node, so that an invoice finds it', { tags: ['RW7'] }, async () => {
    const { shop } = await places()
    const [one, two] = [await shop.node.refunds.create(order()), await shop.node.refunds.create(order())]
    expect(toHex(one.request.fields.invreq_payer_id!)).toBe(shop.node.id)
    expect(one.request.fields.invreq_paths).toBeUndefined()
    expect(one.id).not.toBe(two.id)
  })

  test('is on disk before it is handed out, and there after a restart; what cannot be is said', async () => {
    const { world, shop, relay } = await places()
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]], label: 'seven' }))
    const writes = shop.store
    await shop.node.stop()
    const again = await world.start('shop', { store: writes })
    expect(again.node.refunds.list().map(({ id, stored }) => [id, stored.label])).toEqual([[own.id, 'seven']])
    expect(again.node.refunds.find(own.text).id).toBe(own.id)
    await expect(again.node.refunds.create(order({ description: '' }))).rejects.toMatchObject({
      code: 'INVREQ_OPTIONS',
    })
    await expect(again.node.refunds.create(order({ amountMsat: 0n }))).rejects.toMatchObject({ code: 'INVREQ_OPTIONS' })
    expect(() => again.node.refunds.find('0000')).toThrow(/no refund/)
    expect(() => again.node.refunds.find(own.id.slice(0, 3))).toThrow(/no refund/)
  })
})

describe('a refund is claimed', () => {
  test('over a relay and its path: one verified invoice on either side', {
    tags: ['RR14', 'IR15', 'O7', 'B9'],
  }, async () => {
    const parts = await places()
    const { world, shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const result = await claim(parts, own)
    expect(result).toMatchObject({ id: own.id, again: false, attempt: 1, attempts: 1, problems: [], waitedMs: 5000 })
    const taken = shop.node.refunds.find(own.id).stored
    expect(taken.invoice).toEqual(result.invoice.bytes)
    expect(taken.refusals).toBeUndefined()
    const now = BigInt(Math.floor(world.clock.now() / 1000))
    const counterpart = { request: own.request, arrivedOn: 'invreq_path', now, chains: [REGTEST] } as const
    expect(verifyInvoiceFor(counterpart, decodeInvoice(taken.invoice!))).toEqual({ ok: true, issues: [] })
    expect(shop.told('refund_invoice_received')).toMatchObject([
      { refundId: own.id, amountMsat: 7000n, from: relay.node.id },
    ])
    expect(guest.told('claim_sent')).toMatchObject([{ refundId: own.id, again: false }])
    const [promise] = await guest.node.promises.list(10)
    expect(promise?.invoice).toEqual(result.invoice.bytes)
    expect(toHex(promise!.offer_id)).toBe(own.id)
    // Whoever pays does not learn from the signer who is paid.
    expect(toHex(result.invoice.fields.invoice_node_id!)).not.toBe(guest.node.id)
  })

  test('directly, at the node that it names', { tags: ['RR14', 'IR15'] }, async () => {
    const world = lab()
    const [shop, guest] = [await world.start('shop'), await world.start('guest', { listen: [] })]
    await world.connect(guest, shop)
    const own = await shop.node.refunds.create(order())
    const { invoice } = await claim({ world, guest }, own)
    expect(shop.node.refunds.find(own.id).stored.invoice).toEqual(invoice.bytes)
  })

  test('by the node that made it, and over a path that begins at its maker', async () => {
    const parts = await places()
    const { world, shop } = parts
    for (const routes of [undefined, [[]]] as const) {
      const own = await shop.node.refunds.create(order({ ...(routes && { routes }) }))
      const { invoice } = await claim({ world, guest: shop }, own)
      expect(shop.node.refunds.find(own.id).stored.invoice).toEqual(invoice.bytes)
    }
  })

  test('once more: the same invoice goes out, and changes nothing', { tags: ['RR6'] }, async () => {
    const parts = await places()
    const { shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const [first, second] = [await claim(parts, own), await claim(parts, own)]
    expect(second.again).toBe(true)
    expect(second.invoice.bytes).toEqual(first.invoice.bytes)
    expect(shop.told('refund_invoice_repeated')).toHaveLength(1)
    expect(shop.told('refund_invoice_received')).toHaveLength(1)
    expect(await guest.node.promises.list(10)).toHaveLength(1)
    const other = await claim(parts, await shop.node.refunds.create(order({ routes: [[relay.node.id]] })))
    expect(other.invoice.fields.invoice_node_id).not.toEqual(first.invoice.fields.invoice_node_id)
  })

  test('twice in the same moment: one invoice is made', async () => {
    const parts = await places()
    const { world, shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const both = Promise.all([guest.node.claimRefund(own.request), guest.node.claimRefund(own.request)])
    const [one, two] = await world.until(both)
    expect(one!.invoice.bytes).toEqual(two!.invoice.bytes)
    expect(await guest.node.promises.list(10)).toHaveLength(1)
  })

  test('the promise is on disk before it leaves; a disk that fails lets nothing leave', async () => {
    const inner = memoryStore()
    let full = false
    const store: Store = {
      ...inner,
      commit: (changes) => (full ? Promise.reject(new Error('disk full')) : inner.commit(changes)),
    }
    const world = lab()
    const [shop, guest] = [
      await world.start('shop'),
      await world.start('guest', { listen: [], store: { ...inner, ...store } }),
    ]
    await world.connect(guest, shop)
    const own = await shop.node.refunds.create(order())
    full = true
    await expect(claim({ world, guest }, own)).rejects.toThrow('disk full')
    expect(shop.told('refund_invoice_received')).toEqual([])
    full = false
    expect((await claim({ world, guest }, own)).again).toBe(false)
  })

  test('over another way when the first peer cannot be reached, with the same bytes', { tags: ['O5'] }, async () => {
    const parts = await places()
    const { world, shop, relay, guest } = parts
    const far = await world.start('far')
    await world.connect(shop, far, true)
    await world.connect(guest, far)
    await world.until(guest.node.disconnectPeer(far.node.id).then(() => undefined))
    guest.node.addressBook.add(far.node.id, world.at('far'))
    world.network.setHost('far', 'down')
    const own = await shop.node.refunds.create(order({ routes: [[far.node.id], [relay.node.id]] }))
    const result = await claim(parts, own)
    expect(result.attempts).toBeGreaterThan(1)
    expect(result.problems[0]).toMatchObject({ code: expect.stringMatching(/^CONNECT|^NO_ROUTE/) })
    expect(shop.node.refunds.find(own.id).stored.invoice).toEqual(result.invoice.bytes)
  })

  test('without a way nothing is promised', async () => {
    const world = lab()
    const [shop, guest] = [await world.start('shop'), await world.start('guest')]
    const own = await shop.node.refunds.create(order())
    await expect(claim({ world, guest }, own)).rejects.toMatchObject({ code: 'NO_ROUTE' })
    expect(await guest.node.promises.list(10)).toEqual([])
  })

  test('on another network than regtest only with a wallet', async () => {
    const world = lab()
    const guest = await world.start('guest', { network: 'signet' })
    const { request } = createStandaloneRequest({ random, ...order(), chain: chainHashOf('signet') })
    await expect(claim({ world, guest }, { request })).rejects.toMatchObject({ code: 'NO_WALLET' })
  })

  test('and cancelled: nothing is waited for any more', async () => {
    const parts = await places()
    const { world, shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const cancel = new AbortController()
    const open = guest.node.claimRefund(own.request, { signal: cancel.signal })
    await world.clock.advance(1000)
    cancel.abort()
    await expect(world.until(open)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
    const stopped = guest.node.claimRefund(own.request)
    await world.clock.advance(1000)
    await guest.node.stop()
    await expect(world.until(stopped)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
    await expect(guest.node.claimRefund(own.request)).rejects.toMatchObject({ code: 'CONTROL_CANCELLED' })
  })
})

describe('what cannot be claimed is refused before anything is done', () => {
  test.each([
    ['of another chain', { chain: chainHashOf('signet') }, 'INVREQ_CHAIN_UNSUPPORTED', 'RR15'],
    ['that has expired', { absoluteExpiry: 1n }, 'REFUND_EXPIRED', undefined],
  ] as const)('%s', async (_, more, code, rule) => {
    const { world, guest } = await places()
    const { request } = createStandaloneRequest({ random, ...order(), chain: REGTEST, ...more })
    await expect(claim({ world, guest }, { request })).rejects.toMatchObject({ code, ...(rule && { rule }) })
    expect(await guest.node.promises.list(10)).toEqual([])
  })

  test('an unknown feature', { tags: ['RR3'] }, async () => {
    const { world, guest } = await places()
    const { request } = createStandaloneRequest({ random, ...order(), chain: REGTEST })
    const odd = altered(request, { invreq_features: Uint8Array.of(2) })
    const even = altered(request, { invreq_features: Uint8Array.of(1) })
    await expect(claim({ world, guest }, { request: even })).rejects.toMatchObject({ code: 'INVREQ_FEATURE_UNKNOWN' })
    await expect(claim({ world, guest }, { request: odd })).resolves.toMatchObject({ attempt: 1 })
  })

  test('a request that answers an offer', async () => {
    const { world, shop, guest, relay } = await places()
    const offer = await shop.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { request } = await world.fetch(guest, offer)
    await expect(claim({ world, guest }, { request })).rejects.toMatchObject({ code: 'REFUND_ANSWERS_OFFER' })
  })

  test('a signed one is fine, and what only its writer must not set', { tags: ['RR4', 'RR13'] }, async () => {
    const { world, shop, guest, relay } = await places()
    const { request } = createStandaloneRequest({
      random,
      ...order(),
      chain: REGTEST,
      payerKey: random(32),
      paths: [relay.node.messenger.makePath([relay.node.id], random(32))],
    })
    const unsigned = encodeRecords(INVOICE_REQUEST, { ...request.fields, offer_amount: 5n, offer_metadata: random(3) })
    const signature = signRecords(['invoice_request', 'signature'], unsigned, random(32), DETERMINISTIC_AUX)
    const signed = decodeInvoiceRequest(joinRecords(encodeRecords(SIGNATURE, { signature }, unsigned)))
    const { invoice } = await claim({ world, guest }, { request: signed })
    expect(invoice.fields).toMatchObject({ invoice_amount: 7000n, offer_amount: 5n })
    expect(shop.told('refund_invoice_received')).toEqual([])
  })
})

/** A stand-alone request that `createStandaloneRequest` would not make. */
function altered(
  request: InvoiceRequestMessage,
  fields: Partial<InvoiceRequestMessage['fields']>,
): InvoiceRequestMessage {
  return decodeInvoiceRequest(joinRecords(encodeRecords(INVOICE_REQUEST, { ...request.fields, ...fields })))
}

describe('the maker refuses', () => {
  test('when it is disabled, and says so; the promise is marked, and a later claim makes another', {
    tags: ['O17', 'ER1', 'EW1'],
  }, async () => {
    const parts = await places()
    const { shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    await shop.node.refunds.disable(own.id.slice(0, 8))
    expect(shop.told('refund_disabled')).toHaveLength(1)
    const failure = await claim(parts, own).catch((error) => error)
    expect(failure).toMatchObject({ code: 'INVOICE_ERROR', message: 'the payer says: this refund was withdrawn' })
    expect(failure.invoiceError.fields.error).toBe('this refund was withdrawn')
    expect(shop.told('refund_invoice_refused')).toMatchObject([{ code: 'REFUND_DISABLED', canBeTold: true }])
    expect((await guest.node.promises.list(10)).map(({ refused }) => refused)).toEqual(['this refund was withdrawn'])
    await expect(claim(parts, own)).rejects.toMatchObject({ code: 'INVOICE_ERROR' })
    expect(await guest.node.promises.list(10)).toHaveLength(2)
    expect(shop.node.refunds.find(own.id).stored.refusals?.map(({ code }) => code)).toEqual([
      'REFUND_DISABLED',
      'REFUND_DISABLED',
    ])
  })

  test('a second invoice, also after a restart: there is one, and it stays', async () => {
    const parts = await places()
    const { world, shop, relay } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const { invoice } = await claim(parts, own)
    const other = await world.start('other', { listen: [] })
    await world.connect(other, relay)
    await expect(claim({ world, guest: other }, own)).rejects.toMatchObject({ message: /has an invoice already/ })
    await shop.node.stop()
    const again = await world.start('shop', { store: shop.store })
    await world.connect(again, relay, true)
    const late = await world.start('late', { listen: [] })
    await world.connect(late, relay)
    await expect(claim({ world, guest: late }, own)).rejects.toMatchObject({ code: 'INVOICE_ERROR' })
    expect(again.node.refunds.find(own.id).stored).toMatchObject({ invoice: invoice.bytes })
    expect(again.node.refunds.find(own.id).stored.refusals?.map(({ code }) => code)).toEqual([
      'REFUND_ANSWERED',
      'REFUND_ANSWERED',
    ])
  })

  test('an invoice that comes after its time, by its own clock', async () => {
    const { world, shop, relay, guest } = await places()
    const now = BigInt(Math.floor(world.clock.now() / 1000))
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]], absoluteExpiry: now + 10n }))
    const bytes = await invoiceFor(own.request, {}, world)
    const errors = answersTo(guest)
    await world.clock.advance(12_000)
    sendRaw(guest, [relay.node.id], pathOf(own), bytes)
    await world.clock.advance(1000)
    expect(errors).toEqual(['this refund has expired'])
    expect(shop.node.refunds.find(own.id).stored.invoice).toBeUndefined()
  })

  test('an invoice that breaks rules: every reason is kept, the first is told with what would do', {
    tags: ['IR13', 'IR4', 'EW3', 'IR7', 'IR10'],
  }, async () => {
    const { world, shop, relay, guest } = await places()
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const errors = answersTo(guest)
    const dearer = altered(own.request, { invreq_amount: 8000n })
    const wrong = await invoiceFor(dearer, { createdAt: 1n }, world)
    sendRaw(guest, [relay.node.id], pathOf(own), wrong)
    const broken = (await invoiceFor(own.request, {}, world)).slice()
    broken[broken.length - 1]! ^= 1
    sendRaw(guest, [relay.node.id], pathOf(own), broken)
    sendRaw(guest, [relay.node.id], pathOf(own), Uint8Array.of(0xff), false)
    await world.clock.advance(3000)
    expect(errors).toHaveLength(2)
    const kept = shop.node.refunds.find(own.id).stored.refusals ?? []
    expect(kept.map(({ code }) => code)).toEqual(['INVOICE_REFUSED', 'INVOICE_REFUSED', 'INVOICE_REFUSED'])
    expect(kept.map(({ reasons }) => reasons.map(({ code }) => code))).toEqual([
      ['INVOICE_EXPIRED', 'INVOICE_REQUEST_MISMATCH', 'INVOICE_AMOUNT_DIFFERS', 'INVOICE_AMOUNT_UNAUTHORISED'],
      ['INVOICE_BAD_SIGNATURE'],
      ['WIRE_TRUNCATED'],
    ])
    expect(shop.told('refund_invoice_refused').map(({ canBeTold }) => canBeTold)).toEqual([true, true, false])
    // None of it stands in the way of the right one.
    sendRaw(guest, [relay.node.id], pathOf(own), await invoiceFor(own.request, {}, world))
    await world.clock.advance(1000)
    expect(shop.told('refund_invoice_received')).toHaveLength(1)
  })
})

describe('over a wrong path there is silence', () => {
  test('to the node id, over the path of another refund, an offer, or none of ours', {
    tags: ['IR15', 'B9', 'O14', 'O15'],
  }, async () => {
    const { world, shop, relay, guest } = await places()
    const hidden = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const open = await shop.node.refunds.create(order())
    const offer = await shop.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const offerPath = offer.offer.fields.offer_paths![0]!
    const foreign = guest.node.messenger.makePath([shop.node.id], new Uint8Array(32).fill(3))
    const [forHidden, forOpen] = [
      await invoiceFor(hidden.request, {}, world),
      await invoiceFor(open.request, {}, world),
    ]
    const errors = answersTo(guest)
    const direct = [relay.node.id, shop.node.id]
    sendRaw(guest, direct, shop.node.id, forHidden)
    sendRaw(guest, [relay.node.id], offerPath, forHidden)
    sendRaw(guest, direct, foreign, forHidden)
    sendRaw(guest, [relay.node.id], offerPath, forOpen)
    await world.clock.advance(5000)
    expect(shop.told('refund_invoice_ignored')).toHaveLength(4)
    for (const event of shop.told('refund_invoice_ignored')) {
      expect(event).toMatchObject({ code: 'INVOICE_WRONG_PATH', rule: 'IR15', from: relay.node.id })
    }
    // What is for nobody here is none of these, and looks the same from outside.
    const { request } = createStandaloneRequest({ random, ...order(), chain: REGTEST })
    sendRaw(guest, direct, shop.node.id, await invoiceFor(request, {}, world))
    sendRaw(guest, direct, shop.node.id, Uint8Array.of(0xff))
    await world.clock.advance(2000)
    expect(shop.told('reply_ignored').map(({ code }) => code)).toEqual(['REPLY_WRONG_PATH', 'REPLY_WRONG_PATH'])
    expect(errors).toEqual([])
    for (const { stored } of shop.node.refunds.list())
      expect([stored.invoice, stored.refusals]).toEqual([undefined, undefined])
  })

  test('after the same work, for a refund of ours and of nobody’s', { tags: ['IR15', 'O15'] }, async () => {
    const { world, shop, relay, guest } = await places()
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const { request } = createStandaloneRequest({ random, ...order(), chain: REGTEST })
    const verify = vi.spyOn(toyBackend, 'schnorrVerify')
    onTestFinished(() => verify.mockRestore())
    for (const each of [own.request, request]) {
      const bytes = await invoiceFor(each, {}, world)
      verify.mockClear()
      sendRaw(guest, [relay.node.id, shop.node.id], shop.node.id, bytes)
      await world.clock.advance(1000)
      expect(verify).toHaveBeenCalledTimes(1)
    }
    expect([shop.told('refund_invoice_ignored').length, shop.told('reply_ignored').length]).toEqual([1, 1])
  })

  test('over a path of another refund it is judged by that one, which has nothing to do with it', {
    tags: ['B9'],
  }, async () => {
    const { world, shop, relay, guest } = await places()
    const [one, two] = [
      await shop.node.refunds.create(order({ routes: [[relay.node.id]] })),
      await shop.node.refunds.create(order({ routes: [[relay.node.id]] })),
    ]
    const errors = answersTo(guest)
    sendRaw(guest, [relay.node.id], pathOf(two), await invoiceFor(one.request, {}, world))
    await world.clock.advance(1000)
    expect(errors).toMatchObject([/^this invoice cannot be paid: type 0 is not as it was asked for/])
    expect(shop.node.refunds.find(one.id).stored).not.toHaveProperty('refusals')
    expect(shop.node.refunds.find(one.id).stored.invoice).toBeUndefined()
    expect(shop.node.refunds.find(two.id).stored.invoice).toBeUndefined()
  })

  test('a request over the path of a refund is no request for an offer', { tags: ['B9', 'RR8'] }, async () => {
    const { world, shop, relay, guest } = await places()
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const offer = await shop.node.issuer.create(coffee())
    const { request } = await world.fetch(guest, offer)
    guest.node.messenger.send({
      generation: modern,
      route: [relay.node.id],
      to: pathOf(own),
      contents: {
        invoice_request: request.bytes,
        reply_path: guest.node.messenger.makePath([relay.node.id, guest.node.id], random(32)),
      },
      onFate: () => undefined,
    })
    await world.clock.advance(1000)
    expect(shop.told('request_ignored')).toMatchObject([{ code: 'INVREQ_WRONG_PATH' }])
  })

  test('an invoice_error over any other path than the claim’s own changes nothing', {
    tags: ['O15', 'ER1', 'B9'],
  }, async () => {
    const parts = await places()
    const { world, shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const open = guest.node.claimRefund(own.request)
    await world.clock.advance(1000)
    const guestRefund = await guest.node.refunds.create(order({ routes: [[]] }))
    for (const to of [guest.node.id, pathOf(guestRefund)]) {
      relay.node.messenger.send({
        generation: modern,
        route: [guest.node.id],
        to,
        contents: { invoice_error: fromHex('050161') },
        onFate: () => undefined,
      })
    }
    await expect(world.until(open)).resolves.toMatchObject({ attempt: 1 })
    expect(guest.told('reply_ignored')).toHaveLength(2)
  })
})

describe('what strangers can make a node hold or compute', () => {
  test('the last refusals are kept, and few of them are written', async () => {
    const parts = await places()
    const { world, shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    const commits = vi.spyOn(shop.store, 'commit')
    for (let i = 0; i < 20; i++) {
      sendRaw(guest, [relay.node.id], pathOf(own), Uint8Array.of(0xff, i), false)
      await world.clock.advance(500)
    }
    expect(shop.told('refund_invoice_refused')).toHaveLength(20)
    expect(shop.node.refunds.find(own.id).stored.refusals).toHaveLength(MAX_KEPT_REFUSALS)
    expect(commits.mock.calls.length).toBe(REFUSAL_WRITES.burst)
    for (const { reasons } of shop.node.refunds.find(own.id).stored.refusals ?? []) {
      expect(reasons.length).toBeLessThanOrEqual(MAX_KEPT_REASONS)
    }
    // What was not written goes to disk with what is.
    const { invoice } = await claim(parts, own)
    await shop.node.stop()
    const again = await world.start('shop', { store: shop.store })
    expect(again.node.refunds.find(own.id).stored.refusals).toHaveLength(MAX_KEPT_REFUSALS)
    expect(again.node.refunds.find(own.id).stored.invoice).toEqual(invoice.bytes)
  })

  test('invoice_errors that cannot be read: eight are looked at, and the claim goes on', {
    tags: ['ER1'],
  }, async () => {
    const parts = await places()
    const { shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    shop.node.messenger.handle(66n, ({ generation, replyPath }) => {
      for (let i = 0; i < MAX_ANSWERS + 4; i++) {
        shop.node.messenger.send({
          generation,
          route: [relay.node.id],
          to: replyPath!,
          contents: { invoice_error: Uint8Array.of(5, 0) },
          onFate: () => undefined,
        })
      }
    })
    await expect(claim(parts, own)).resolves.toMatchObject({ attempt: 1 })
    expect(guest.told('reply_ignored')).toHaveLength(MAX_ANSWERS)
  })

  test('an invoice_error that comes late is told and kept', async () => {
    const parts = await places()
    const { world, shop, relay, guest } = parts
    const own = await shop.node.refunds.create(order({ routes: [[relay.node.id]] }))
    await shop.node.refunds.disable(own.id)
    world.network.setLatency('shop', 'relay', 9000)
    await expect(claim(parts, own)).resolves.toMatchObject({ problems: [] })
    await world.clock.advance(30_000)
    expect(guest.told('claim_refused_late')).toMatchObject([{ refundId: own.id, error: 'this refund was withdrawn' }])
    expect((await guest.node.promises.list(1))[0]?.refused).toBe('this refund was withdrawn')
  })

  test('many invoices while the disk works: one is taken', async () => {
    const { world, shop, relay, guest } = await places()
    const { commit } = shop.store
    vi.spyOn(shop.store, 'commit').mockImplementation(
      (changes) => new Promise((resolve) => world.clock.after(3000, () => resolve(commit(changes)))),
    )
    const own = await world.until(shop.node.refunds.create(order({ routes: [[relay.node.id]] })))
    for (let i = 1; i <= 4; i++) {
      const bytes = await invoiceFor(own.request, { paymentHash: new Uint8Array(32).fill(i) }, world)
      sendRaw(guest, [relay.node.id], pathOf(own), bytes, false)
    }
    await world.clock.advance(20_000)
    expect(shop.told('refund_invoice_received')).toHaveLength(1)
    expect(shop.told('refund_invoice_refused').map(({ code }) => code)).toEqual(Array(3).fill('REFUND_ANSWERED'))
  })
})
