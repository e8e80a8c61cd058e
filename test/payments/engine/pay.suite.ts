import { describe, expect, test } from 'vitest'
import { isLnoError } from '../../../src/base/error.js'
import { toHex } from '../../../src/base/hex.js'
import type { InvoicePath } from '../../../src/bolt12/create-invoice.js'
import type { NewPayment, Receivable } from '../../../src/payments/step.js'
import { codeOf } from '../../support/code-of.js'
import { Net, type NetNode, type NetOptions, type NodeSetup, paymentOf } from './net.js'

/** payer - relay - merchant, the relay hosts both. */
export function line(options: NetOptions = {}): {
  readonly net: Net
  readonly payer: NetNode
  readonly relay: NetNode
  readonly merchant: NetNode
} {
  const net = new Net(options)
  const payer = net.node('payer')
  const relay = net.node('relay')
  const merchant = net.node('merchant')
  net.open(relay, payer, 1_000_000n, 500_000n)
  net.open(relay, merchant, 1_000_000n, 0n)
  return { net, payer, relay, merchant }
}

/** A payer and a merchant who have two hosts in common. */
export function twoHosts(
  options: NetOptions = {},
  feesOfB: NodeSetup['forwarding'] = {},
): {
  readonly net: Net
  readonly payer: NetNode
  readonly a: NetNode
  readonly b: NetNode
  readonly merchant: NetNode
} {
  const net = new Net(options)
  const payer = net.node('payer')
  const [a, b] = [net.node('a'), net.node('b', { forwarding: feesOfB })]
  const merchant = net.node('merchant')
  for (const host of [a, b]) {
    net.open(host, payer, 1_000_000n, 300_000n)
    net.open(host, merchant, 400_000n, 0n)
  }
  return { net, payer, a, b, merchant }
}

/** Tests that hold over every kind of channel. */
export function paySuite(name: string, options: NetOptions): void {
  describe(`payments over ${name}`, () => {
    test('payer - relay - merchant: the merchant gets the amount, the relay its fee, and all books agree', () => {
      const { net, payer, relay, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 100_000n, hidden: true })
      const payment = paymentOf(net, receivable, 100_000n)
      payer.step({ type: 'pay', payment })
      net.run()
      const paid = payer.core.payment(payment.id)!
      expect(paid).toMatchObject({ status: 'paid', feeMsat: 110n, endedAt: net.now })
      expect(toHex(paid.preimage!)).toBe(toHex(receivable.preimage!))
      expect(merchant.core.receipt(toHex(receivable.paymentHash))).toMatchObject({ amountMsat: 100_000n, parts: 1 })
      expect(payer.local(relay)).toBe(500_000n - 100_110n)
      expect(merchant.local(relay)).toBe(100_000n)
      expect(relay.core.ledgerTotal()).toBe(-500_000n + 110n)
      expect(payer.ledger().map(({ kind, amountMsat, feeMsat }) => [kind, amountMsat, feeMsat])).toEqual([
        ['grant', 500_000n, 0n],
        ['sent', -100_110n, 110n],
      ])
      expect(payer.ledger()[1]).toMatchObject({ paymentId: payment.id, about: { description: 'tea' } })
      expect(relay.ledger().map(({ kind, amountMsat }) => [kind, amountMsat])).toEqual(
        expect.arrayContaining([
          ['grant', -500_000n],
          ['forward_in', 100_110n],
          ['forward_out', -100_000n],
        ]),
      )
      expect(merchant.ledger()).toMatchObject([
        { kind: 'received', amountMsat: 100_000n, about: { offerId: new Uint8Array(32).fill(4) } },
      ])
      expect(relay.events('htlc_forwarded')).toHaveLength(1)
      // Nothing is left of what was under way.
      for (const node of net.nodes) {
        expect([...node.records.keys()].filter((key) => /^wallet-(in|out)\//.test(key))).toEqual([])
      }
    })

    test('the payer is the introduction node', () => {
      const { net, relay, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 100_000n, hidden: true })
      const payment = paymentOf(net, receivable, 100_000n, { maxFeeMsat: 0n })
      relay.step({ type: 'pay', payment })
      net.run()
      expect(relay.core.payment(payment.id)).toMatchObject({ status: 'paid', feeMsat: 0n })
      expect(merchant.local(relay)).toBe(100_000n)
    })

    test('the recipient is the introduction node, reached directly or through a host', () => {
      const { net, payer, relay, merchant } = line(options)
      const toRelay = paymentOf(net, relay.receive({ amountMsat: 10_000n }), 10_000n)
      payer.step({ type: 'pay', payment: toRelay })
      net.run()
      expect(payer.core.payment(toRelay.id)).toMatchObject({ status: 'paid', feeMsat: 0n })

      const receivable = merchant.receive({ amountMsat: 10_000n })
      const own = { ...receivable, paths: receivable.paths.slice(-1) } // the path that begins with the merchant
      const toMerchant = paymentOf(net, own, 10_000n)
      payer.step({ type: 'pay', payment: toMerchant })
      net.run()
      expect(payer.core.payment(toMerchant.id)).toMatchObject({ status: 'paid', feeMsat: 20n })
    })

    test('two hosts: what neither takes alone arrives in two parts, all at once', () => {
      const { net, payer, a, b, merchant } = twoHosts(options)
      const receivable = merchant.receive({ amountMsat: 500_000n, hidden: true })
      expect(receivable.paths).toHaveLength(2)
      const payment = paymentOf(net, receivable, 500_000n)
      payer.step({ type: 'pay', payment })
      expect(payer.core.payment(payment.id)!.parts).toHaveLength(2)
      net.run()
      expect(payer.core.payment(payment.id)).toMatchObject({ status: 'paid' })
      expect(merchant.local(a) + merchant.local(b)).toBe(500_000n)
      expect(merchant.core.receipt(toHex(receivable.paymentHash))).toMatchObject({ parts: 2, amountMsat: 500_000n })
      expect(merchant.events('payment_received')).toHaveLength(1)
    })

    test('a part whose other parts do not come is given back after a minute, and no preimage leaves before', {
      tags: ['P13'],
    }, () => {
      const { net, payer, a, b, merchant } = twoHosts(options)
      const receivable = merchant.receive({ amountMsat: 500_000n, hidden: true })
      const payment = paymentOf(net, receivable, 500_000n)
      net.disconnect(b.id, merchant.id)
      payer.step({ type: 'pay', payment })
      net.run()
      expect(merchant.core.channel(a.id)!.inFlightInMsat > 0n).toBe(true)
      net.pass(30_000)
      expect(payer.core.payment(payment.id)!.status).toBe('sending')
      expect(merchant.events('payment_received')).toEqual([])
      net.pass(300_000)
      expect(payer.core.payment(payment.id)).toMatchObject({ status: 'failed', failure: { code: 'PAYMENT_FAILED' } })
      expect(merchant.events('payment_received')).toEqual([])
      expect(payer.local(a) + payer.local(b)).toBe(600_000n)
    })

    test('what failed over one host is sent over the other, and never more than the amount is out', () => {
      const { net, payer, a, b, merchant } = twoHosts(options)
      const receivable = merchant.receive({ amountMsat: 200_000n, hidden: true })
      const payment = paymentOf(net, receivable, 200_000n, { severalParts: false })
      payer.step({ type: 'pay', payment })
      const first = payer.core.payment(payment.id)!.parts[0]!.peer
      net.disconnect(first, merchant.id)
      net.run()
      net.pass(5_000)
      const paid = payer.core.payment(payment.id)!
      expect(paid.status).toBe('paid')
      expect(paid.parts.map(({ peer, status }) => [peer, status])).toEqual([
        [first, 'failed'],
        [first === a.id ? b.id : a.id, 'paid'],
      ])
      expect(paid.parts[0]!.failure).toMatchObject({ code: 'PAYMENT_PART_FAILED' })
      expect(payer.local(a) + payer.local(b)).toBe(600_000n - 200_000n - paid.feeMsat)
    })

    test('the fee limit is that of all parts together, with those that are sent again', () => {
      const { net, payer, a, b, merchant } = twoHosts(options, { feeBaseMsat: 1_000 })
      const receivable = merchant.receive({ amountMsat: 400_000n, hidden: true })
      const at = { now: net.now, height: net.height }
      const { feeMsat } = payer.core.quote(paymentOf(net, receivable, 400_000n), at)
      const payment = paymentOf(net, receivable, 400_000n, { maxFeeMsat: feeMsat })
      net.disconnect(a.id, merchant.id)
      payer.step({ type: 'pay', payment })
      net.run()
      // What is left could go over the dear host alone, and would cost more than what is left of the limit.
      net.pass(5_000)
      expect(payer.core.payment(payment.id)!.parts.map(({ peer }) => peer)).toEqual([a.id, b.id])
      net.pass(300_000)
      expect(payer.core.payment(payment.id)!.status).toBe('failed')
      expect(payer.local(a) + payer.local(b)).toBe(600_000n)
    })

    test('a plan of several parts is sent whole or not at all', () => {
      const net = new Net(options)
      const payer = net.node('payer')
      const [a, b, c] = [net.node('a'), net.node('b'), net.node('c')]
      const merchant = net.node('merchant')
      net.open(a, payer, 1_000_000n, 400_000n, 1) // one HTLC at a time
      net.open(c, payer, 1_000_000n, 400_000n)
      net.open(a, b, 1_000_000n, 0n)
      net.open(a, merchant, 300_000n, 0n)
      net.open(b, merchant, 300_000n, 0n)
      net.open(c, merchant, 1_000_000n, 0n)
      const receivable = merchant.receive({ amountMsat: 350_000n, hidden: true })
      // The way over c takes it whole or not at all.
      const paths = receivable.paths.map((path) => {
        const { htlc_maximum_msat } = path.payinfo
        return htlc_maximum_msat < 350_000n
          ? path
          : { ...path, payinfo: { ...path.payinfo, htlc_minimum_msat: 350_000n } }
      })
      const payment = paymentOf(net, receivable, 350_000n, { paths })
      net.disconnect(c.id, merchant.id)
      payer.step({ type: 'pay', payment })
      expect(payer.core.payment(payment.id)!.parts.map(({ peer }) => peer)).toEqual([c.id])
      net.run()
      // Two parts over a would do, but only one is taken.
      net.pass(3_000)
      expect(payer.core.payment(payment.id)).toMatchObject({ status: 'failed', parts: { length: 1 } })
      expect(payer.core.channel(a.id)!.inFlightOutMsat).toBe(0n)
    })

    test('a whole set waits for a part whose channel is down: its preimage would be out before the removal could be signed', () => {
      const { net, payer, a, b, merchant } = twoHosts(options)
      const receivable = merchant.receive({ amountMsat: 500_000n, hidden: true })
      const payment = paymentOf(net, receivable, 500_000n)
      payer.step({ type: 'pay', payment })
      net.hold = ({ from, to }) => from === payer.id && to === b.id
      net.run()
      net.disconnect(a.id, merchant.id)
      net.hold = () => false
      net.run()
      expect(merchant.core.channel(b.id)!.inFlightInMsat > 0n).toBe(true)
      expect(merchant.events('payment_received')).toEqual([])
      net.connect(a, merchant)
      expect(merchant.events('payment_received')).toHaveLength(1)
      expect(payer.core.payment(payment.id)!.status).toBe('paid')
    })

    test('nothing goes back over the channel that it came from', () => {
      const { net, payer, relay } = line(options)
      const payment = paymentOf(net, payer.receive({ amountMsat: 1_000n, hidden: true }), 1_000n, {
        severalParts: false,
      })
      payer.step({ type: 'pay', payment })
      net.run()
      expect(relay.events('htlc_refused')).toMatchObject([{ why: 'it would go back to where it came from' }])
      net.pass(3_000)
      expect(payer.core.payment(payment.id)!.status).toBe('failed')
      expect(payer.local(relay)).toBe(500_000n)
    })

    test('the same id is the same payment; another one for the same hash is refused', () => {
      const { net, payer, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 50_000n, hidden: true })
      const payment = paymentOf(net, receivable, 50_000n)
      payer.step({ type: 'pay', payment })
      payer.step({ type: 'pay', payment })
      expect(net.waiting).toBeGreaterThan(0)
      const other = paymentOf(net, receivable, 50_000n)
      expect(codeOf(() => payer.step({ type: 'pay', payment: other }))).toBe('PAYMENT_TWICE')
      net.run()
      payer.step({ type: 'pay', payment })
      expect(codeOf(() => payer.step({ type: 'pay', payment: other }))).toBe('PAYMENT_TWICE')
      expect(payer.core.payments(10).map(({ id }) => id)).toEqual([payment.id])
      expect(payer.core.payment(payment.id)!.parts).toHaveLength(1)
    })

    test('the recipient takes a hash once, one of the invoices that share a key, nothing below the invoice and nothing too late', () => {
      const { net, payer, relay, merchant } = line(options)
      const refusedBy = (from: NetNode, to: Receivable, amountMsat: bigint) => {
        const payment = paymentOf(net, to, amountMsat, { severalParts: false })
        from.step({ type: 'pay', payment })
        net.run()
        net.pass(3_000)
        expect(from.core.payment(payment.id)!.status).toBe('failed')
      }
      const key = new Uint8Array(32).fill(9)
      const one = merchant.receive({ amountMsat: 20_000n, hidden: true, exclusive: key })
      const two = merchant.receive({ amountMsat: 20_000n, hidden: true, exclusive: key })
      refusedBy(payer, one, 19_999n) // pitfall 14
      refusedBy(payer, one, 40_001n)
      const payment = paymentOf(net, one, 20_000n)
      payer.step({ type: 'pay', payment })
      net.run()
      expect(payer.core.payment(payment.id)!.status).toBe('paid')
      refusedBy(relay, one, 20_000n)
      refusedBy(payer, two, 20_000n)
      const late = merchant.receive({ amountMsat: 20_000n, hidden: true, expiresAt: BigInt(net.now / 1000) + 5n })
      net.pass(6_000)
      refusedBy(payer, late, 20_000n)
      expect(merchant.events('htlc_refused').map((event) => 'why' in event && event.why)).toEqual([
        expect.stringContaining('19999 msat are announced'),
        expect.stringContaining('more than twice'),
        expect.stringContaining('paid already'),
        expect.stringContaining('another invoice'),
        expect.stringContaining('expired'),
      ])
      expect(merchant.local(relay)).toBe(20_000n)
    })

    test('inside a path everything is malformed, at its beginning it is invalid_onion_blinding after a random delay', {
      tags: ['E1', 'E2'],
    }, () => {
      const { net, payer, relay, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 20_000n, hidden: true })
      const payment = paymentOf(net, receivable, 10_000n, { severalParts: false })
      payer.step({ type: 'pay', payment })
      net.run()
      // The merchant refused at once; the relay keeps it for a while.
      expect(merchant.core.channel(relay.id)!.inFlightInMsat).toBe(0n)
      expect(payer.core.payment(payment.id)!.status).toBe('sending')
      net.pass(99)
      expect(payer.core.payment(payment.id)!.status).toBe('sending')
      net.pass(1_100)
      const failed = payer.core.payment(payment.id)!
      expect(failed).toMatchObject({ status: 'failed', failure: { code: 'PAYMENT_FAILED' } })
      expect(failed.parts[0]!.failure!.message).toBe('a node in the blinded path says invalid_onion_blinding')
      expect(payer.local(relay)).toBe(500_000n)
    })

    test('the end of the path that is its beginning says what is wrong, for good', { tags: ['E3'] }, () => {
      const { net, payer, relay } = line(options)
      const receivable = relay.receive({ amountMsat: 20_000n })
      const payment = paymentOf(net, receivable, 10_000n)
      payer.step({ type: 'pay', payment })
      net.run()
      const failed = payer.core.payment(payment.id)!
      expect(failed).toMatchObject({ status: 'failed', failure: { code: 'PAYMENT_REFUSED' } })
      expect(failed.parts).toHaveLength(1)
      expect(failed.failure!.message).toBe('the recipient says incorrect_or_unknown_payment_details')
    })

    test('what would break a limit is refused before any HTLC, and nothing changes', () => {
      const { net, payer, relay, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 100_000n, hidden: true })
      const [path] = receivable.paths as [InvoicePath]
      const withPayinfo = (change: Partial<InvoicePath['payinfo']>) => [
        { ...path, payinfo: { ...path.payinfo, ...change } },
      ]
      const before = new Map(payer.records)
      const refused = (more: Partial<NewPayment>) => {
        const payment = paymentOf(net, receivable, 100_000n, more)
        expect(codeOf(() => payer.core.quote(payment, { now: net.now, height: net.height }))).toBe(
          codeOf(() => payer.step({ type: 'pay', payment })),
        )
        try {
          payer.step({ type: 'pay', payment })
        } catch (error) {
          if (isLnoError(error)) return [error.code, error.rule]
        }
        return undefined
      }
      expect(refused({ maxFeeMsat: 109n })).toEqual(['PAYMENT_FEE_LIMIT', undefined])
      expect(refused({ paths: withPayinfo({ fee_base_msat: 0xffffffff }) })?.[0]).toBe('NO_PAYMENT_ROUTE')
      expect(
        refused({ paths: withPayinfo({ fee_proportional_millionths: 0xffffffff }), amountMsat: 1n << 60n }),
      ).toEqual(['PAYMENT_FEE_LIMIT', 'P4'])
      expect(refused({ amountMsat: 1n << 62n })?.[0]).toBe('AMOUNT_OUT_OF_RANGE')
      expect(refused({ amountMsat: 0n })?.[0]).toBe('NO_PAYMENT_ROUTE')
      expect(refused({ paths: withPayinfo({ cltv_expiry_delta: 2017 }) })).toEqual(['PAYMENT_DELAY_LIMIT', 'P4'])
      expect(refused({ paths: withPayinfo({ htlc_maximum_msat: 99_999n }), severalParts: false })?.[0]).toBe(
        'NO_PAYMENT_ROUTE',
      )
      expect(refused({ paths: withPayinfo({ htlc_minimum_msat: 100_001n }) })?.[0]).toBe('NO_PAYMENT_ROUTE')
      const long = path.path.path.map((hop) => ({ ...hop, encrypted_recipient_data: new Uint8Array(700) }))
      const tooLong = { paths: [{ ...path, path: { ...path.path, path: long } }] }
      expect(refused(tooLong)?.[0]).toBe('PAYMENT_ONION_TOO_LARGE')
      expect(() => payer.step({ type: 'pay', payment: paymentOf(net, receivable, 100_000n, tooLong) })).toThrow(
        /is \d+ bytes too long/,
      )
      expect(refused({ expiresAt: BigInt(net.now / 1000) - 1n })?.[0]).toBe('PAYMENT_EXPIRED')
      expect(refused({ amountMsat: 600_000n })?.[0]).toBe('NO_PAYMENT_ROUTE')
      const { height } = net
      net.height = undefined
      expect(refused({})?.[0]).toBe('HEIGHT_UNKNOWN')
      expect(codeOf(() => merchant.receive({ amountMsat: 1n }))).toBe('HEIGHT_UNKNOWN')
      net.height = height
      expect(codeOf(() => merchant.receive({ amountMsat: 1_000_001n }))).toBe('NO_INBOUND')
      expect(payer.records).toEqual(before)
      expect(payer.events('part_sent')).toEqual([])
      net.disconnect(payer.id, relay.id)
      expect(refused({})?.[0]).toBe('NO_PAYMENT_ROUTE')
    })

    test('a relay asks for its own fee and delay, and lets nothing through that pays less', () => {
      const { net, payer, relay, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 100_000n, hidden: true })
      const cheap = receivable.paths.map(({ path, payinfo }) => ({ path, payinfo: { ...payinfo, fee_base_msat: 8 } }))
      const hasty = receivable.paths.map(({ path, payinfo }) => ({
        path,
        payinfo: { ...payinfo, cltv_expiry_delta: payinfo.cltv_expiry_delta - 6 },
      }))
      for (const paths of [cheap, hasty]) {
        const payment = paymentOf(net, receivable, 100_000n, { paths, severalParts: false })
        payer.step({ type: 'pay', payment })
        net.run()
        net.pass(3_000)
        expect(payer.core.payment(payment.id)!.status).toBe('failed')
      }
      expect(merchant.local(relay)).toBe(0n)
    })

    test('an HTLC that expires while the next node is away is failed upstream, and disputed in its channel', () => {
      const { net, payer, relay, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 100_000n, hidden: true })
      const payment = paymentOf(net, receivable, 100_000n, { severalParts: false })
      payer.step({ type: 'pay', payment })
      // The relay has sent it on when the merchant goes away.
      while (relay.core.channel(merchant.id)!.inFlightOutMsat === 0n) net.run(1)
      net.disconnect(relay.id, merchant.id)
      net.run()
      expect(payer.core.payment(payment.id)!.status).toBe('sending')
      net.climb(19)
      expect(payer.core.payment(payment.id)!.status).toBe('sending')
      net.climb(1)
      net.pass(3_000)
      expect(relay.core.channel(merchant.id)!.status).toBe('errored')
      expect(relay.core.channel(payer.id)!.status).toBe('up')
      expect(payer.core.payment(payment.id)!.status).toBe('failed')
      expect(payer.local(relay)).toBe(500_000n)
      // The amount stays in the channel until an override says whose it is.
      expect(relay.core.channel(merchant.id)!.inFlightOutMsat).toBe(100_000n)
      if (options.ideal) return
      net.connect(relay, merchant)
      relay.step({ type: 'propose_override', peer: merchant.id })
      net.run()
      merchant.step({ type: 'accept_override', peer: relay.id, localMsat: 0n })
      net.run()
      expect(relay.core.channel(merchant.id)).toMatchObject({ status: 'up', inFlightOutMsat: 0n, remoteMsat: 0n })
      expect(relay.core.ledgerTotal()).toBe(-500_000n)
      expect([...relay.records.keys()].filter((key) => /^wallet-(in|out)\//.test(key))).toEqual([])
    })

    test('no HTLC is taken so late that its channel might be errored before the preimage counts', () => {
      const { net, payer, a, b, merchant } = twoHosts(options)
      const receivable = merchant.receive({ amountMsat: 500_000n, hidden: true })
      const payment = paymentOf(net, receivable, 500_000n)
      payer.step({ type: 'pay', payment })
      const second = payer.core.payment(payment.id)!.parts[1]!.peer
      // One part is at the merchant; the other one waits until the first has but two blocks left.
      net.hold = ({ from, to }) => from === payer.id && to === second
      net.run()
      expect(merchant.core.channel(a.id)!.inFlightInMsat + merchant.core.channel(b.id)!.inFlightInMsat > 0n).toBe(true)
      net.height = net.height! + 17
      merchant.step({ type: 'tick' })
      expect(merchant.events('htlc_refused')).toEqual([])
      net.height += 1
      merchant.step({ type: 'tick' })
      net.hold = () => false
      net.run()
      expect(merchant.events('payment_received')).toEqual([])
      expect(merchant.events('htlc_refused').map((event) => 'why' in event && event.why)).toContain(
        'too few blocks are left before it expires',
      )
    })

    test('after a restart a set still times out, a delayed refusal still leaves, and what was sent goes on', () => {
      const { net, payer, relay, merchant } = line(options)
      const receivable = merchant.receive({ amountMsat: 20_000n, hidden: true })
      const payment = paymentOf(net, receivable, 10_000n, { severalParts: false })
      payer.step({ type: 'pay', payment })
      net.run()
      net.restart(relay)
      net.restart(payer)
      expect(payer.core.payment(payment.id)!.status).toBe('sending')
      net.pass(2_000)
      expect(payer.core.payment(payment.id)!.status).toBe('failed')
      expect(payer.local(relay)).toBe(500_000n)
    })
  })
}
