import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { createTestNetwork } from '../../src/testing/index.js'
import { kinds, shop, TEA } from './shop.js'

describe('a network in memory', () => {
  test('brings an invoice over a relay and a blinded path, and no real time passes', async () => {
    const { network, merchant, relay, payer } = await shop()
    const offer = await merchant.createOffer({ ...TEA, via: [relay] })
    const before = network.clock.now()
    const { invoice, attempts } = await payer.fetchInvoice(offer.text)
    expect(invoice.fields.invoice_amount).toBe(10_000n)
    expect(attempts).toBe(1)
    expect(network.clock.now()).toBe(before)
    expect(kinds(relay).filter((kind) => kind === 'message_forwarded')).toHaveLength(2)
    expect(kinds(merchant)).toContain('invoice_sent')
    expect(kinds(payer)).toContain('invoice_received')
    expect(payer.fetching).toBe(0)
    await network.close()
    expect(network.nodes.map(({ node }) => node.connections.peers().length)).toEqual([0, 0, 0])
  })

  test('serves direct peers, offers that name the node, several at once', async () => {
    const network = createTestNetwork()
    const merchant = await network.addNode('merchant')
    const payer = await network.addNode('payer')
    await network.connect(payer, merchant)
    const offer = await merchant.createOffer({ description: 'Anything' })
    const results = await Promise.all(
      [1n, 2n, 3n].map((amountMsat) => payer.fetchInvoice(offer, { amountMsat, payerNote: `${amountMsat}` })),
    )
    expect(results.map(({ invoice }) => invoice.fields.invoice_amount)).toEqual([1n, 2n, 3n])
    await network.close()
  })

  test('brings an invoice for a refund to its maker, or what the maker says against it', async () => {
    const { network, merchant, relay, payer } = await shop()
    const refund = await merchant.createRefund({ description: 'Order 7', amountMsat: 7000n, via: [relay] })
    const { invoice } = await payer.claimRefund(refund.text)
    expect(merchant.node.refunds.find(refund.id).stored.invoice).toEqual(invoice.bytes)
    expect(kinds(merchant)).toContain('refund_invoice_received')
    expect(kinds(payer)).toContain('claim_sent')
    await expect(relay.claimRefund(refund)).rejects.toMatchObject({ code: 'INVOICE_ERROR' })
    await network.close()
  })

  test('does the same byte for byte with the same seed, and something else with another', async () => {
    const once = async (seed: string) => {
      const { network, merchant, relay, payer } = await shop(seed)
      const lines: string[] = []
      payer.capture((line) => lines.push(line), { keys: true })
      const offer = await merchant.createOffer({ ...TEA, via: [relay] })
      const { invoice } = await payer.fetchInvoice(offer.text)
      await network.close()
      return [merchant.id, offer.text, toHex(invoice.bytes), ...lines]
    }
    const first = await once('one')
    expect(await once('one')).toEqual(first)
    const other = await once('two')
    for (const index of [0, 1, 2]) expect(other[index]).not.toBe(first[index])
  })

  test('has keys that do not depend on which other nodes there are', async () => {
    const alone = await createTestNetwork().addNode('b')
    const network = createTestNetwork()
    await network.addNode('a')
    expect((await network.addNode('b')).id).toBe(alone.id)
    await expect(network.addNode('b')).rejects.toThrow('there is a node "b" already')
  })
})

describe('time', () => {
  test('passes for promises of the test until they settle, and for a promise that waits for nothing it gives up', async () => {
    const network = createTestNetwork()
    const { clock } = network
    const later = new Promise((resolve) => clock.after(5000, () => resolve(clock.now())))
    const before = clock.now()
    expect(await network.run(later)).toBe(before + 5000)
    await expect(network.run(new Promise(() => undefined))).rejects.toThrow('does it wait for something outside')
    await expect(network.run(Promise.reject(new Error('mine')))).rejects.toThrow('mine')
  })
})
