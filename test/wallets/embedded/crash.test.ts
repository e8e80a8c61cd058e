import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { agreed, payable, row } from './payments.js'
import type { Place } from './world.js'

const ROLES = ['payer', 'relay', 'merchant'] as const
const PLACES: readonly Place[] = ['before_commit', 'after_commit', 'before_send', 'after_send']
const AMOUNT = 100_000n

/**
 * One payment; a node dies at the n-th place that it passes from the first step of the payment on, and comes back. Returns false
 * when it passes fewer.
 */
async function dies(role: (typeof ROLES)[number], place: Place, n: number): Promise<boolean> {
  const { world, ...nodes } = await row()
  const { payer, relay, merchant } = nodes
  const all = [payer, relay, merchant]
  const [payerHad, relayHad, merchantHad] = await agreed(all)
  const payment = await payable(merchant.wallet, world.clock.now(), AMOUNT, 'tea')
  const victim = nodes[role]
  victim.fuse = { place, left: n }
  void payer.wallet.pay(payment).catch(() => undefined)
  await world.clock.advance(2000)
  const died = victim.dead
  if (died) {
    await world.restart(victim)
    await world.clock.advance(100)
  }
  victim.fuse = undefined
  // A wish that was not stored is wished for again; under the same id nothing happens otherwise.
  await world.run(payer.wallet.pay(payment))
  const { status, feeMsat } = await world.run(payer.wallet.ended(payment.id))
  await world.settle()
  expect({ role, place, n, status }).toEqual({ role, place, n, status: 'paid' })
  expect(await agreed(all)).toEqual([payerHad! - AMOUNT - feeMsat, relayHad! + feeMsat, merchantHad! + AMOUNT])
  await world.close()
  return died
}

describe('a node that ends and starts again in the middle of a payment', () => {
  for (const role of ROLES) {
    test.each(PLACES)(`leaves it paid once on all sides: the ${role}, %s the n-th`, async (place) => {
      let n = 0
      do n++
      while (await dies(role, place, n))
      // Whoever takes part stores and sends more than once.
      expect(n).toBeGreaterThan(2)
    })
  }
})
