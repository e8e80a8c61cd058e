import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { type Net, type NetNode, paymentOf } from './net.js'
import { line, twoHosts } from './pay.suite.js'

/** Everything that was under way has come to its end. */
function settle(net: Net, nodes: readonly NetNode[]): void {
  for (let round = 0; round < 4; round++) {
    for (const node of net.dead.splice(0)) net.restart(node)
    net.run()
    net.pass(70_000)
  }
  for (const node of nodes) {
    const left = [...node.records.keys()].filter((key) => /^wallet-(in|out)\//.test(key))
    expect(left, `${node.name} has HTLCs left`).toEqual([])
  }
}

const CRASHES = (['before', 'after'] as const).flatMap((when) =>
  ['payer', 'relay', 'merchant'].map((who) => [who, when] as const),
)

describe('a process that ends in any of its steps, and begins again', () => {
  test.each(CRASHES)('%s, %s the step is stored: the payment is made once, and all books agree', (who, when) => {
    const outcomes = new Set<string>()
    for (let k = 1; ; k++) {
      const { net, payer, relay, merchant } = line()
      const receivable = merchant.receive({ amountMsat: 100_000n, hidden: true })
      const payment = paymentOf(net, receivable, 100_000n)
      const node = net.nodes.find(({ name }) => name === who)!
      const end = node.steps + k
      let crashed = false
      net.crash = (one, step) => {
        if (one !== node || crashed || step !== end) return undefined
        crashed = true
        return when
      }
      payer.step({ type: 'pay', payment })
      net.run()
      settle(net, net.nodes)
      const paid = payer.core.payment(payment.id)
      // What was not stored was not begun.
      if (paid === undefined) {
        expect([who, when, k]).toEqual(['payer', 'before', 1])
        expect(merchant.local(relay)).toBe(0n)
      } else {
        const made = paid.status === 'paid'
        // A relay that has found its payer again, but not yet the merchant, gives the payment back.
        if (!made) expect([who, paid.status], `${who} ends ${when} step ${k}`).toEqual(['relay', 'failed'])
        expect(merchant.local(relay)).toBe(made ? 100_000n : 0n)
        expect(payer.local(relay)).toBe(made ? 500_000n - 100_110n : 500_000n)
        outcomes.add(paid.status)
      }
      if (!crashed) {
        expect(k).toBeGreaterThan(3)
        expect(outcomes).toContain('paid')
        return
      }
    }
  })

  test('a merchant with half of a payment', () => {
    for (let k = 1; ; k++) {
      const { net, payer, merchant } = twoHosts()
      const receivable = merchant.receive({ amountMsat: 500_000n, hidden: true })
      const payment = paymentOf(net, receivable, 500_000n)
      const end = merchant.steps + k
      let crashed = false
      net.crash = (one, step) => {
        if (one !== merchant || crashed || step !== end) return undefined
        crashed = true
        return 'after'
      }
      payer.step({ type: 'pay', payment })
      net.run()
      settle(net, net.nodes)
      expect(payer.core.payment(payment.id)!.status).toBe('paid')
      expect(merchant.core.ledgerTotal()).toBe(500_000n)
      if (!crashed) return
    }
  })
})
