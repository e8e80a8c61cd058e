import '../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { fakeWallets } from '../../src/testing/fake-wallet.js'
import { manualClock } from '../../src/testing/manual-clock.js'
import { node } from '../support/keys.js'
import { walletSuite } from '../wallets/suite.js'

walletSuite('fake', async () => {
  const clock = manualClock()
  const open = fakeWallets({ clock })
  const payer = { nodeId: node(0x41).id, balanceMsat: 500_000n }
  let wallet = open(payer)
  return {
    payer: wallet,
    payee: open({ nodeId: node(0x42).id, balanceMsat: 0n }),
    now: clock.now,
    run: (work) => work,
    settle: async () => undefined,
    restart: async () => {
      wallet = open(payer)
      return wallet
    },
    hold: async (on) => wallet.fail(on ? 'stuck' : undefined),
    sendableMsat: 500_000n,
    close: () => wallet.close(),
  }
})

describe('a fake wallet', () => {
  const invoice = {
    requestHash: new Uint8Array(32),
    offerId: new Uint8Array(32),
    amountMsat: 5n,
    createdAt: 1n,
    expiresAt: 1n << 40n,
  }

  test('fails as it is told', async () => {
    const open = fakeWallets({ clock: manualClock() })
    const [payer, payee] = [open({ nodeId: node(1).id }), open({ nodeId: node(2).id })]
    const { paymentHash, paths } = await payee.receive(invoice)
    const payment = {
      id: 'one',
      paymentHash,
      paths,
      amountMsat: 5n,
      maxFeeMsat: 0n,
      severalParts: false,
      expiresAt: 1n << 40n,
      about: {},
    }
    payer.fail('no-route')
    await expect(payer.pay(payment)).rejects.toMatchObject({ code: 'NO_PAYMENT_ROUTE' })
    payer.fail('refused')
    expect(await payer.pay(payment)).toMatchObject({ status: 'failed', failure: { code: 'PAYMENT_REFUSED' } })
    payer.fail('stuck')
    expect(await payer.pay({ ...payment, id: 'two' })).toMatchObject({ status: 'sending' })
    payer.fail()
    expect(await payer.payment('two')).toMatchObject({ status: 'paid' })
  })

  test('makes the same bytes with the same seed, and shows no node id where none may be seen', async () => {
    const made = async (seed: string, hidden: boolean) => {
      const open = fakeWallets({ clock: manualClock(), seed })
      const { paymentHash, paths } = await open({ nodeId: node(1).id }).receive({ ...invoice, hidden })
      return { hash: toHex(paymentHash), path: paths[0]!.path }
    }
    expect(await made('a', true)).toEqual(await made('a', true))
    expect((await made('b', true)).hash).not.toBe((await made('a', true)).hash)
    expect((await made('a', false)).path.first_node_id).toEqual({ node_id: node(1).id })
    expect((await made('a', true)).path.first_node_id).not.toEqual({ node_id: node(1).id })
  })
})
