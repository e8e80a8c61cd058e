import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { offerProblems, refundProblems } from '../../interop/run/made.js'
import { createTestNetwork } from '../../src/testing/index.js'

const network = createTestNetwork()
let shop: Awaited<ReturnType<typeof network.addNode>>
let relay: Awaited<ReturnType<typeof network.addNode>>
beforeAll(async () => {
  shop = await network.addNode('shop')
  relay = await network.addNode('relay')
  await network.connect(shop, relay)
})
afterAll(() => network.close())

const tea = { description: 'tea', amountMsat: 10_000n }
const problems = (list: readonly string[]) =>
  list.map((problem) => problem.replace(/^the \w+ is not what was asked for: /, ''))

describe('an offer against the shape of its scenario', () => {
  const plain = { ...tea, paths: [] }

  test('an issuer id, an amount, a description', async () => {
    const { text } = await shop.createOffer(tea)
    const against = (shape: Parameters<typeof offerProblems>[1]) => problems(offerProblems(text, shape, shop.id))
    expect(against(plain)).toEqual([])
    expect(against({ ...plain, amountMsat: 9n })).toEqual(['its amount is 10000'])
    expect(against({ ...plain, quantityMax: 5n, absoluteExpiry: 7n, description: 'x' })).toHaveLength(3)
    expect(against({ ...plain, ownPaths: true })).toEqual(['it has no path of its own'])
    expect(against({ ...plain, paths: [[{ nodeId: relay.id, address: '' }]] })).toEqual(['it has 0 paths, not 1'])
    expect(problems(offerProblems(text, plain, relay.id))).toEqual(['it does not name its issuer'])
  })

  test('where a path begins, and how many hops it has', async () => {
    const { text } = await shop.createOffer({ ...tea, routes: [[relay.id]], dummyHops: 2 })
    const paths = [[{ nodeId: relay.id, address: '' }]]
    const against = (shape: object) => problems(offerProblems(text, { ...plain, paths, ...shape }, shop.id))
    expect(against({ dummyHops: 2 })).toEqual([])
    expect(against({ dummyHops: 1 })).toEqual(['path 0 has 4 hops, not 3'])
    // Nobody said how many.
    expect(against({})).toEqual([])
    expect(against({ compact: true })).toContain('path 0 begins at a node id')
    expect(against({ paths: [[{ nodeId: shop.id, address: '' }]] })).toEqual([
      `path 0 begins at ${relay.id}, not ${shop.id}`,
    ])
    expect(against({ paths: [], selfIntroduction: true })).toHaveLength(2)
  })
})

test('a refund against the shape of its scenario', async () => {
  const { text } = await shop.createRefund({ ...tea, routes: [[relay.id]] })
  const shape = { ...tea, paths: [[{ nodeId: relay.id, address: '' }]] }
  expect(refundProblems(text, shape, shop.id)).toEqual([])
  expect(problems(refundProblems(text, { ...shape, amountMsat: 1n, paths: [] }, shop.id))).toEqual([
    'it has 1 paths, not 0',
    'its amount is 10000',
  ])
})
