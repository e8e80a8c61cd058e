import { expect } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import { sha256 } from '../../../src/crypto/hash.js'
import type { NewPayment } from '../../../src/payments/step.js'
import type { Wallet } from '../../../src/wallets/wallet.js'
import { type EmbeddedWorld, embeddedWorld, type Place, type WorldNode } from './world.js'

/** Capacity of each channel in msat, and what its client owns. */
export const CAPACITY = 10_000_000n
export const PAYER_OWNS = 5_000_000n

/** Payer, relay and merchant: the relay is the host of both. */
export async function row(): Promise<{
  readonly world: EmbeddedWorld
  readonly payer: WorldNode
  readonly relay: WorldNode
  readonly merchant: WorldNode
}> {
  const world = await embeddedWorld()
  const payer = await world.add('payer')
  const relay = await world.add('relay')
  const merchant = await world.add('merchant')
  world.connect(payer, relay)
  world.connect(merchant, relay)
  await world.open(payer, relay, CAPACITY, PAYER_OWNS)
  await world.open(merchant, relay, CAPACITY, 0n)
  return { world, payer, relay, merchant }
}

/** A payment for a new invoice of the payee. */
export async function payable(payee: Wallet, nowMs: number, amountMsat: bigint, name: string): Promise<NewPayment> {
  const seconds = BigInt(Math.floor(nowMs / 1000))
  const { paymentHash, paths } = await payee.receive({
    requestHash: sha256(encodeUtf8(`request ${name}`)),
    offerId: sha256(encodeUtf8('offer')),
    amountMsat,
    createdAt: seconds,
    expiresAt: seconds + 3600n,
  })
  return {
    id: toHex(sha256(encodeUtf8(`payment ${name}`))),
    paymentHash,
    amountMsat,
    maxFeeMsat: 5_000n,
    paths,
    severalParts: false,
    expiresAt: seconds + 3600n,
    about: { description: name },
  }
}

/**
 * Nothing is under way, and of every channel both sides say the same; every ledger is the sum of its channels. Returns what each
 * node owns.
 */
export async function agreed(nodes: readonly WorldNode[]): Promise<readonly bigint[]> {
  const sums: bigint[] = []
  for (const { wallet, id, name } of nodes) {
    let owned = 0n
    for (const view of wallet.channels()) {
      const there = nodes.find((node) => node.id === view.peer)!.wallet.channel(id)!
      expect({ ...view, name }).toMatchObject({
        status: 'up',
        inFlightInMsat: 0n,
        inFlightOutMsat: 0n,
        localMsat: there.remoteMsat,
        remoteMsat: there.localMsat,
        weAreHost: !there.weAreHost,
      })
      expect(view.localMsat + view.remoteMsat).toBe(view.capacityMsat)
      owned += view.weAreHost ? -view.remoteMsat : view.localMsat
    }
    let entries = 0n
    for await (const { amountMsat } of wallet.ledger()) entries += amountMsat
    expect({ name, ledger: entries, balance: wallet.balance().totalMsat }).toEqual({
      name,
      ledger: owned,
      balance: owned,
    })
    sums.push(owned)
  }
  expect(sums.reduce((all, sum) => all + sum, 0n)).toBe(0n)
  return sums
}

export const ROLES = ['payer', 'relay', 'merchant'] as const

/**
 * One payment; something happens to a node at the n-th place that it passes from the first step of the payment on, and it starts
 * again. Returns false when it passes fewer.
 */
export async function payThough(role: (typeof ROLES)[number], place: Place, n: number): Promise<boolean> {
  const { world, ...nodes } = await row()
  const { payer, relay, merchant } = nodes
  const all = [payer, relay, merchant]
  const amount = 100_000n
  const [payerHad, relayHad, merchantHad] = await agreed(all)
  const payment = await payable(merchant.wallet, world.clock.now(), amount, 'tea')
  const victim = nodes[role]
  victim.fuse = { place, left: n }
  void payer.wallet.pay(payment).catch(() => undefined)
  await world.clock.advance(2000)
  const happened = victim.fuse === undefined
  expect(victim.stopped).toBe(happened && place === 'commit_fails')
  if (happened) {
    await world.restart(victim)
    await world.clock.advance(100)
  }
  victim.fuse = undefined
  // A wish that was not stored is wished for again; under the same id nothing happens otherwise.
  await world.run(payer.wallet.pay(payment))
  const { status, feeMsat } = await world.run(payer.wallet.ended(payment.id))
  await world.settle()
  expect({ role, place, n, status }).toEqual({ role, place, n, status: 'paid' })
  expect(await agreed(all)).toEqual([payerHad! - amount - feeMsat, relayHad! + feeMsat, merchantHad! + amount])
  await world.close()
  return happened
}
