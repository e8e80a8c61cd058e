import '../../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../../src/base/hex.js'
import { createInvoiceRequest } from '../../../../src/bolt12/create-invoice-request.js'
import { decodeInvoiceError } from '../../../../src/bolt12/decode.js'
import { verifyLegacyInvoiceFor } from '../../../../src/bolt12/legacy/check.js'
import {
  createLegacyInvoiceRequest,
  type LegacyInvoiceRequestOptions,
} from '../../../../src/bolt12/legacy/create-invoice-request.js'
import { createLegacyOffer } from '../../../../src/bolt12/legacy/create-offer.js'
import { decodeLegacyInvoice, decodeLegacyOffer } from '../../../../src/bolt12/legacy/decode.js'
import { V0_10_1, V0_10_2, V0_11 } from '../../../../src/bolt12/legacy/dialect.js'
import {
  LEGACY_INVOICE_REQUEST,
  type LegacyInvoiceRequest,
  type LegacyInvoiceRequestMessage,
} from '../../../../src/bolt12/legacy/invoice-request.js'
import type { LegacyOfferMessage } from '../../../../src/bolt12/legacy/offer.js'
import { signedBytes } from '../../../../src/bolt12/legacy/options.js'
import { signLegacy } from '../../../../src/bolt12/legacy/signature.js'
import { DETERMINISTIC_AUX } from '../../../../src/bolt12/signature.js'
import { publicKey } from '../../../../src/crypto/group.js'
import { sha256 } from '../../../../src/crypto/hash.js'
import { identityOf } from '../../../../src/node/identity.js'
import { offerForms } from '../../../../src/node/offers/form.js'
import { Issuer } from '../../../../src/node/offers/issuer.js'
import type { NewLegacyOffer } from '../../../../src/node/offers/own-offer.js'
import { unroutablePaths } from '../../../../src/node/offers/payment-paths.js'
import { Promises } from '../../../../src/node/offers/promises.js'
import { memoryStore } from '../../../../src/node/store/memory-store.js'
import type { Generation } from '../../../../src/onion/generation.js'
import { GENERATIONS } from '../../../../src/onion/generations/all.js'
import { modern } from '../../../../src/onion/generations/modern.js'
import { modernUncounted } from '../../../../src/onion/generations/modern-uncounted.js'
import { obs } from '../../../../src/onion/generations/obs.js'
import { obs2 } from '../../../../src/onion/generations/obs2.js'
import { chainHashOf } from '../../../../src/wire/chains.js'
import { seededRandom } from '../../connections/world.js'
import { type Lab, type LabNode, lab } from '../../lab.js'

const REGTEST = chainHashOf('regtest')

/** 10 sat for coffee. */
const COFFEE: NewLegacyOffer = { amountMsat: 10_000n, description: 'coffee' }

/** An answer that came to the payer. */
interface Answer {
  readonly form: string
  readonly type: bigint
  readonly bytes: Uint8Array
}

interface Shop {
  readonly world: Lab
  readonly merchant: LabNode
  readonly payer: LabNode
  /** All that came back, in its order. */
  readonly answers: readonly Answer[]
  request(offer: LegacyOfferMessage, options?: Partial<LegacyInvoiceRequestOptions>): LegacyInvoiceRequestMessage
  /** Sends a request as it is, to the merchant's node id unless to a path; it is not waited for. */
  send(
    generation: Generation,
    request: Uint8Array,
    to?: Parameters<LabNode['node']['messenger']['send']>[0]['to'],
  ): void
  /** Sends it, and lets everything happen that follows. */
  ask(generation: Generation, request: Uint8Array, to?: Parameters<Shop['send']>[2]): Promise<void>
}

/** A merchant, and a payer that keeps to no policy and reads every answer. */
async function shop(options: Parameters<Lab['start']>[1] = {}): Promise<Shop> {
  const world = lab()
  const merchant = await world.start('merchant', options)
  const payer = await world.start('payer', { listen: [] })
  await world.connect(payer, merchant)
  return atCounter(world, merchant, payer)
}

function atCounter(world: Lab, merchant: LabNode, payer: LabNode): Shop {
  const answers: Answer[] = []
  for (const type of [66n, 68n]) {
    payer.node.messenger.handle(type, ({ generation, value }) => {
      answers.push({ form: generation.name, type, bytes: value })
    })
  }
  const random = seededRandom('the payer')
  const made: Shop = {
    world,
    merchant,
    payer,
    answers,
    request: (offer, options = {}) => createLegacyInvoiceRequest(offer, { random, ...options }).request,
    send: (generation, request, to = merchant.node.id) => {
      const { path } = payer.node.messenger.makeReplyPath(generation, [payer.node.id], random(32))
      payer.node.messenger.send({
        generation,
        route: [merchant.node.id],
        to,
        contents: { invoice_request: request, reply_path: path },
        onFate: () => undefined,
      })
    },
    ask: async (...sent) => {
      made.send(...sent)
      await world.clock.advance(2000)
    },
  }
  return made
}

/** The payer's key in requests that `createLegacyInvoiceRequest` would not make. */
const FORGER = new Uint8Array(32).fill(5)

/** The bytes of a request with some fields replaced, signed by another payer. */
function altered({ fields }: LegacyInvoiceRequestMessage, others: LegacyInvoiceRequest): Uint8Array {
  const { signature: _, ...rest } = fields
  const payer_key = publicKey(FORGER).subarray(1)
  return signedBytes(LEGACY_INVOICE_REQUEST, { ...rest, ...others, payer_key }, (records) =>
    signLegacy(['invoice_request', 'signature'], records, FORGER, DETERMINISTIC_AUX),
  )
}

const invoiceIn = (answer: Answer | undefined) => decodeLegacyInvoice(answer?.bytes ?? new Uint8Array(0))
const errorIn = (answer: Answer | undefined) => decodeInvoiceError(answer?.bytes ?? new Uint8Array(0)).fields

describe('the form in which a node makes offers', () => {
  test('is that of 2021 where it speaks no newer wire form', () => {
    expect(offerForms(GENERATIONS)).toEqual(['modern', '2021'])
    expect(offerForms([modern])).toEqual(['modern'])
    expect(offerForms([{ name: 'one of tomorrow' }])).toEqual(['modern'])
    for (const old of [[obs], [obs2], [obs2, obs], [modernUncounted], [modernUncounted, obs2]]) {
      expect(offerForms(old)).toEqual(['2021'])
    }
  })

  test('cannot be one whose readers speak none of its wire forms', async () => {
    const world = lab()
    const [young, old] = [
      await world.start('young', { generations: [modern] }),
      await world.start('old', { generations: [obs2, obs] }),
    ]
    await expect(young.node.issuer.createLegacy(COFFEE)).rejects.toMatchObject({ code: 'OFFER_FORM_UNSPOKEN' })
    await expect(old.node.issuer.create({})).rejects.toMatchObject({ code: 'OFFER_FORM_UNSPOKEN' })
    expect(old.node.issuer.list()).toEqual([])
  })

  test('an offer of 2021 names the node and is signed by it', async () => {
    const { merchant } = await shop()
    const { id, text, offer } = await merchant.node.issuer.createLegacy({ ...COFFEE, issuer: 'shop', quantityMin: 2n })
    expect(offer.fields).toMatchObject({ amount: 10_000n, description: 'coffee', issuer: 'shop', quantity_min: 2n })
    expect(toHex(offer.fields.node_id!)).toBe(merchant.node.id.slice(2))
    expect(offer.fields.chains).toEqual([REGTEST])
    expect(decodeLegacyOffer(text).bytes).toEqual(offer.bytes)
    expect(merchant.node.issuer.find(text).id).toBe(id)
  })

  test('equal ones are one: the second is refused, also while the first is being stored', async () => {
    const { merchant } = await shop()
    const both = await Promise.allSettled([
      merchant.node.issuer.createLegacy({ ...COFFEE, label: 'a' }),
      merchant.node.issuer.createLegacy({ ...COFFEE, label: 'b' }),
    ])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(both[1]).toMatchObject({ reason: { code: 'OFFER_EXISTS' } })
    await expect(merchant.node.issuer.createLegacy(COFFEE)).rejects.toMatchObject({ code: 'OFFER_EXISTS' })
    expect(merchant.node.issuer.list().map(({ stored }) => stored.label)).toEqual(['a'])
  })
})

describe('a request for an offer of 2021', () => {
  test.each([
    ['obs alone', [obs], [obs]],
    ['obs2 alone', [obs2], [obs2]],
    ['both', [obs2, obs], [obs2, obs]],
    ['those of v0.11', [modernUncounted, obs2], [modernUncounted, obs2]],
    ['all', GENERATIONS, [obs2, obs, modernUncounted, modern]],
  ] as const)('is answered in its own form by a node that speaks %s', async (_, generations, forms) => {
    const { merchant, answers, ask, request, world } = await shop({ generations })
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const asked = request(offer)
    for (const generation of forms) await ask(generation, asked.bytes)
    expect(answers.map(({ form, type }) => [form, type])).toEqual(
      // Its last hop cannot tell which of the two 513 an answer is: that has no reply path.
      forms.map(({ name }) => [name === 'modern-uncounted' ? 'modern' : name, 66n]),
    )
    expect(merchant.told('message_sent').map(({ generation }) => generation)).toEqual(forms.map(({ name }) => name))
    const now = BigInt(Math.floor(world.clock.now() / 1000))
    const invoice = invoiceIn(answers[0])
    const context = { offer, request: asked, now, chains: [REGTEST], authorisedMsat: 10_000n }
    expect(verifyLegacyInvoiceFor(context, invoice)).toEqual({ ok: true, issues: [] })
    expect(invoice.fields).toMatchObject({ amount: 10_000n, description: 'coffee', cltv: 18 })
    expect(toHex(invoice.fields.node_id!)).toBe(merchant.node.id.slice(2))
  })

  test.each([
    ['v0.10.1', V0_10_1, { chains: [REGTEST] }],
    ['v0.10.2', V0_10_2, { chains: [REGTEST], chain: REGTEST }],
    ['v0.11', V0_11, { chain: REGTEST }],
  ] as const)('as %s writes it is answered in that dialect', async (_, dialect, written) => {
    const { merchant, answers, ask, request } = await shop()
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    await ask(obs, request(offer, { dialect }).bytes)
    const { chain, chains } = decodeLegacyInvoice(answers[0]!.bytes, { dialect: { ...V0_10_2, name: 'any' } }).fields
    expect({ ...(chains && { chains }), ...(chain && { chain }) }).toEqual(written)
  })

  test('that a release could not read is not answered by a node that plays it', async () => {
    const { merchant, answers, ask, request } = await shop({ dialect: V0_11 })
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    await ask(obs2, request(offer, { dialect: V0_10_2 }).bytes)
    expect([answers, merchant.told('request_ignored').map(({ code }) => code)]).toEqual([[], ['TLV_UNKNOWN_EVEN']])
    await ask(obs2, request(offer, { dialect: V0_11 }).bytes)
    expect(answers).toHaveLength(1)
  })

  test('is answered as the release writes that the node plays', async () => {
    const { merchant, answers, ask, request } = await shop({ dialect: V0_10_2 })
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    await ask(obs2, request(offer, { dialect: V0_11 }).bytes)
    expect(invoiceIn(answers[0]).fields).toMatchObject({ chain: REGTEST, chains: [REGTEST] })
  })

  test('what the payer chooses is kept: note, quantity, amount', async () => {
    const { merchant, answers, ask, request } = await shop()
    const { id, offer } = await merchant.node.issuer.createLegacy({ ...COFFEE, quantityMax: 5n })
    await ask(obs2, request(offer, { quantity: 3n, payerNote: 'hot', amountMsat: 31_000n }).bytes)
    expect(invoiceIn(answers[0]).fields).toMatchObject({ amount: 31_000n, quantity: 3n, payer_note: 'hot' })
    expect(merchant.told('request_received')).toMatchObject([{ offerId: id, payerNote: 'hot', quantity: 3n }])
  })
})

describe('a request that comes in two forms', () => {
  const twice = async ({ ask }: Shop, { bytes }: LegacyInvoiceRequestMessage) => {
    await ask(obs2, bytes)
    await ask(obs, bytes)
  }

  test('gets one invoice, the same bytes in both forms', async () => {
    const at = await shop()
    const { merchant, answers } = at
    const { id, offer } = await merchant.node.issuer.createLegacy(COFFEE)
    await twice(at, at.request(offer))
    expect(answers.map(({ form }) => form)).toEqual(['obs2', 'obs'])
    expect(answers[1]?.bytes).toEqual(answers[0]?.bytes)
    expect(merchant.told('invoice_sent').map(({ again }) => again)).toEqual([false, true])
    const kept = await merchant.node.promises.list(10)
    expect(kept.map(({ invoice }) => invoice)).toEqual([answers[0]?.bytes])
    expect(merchant.node.promises.of(id)).toHaveLength(1)
  })

  test('also when both are there before the first is stored', async () => {
    const disk = memoryStore()
    const waiting: (() => void)[] = []
    const slow = {
      ...disk,
      commit: async (changes: Parameters<typeof disk.commit>[0]) => {
        if (changes.some(({ key }) => key.startsWith('promise/'))) await new Promise<void>((go) => waiting.push(go))
        return disk.commit(changes)
      },
    }
    const { world, merchant, answers, request, send } = await shop({ store: slow })
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const { bytes } = request(offer)
    send(obs2, bytes)
    send(obs, bytes)
    await world.clock.advance(2000)
    expect([merchant.told('message_received').length, answers, waiting.length]).toEqual([2, [], 1])
    waiting[0]?.()
    await world.clock.advance(2000)
    expect([answers.length, waiting.length]).toEqual([2, 1])
    expect(answers[1]?.bytes).toEqual(answers[0]?.bytes)
  })

  test('also when the node starts again between them', async () => {
    const { world, merchant, payer, answers, request, ask } = await shop({ generations: [obs2, obs] })
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const { bytes } = request(offer)
    await ask(obs2, bytes)
    await merchant.node.stop()
    await world.clock.advance(1000)
    const again = await world.start('merchant', { store: merchant.store.reopen(), generations: [obs2, obs] })
    await world.connect(payer, again)
    expect(again.node.issuer.list()).toEqual(merchant.node.issuer.list())
    await ask(obs, bytes)
    expect(answers.map(({ form }) => form)).toEqual(['obs2', 'obs'])
    expect(answers[1]?.bytes).toEqual(answers[0]?.bytes)
    expect(await again.node.promises.list(10)).toHaveLength(1)
  })

  test('a single use is one use, and both copies are answered', async () => {
    const at = await shop()
    const { merchant, answers, request } = at
    const { offer } = await merchant.node.issuer.createLegacy({ ...COFFEE, singleUse: true })
    await twice(at, request(offer))
    expect(answers[1]?.bytes).toEqual(answers[0]?.bytes)
    await twice(at, request(offer))
    expect(answers.slice(2).map(({ type }) => type)).toEqual([68n, 68n])
    expect(errorIn(answers[2]).error).toContain('reserved by somebody else')
  })

  test('when its invoice has expired gets a new one', async () => {
    const at = await shop()
    const { world, merchant, answers, request } = at
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const asked = request(offer)
    await twice(at, asked)
    await world.clock.advance(7200_000)
    await world.connect(at.payer, merchant)
    await twice(at, asked)
    expect(new Set(answers.map(({ bytes }) => toHex(bytes))).size).toBe(2)
    expect(await merchant.node.promises.list(10)).toHaveLength(2)
  })

  test('with something else in the second is refused there', async () => {
    const { merchant, answers, ask, request } = await shop()
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const payerKey = new Uint8Array(32).fill(3)
    await ask(obs2, request(offer, { payerKey, amountMsat: 10_000n }).bytes)
    await ask(obs, request(offer, { payerKey, amountMsat: 11_000n }).bytes)
    expect(answers.map(({ form, type }) => [form, type])).toEqual([
      ['obs2', 66n],
      ['obs', 68n],
    ])
    expect(merchant.told('invoice_error_sent')).toMatchObject([{ code: 'REQUEST_CHANGED' }])
  })
})

describe('what is wrong is told to who asks for an offer of ours', () => {
  test('switched off, until it is switched on again', async () => {
    const { merchant, answers, ask, request } = await shop()
    const { id, offer } = await merchant.node.issuer.createLegacy(COFFEE)
    await merchant.node.issuer.setDisabled(id.slice(0, 16), true)
    await ask(obs, request(offer).bytes)
    expect(errorIn(answers[0])).toEqual({ error: 'this offer is not available at the moment' })
    await merchant.node.issuer.setDisabled(id, false)
    await ask(obs, request(offer).bytes)
    expect(answers.map(({ type }) => type)).toEqual([68n, 66n])
  })

  test('expired, for another chain, fewer items than it sells: the field by its number in a request of 2021', async () => {
    const { merchant, answers, ask, request, world } = await shop()
    const soon = BigInt(Math.floor(world.clock.now() / 1000)) + 60n
    const { offer } = await merchant.node.issuer.createLegacy({ ...COFFEE, absoluteExpiry: soon, quantityMin: 2n })
    await ask(obs2, altered(request(offer, { quantity: 2n }), { quantity: 1n }))
    await ask(obs2, altered(request(offer, { quantity: 2n }), { chain: chainHashOf('bitcoin') }))
    await world.clock.advance(120_000)
    await ask(obs2, request(offer, { quantity: 2n }).bytes)
    expect(merchant.told('invoice_error_sent').map(({ code }) => code)).toEqual([
      'LEGACY_INVREQ_QUANTITY_OUT_OF_RANGE',
      'LEGACY_INVREQ_CHAIN_UNSUPPORTED',
      'LEGACY_INVREQ_OFFER_EXPIRED',
    ])
    expect(answers.map((answer) => errorIn(answer).erroneous_field)).toEqual([32n, 3n, undefined])
    expect(errorIn(answers[0]).suggested_value).toEqual(Uint8Array.of(2))
  })
})

test('more items than all bitcoin buy are refused with an answer, not passed over', async () => {
  const { merchant, answers, ask, request } = await shop()
  const { offer } = await merchant.node.issuer.createLegacy({ ...COFFEE, quantityMin: 1n })
  await ask(obs2, altered(request(offer, { quantity: 1n, amountMsat: 10_000n }), { quantity: 2n ** 60n }))
  expect(merchant.told('invoice_error_sent')).toMatchObject([{ code: 'LEGACY_INVREQ_AMOUNT_TOO_LOW' }])
  expect(answers.map((answer) => errorIn(answer).erroneous_field)).toEqual([8n])
})

describe('silence', () => {
  test('for an offer of nobody, and for a bad signature', async () => {
    const { merchant, answers, ask, request } = await shop()
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const nobodys = createLegacyOffer({
      description: 'coffee',
      chains: [REGTEST],
      nodeKey: new Uint8Array(32).fill(9),
      aux: DETERMINISTIC_AUX,
    })
    await ask(obs2, request(nobodys, { amountMsat: 5n }).bytes)
    const broken = request(offer).bytes
    broken[broken.length - 1]! ^= 1
    await ask(obs2, broken)
    await ask(obs, broken)
    expect(merchant.told('request_ignored').map(({ code }) => code)).toEqual([
      'LEGACY_INVREQ_OFFER_MISMATCH',
      'LEGACY_INVREQ_BAD_SIGNATURE',
      'LEGACY_INVREQ_BAD_SIGNATURE',
    ])
    expect([answers, merchant.told('message_sent')]).toEqual([[], []])
  })

  test('over any path: of an offer of today, of a reply, of a hop that the sender blinded', async () => {
    const { merchant, answers, ask, request } = await shop()
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const today = await merchant.node.issuer.create({ ...COFFEE, routes: [[]] })
    const { messenger, id } = merchant.node
    const { bytes } = request(offer)
    await ask(modern, bytes, today.offer.fields.offer_paths![0]!)
    for (const generation of GENERATIONS) {
      await ask(generation, bytes, messenger.makeReplyPath(generation, [id], new Uint8Array(32).fill(1)).path)
    }
    expect(merchant.told('request_ignored').map(({ code }) => code)).toEqual(Array(5).fill('REQUEST_OVER_PATH'))
    expect([answers, merchant.told('message_sent')]).toEqual([[], []])
    await ask(obs, bytes)
    expect(answers).toHaveLength(1)
  })

  test('for a request of 2021 that names an offer of today, which is answered in its own form', async () => {
    const { merchant, answers, ask, request } = await shop()
    const today = await merchant.node.issuer.create({ ...COFFEE })
    const legacy = await merchant.node.issuer.createLegacy(COFFEE)
    await ask(obs2, altered(request(legacy.offer), { offer_id: fromHex(today.id) }))
    expect(merchant.told('request_ignored').map(({ code }) => code)).toEqual(['LEGACY_INVREQ_OFFER_MISMATCH'])
    const random = seededRandom('today')
    await ask(modern, createInvoiceRequest(today.offer, { random }).request.bytes)
    expect(answers.map(({ form, type }) => [form, type])).toEqual([['modern', 66n]])
    expect(merchant.node.promises.of(today.id)).toHaveLength(1)
  })

  test('without a reply path', async () => {
    const { world, merchant, payer, request } = await shop()
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    payer.node.messenger.send({
      generation: obs2,
      route: [merchant.node.id],
      to: merchant.node.id,
      contents: { invoice_request: request(offer).bytes },
      onFate: () => undefined,
    })
    await world.clock.advance(1000)
    expect(merchant.told('request_ignored').map(({ code }) => code)).toEqual(['REQUEST_WITHOUT_REPLY_PATH'])
  })

  test('when no more promises can be kept: the second copy could not get the same', async () => {
    const { world, merchant, answers, ask, request } = await shop()
    const { offer } = await merchant.node.issuer.createLegacy(COFFEE)
    const { node, store } = merchant
    const ignored: string[] = []
    const random = seededRandom('full')
    const { keys: identity } = identityOf(sha256(new TextEncoder().encode('merchant')))
    await Issuer.start({
      messenger: node.messenger,
      clock: world.clock,
      random,
      store,
      promises: await Promises.load(store, 0),
      identity,
      pathSecret: random(32),
      issuerSecret: random(32),
      chain: REGTEST,
      paymentPaths: unroutablePaths({ nodeId: identity.publicKey, preimageSecret: random(32), random }),
      onEvent: (event) => event.type === 'request_ignored' && ignored.push(event.code),
    })
    await ask(obs2, request(offer).bytes)
    expect([ignored, answers]).toEqual([['REQUEST_LIMIT'], []])
  })
})
