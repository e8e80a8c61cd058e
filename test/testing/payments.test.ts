import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { createTestNetwork, type TestNodeOptions } from '../../src/testing/index.js'
import { TEA } from './shop.js'

async function shopWith(wallet: NonNullable<TestNodeOptions['wallet']>) {
  const network = createTestNetwork({ seed: 'paying' })
  const merchant = await network.addNode('merchant', { wallet })
  const relay = await network.addNode('relay', { wallet })
  const payer = await network.addNode('payer', { wallet })
  await network.connect(merchant, relay)
  await network.connect(payer, relay)
  const offer = await merchant.createOffer({ ...TEA, via: [relay] })
  return { network, merchant, relay, payer, offer }
}

describe('nodes with fake wallets', () => {
  test('pay an offer at once', async () => {
    const { network, merchant, payer, offer } = await shopWith('fake')
    const before = payer.node.wallet!.balance().totalMsat
    const view = await payer.pay(offer.text, { payerNote: 'table 4' })
    expect(view).toMatchObject({ status: 'paid', amount_msat: '10000', fee_msat: '0', payer_note: 'table 4' })
    expect(payer.node.wallet!.balance().totalMsat).toBe(before - 10_000n)
    expect(await merchant.node.wallet!.receipt(view.payment_hash!)).toMatchObject({ amountMsat: 10_000n })
    await network.close()
  })

  test('fail as they are told', async () => {
    const { network, merchant, payer, offer } = await shopWith('fake')
    payer.failPayments('no-route')
    await expect(payer.pay(offer.text)).rejects.toMatchObject({ code: 'NO_PAYMENT_ROUTE' })
    payer.failPayments('refused')
    expect(await payer.pay(offer.text)).toMatchObject({ status: 'failed', failure: { code: 'PAYMENT_REFUSED' } })
    payer.failPayments()
    expect(await payer.pay(offer.text)).toMatchObject({ status: 'paid' })
    expect(await payer.node.wallet!.payments(10)).toHaveLength(2)
    await expect(network.openChannel(payer, merchant, { capacityMsat: 1n })).rejects.toThrow('wallet: true')
    const plain = await network.addNode('plain')
    expect(() => plain.failPayments()).toThrow('no fake wallet')
    await network.close()
  })
})

test('many payments under way at once are nothing that Node warns of', async () => {
  const { network, payer, offer } = await shopWith('fake')
  const warnings: Error[] = []
  const note = (warning: Error) => void warnings.push(warning)
  process.on('warning', note)
  payer.failPayments('stuck')
  const payments = Promise.all(Array.from({ length: 12 }, () => payer.node.pay({ string: offer.text })))
  await network.advance(10_000)
  expect(await payer.node.wallet!.payments(20)).toHaveLength(12)
  payer.failPayments()
  for (const { status } of await network.run(payments)) expect(status).toBe('paid')
  await network.close()
  process.off('warning', note)
  expect(warnings).toEqual([])
})

describe('nodes with channels', () => {
  test('pay an offer over a relay that never learns more than the next node', async () => {
    const { network, merchant, relay, payer, offer } = await shopWith(true)
    const channel = await network.openChannel(payer, relay, { capacityMsat: 1_000_000n, balanceMsat: 50_000n })
    expect(channel).toMatchObject({ status: 'up', weAreHost: false, localMsat: 50_000n, remoteMsat: 950_000n })
    await network.openChannel(merchant, relay, { capacityMsat: 1_000_000n })
    const view = await payer.pay(offer.text, { payerNote: 'table 4' })
    expect(view).toMatchObject({ status: 'paid', amount_msat: '10000', payer_note: 'table 4' })
    await network.advance(1000)
    const fee = BigInt(view.fee_msat)
    expect(fee).toBeGreaterThan(0n)
    expect(payer.node.wallet!.balance().totalMsat).toBe(40_000n - fee)
    expect(relay.node.wallet!.balance().totalMsat).toBe(fee - 50_000n)
    expect(merchant.node.wallet!.balance().totalMsat).toBe(10_000n)
    await network.close()
  })

  test('pay what no host could bring alone in several parts over two, and tell all that is known of it', async () => {
    const { network, merchant, relay, payer } = await shopWith(true)
    const other = await network.addNode('other', { wallet: true })
    await network.connect(merchant, other)
    await network.connect(payer, other)
    for (const host of [relay, other]) {
      await network.openChannel(payer, host, { capacityMsat: 100_000n, balanceMsat: 80_000n })
      await network.openChannel(merchant, host, { capacityMsat: 70_000n })
    }
    const { id, text } = await merchant.createOffer({
      description: 'Tea',
      amountMsat: 50_000n,
      quantityMax: 5n,
      label: 'till',
      via: [relay],
    })
    const view = await payer.pay(text, { quantity: 2n, payerNote: 'table 4' })
    expect(view).toMatchObject({ status: 'paid', amount_msat: '100000' })
    expect(new Set(view.parts.map(({ peer }) => peer))).toEqual(new Set([relay.id, other.id]))
    await network.advance(1000)
    expect(merchant.node.wallet!.balance().totalMsat).toBe(100_000n)
    expect(payer.node.wallet!.balance().totalMsat).toBe(60_000n - BigInt(view.fee_msat))
    expect(merchant.events.filter(({ kind }) => kind === 'payment_received')).toMatchObject([
      {
        amount_msat: '100000',
        parts: view.parts.length,
        offer_id: id,
        label: 'till',
        payer_note: 'table 4',
        payer_id: view.payer_id,
        quantity: '2',
      },
    ])
    await network.close()
  })

  test('connect for a channel when they are not connected, and have one channel a pair', async () => {
    const network = createTestNetwork()
    const host = await network.addNode('host', { wallet: true })
    const client = await network.addNode('client', { wallet: true })
    const open = () => network.openChannel(client, host, { capacityMsat: 1000n })
    expect(await open()).toMatchObject({ peer: host.id, capacityMsat: 1000n, localMsat: 0n })
    expect(client.node.hosted!.channels()).toHaveLength(1)
    expect(host.node.hosted!.channel(client.id)).toMatchObject({ status: 'up', weAreHost: true })
    await network.close()
  })
})
