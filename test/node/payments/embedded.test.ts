import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import { verifyPayerProof } from '../../../src/bolt12/proof/verify.js'
import { accountPage } from '../../../src/node/payments/account.js'
import { coffee, type Lab, type LabNode, lab } from '../lab.js'

interface Parts {
  readonly world: Lab
  readonly payer: LabNode
  readonly relay: LabNode
  readonly merchant: LabNode
}

const CAPACITY = 100_000_000n

/** A channel of `client` with `host`, in which the host owes a balance. */
async function channel(world: Lab, client: LabNode, host: LabNode, balanceMsat = 0n): Promise<void> {
  const { secret } = await world.until(host.node.hosted!.grant({ capacityMsat: CAPACITY, balanceMsat }))
  await world.until(client.node.hosted!.openChannel({ peer: host.node.id, secret }))
}

/** A relay that hosts a channel of a payer with money in it, and one of a merchant without. */
async function places(): Promise<Parts> {
  const world = lab()
  const relay = await world.start('relay', { wallet: 'embedded' })
  const merchant = await world.start('merchant', { wallet: 'embedded' })
  const payer = await world.start('payer', { wallet: 'embedded' })
  await world.connect(merchant, relay, true)
  await world.connect(payer, relay, true)
  await channel(world, payer, relay, 50_000_000n)
  await channel(world, merchant, relay, 1_000_000n)
  await world.clock.advance(1000)
  return { world, payer, relay, merchant }
}

const totals = (...nodes: readonly LabNode[]) => nodes.map(({ node }) => node.wallet!.balance().totalMsat)

describe('hosted channels, payer, relay and merchant', () => {
  test('an offer is paid, then a refund; both sides account for it, and it can be proven', async () => {
    const { world, payer, relay, merchant } = await places()
    expect(payer.node.info()).toMatchObject({ wallet: 'embedded' })
    expect(payer.node.info().features).toEqual(expect.arrayContaining([25, 37, 257]))
    const own = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]], label: 'till' }))
    const quote = await world.until(payer.node.quotePayment({ string: own.text }))
    const paid = await world.until(payer.node.pay({ string: own.text, payerNote: 'table 4' }))
    expect(paid).toMatchObject({ status: 'paid', amount_msat: '10000', fee_msat: quote.quote.feeMsat.toString() })
    await world.clock.advance(1000)
    const fee = BigInt(paid.fee_msat)
    expect(totals(payer, relay, merchant)).toEqual([50_000_000n - 10_000n - fee, -51_000_000n + fee, 1_010_000n])
    expect(merchant.told('payment_received')).toMatchObject([
      { offerId: own.id, label: 'till', payerNote: 'table 4', amountMsat: 10_000n },
    ])
    const proof = await payer.node.provePayment(paid.payment_id, { include: ['offer_description'], note: undefined })
    expect(verifyPayerProof(proof)).toMatchObject({ ok: true })
    const books = ({ node }: LabNode) => ({ wallet: node.wallet!, payments: node.payments, receipts: node.receipts! })
    expect((await accountPage(books(merchant), 1n, 10)).entries).toMatchObject([
      { kind: 'grant', amount_msat: '1000000' },
      { kind: 'received', amount_msat: '10000', offer_id: own.id, payer_note: 'table 4', label: 'till' },
    ])
    const refund = await merchant.node.refunds.create({
      amountMsat: 7000n,
      description: 'order 7',
      routes: [[relay.node.id]],
    })
    await world.until(payer.node.claimRefund(refund.request))
    await world.clock.advance(2000)
    expect(merchant.node.refunds.find(refund.id).stored).toMatchObject({ pays: 1, ended: expect.any(BigInt) })
    expect(merchant.node.refunds.find(refund.id).stored.failed).toBeUndefined()
    expect(payer.told('payment_received')).toMatchObject([{ refundId: refund.id, amountMsat: 7000n }])
  })

  test('the payer does not learn who is paid', async () => {
    const { world, payer, relay, merchant } = await places()
    const own = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const { invoice } = await world.fetch(payer, own)
    const seen = JSON.stringify([...invoice.bytes])
    const key = [...Buffer.from(merchant.node.id, 'hex')].join(',')
    expect(seen).not.toContain(key)
    const first = invoice.fields.invoice_paths![0]!.first_node_id
    expect('node_id' in first && toHex(first.node_id)).toBe(relay.node.id)
  })

  test('peers of channels are called again, and after a restart what came is known', async () => {
    const { world, payer, relay, merchant } = await places()
    const own = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    world.network.cut('payer', 'relay')
    merchant.node.connections.hangUp(relay.node.id, 'to find together again')
    await world.clock.advance(5000)
    expect(merchant.told('peer_disconnected').at(-1)).toMatchObject({ error: { code: 'PEER_OUT_OF_STEP' } })
    expect(payer.node.hosted!.channel(relay.node.id)).toMatchObject({ status: 'up' })
    expect(await world.until(payer.node.pay({ string: own.text }))).toMatchObject({ status: 'paid' })
    await world.until(merchant.node.stop())
    const later = await world.start('merchant', { wallet: 'embedded', store: merchant.store.reopen() })
    await world.clock.advance(5000)
    expect(later.node.promises.of(own.id)).toMatchObject([{ paid: true }])
    expect(later.node.hosted!.channel(relay.node.id)).toMatchObject({ status: 'up', localMsat: 1_010_000n })
    expect(await world.until(payer.node.pay({ string: own.text }))).toMatchObject({ status: 'paid' })
  })

  test('what cannot be received now is said; without any channel on regtest offers can be tried out', async () => {
    const { world, payer, relay, merchant } = await places()
    const own = await merchant.node.issuer.create(coffee({ amountMsat: CAPACITY * 2n, routes: [[relay.node.id]] }))
    await expect(world.fetch(payer, own)).rejects.toMatchObject({ code: 'INVOICE_ERROR' })
    const alone = await world.start('alone', { wallet: 'embedded' })
    await world.connect(alone, relay, true)
    const tried = await alone.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    expect((await world.fetch(payer, tried)).invoice.fields.invoice_amount).toBe(10_000n)
    await expect(world.until(payer.node.pay({ string: tried.text }))).rejects.toMatchObject({
      code: 'NO_PAYMENT_ROUTE',
    })
  })

  test('on bitcoin it is refused without a source of the height', async () => {
    const world = lab()
    await expect(world.start('x', { wallet: 'embedded', network: 'bitcoin' })).rejects.toMatchObject({
      code: 'HEIGHT_UNKNOWN',
    })
    const { node } = await world.start('y', {
      wallet: 'embedded',
      network: 'bitcoin',
      hosting: { blockClock: { height: () => 900_000 } },
    })
    expect(node.info().wallet).toBe('embedded')
  })
})
