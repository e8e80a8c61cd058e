import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { modern } from '../../../src/onion/generations/modern.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { obs2 } from '../../../src/onion/generations/obs2.js'
import { coffee, lab } from '../lab.js'

/** payer - relay - merchant, who is behind a path. */
async function scene(generations = [modern, obs2, obs]) {
  const world = lab()
  const [merchant, relay] = [await world.start('merchant'), await world.start('relay')]
  const payer = await world.start('payer', { listen: [], generations })
  await world.connect(merchant, relay)
  await world.connect(payer, relay)
  const sent = () => payer.told('message_sent').map(({ generation }) => generation)
  return { world, merchant, relay, payer, sent }
}

describe('a path of today leads nowhere in a form whose hops read other numbers', () => {
  test('a request over it is not sent so, and that is said at once', async () => {
    const { world, merchant, relay, payer, sent } = await scene()
    const offer = await merchant.node.issuer.create(coffee({ routes: [[relay.node.id]] }))
    const began = world.clock.now()
    const failure = await world.failure(payer, offer, { generations: ['obs2', 'obs'] })
    expect(failure).toMatchObject({ code: 'PATH_OF_ANOTHER_FORM' })
    expect([sent(), world.clock.now() - began < 1_000]).toEqual([[], true])
    const { generation } = await world.fetch(payer, offer, { generations: ['obs2', 'modern'] })
    expect([generation, sent()]).toEqual(['modern', ['modern']])
    const named = await merchant.node.issuer.create(coffee())
    const scids = [{ scid: 1n, nodes: [relay.node.id, merchant.node.id] }] as const
    expect((await world.fetch(payer, named, { generations: ['obs2'], scids })).generation).toBe('obs2')
  })

  test('an invoice for a refund is not said to be sent over it', async () => {
    const { world, merchant, relay, payer, sent } = await scene([obs2, obs])
    const { request } = await merchant.node.refunds.create({
      amountMsat: 7_000n,
      description: 'order 7',
      routes: [[relay.node.id]],
    })
    await expect(world.until(payer.node.claimRefund(request))).rejects.toMatchObject({ code: 'PATH_OF_ANOTHER_FORM' })
    expect(sent()).toEqual([])
  })
})
