import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import type { NewPayment } from '../../../src/payments/step.js'
import { agreed, payable, row } from './payments.js'

const PAYMENTS = 100
const IN_FLIGHT = 20
const AMOUNT = 10_000n

test('100 payments go through one relay, 20 at a time, and all are settled', async () => {
  const { world, payer, relay, merchant } = await row()
  const all = [payer, relay, merchant]
  const before = await agreed(all)
  const payments: NewPayment[] = []
  for (let n = 0; n < PAYMENTS; n++) payments.push(await payable(merchant.wallet, world.clock.now(), AMOUNT, `${n}`))
  let underWay = 0
  let most = 0
  let fees = 0n

  async function payInTurn(): Promise<void> {
    for (;;) {
      const payment = payments.pop()
      if (payment === undefined) return
      most = Math.max(most, ++underWay)
      await payer.wallet.pay(payment)
      const { status, feeMsat } = await payer.wallet.ended(payment.id)
      underWay--
      expect(status).toBe('paid')
      fees += feeMsat
      // The preimage is here before both channels have room again.
      await new Promise<void>((resolve) => world.clock.after(20, resolve))
    }
  }

  await world.run(Promise.all(Array.from({ length: IN_FLIGHT }, payInTurn)))
  await world.settle()
  expect(most).toBe(IN_FLIGHT)
  const paid = BigInt(PAYMENTS) * AMOUNT
  expect(await agreed(all)).toEqual([before[0]! - paid - fees, before[1]! + fees, before[2]! + paid])
  expect(merchant.events.filter(({ type }) => type === 'payment_received')).toHaveLength(PAYMENTS)
  expect(new Set((await payer.wallet.payments(1000)).map(({ status }) => status))).toEqual(new Set(['paid']))
  await world.close()
})
