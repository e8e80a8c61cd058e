import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import type { ClaimProgress } from '../../../src/node/refunds/claim.js'
import type { Generation } from '../../../src/onion/generation.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { lab } from '../lab.js'

/** A refund that names its maker's node, for old forms cannot follow today's paths, and a guest who speaks these forms alone. */
async function places(speaks: readonly Generation[]) {
  const world = lab()
  const [shop, guest] = [await world.start('shop'), await world.start('guest', { listen: [], generations: speaks })]
  await world.connect(guest, shop)
  const refund = await shop.node.refunds.create({ amountMsat: 7000n, description: 'order 7' })
  const steps: ClaimProgress[] = []
  const claim = () =>
    world.until(guest.node.claimRefund(refund.request, { onProgress: (progress) => steps.push(progress) }))
  return { world, shop, guest, refund, steps, claim }
}

describe('a refund is claimed', () => {
  for (const generation of GENERATIONS) {
    test(`in the form ${generation.name} by a node that speaks it alone`, async () => {
      const { shop, claim, steps } = await places([generation])
      await claim()
      expect(shop.told('refund_invoice_received')).toHaveLength(1)
      expect(steps).toMatchObject([
        { step: 'attempt', generations: [generation.name] },
        { step: 'sent', generation: generation.name, to: shop.node.id },
      ])
      // And the answer comes back over a reply path of that form, whatever shows there that it did.
      const other = await places([generation])
      await other.shop.node.refunds.disable(other.refund.id)
      await expect(other.claim()).rejects.toMatchObject({ code: 'INVOICE_ERROR' })
    })
  }

  test('in one form by a node that speaks several: an invoice is not sent twice', async () => {
    const { guest, claim } = await places([obs2, obs])
    await claim()
    expect(guest.told('message_sent').map(({ generation }) => generation)).toEqual(['obs2'])
  })
})

test('an answer in another type of message than its reply path was made for is none', async () => {
  const { guest, shop, refund, claim, world } = await places([obs2, obs])
  await shop.node.refunds.disable(refund.id)
  const usual = guest.node.messenger.handle(68n, (delivery) => usual?.({ ...delivery, generation: obs }))
  const { problems } = await claim()
  await world.clock.advance(1000)
  expect(problems).toEqual([])
  expect(guest.told('reply_ignored')).toMatchObject([{ code: 'REPLY_WRONG_PATH' }])
})
