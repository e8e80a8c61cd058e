import { describe, expect, test } from 'vitest'
import {
  type KnownNodes,
  MAX_BLIND_PEERS,
  planAttempts,
  replyRoute,
  routesTo,
} from '../../../src/node/messenger/routes.js'

const known = (over: Partial<KnownNodes>): KnownNodes => ({ self: 'me', peers: [], links: [], ...over })

describe('routesTo', () => {
  test('a connected target is reached directly first, then over the other peers', () => {
    expect(routesTo('t', known({ peers: ['a', 't', 'b'] }))).toEqual([['t'], ['a', 't'], ['b', 't']])
  })

  test('known links come before blind guesses, the shortest way first', () => {
    const links = [
      ['a', 'x'],
      ['x', 't'],
      ['t', 'b'],
    ] as const
    expect(routesTo('t', known({ peers: ['c', 'a', 'b'], links }))).toEqual([
      ['a', 'x', 't'],
      ['b', 't'],
      ['c', 't'],
      ['a', 't'],
    ])
  })

  test('a peer named with via is used before a direct connection', () => {
    expect(routesTo('t', known({ peers: ['t', 'v'], via: ['v'] }))[0]).toEqual(['v', 't'])
  })

  test('we are the target: the message does not leave', () => {
    expect(routesTo('me', known({ peers: ['a'] }))).toEqual([[]])
  })

  test('no peers, no way', () => {
    expect(routesTo('t', known({}))).toEqual([])
  })

  test('a route never passes through ourselves', () => {
    const links = [
      ['a', 'me'],
      ['me', 't'],
    ] as const
    expect(routesTo('t', known({ peers: ['a'], links }))).toEqual([['a', 't']])
  })

  test('no more peers are asked blindly than the bound allows', () => {
    const peers = Array.from({ length: 50 }, (_, i) => `p${i}`)
    expect(routesTo('t', known({ peers }))).toHaveLength(MAX_BLIND_PEERS)
  })
})

describe('replyRoute', () => {
  test('runs back over the same relays, from the node that hands the request over', () => {
    expect(replyRoute(['a', 'b'], 'me', 'far end')).toEqual(['b', 'a', 'me'])
  })

  test('to a node over relays begins at the last of them; to a peer, and to a path, at the far end', () => {
    const links = [['a', 't']] as const
    const starts = (pathIndex: number | undefined, peers: readonly string[]) =>
      planAttempts([{ pathIndex, introduction: 't' }], known({ peers, links })).map(({ reply }) => reply)
    expect(starts(undefined, ['a'])).toEqual(['last relay', 'self'])
    expect(starts(undefined, ['t'])).toEqual(['far end', 'self'])
    expect(starts(0, ['a'])).toEqual(['far end', 'self'])
  })

  test('begins at the last relay, or at ourselves, for an issuer that answers over its peers alone', () => {
    expect(replyRoute(['a', 'b'], 'me', 'last relay')).toEqual(['a', 'me'])
    expect(replyRoute(['b'], 'me', 'last relay')).toEqual(['me'])
    expect(replyRoute([], 'me', 'last relay')).toEqual(['me'])
  })

  test('begins at ourselves for an issuer that finds its own way', () => {
    expect(replyRoute(['a', 'b'], 'me', 'self')).toEqual(['me'])
  })
})

describe('planAttempts', () => {
  test('the first way is tried with both reply paths before another way is taken', () => {
    const plans = planAttempts([{ pathIndex: 0, introduction: 't' }], known({ peers: ['t', 'a'] }))
    expect(plans).toEqual([
      { pathIndex: 0, route: ['t'], reply: 'far end' },
      { pathIndex: 0, route: ['t'], reply: 'self' },
      { pathIndex: 0, route: ['a', 't'], reply: 'far end' },
      { pathIndex: 0, route: ['a', 't'], reply: 'self' },
    ])
  })

  test('a path whose first node is a peer comes before one whose first node is only hoped to be known by a peer', () => {
    const plans = planAttempts(
      [
        { pathIndex: 0, introduction: 'stranger' },
        { pathIndex: 1, introduction: 'a' },
      ],
      known({ peers: ['a'] }),
    )
    expect(plans.map(({ pathIndex, route }) => [pathIndex, ...route])).toEqual([
      [1, 'a'],
      [1, 'a'],
      [0, 'a', 'stranger'],
      [0, 'a', 'stranger'],
    ])
  })

  test('a way over a peer that the user named is no guess', () => {
    const plans = planAttempts(
      [
        { pathIndex: 0, introduction: 'stranger' },
        { pathIndex: 1, introduction: 'a' },
      ],
      known({ peers: ['a'], via: ['a'] }),
    )
    expect(plans[0]).toEqual({ pathIndex: 0, route: ['a', 'stranger'], reply: 'far end' })
  })

  test('the paths of an offer take turns', () => {
    const plans = planAttempts(
      [
        { pathIndex: 0, introduction: 't' },
        { pathIndex: 1, introduction: 'u' },
      ],
      known({ peers: ['t', 'u'] }),
    )
    expect(plans.filter((plan) => plan.reply === 'far end').map((plan) => plan.pathIndex)).toEqual([0, 1, 0, 1])
  })

  test('a path that begins at ourselves is walked here, and its reply path is ourselves too', () => {
    expect(planAttempts([{ pathIndex: 0, introduction: 'me' }], known({ peers: ['a'] }))).toEqual([
      { pathIndex: 0, route: [], reply: 'self' },
    ])
  })

  test('no two tries are the same', () => {
    for (const back of ['far end', 'last relay'] as const) {
      const around = known({ peers: ['t', 'a', 'b'], via: ['a'] })
      const plans = planAttempts([{ pathIndex: 0, introduction: 't' }], around, back)
      expect(plans).toHaveLength(back === 'far end' ? 6 : 3)
      expect(new Set(plans.map((plan) => JSON.stringify(plan))).size).toBe(plans.length)
    }
  })

  const ids = [
    { pathIndex: undefined, introduction: 'even' },
    { pathIndex: undefined, introduction: 'odd' },
  ]
  const tries = (around: Partial<KnownNodes>) =>
    planAttempts(ids, known(around), 'last relay').map(({ route, reply }) => [...route, reply].join())

  test('of two ids of one node each is tried once before one is tried again', () => {
    expect(tries({ peers: ['r'] })).toEqual(['r,even,last relay', 'r,odd,last relay'])
    expect(tries({ peers: ['r'], via: ['r'] }).slice(0, 2)).toEqual(['r,even,last relay', 'r,odd,last relay'])
    expect(tries({ peers: ['r', 's'] }).slice(0, 3)).toEqual([
      'r,even,last relay',
      'r,odd,last relay',
      's,even,last relay',
    ])
  })

  test('one to which a way is known is tried first', () => {
    expect(tries({ peers: ['r'], links: [['r', 'odd']] })).toEqual(['r,odd,last relay', 'r,even,last relay'])
    expect(tries({ peers: ['odd'] })[0]).toBe('odd,self')
  })
})
