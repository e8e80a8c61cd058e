import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../../src/base/error.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { createInvoice } from '../../../src/bolt12/create-invoice.js'
import { decodeInvoice } from '../../../src/bolt12/decode.js'
import { verifyPayerProof } from '../../../src/bolt12/proof/verify.js'
import { DETERMINISTIC_AUX } from '../../../src/bolt12/signature.js'
import { encodeString } from '../../../src/bolt12/string.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { identityOf } from '../../../src/node/identity.js'
import { accountPage } from '../../../src/node/payments/account.js'
import type { PayProgress } from '../../../src/node/payments/pay.js'
import { type MemoryStore, memoryStore } from '../../../src/node/store/memory-store.js'
import { paymentError } from '../../../src/payments/codes.js'
import type { LinkView } from '../../../src/payments/link.js'
import { walletError } from '../../../src/wallets/codes.js'
import { coffee, type Lab, type LabNode, lab } from '../lab.js'
import { type FakeWallet, fakeBank } from './fake-wallet.js'

interface Parts {
  readonly world: Lab
  readonly payer: LabNode
  readonly relay: LabNode
  readonly merchant: LabNode
  readonly wallets: { readonly payer: FakeWallet; readonly merchant: FakeWallet }
}

const keyOf = (name: string) => identityOf(sha256(new TextEncoder().encode(name))).keys

async function places(): Promise<Parts> {
  const world = lab()
  const bank = fakeBank(world.clock.now)
  const wallets = {
    payer: bank.wallet('payer', keyOf('payer').publicKey),
    merchant: bank.wallet('merchant', keyOf('merchant').publicKey),
  }
  const relay = await world.start('relay')
  const merchant = await world.start('merchant', { wallet: wallets.merchant })
  const payer = await world.start('payer', { wallet: wallets.payer })
  await world.connect(merchant, relay, true)
  await world.connect(payer, relay, true)
  return { world, payer, relay, merchant, wallets }
}

/** The error of what must fail. */
async function errorOf(work: Promise<unknown>): Promise<{ readonly code: string; readonly rule?: string }> {
  try {
    await work
  } catch (error) {
    if (isLnoError(error)) return { code: error.code, ...(error.rule !== undefined && { rule: error.rule }) }
    throw error
  }
  throw new Error('it was not refused')
}

const offerOf = ({ merchant, relay }: Parts, more = {}) =>
  merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], ...more }))

/** Kills a process when a payment has come so far: nothing that it stores afterwards is on disk, and it tells its wallet nothing. */
function killAt({ payer, wallets }: Pick<Parts, 'payer' | 'wallets'>, last: PayProgress['step']) {
  let left: MemoryStore | undefined
  return {
    onProgress: ({ step }: PayProgress) => {
      if (step !== last || left !== undefined) return
      left = payer.store.reopen()
      if (last !== 'part_sent') wallets.payer.refusals.push(new Error('killed'))
    },
    /** What it left behind. */
    store: (): MemoryStore => {
      if (left === undefined) throw new Error('it did not come so far')
      wallets.payer.refusals.length = 0
      return left
    },
  }
}

/** The payer's node as a process finds things that starts after this one was killed. */
async function restart(
  { world, relay, wallets }: Parts,
  payer: LabNode,
  store = payer.store.reopen(),
): Promise<LabNode> {
  const stopping = payer.node.stop()
  await world.until(stopping)
  wallets.payer.forgetListeners()
  const started = await world.start('payer', { wallet: wallets.payer, store })
  await world.connect(started, relay, true)
  return started
}

describe('an offer is paid', () => {
  test('asked, checked, sent; both sides know for what', async () => {
    const parts = await places()
    const { world, payer, merchant, wallets } = parts
    const own = await offerOf(parts, { label: 'till 3', quantityMax: 5n })
    const steps: PayProgress['step'][] = []
    const paid = await world.until(
      payer.node.pay({
        string: `lightning:${own.text}`,
        quantity: 2n,
        payerNote: 'table 4',
        label: 'lunch',
        onProgress: ({ step }) => steps.push(step),
      }),
    )
    expect(steps).toEqual(['asking', 'attempt', 'sent', 'received', 'invoice', 'part_sent', 'paid'])
    expect(paid).toMatchObject({
      status: 'paid',
      amount_msat: '20000',
      fee_msat: '7',
      max_fee_msat: '5000',
      offer_id: own.id,
      description: 'coffee',
      payer_note: 'table 4',
      quantity: '2',
      label: 'lunch',
    })
    const invoice = decodeInvoice(wallets.payer.asked[0]!.invoice!)
    expect(paid.payment_id).toBe(toHex(sha256(invoice.fields.invreq_metadata!)))
    expect(toHex(sha256(fromHex(paid.preimage!)))).toBe(paid.payment_hash)
    await world.until(Promise.resolve())
    expect(merchant.told('payment_received')).toMatchObject([
      {
        offerId: own.id,
        label: 'till 3',
        description: 'coffee',
        payerNote: 'table 4',
        payerId: invoice.fields.invreq_payer_id,
        quantity: 2n,
        amountMsat: 20_000n,
        paymentHash: paid.payment_hash,
      },
    ])
    expect(merchant.node.promises.of(own.id)).toMatchObject([{ paid: true }])
    const { preimage: _, ...told } = paid
    expect(payer.told('payment_paid')).toEqual([{ type: 'payment_paid', payment: told }])
    expect(await payer.node.payments.list(10)).toEqual([paid])
    expect(await payer.node.payments.show(paid.payment_id.slice(0, 12))).toMatchObject({
      ...paid,
      bolt12: encodeString('lni', invoice.bytes),
    })
  })

  test('the account knows what changes of money were for, on either side', async () => {
    const parts = await places()
    const { world, payer, merchant } = parts
    const own = await offerOf(parts, { label: 'till' })
    await world.until(payer.node.pay({ string: own.text, payerNote: 'hi', label: 'lunch' }))
    const books = ({ node }: LabNode) => ({ wallet: node.wallet!, payments: node.payments, receipts: node.receipts! })
    expect((await accountPage(books(payer), 1n, 10)).entries).toMatchObject([
      { kind: 'sent', offer_id: own.id, description: 'coffee', payer_note: 'hi', label: 'lunch' },
    ])
    expect((await accountPage(books(merchant), 1n, 10)).entries).toMatchObject([
      { kind: 'received', offer_id: own.id, description: 'coffee', payer_note: 'hi', label: 'till' },
    ])
    // The sum is that of what is listed, whatever a balance says that is ahead of it.
    expect(await accountPage(books(merchant), 3n, 10)).toEqual({ entries: [], more: false, sumMsat: 10_000n })
    expect(await accountPage(books(payer), 1n, 1)).toMatchObject({ more: false, sumMsat: -10_000n })
  })

  test('what it would cost is said without paying', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const { text } = await offerOf(parts)
    const quote = await world.until(payer.node.quotePayment({ string: text }))
    expect(quote).toMatchObject({ amountMsat: 10_000n, maxFeeMsat: 5000n, quote: { feeMsat: 7n } })
    expect(wallets.payer.asked).toEqual([])
    expect(await payer.node.payments.list(10)).toEqual([])
  })

  test('nothing is said to cost anything that was paid, or is being paid', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const { invoice } = await world.fetch(payer, await offerOf(parts))
    const wish = { string: encodeString('lni', invoice.bytes), amountMsat: 10_000n }
    expect(await payer.node.quotePayment(wish)).toMatchObject({ amountMsat: 10_000n })
    wallets.payer.held = true
    const work = payer.node.pay(wish)
    await world.clock.advance(10)
    expect(await errorOf(payer.node.quotePayment(wish))).toEqual({ code: 'PAYMENT_TWICE' })
    wallets.payer.settle()
    await world.until(work)
    expect(await errorOf(payer.node.quotePayment(wish))).toEqual({ code: 'PAYMENT_TWICE' })
    const bare = await restart(parts, payer, memoryStore())
    expect(await errorOf(bare.node.quotePayment(wish))).toEqual({ code: 'PAYMENT_TWICE' })
  })

  test('it can be proven', async () => {
    const parts = await places()
    const { world, payer } = parts
    const own = await offerOf(parts)
    const { payment_id: id } = await world.until(payer.node.pay({ string: own.text }))
    const text = await payer.node.provePayment(id, { include: ['offer_description'], note: 'order 7' })
    const verified = verifyPayerProof(text)
    expect(verified).toMatchObject({ ok: true })
    await world.clock.advance(1)
    parts.wallets.payer.refusals.push(paymentError('NO_PAYMENT_ROUTE', 'none'))
    await errorOf(world.until(payer.node.pay({ string: own.text })))
    const [failed] = await payer.node.payments.list(1)
    expect(await errorOf(payer.node.provePayment(failed!.payment_id, { include: [], note: undefined }))).toEqual({
      code: 'PAYMENT_UNPROVABLE',
    })
  })
})

describe('not paid', () => {
  /** An invoice as the merchant would make it for the payer's request, changed before it is signed. */
  async function fetched(parts: Parts, more = {}) {
    const own = await offerOf(parts, more)
    const { invoice } = await parts.world.fetch(parts.payer, own)
    return { own, invoice, text: encodeString('lni', invoice.bytes) }
  }

  const pays = ({ world, payer }: Parts, string: string, amountMsat?: bigint) =>
    world.until(payer.node.pay({ string, ...(amountMsat !== undefined && { amountMsat }) }))

  test('an invoice above what was authorised, or without a word', { tags: ['IR13'] }, async () => {
    const parts = await places()
    const { text } = await fetched(parts)
    const unauthorised = { code: 'INVOICE_AMOUNT_UNAUTHORISED', rule: 'IR13' }
    expect(await errorOf(pays(parts, text))).toEqual(unauthorised)
    expect(await errorOf(pays(parts, text, 9_999n))).toEqual(unauthorised)
    expect(parts.wallets.payer.asked).toEqual([])
    expect(await pays(parts, text, 10_000n)).toMatchObject({ status: 'paid' })
  })

  test('an invoice that has expired', { tags: ['IR4'] }, async () => {
    const parts = await places()
    const { text } = await fetched(parts)
    await parts.world.clock.advance(7_201_000)
    expect(await errorOf(pays(parts, text, 10_000n))).toEqual({ code: 'INVOICE_EXPIRED', rule: 'IR4' })
    expect(parts.wallets.payer.asked).toEqual([])
  })

  test('an invoice with a bad signature, and one for another chain', { tags: ['IR10', 'IR2'] }, async () => {
    const parts = await places()
    const { invoice } = await fetched(parts)
    const bytes = new Uint8Array(invoice.bytes)
    bytes[bytes.length - 1]! ^= 1
    expect(await errorOf(pays(parts, encodeString('lni', bytes), 10_000n))).toMatchObject({
      code: 'INVOICE_BAD_SIGNATURE',
      rule: 'IR10',
    })
    const elsewhere = await parts.world.start('elsewhere', { network: 'signet', wallet: parts.wallets.payer })
    const work = elsewhere.node.pay({ string: encodeString('lni', invoice.bytes), amountMsat: 10_000n })
    expect(await errorOf(work)).toEqual({ code: 'INVOICE_CHAIN_UNSUPPORTED', rule: 'IR2' })
  })

  test('another amount than was asked for, and another signer than the issuer', { tags: ['IR13', 'IR8'] }, async () => {
    const parts = await places()
    const own = await parts.merchant.node.issuer.create(coffee({ amountMsat: 10_000n }))
    const { invoice, request } = await parts.world.fetch(parts.payer, own, { amountMsat: 12_000n })
    const { fields } = invoice
    const paths = fields.invoice_paths!.map((path, i) => ({ path, payinfo: fields.invoice_blindedpay![i]! }))
    const make = (secret: Uint8Array, changed: typeof request) =>
      encodeString(
        'lni',
        createInvoice(changed, {
          createdAt: fields.invoice_created_at!,
          paymentHash: fields.invoice_payment_hash!,
          paths,
          signingKey: secret,
          aux: DETERMINISTIC_AUX,
        }).bytes,
      )
    const merchant = keyOf('merchant').secret
    const lied = { ...request, fields: { ...request.fields, invreq_amount: 13_000n } }
    expect(await errorOf(pays(parts, make(merchant, lied), 20_000n))).toEqual({
      code: 'INVOICE_AMOUNT_DIFFERS',
      rule: 'IR13',
    })
    const { offer_issuer_id: _, ...anyone } = request.fields
    expect(
      await errorOf(pays(parts, make(new Uint8Array(32).fill(7), { ...request, fields: anyone }), 20_000n)),
    ).toEqual({
      code: 'INVOICE_WRONG_SIGNER',
      rule: 'IR8',
    })
    expect(parts.wallets.payer.asked).toEqual([])
  })

  test('a price times a number of items that nobody could pay', { tags: ['M6'] }, async () => {
    const parts = await places()
    const own = await offerOf(parts, { amountMsat: 10_000n, quantityMax: 'unlimited' })
    const work = parts.payer.node.pay({ string: own.text, quantity: (1n << 64n) - 1n })
    expect(await errorOf(work)).toEqual({ code: 'AMOUNT_ABOVE_SUPPLY', rule: 'M6' })
  })

  test('a second invoice for a request that was paid, is being paid, or failed after something was sent', async () => {
    const parts = await places()
    const { wallets } = parts
    const { world, payer, merchant } = parts
    const { invoice, request } = await world.fetch(payer, await merchant.node.issuer.create(coffee()))
    const text = encodeString('lni', invoice.bytes)
    const { fields } = invoice
    const second = createInvoice(request, {
      createdAt: fields.invoice_created_at! + 1n,
      paymentHash: sha256(new Uint8Array(32)),
      paths: fields.invoice_paths!.map((path, i) => ({ path, payinfo: fields.invoice_blindedpay![i]! })),
      expectedMsat: 10_000n,
      signingKey: keyOf('merchant').secret,
      aux: DETERMINISTIC_AUX,
    })
    wallets.payer.held = true
    const first = parts.payer.node.pay({ string: text, amountMsat: 10_000n })
    await parts.world.clock.advance(10)
    expect(await errorOf(pays(parts, encodeString('lni', second.bytes), 10_000n))).toEqual({ code: 'PAYMENT_TWICE' })
    wallets.payer.settle()
    await parts.world.until(first)
    expect(await errorOf(pays(parts, encodeString('lni', second.bytes), 10_000n))).toEqual({ code: 'PAYMENT_TWICE' })
    // Where nothing of it is kept any more, the wallet does not forget.
    const bare = await restart(parts, payer, memoryStore())
    const other = bare.node.pay({ string: encodeString('lni', second.bytes), amountMsat: 10_000n })
    expect(await errorOf(world.until(other))).toEqual({ code: 'PAYMENT_TWICE' })
    // The same one again is the same payment.
    const same = bare.node.pay({ string: text, amountMsat: 10_000n })
    expect(await world.until(same)).toMatchObject({ status: 'paid' })
    expect(wallets.payer.asked).toHaveLength(1)
  })

  test('a fee above the limit, or with which it is more than all bitcoin; a path that binds money for too long', {
    tags: ['P4', 'P2'],
  }, async () => {
    const parts = await places()
    const own = await offerOf(parts)
    const limit = parts.payer.node.pay({ string: own.text, maxFeeMsat: 14n })
    expect(await errorOf(parts.world.until(limit))).toEqual({ code: 'PAYMENT_FEE_LIMIT', rule: 'P4' })
    expect(parts.wallets.payer.asked).toEqual([])
    const [failed] = await parts.payer.node.payments.list(1)
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'PAYMENT_FEE_LIMIT' } })
    const paid = parts.payer.node.pay({ string: own.text, maxFeeMsat: 15n })
    expect(await parts.world.until(paid)).toMatchObject({ status: 'paid' })
  })

  test('what the wallet refuses before anything is sent may be tried again with the same invoice', async () => {
    const parts = await places()
    const { text } = await fetched(parts)
    for (const code of ['NO_PAYMENT_ROUTE', 'PAYMENT_ONION_TOO_LARGE', 'PAYMENT_DELAY_LIMIT'] as const) {
      parts.wallets.payer.refusals.push(paymentError(code, 'no'))
      expect(await errorOf(pays(parts, text, 10_000n))).toEqual({ code })
      expect((await parts.payer.node.payments.list(1))[0]).toMatchObject({ status: 'failed', failure: { code } })
    }
    expect(await pays(parts, text, 10_000n)).toMatchObject({ status: 'paid' })
  })

  test('what is refused while the same is asked for again is not told to have failed when it is paid', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const { text } = await fetched(parts)
    wallets.payer.refusals.push(paymentError('NO_PAYMENT_ROUTE', 'no'))
    // The disk hangs while the failure of the first is noted.
    const commit = payer.store.commit.bind(payer.store)
    let release = (): void => undefined
    const hung = new Promise<void>((resolve) => {
      release = resolve
    })
    let commits = 0
    payer.store.commit = async (changes) => {
      if (++commits === 2) await hung
      return commit(changes)
    }
    const first = errorOf(payer.node.pay({ string: text, amountMsat: 10_000n }))
    await world.clock.advance(10)
    const second = payer.node.pay({ string: text, amountMsat: 10_000n }).catch((error: unknown) => error)
    await world.clock.advance(10)
    release()
    expect(await world.until(first)).toEqual({ code: 'NO_PAYMENT_ROUTE' })
    await world.until(second)
    const [view] = await payer.node.payments.list(1)
    expect(view!.status).toBe(wallets.payer.asked.length === 0 ? 'failed' : 'paid')
  })

  test('what the wallet had, and a wallet in its place does not know, is not sent again', async () => {
    const parts = await places()
    const { world, payer, merchant, wallets } = parts
    const own = await merchant.node.issuer.create(coffee())
    const { invoice } = await world.fetch(payer, own)
    wallets.payer.held = true
    const first = payer.node.pay({ string: encodeString('lni', invoice.bytes), amountMsat: 10_000n })
    first.catch(() => undefined)
    await world.clock.advance(10)
    await world.until(payer.node.stop())
    const other = fakeBank(world.clock.now).wallet('other', keyOf('payer').publicKey)
    const later = await world.start('payer', { wallet: other, store: payer.store.reopen() })
    await world.clock.advance(2000)
    expect(other.asked).toEqual([])
    const again = later.node.pay({ string: encodeString('lni', invoice.bytes), amountMsat: 10_000n })
    expect(await errorOf(world.until(again))).toEqual({ code: 'PAYMENT_UNKNOWN' })
    expect(other.asked).toEqual([])
    expect(await later.node.payments.list(1)).toMatchObject([{ status: 'sending' }])
  })

  test('the same invoice twice in the same moment is one payment', async () => {
    const parts = await places()
    const { text } = await fetched(parts)
    const both = await Promise.all([pays(parts, text, 10_000n), pays(parts, text, 20_000n)])
    expect(both.map(({ status }) => status)).toEqual(['paid', 'paid'])
    expect(both[0]!.payment_id).toBe(both[1]!.payment_id)
    expect(parts.wallets.payer.asked).toHaveLength(1)
  })

  test('what came back for good is not tried again with the same invoice', async () => {
    const parts = await places()
    const { text } = await fetched(parts)
    parts.wallets.payer.held = true
    const first = parts.payer.node.pay({ string: text, amountMsat: 10_000n })
    await parts.world.clock.advance(10)
    // The recipient does not know it any more.
    const { paymentHash } = parts.wallets.payer.asked[0]!
    paymentHash.fill(0)
    parts.wallets.payer.settle()
    expect(await parts.world.until(first)).toMatchObject({ status: 'failed', failure: { code: 'PAYMENT_REFUSED' } })
    expect(await errorOf(pays(parts, text, 10_000n))).toEqual({ code: 'PAYMENT_ENDED' })
  })

  test('without a wallet, and nothing that is no offer or invoice, or of 2021', async () => {
    const parts = await places()
    const { own } = await fetched(parts)
    expect(await errorOf(parts.relay.node.pay({ string: own.text }))).toEqual({ code: 'NO_WALLET' })
    const [request] = await parts.payer.node.payer.list(1)
    const text = encodeString('lnr', request!.request)
    expect(await errorOf(parts.payer.node.pay({ string: text }))).toEqual({ code: 'STRING_WRONG_KIND' })
    const old = await parts.merchant.node.issuer.createLegacy({ description: 'tea', amountMsat: 1000n })
    expect(await errorOf(parts.payer.node.pay({ string: old.text }))).toEqual({ code: 'PAYMENT_UNBLINDED' })
  })
})

describe('a payment that is given up or interrupted', () => {
  test('given up while it asks, it has failed; later it goes on, and can be asked for', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const own = await offerOf(parts)
    const early = new AbortController()
    const asking = payer.node.pay({
      string: own.text,
      signal: early.signal,
      onProgress: ({ step }) => step === 'asking' && early.abort(),
    })
    expect(await errorOf(world.until(asking))).toEqual({ code: 'CONTROL_CANCELLED' })
    expect(await payer.node.payments.list(1)).toMatchObject([
      { status: 'failed', failure: { code: 'CONTROL_CANCELLED' } },
    ])
    expect(wallets.payer.asked).toEqual([])
    await world.clock.advance(1)
    wallets.payer.held = true
    const late = new AbortController()
    const sending = payer.node.pay({
      string: own.text,
      signal: late.signal,
      onProgress: ({ step }) => step === 'part_sent' && late.abort(),
    })
    expect(await errorOf(world.until(sending))).toEqual({ code: 'CONTROL_CANCELLED' })
    const [view] = await payer.node.payments.list(1)
    expect(view).toMatchObject({ status: 'sending' })
    wallets.payer.settle()
    await world.clock.advance(10)
    expect(await payer.node.payments.show(view!.payment_id)).toMatchObject({ status: 'paid' })
  })

  test('given up when the invoice is there, it has failed, and nothing is sent', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const own = await offerOf(parts)
    const giving = new AbortController()
    const work = payer.node.pay({
      string: own.text,
      signal: giving.signal,
      onProgress: ({ step }) => step === 'invoice' && giving.abort(),
    })
    expect(await errorOf(world.until(work))).toEqual({ code: 'PAYMENT_CANCELLED' })
    expect(wallets.payer.asked).toEqual([])
    expect(await payer.node.payments.list(1)).toMatchObject([{ status: 'failed' }])
  })

  test('a wallet that stops may have begun it: that is not known, and goes on with the next start', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const own = await offerOf(parts)
    wallets.payer.refusals.push(walletError('WALLET_STOPPED', 'no space'))
    expect(await errorOf(world.until(payer.node.pay({ string: own.text })))).toEqual({ code: 'WALLET_STOPPED' })
    expect(await payer.node.payments.list(1)).toMatchObject([{ status: 'invoice' }])
    const later = await restart(parts, payer)
    await world.clock.advance(1000)
    expect(await later.node.payments.list(1)).toMatchObject([{ status: 'paid' }])
    expect(wallets.payer.asked).toHaveLength(1)
  })

  test('a restart while it asks: it has failed, and nothing is sent', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const own = await offerOf(parts)
    const kill = killAt(parts, 'sent')
    payer.node.pay({ string: own.text, ...kill }).catch(() => undefined)
    await world.clock.advance(2000)
    const later = await restart(parts, payer, kill.store())
    expect(await later.node.payments.list(1)).toMatchObject([
      { status: 'failed', failure: { code: 'PAYMENT_INTERRUPTED' } },
    ])
    expect(wallets.payer.asked).toEqual([])
  })

  test.each(['invoice', 'part_sent'] as const)('a restart right after %s: it is paid, once', async (moment) => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const own = await offerOf(parts)
    wallets.payer.held = true
    const kill = killAt(parts, moment)
    payer.node.pay({ string: own.text, ...kill }).catch(() => undefined)
    await world.clock.advance(2000)
    expect(wallets.payer.asked).toHaveLength(moment === 'invoice' ? 0 : 1)
    const later = await restart(parts, payer, kill.store())
    await world.clock.advance(2000)
    wallets.payer.settle()
    await world.clock.advance(10)
    expect(await later.node.payments.list(2)).toMatchObject([{ status: 'paid' }])
    expect(wallets.payer.asked).toHaveLength(1)
  })

  test('a restart with an invoice in hand waits a minute for a channel', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const own = await offerOf(parts)
    const none = (count: number) => Array.from({ length: count }, () => paymentError('NO_PAYMENT_ROUTE', 'none is up'))
    const kill = killAt(parts, 'invoice')
    payer.node.pay({ string: own.text, ...kill }).catch(() => undefined)
    await world.clock.advance(2000)
    const store = kill.store()
    wallets.payer.refusals.push(...none(3))
    const later = await restart(parts, payer, store)
    expect(await later.node.payments.list(1)).toMatchObject([{ status: 'invoice' }])
    wallets.payer.tell({ type: 'channel_up', channel: {} as LinkView })
    wallets.payer.tell({ type: 'channel_up', channel: {} as LinkView })
    await world.clock.advance(10)
    expect(wallets.payer.refusals.length).toBeLessThan(3)
    wallets.payer.refusals.length = 0
    await world.clock.advance(5000)
    expect(await later.node.payments.list(1)).toMatchObject([{ status: 'paid' }])
  })

  test('and gives up after that minute', async () => {
    const parts = await places()
    const { world, payer, wallets } = parts
    const own = await offerOf(parts)
    const kill = killAt(parts, 'invoice')
    payer.node.pay({ string: own.text, ...kill }).catch(() => undefined)
    await world.clock.advance(2000)
    const store = kill.store()
    wallets.payer.refusals.push(...Array.from({ length: 100 }, () => paymentError('NO_PAYMENT_ROUTE', 'none is up')))
    const later = await restart(parts, payer, store)
    await world.clock.advance(61_000)
    expect(await later.node.payments.list(1)).toMatchObject([
      { status: 'failed', failure: { code: 'NO_PAYMENT_ROUTE' } },
    ])
  })
})

describe('money that arrives', () => {
  test('is told once, though it is noted twice at the same time', async () => {
    const parts = await places()
    const { world, payer, merchant, wallets } = parts
    const own = await offerOf(parts)
    wallets.payer.held = true
    const work = payer.node.pay({ string: own.text })
    await world.clock.advance(2000)
    const off = wallets.merchant
    off.forgetListeners()
    wallets.payer.settle()
    const { payment_hash: hash } = await world.until(work)
    const receipt = await off.receipt(hash!)
    await Promise.all([merchant.node.receipts!.take(receipt!), merchant.node.receipts!.take(receipt!)])
    expect(merchant.told('payment_received')).toHaveLength(1)
  })

  test('uses a single-use offer up, in whatever order things crash', async () => {
    const parts = await places()
    const { world, payer, merchant, wallets, relay } = parts
    const own = await offerOf(parts, { singleUse: true })
    // The merchant dies in the moment in which money comes.
    const tell = wallets.merchant.tell
    wallets.merchant.forgetListeners()
    await world.until(payer.node.pay({ string: own.text }))
    expect(merchant.told('payment_received')).toEqual([])
    await world.until(merchant.node.stop())
    const later = await world.start('merchant', { wallet: wallets.merchant, store: merchant.store.reopen() })
    await world.connect(later, relay, true)
    expect(later.told('payment_received')).toMatchObject([{ offerId: own.id, amountMsat: 10_000n }])
    expect(later.node.issuer.get(own.id)?.stored.used).toBeDefined()
    expect(await errorOf(world.until(payer.node.pay({ string: own.text })))).toEqual({ code: 'INVOICE_ERROR' })
    // Told again, it is not told on.
    const receipt = await wallets.merchant.receipt(
      (await payer.node.payments.list(10)).find((each) => each.status === 'paid')!.payment_hash!,
    )
    tell({ type: 'payment_received', receipt: receipt! })
    await world.clock.advance(10)
    expect(later.told('payment_received')).toHaveLength(1)
  })

  test('twice in the same moment, it is told once', async () => {
    const parts = await places()
    const { world, payer, merchant, wallets } = parts
    const own = await offerOf(parts)
    const tell = wallets.merchant.tell
    wallets.merchant.tell = (event) => {
      tell(event)
      tell(event)
    }
    await world.until(payer.node.pay({ string: own.text }))
    await world.clock.advance(10)
    expect(merchant.told('payment_received')).toHaveLength(1)
  })

  test('invoices for one request, for a single use and for a refund share what is exclusive', async () => {
    const parts = await places()
    const { world, payer, merchant, wallets, relay } = parts
    const many = await offerOf(parts)
    const once = await offerOf(parts, { singleUse: true, description: 'x' })
    const named = await merchant.node.issuer.create(coffee())
    for (const own of [many, many, once, named]) await world.fetch(payer, own)
    const [a, b, c, d] = wallets.merchant.promised
    expect(a!.exclusive).not.toEqual(b!.exclusive)
    expect(new Set([a, b, c, d].map((each) => toHex(each!.exclusive!))).size).toBe(4)
    expect([a!.hidden, c!.hidden, d!.hidden]).toEqual([true, true, false])
    const refund = await payer.node.refunds.create({ amountMsat: 7000n, description: 'r', routes: [[relay.node.id]] })
    await world.until(merchant.node.claimRefund(refund.request))
    expect(wallets.merchant.promised[4]).toMatchObject({ hidden: true })
    expect(wallets.merchant.promised[4]!.exclusive).toBeDefined()
  })

  test('what cannot be received now is said, to whoever came over the path of the offer', async () => {
    const parts = await places()
    const own = await offerOf(parts)
    parts.wallets.merchant.failing.add('receive')
    expect(await errorOf(parts.world.fetch(parts.payer, own))).toEqual({ code: 'INVOICE_ERROR' })
    expect(parts.merchant.told('invoice_error_sent')).toMatchObject([{ code: 'NO_INBOUND', offerId: own.id }])
  })
})

describe('a refund made here', () => {
  test('is paid once, by the invoice that comes first', async () => {
    const parts = await places()
    const { world, payer, merchant, relay, wallets } = parts
    const refund = await payer.node.refunds.create({
      amountMsat: 7000n,
      description: 'order 7',
      routes: [[relay.node.id]],
      label: 'r7',
    })
    await world.until(merchant.node.claimRefund(refund.request))
    const { stored } = payer.node.refunds.find(refund.id)
    expect(stored).toMatchObject({ pays: 1, ended: expect.any(BigInt) })
    expect(stored.failed).toBeUndefined()
    const [view] = await payer.node.payments.list(1)
    expect(view).toMatchObject({ status: 'paid', refund_id: refund.id, amount_msat: '7000', label: 'r7' })
    expect(view!.offer_id).toBeUndefined()
    expect(merchant.told('payment_received')).toMatchObject([{ refundId: refund.id, amountMsat: 7000n }])
    expect(await errorOf(world.until(merchant.node.claimRefund(refund.request)))).toEqual({
      code: 'INVOICE_PAID_ALREADY',
    })
    expect(await errorOf(world.until(relay.node.claimRefund(refund.request)))).toEqual({ code: 'INVOICE_ERROR' })
    expect(wallets.payer.asked).toHaveLength(1)
    expect(
      verifyPayerProof(await payer.node.provePayment(view!.payment_id, { include: [], note: undefined })),
    ).toMatchObject({ ok: true })
  })

  test('that failed is paid when its owner pays the same invoice by hand', async () => {
    const parts = await places()
    const { world, payer, merchant, relay, wallets } = parts
    const refund = await payer.node.refunds.create({ amountMsat: 7000n, description: 'x', routes: [[relay.node.id]] })
    wallets.payer.refusals.push(paymentError('PAYMENT_FEE_LIMIT', 'dear'))
    await world.until(merchant.node.claimRefund(refund.request))
    const failed = payer.node.refunds.find(refund.id).stored
    expect(failed).toMatchObject({ failed: 'PAYMENT_FEE_LIMIT', ended: expect.any(BigInt) })
    const string = encodeString('lni', failed.invoice!)
    await world.until(payer.node.pay({ string, amountMsat: 7000n }))
    const { stored } = payer.node.refunds.find(refund.id)
    expect(stored.ended).toBeDefined()
    expect(stored.failed).toBeUndefined()
    await payer.node.refunds.setEnd(refund.id, { at: 1, failed: 'PAYMENT_FAILED' })
    expect(payer.node.refunds.find(refund.id).stored).toEqual(stored)
    expect(wallets.payer.asked).toHaveLength(1)
  })

  test('is paid once when two claim it in the same moment, and not again after a restart', async () => {
    const parts = await places()
    const { world, payer, merchant, relay, wallets } = parts
    const bank = fakeBank(world.clock.now)
    const rival = await world.start('rival', { wallet: bank.wallet('rival', keyOf('rival').publicKey) })
    await world.connect(rival, relay, true)
    const refund = await payer.node.refunds.create({
      amountMsat: 7000n,
      description: 'order 7',
      routes: [[relay.node.id]],
    })
    const claims = [merchant, rival].map(({ node }) => node.claimRefund(refund.request))
    const ends = await world.until(Promise.allSettled(claims))
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(wallets.payer.asked).toHaveLength(1)
    await restart(parts, payer)
    await world.clock.advance(5000)
    expect(wallets.payer.asked).toHaveLength(1)
  })

  test('waits for a way, over a restart, and fails when its invoice has expired', async () => {
    const parts = await places()
    const { world, payer, merchant, relay, wallets } = parts
    const none = (count: number) =>
      Array.from({ length: count }, () => paymentError('NO_PAYMENT_ROUTE', 'no channel is up'))
    const make = (description: string) =>
      payer.node.refunds.create({ amountMsat: 7000n, description, routes: [[relay.node.id]] })
    const [first, second] = [await make('one'), await make('two')]
    wallets.payer.refusals.push(...none(3))
    await world.until(merchant.node.claimRefund(first.request))
    await world.clock.advance(10_000)
    expect(payer.node.refunds.find(first.id).stored.ended).toBeDefined()
    wallets.payer.refusals.push(...none(1000))
    await world.until(merchant.node.claimRefund(second.request))
    const later = await restart(parts, payer)
    wallets.payer.refusals.length = 0
    await world.clock.advance(5000)
    expect(later.node.refunds.find(second.id).stored).toMatchObject({ pays: 1, ended: expect.any(BigInt) })
    expect(wallets.payer.asked).toHaveLength(2)
  })
})
