import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { fromHex } from '../../../src/base/hex.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'
import { verifyExport } from '../../../src/payments/hosted/export.js'
import { manualClock } from '../../../src/testing/manual-clock.js'
import { seededRandom } from '../../../src/testing/seeded-random.js'
import { EmbeddedWallet } from '../../../src/wallets/embedded/embedded-wallet.js'
import { OPEN_TIMEOUT_MS } from '../../../src/wallets/embedded/limits.js'
import { secretOf } from '../../support/keys.js'
import { fakePeers } from './doubles.js'
import { agreed, CAPACITY, PAYER_OWNS, payable, row } from './payments.js'
import { embeddedWorld } from './world.js'

describe('a channel', () => {
  test('is opened with a grant, once, and both sides have it after a restart', async () => {
    const world = await embeddedWorld()
    const client = await world.add('client')
    const host = await world.add('host')
    world.connect(client, host)
    const { secret, grant } = await world.run(
      host.wallet.grant({ capacityMsat: 9000n, balanceMsat: 4000n, label: 'mine' }),
    )
    expect(host.wallet.grants()).toEqual([grant])
    expect(grant).toMatchObject({ clientBalanceMsat: 4000n, label: 'mine', terms: { capacityMsat: 9000n } })
    const view = await world.run(client.wallet.openChannel({ peer: host.id, secret, minCapacityMsat: 9000n }))
    expect(view).toMatchObject({ peer: host.id, status: 'up', localMsat: 4000n, remoteMsat: 5000n })
    await world.settle()
    expect(host.wallet.grants()).toEqual([])
    await world.restart(host)
    await world.restart(client)
    await world.settle()
    expect(client.wallet.channels()).toMatchObject([{ peer: host.id, status: 'up', localMsat: 4000n }])
    expect(await agreed([client, host])).toEqual([4000n, -4000n])
    await world.close()
  })

  test('is refused without a grant, and for less than is asked for', async () => {
    const world = await embeddedWorld()
    const client = await world.add('client')
    const host = await world.add('host')
    world.connect(client, host)
    await expect(world.run(client.wallet.openChannel({ peer: host.id }))).rejects.toMatchObject({
      code: 'CHANNEL_REFUSED',
      message: 'channels are opened with a grant only',
    })
    const { secret, grant } = await world.run(host.wallet.grant({ capacityMsat: 9000n }))
    await expect(
      world.run(client.wallet.openChannel({ peer: host.id, secret, minCapacityMsat: 9001n })),
    ).rejects.toMatchObject({ code: 'CHANNEL_REFUSED' })
    await world.run(host.wallet.revokeGrant(grant.secretHash))
    expect(host.wallet.grants()).toEqual([])
    await expect(world.run(client.wallet.openChannel({ peer: host.id, secret }))).rejects.toMatchObject({
      code: 'CHANNEL_REFUSED',
    })
    await world.close()
  })

  test('of a host that does not answer is waited for as long as is said', async () => {
    const world = await embeddedWorld()
    const client = await world.add('client')
    const host = await world.add('host')
    world.connect(client, host)
    await world.settle()
    await world.hold(host, true)
    const begun = world.clock.now()
    await expect(world.run(client.wallet.openChannel({ peer: host.id }))).rejects.toMatchObject({
      code: 'CHANNEL_NO_ANSWER',
    })
    expect(world.clock.now()).toBe(begun + OPEN_TIMEOUT_MS)
    await world.close()
  })

  test('is exported as both sides have signed it, by either of them', async () => {
    const { world, payer, relay, merchant } = await row()
    const payment = await payable(merchant.wallet, world.clock.now(), 10_000n, 'tea')
    await world.run(payer.wallet.pay(payment))
    await world.settle()
    const { localMsat } = payer.wallet.channel(relay.id)!
    for (const [node, peer, exportedBy] of [
      [payer, relay, 'client'],
      [relay, payer, 'host'],
    ] as const) {
      const verified = verifyExport(await world.run(node.wallet.exportChannel(peer.id)))
      expect(verified).toMatchObject({
        exportedBy,
        host: fromHex(relay.id),
        client: fromHex(payer.id),
        balances: { capacity: CAPACITY, client: localMsat, host: CAPACITY - localMsat },
        signed: { ok: true, issues: [] },
      })
    }
    await expect(payer.wallet.exportChannel(merchant.id)).rejects.toMatchObject({ code: 'CHANNEL_UNKNOWN' })
    await world.close()
  })

  test('is one for a pair of nodes', async () => {
    const { world, payer, relay } = await row()
    await expect(world.run(payer.wallet.openChannel({ peer: relay.id }))).rejects.toMatchObject({
      code: 'CHANNEL_EXISTS',
    })
    await world.close()
  })

  test('is closed when nothing is owed, and not before', async () => {
    const { world, payer, relay, merchant } = await row()
    await expect(world.run(payer.wallet.closeChannel(relay.id))).rejects.toMatchObject({ code: expect.any(String) })
    expect(payer.wallet.channel(relay.id)?.status).toBe('up')
    expect(await world.run(merchant.wallet.closeChannel(relay.id))).toMatchObject({ status: 'closed' })
    // It opens again without a grant.
    expect(await world.run(merchant.wallet.openChannel({ peer: relay.id }))).toMatchObject({ status: 'up' })
    await world.close()
  })
})

describe('an HTLC that expires', () => {
  test('errs its channel alone; the payment fails, and an override of host and client revives the channel', async () => {
    const { world, payer, relay, merchant } = await row()
    const before = await agreed([payer, relay, merchant])
    const payment = await payable(merchant.wallet, world.clock.now(), 10_000n, 'tea')
    await world.hold(merchant, true)
    await world.run(payer.wallet.pay(payment))
    const ended = payer.wallet.ended(payment.id)
    // Nobody tells the wallets how high the chain is: they look.
    await world.clock.advance(100 * 600_000)
    expect(await world.run(ended)).toMatchObject({ status: 'failed', feeMsat: 0n })
    expect(relay.wallet.channel(merchant.id)).toMatchObject({ status: 'errored', inFlightOutMsat: 10_000n })
    expect(payer.wallet.channel(relay.id)).toMatchObject({ status: 'up', localMsat: PAYER_OWNS })
    await world.hold(merchant, false)
    await world.settle()
    await expect(world.run(merchant.wallet.proposeOverride(relay.id))).rejects.toMatchObject({
      code: 'OVERRIDE_NOT_YOURS',
    })
    await world.run(relay.wallet.proposeOverride(merchant.id))
    await world.settle()
    expect(merchant.events.at(-1)).toMatchObject({ type: 'override_proposed', byUs: false })
    const { overrideMsat = -1n } = merchant.wallet.channel(relay.id)!
    await expect(world.run(merchant.wallet.acceptOverride(relay.id, overrideMsat + 1n))).rejects.toMatchObject({
      code: 'OVERRIDE_OTHER',
    })
    await world.run(merchant.wallet.acceptOverride(relay.id, overrideMsat))
    await world.settle()
    expect(await agreed([payer, relay, merchant])).toEqual(before)
    await world.close()
  })
})

describe('money', () => {
  test('is what the ledger says, entry by entry', async () => {
    const { world, payer, relay, merchant } = await row()
    const payment = await payable(merchant.wallet, world.clock.now(), 10_000n, 'tea')
    await world.run(payer.wallet.pay(payment))
    const { feeMsat } = await world.run(payer.wallet.ended(payment.id))
    await world.settle()
    const entries = async (wallet: EmbeddedWallet) => {
      const all = []
      for await (const { kind, amountMsat } of wallet.ledger()) all.push([kind, amountMsat])
      return all
    }
    expect(await entries(payer.wallet)).toEqual([
      ['grant', PAYER_OWNS],
      ['sent', -10_000n - feeMsat],
    ])
    expect(await entries(merchant.wallet)).toEqual([['received', 10_000n]])
    const forwarded = await entries(relay.wallet)
    expect(forwarded).toHaveLength(3)
    expect(forwarded).toEqual(
      expect.arrayContaining([
        ['grant', -PAYER_OWNS],
        ['forward_in', 10_000n + feeMsat],
        ['forward_out', -10_000n],
      ]),
    )
    expect(payer.wallet.balance()).toMatchObject({ totalMsat: PAYER_OWNS - 10_000n - feeMsat, inFlightMsat: 0n })
    expect(merchant.wallet.balance().receivableMsat).toBe(CAPACITY - 10_000n)
    await world.close()
  })
})

describe('on bitcoin', () => {
  test('nothing is promised while nobody knows the height', async () => {
    const wallet = await EmbeddedWallet.start({
      network: 'bitcoin',
      nodeSecret: secretOf(0x41),
      preimageSecret: secretOf(1),
      random: seededRandom('bitcoin'),
      store: memoryStore(),
      peers: fakePeers(),
      clock: manualClock(),
      nextTurn: setImmediate,
      forwarding: { feeBaseMsat: 0, feeProportionalMillionths: 0, cltvExpiryDelta: 40 },
    })
    const payment = {
      id: '00'.repeat(32),
      paymentHash: secretOf(2),
      amountMsat: 1n,
      maxFeeMsat: 0n,
      paths: [],
      severalParts: false,
      expiresAt: 1n << 40n,
      about: {},
    }
    const invoice = {
      requestHash: secretOf(3),
      offerId: secretOf(4),
      amountMsat: 1n,
      createdAt: 0n,
      expiresAt: 1n << 40n,
    }
    for (const refused of [
      wallet.pay(payment),
      wallet.quote(payment),
      wallet.receive(invoice),
      wallet.grant({ capacityMsat: 1000n }),
      wallet.openChannel({ peer: '02'.repeat(33) }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'HEIGHT_UNKNOWN' })
    }
    await wallet.close()
  })
})
