import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isLnoError } from '../../src/base/error.js'
import { toHex } from '../../src/base/hex.js'
import { encodeUtf8 } from '../../src/base/utf8.js'
import { sha256 } from '../../src/crypto/hash.js'
import type { NewPayment, PaymentEvent, Receivable, ReceiveOptions } from '../../src/payments/step.js'
import type { Wallet } from '../../src/wallets/wallet.js'

/** Two wallets of which the first can pay the second: the first is the one that the suite is about. */
export interface WalletWorld {
  readonly payer: Wallet
  readonly payee: Wallet
  /** Unix milliseconds. */
  now(): number
  /** Lets what has to happen happen until the promise has settled. */
  run<T>(work: Promise<T>): Promise<T>
  /** Lets everything happen that needs no more than some seconds. */
  settle(): Promise<void>
  /** The payer's wallet ends as it is, without being told, and another one takes its place. */
  restart(): Promise<Wallet>
  /** From now on the payee's answers do not come, until it is called again with `false`. */
  hold(on: boolean): Promise<void>
  /** msat that the payer can send at most. */
  readonly sendableMsat: bigint
  close(): Promise<void>
}

/** The code that a promise is rejected with, or `accepted`. Anything but a coded error is thrown on. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (isLnoError(error)) return error.code
    throw error
  }
  return 'accepted'
}

/** What every `Wallet` has to do. */
export function walletSuite(name: string, open: () => Promise<WalletWorld>): void {
  describe(`wallet ${name}`, () => {
    let world: WalletWorld
    let payer: Wallet
    let payee: Wallet
    let made = 0

    beforeEach(async () => {
      world = await open()
      payer = world.payer
      payee = world.payee
    })
    afterEach(() => world.close())

    const id = (text: string) => toHex(sha256(encodeUtf8(text)))
    const seconds = () => BigInt(Math.floor(world.now() / 1000))

    function receive(amountMsat: bigint, more: Partial<ReceiveOptions> = {}): Promise<Receivable> {
      return payee.receive({
        requestHash: sha256(encodeUtf8(`request ${++made}`)),
        offerId: sha256(encodeUtf8('offer')),
        amountMsat,
        createdAt: seconds(),
        expiresAt: seconds() + 3600n,
        ...more,
      })
    }

    function paymentFor(
      { paymentHash, paths }: Receivable,
      amountMsat: bigint,
      more: Partial<NewPayment> = {},
    ): NewPayment {
      return {
        id: id(`payment ${++made}`),
        paymentHash,
        amountMsat,
        maxFeeMsat: 1_000n + amountMsat / 10n,
        paths,
        severalParts: false,
        expiresAt: seconds() + 3600n,
        about: { description: 'Tea', payerNote: 'table 4' },
        ...more,
      }
    }

    const payable = async (amountMsat: bigint, more?: Partial<NewPayment>) =>
      paymentFor(await receive(amountMsat), amountMsat, more)

    async function paid(payment: NewPayment) {
      await world.run(payer.pay(payment))
      return world.run(payer.ended(payment.id))
    }

    async function ledgerOf(wallet: Wallet) {
      const entries = []
      for await (const entry of wallet.ledger()) entries.push(entry)
      return entries
    }

    /** The ledger is what the balance says; returns both wallets' totals. */
    async function totals() {
      await world.settle()
      const sums = []
      for (const wallet of [payer, payee]) {
        const entries = await ledgerOf(wallet)
        const sum = entries.reduce((all, { amountMsat }) => all + amountMsat, 0n)
        expect(sum).toBe(wallet.balance().totalMsat)
        expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => BigInt(index + 1)))
        sums.push(sum)
      }
      return { payer: sums[0]!, payee: sums[1]! }
    }

    test('pays: both sides know what arrived, and their ledgers agree with it', async () => {
      const before = await totals()
      const payment = await payable(10_000n)
      const state = await paid(payment)
      expect(state).toMatchObject({
        status: 'paid',
        id: payment.id,
        amountMsat: 10_000n,
        about: { payerNote: 'table 4' },
        paymentHash: payment.paymentHash,
      })
      expect(sha256(state.preimage!)).toEqual(payment.paymentHash)
      expect(state.feeMsat).toBeLessThanOrEqual(payment.maxFeeMsat)
      expect(
        state.parts.filter(({ status }) => status === 'paid').reduce((sum, part) => sum + part.amountMsat, 0n),
      ).toBe(10_000n)
      expect(state.endedAt).toBeGreaterThanOrEqual(state.createdAt)
      const after = await totals()
      expect(await payee.receipt(toHex(payment.paymentHash))).toMatchObject({
        amountMsat: 10_000n,
        preimage: state.preimage,
        offerId: sha256(encodeUtf8('offer')),
      })
      expect(after.payer).toBe(before.payer - 10_000n - state.feeMsat)
      expect(after.payee).toBe(before.payee + 10_000n)
      expect(payer.balance().inFlightMsat).toBe(0n)
      expect((await ledgerOf(payer)).at(-1)).toMatchObject({
        kind: 'sent',
        amountMsat: -10_000n - state.feeMsat,
        feeMsat: state.feeMsat,
        paymentId: payment.id,
        about: { payerNote: 'table 4', description: 'Tea' },
      })
    })

    test('the same id is the same payment: at once, later, and with another invoice', async () => {
      const payment = await payable(10_000n)
      await world.run(Promise.all([payer.pay(payment), payer.pay(payment), payer.pay(payment)]))
      const state = await world.run(payer.ended(payment.id))
      const after = await totals()
      expect(await world.run(payer.pay(payment))).toEqual(state)
      expect(await world.run(payer.pay(await payable(20_000n, { id: payment.id })))).toEqual(state)
      expect(await totals()).toEqual(after)
      expect(await payer.payments(10)).toEqual([state])
    })

    test('a payment hash is paid once, whatever the id: while it is under way, and afterwards', async () => {
      const payment = await payable(10_000n)
      await world.hold(true)
      await world.run(payer.pay(payment))
      const again = { ...payment, id: id('again') }
      expect(await codeOf(world.run(payer.pay(again)))).toBe('PAYMENT_TWICE')
      await world.hold(false)
      await world.run(payer.ended(payment.id))
      const after = await totals()
      expect(await codeOf(world.run(payer.pay(again)))).toBe('PAYMENT_TWICE')
      expect(await totals()).toEqual(after)
      expect(await payer.payment(again.id)).toBeUndefined()
    })

    test('a payee takes a payment hash once, from whomever, and one invoice of those that exclude each other', async () => {
      const exclusive = { exclusive: sha256(encodeUtf8('one of these')) }
      const first = paymentFor(await receive(10_000n, exclusive), 10_000n)
      const second = paymentFor(await receive(10_000n, exclusive), 10_000n)
      const other = paymentFor(await receive(10_000n, { exclusive: sha256(encodeUtf8('else')) }), 10_000n)
      expect((await paid(first)).status).toBe('paid')
      const state = await paid(second)
      expect(state).toMatchObject({ status: 'failed', feeMsat: 0n, failure: { code: 'PAYMENT_REFUSED' } })
      expect(await payee.receipt(toHex(second.paymentHash))).toBeUndefined()
      expect((await paid(other)).status).toBe('paid')
    })

    test('an invoice that has expired is not paid, and nothing is kept of the wish', async () => {
      const payment = await payable(10_000n, { expiresAt: seconds() - 1n })
      expect(await codeOf(world.run(payer.pay(payment)))).toBe('PAYMENT_EXPIRED')
      expect(await payer.payment(payment.id)).toBeUndefined()
      expect(await codeOf(payer.ended(payment.id))).toBe('PAYMENT_UNKNOWN')
    })

    test('what the wallet does not have is not sent', async () => {
      const payment = await payable(world.sendableMsat + 1n)
      expect(await codeOf(world.run(payer.quote(payment)))).toBe('NO_PAYMENT_ROUTE')
      expect(await codeOf(world.run(payer.pay(payment)))).toBe('NO_PAYMENT_ROUTE')
      expect(await payer.payment(payment.id)).toBeUndefined()
    })

    test('a quote says what the payment will cost, and makes none; less than that is not enough', async () => {
      const payment = await payable(10_000n)
      const { feeMsat, parts } = await world.run(payer.quote(payment))
      expect(parts.reduce((sum, part) => sum + part.amountMsat, 0n)).toBe(10_000n)
      expect(await payer.payments(1)).toEqual([])
      if (feeMsat > 0n) {
        const cheap = { ...payment, maxFeeMsat: feeMsat - 1n }
        expect(await codeOf(world.run(payer.pay(cheap)))).toBe('PAYMENT_FEE_LIMIT')
      }
      expect((await paid({ ...payment, maxFeeMsat: feeMsat })).feeMsat).toBe(feeMsat)
    })

    test.each([
      ['less than the invoice says', 9_999n],
      ['more than twice as much', 20_001n],
    ])('a payee gives back %s, whole', async (_what, amountMsat) => {
      const before = await totals()
      const payment = paymentFor(await receive(10_000n), amountMsat)
      const state = await paid(payment)
      expect(state).toMatchObject({ status: 'failed', feeMsat: 0n, failure: { code: 'PAYMENT_REFUSED' } })
      expect(state.preimage).toBeUndefined()
      expect(await totals()).toEqual(before)
      expect(await payee.receipt(toHex(payment.paymentHash))).toBeUndefined()
    })

    test('a payee gives back what comes for another hash, or after its time', async () => {
      const before = await totals()
      const wrong = { ...(await payable(10_000n)), paymentHash: sha256(encodeUtf8('nobody knows its preimage')) }
      expect((await paid(wrong)).status).toBe('failed')
      const late = await receive(10_000n, { createdAt: seconds() - 20n, expiresAt: seconds() - 10n })
      expect((await paid(paymentFor(late, 10_000n))).status).toBe('failed')
      expect(await totals()).toEqual(before)
    })

    test('a payment that failed can be made again under another id', async () => {
      const received = await receive(10_000n)
      expect((await paid(paymentFor(received, 9_000n))).status).toBe('failed')
      expect((await paid(paymentFor(received, 10_000n))).status).toBe('paid')
    })

    test('tells what happens in order, once, and when it is so', async () => {
      const told: string[] = []
      const seen: Promise<unknown>[] = []
      const hear = (who: string, wallet: Wallet) => (event: PaymentEvent) => {
        if (event.type.startsWith('channel')) return
        told.push(`${who} ${event.type}`)
        if (event.type === 'payment_paid') seen.push(wallet.payment(event.payment.id))
        if (event.type === 'payment_received') seen.push(wallet.receipt(toHex(event.receipt.paymentHash)))
      }
      const stop = payer.onEvent(hear('payer', payer))
      payee.onEvent(hear('payee', payee))
      const payment = await payable(10_000n)
      await paid(payment)
      await world.settle()
      expect(told).toEqual(['payer part_sent', 'payee payment_received', 'payer payment_paid'])
      expect(await Promise.all(seen)).toMatchObject([{ amountMsat: 10_000n }, { status: 'paid' }])
      await paid(paymentFor(await receive(10_000n), 1n))
      expect(told.slice(3)).toEqual(expect.arrayContaining(['payer part_failed', 'payer payment_failed']))
      expect(told.at(-1)).toBe('payer payment_failed')
      stop()
      const before = told.length
      await paid(await payable(10_000n))
      await world.settle()
      expect(told.slice(before)).toEqual(['payee payment_received'])
    })

    test('whoever gives up waiting for an end stops nothing', async () => {
      const payment = await payable(10_000n)
      await world.hold(true)
      await world.run(payer.pay(payment))
      const patience = new AbortController()
      const waiting = payer.ended(payment.id, patience.signal)
      const patient = payer.ended(payment.id)
      patience.abort()
      expect(await codeOf(waiting)).toBe('PAYMENT_WAIT_CANCELLED')
      expect(await codeOf(payer.ended(payment.id, patience.signal))).toBe('PAYMENT_WAIT_CANCELLED')
      expect((await payer.payment(payment.id))?.status).toBe('sending')
      expect(payer.balance().inFlightMsat).toBeGreaterThanOrEqual(10_000n)
      await world.hold(false)
      expect((await world.run(patient)).status).toBe('paid')
      expect(await codeOf(payer.ended(id('never made')))).toBe('PAYMENT_UNKNOWN')
    })

    test('knows after a restart what it paid, and pays it not again', async () => {
      const states = []
      for (const amount of [10_000n, 20_000n, 30_000n]) states.push(await paid(await payable(amount)))
      const failed = paymentFor(await receive(10_000n), 1n)
      const last = await paid(failed)
      const before = await totals()
      payer = await world.restart()
      expect(await payer.payments(10)).toEqual([last, ...states.reverse()])
      expect(await payer.payments(2)).toHaveLength(2)
      expect(await payer.ended(states[0]!.id)).toEqual(states[0])
      const { paymentHash } = states[0]!
      const again = { ...(await payable(30_000n)), paymentHash }
      expect(await codeOf(world.run(payer.pay(again)))).toBe('PAYMENT_TWICE')
      expect(await world.run(payer.pay({ ...failed, amountMsat: 10_000n }))).toEqual(last)
      expect(await totals()).toEqual(before)
    })

    test('a payment that was under way goes on after a restart', async () => {
      const payment = await payable(10_000n)
      const before = await totals()
      await world.hold(true)
      await world.run(payer.pay(payment))
      payer = await world.restart()
      expect((await payer.payment(payment.id))?.status).toBe('sending')
      expect((await world.run(payer.pay(payment))).status).toBe('sending')
      await world.hold(false)
      const state = await world.run(payer.ended(payment.id))
      expect(state.status).toBe('paid')
      expect((await totals()).payee).toBe(before.payee + 10_000n)
    })

    test('that is closed says so to everybody, those who wait among them', async () => {
      const payment = await payable(10_000n)
      await world.hold(true)
      await world.run(payer.pay(payment))
      const waiting = payer.ended(payment.id)
      waiting.catch(() => undefined)
      await world.run(payer.close())
      expect(await codeOf(waiting)).toBe('WALLET_STOPPED')
      const closed = [
        payer.pay(payment),
        payer.payment(payment.id),
        payer.payments(1),
        payer.ended(payment.id),
        payer.quote(payment),
        payer.receipt(toHex(payment.paymentHash)),
        payer.ledger()[Symbol.asyncIterator]().next(),
      ]
      for (const refused of closed) expect(await codeOf(refused)).toBe('WALLET_STOPPED')
      await payer.close()
      payer = await world.restart()
      await world.hold(false)
      expect((await world.run(payer.ended(payment.id))).status).toBe('paid')
    })
  })
}
