import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import type { LnoError } from '../../../src/base/error.js'
import { toHex } from '../../../src/base/hex.js'
import { createOffer } from '../../../src/bolt12/create-offer.js'
import { nodeError } from '../../../src/node/codes.js'
import type { NodeId } from '../../../src/node/messenger/routes.js'
import { MAX_PATHS_TRIED, type Surroundings, waysFor, waysTo } from '../../../src/node/payer/ways.js'
import { ALICE, BOB, pathOf } from '../../bolt12/craft.js'

const [alice, bob] = [toHex(ALICE.id), toHex(BOB.id)]

function around(
  peers: readonly NodeId[],
  more: {
    readonly deaf?: readonly NodeId[]
    readonly dialable?: readonly NodeId[]
    readonly unresolved?: boolean
  } = {},
): Surroundings {
  return {
    messenger: {
      known: (via = []) => ({ self: 'self', peers, links: [], via }),
      deafPeers: () => more.deaf ?? [],
      introductionOf: (path) => {
        if (more.unresolved) throw nodeError('UNRESOLVED_SCID', 'not known')
        return 'node_id' in path.first_node_id ? toHex(path.first_node_id.node_id) : ''
      },
    },
    dialable: more.dialable ?? [],
    via: [],
  }
}

const direct = createOffer({ description: 'tea', issuerId: ALICE.id }).offer
const over = (count: number) =>
  createOffer({ description: 'tea', paths: Array.from({ length: count }, () => pathOf(1)), issuerId: ALICE.id }).offer

const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return (error as LnoError).code
  }
}

describe('ways to an issuer', () => {
  test('never to its id where the offer has paths', { tags: ['OR12'] }, () => {
    expect(waysFor(direct, around([alice]))[0]).toMatchObject({ pathIndex: undefined, route: [alice] })
    const ways = waysFor(over(1), around([alice]))
    expect(ways.length).toBeGreaterThan(0)
    expect(ways.every(({ pathIndex, route }) => pathIndex === 0 && route[route.length - 1] !== alice)).toBe(true)
    expect(codeOf(() => waysFor(over(1), around([alice], { unresolved: true })))).toBe('UNRESOLVED_SCID')
  })

  test('of two ids that of a node which has shown it; else all, those first that somebody told of', () => {
    const [even, odd] = [2, 3].map((prefix) => Uint8Array.of(prefix, ...ALICE.id.subarray(1)))
    const both = { paths: [], nodeIds: [even!, odd!] }
    const [evenId, oddId] = [toHex(even!), toHex(odd!)]
    const firsts = (around: Surroundings) => [
      ...new Set(waysTo(both, around).map(({ route }) => route[route.length - 1])),
    ]
    expect(firsts(around([bob]))).toEqual([evenId, oddId])
    expect(firsts(around([bob], { dialable: [oddId] }))).toEqual([oddId, evenId])
    expect(firsts(around([bob, oddId]))).toEqual([oddId])
    expect(codeOf(() => waysTo(both, around([], { deaf: [oddId] })))).toBe('PEER_HAS_NO_ONION_MESSAGES')
  })

  test('connected peers come before those that can be called', () => {
    const routes = waysFor(direct, around([bob], { dialable: [alice] })).map(({ route }) => route)
    expect(routes).toContainEqual([alice])
    expect(waysFor(direct, around([], { dialable: [bob] }))[0]?.route).toEqual([bob, alice])
  })

  test('a stranger who writes many paths into an offer makes us look for few', () => {
    const ways = waysFor(over(100), around([alice]))
    expect(new Set(ways.map(({ pathIndex }) => pathIndex)).size).toBe(MAX_PATHS_TRIED)
  })

  test('peers that take no onion messages are named when there is nothing else, and never called', () => {
    expect(codeOf(() => waysFor(direct, around([], { deaf: [alice], dialable: [alice] })))).toBe(
      'PEER_HAS_NO_ONION_MESSAGES',
    )
    expect(codeOf(() => waysFor(direct, around([bob], { deaf: [alice] })))).toBeUndefined()
    expect(waysFor(direct, around([]))).toEqual([])
  })
})
