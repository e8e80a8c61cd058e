import { describe, expect, test } from 'vitest'
import rules from '../../conformance/rules.json' with { type: 'json' }
import type { Driver } from '../../interop/driver.js'
import { plan, type Selection } from '../../interop/run/cells.js'
import { SCENARIOS } from '../../interop/scenarios/index.js'
import { KNOWN, knownFor } from '../../interop/scenarios/known.js'
import { rolesOf } from '../../interop/scenarios/scenario.js'

const driver = (name: string, cannot: Driver['cannot'] = {}): Driver => ({
  name,
  cannot,
  prepare: async () => ({ ok: true, version: '1', how: 'built' }),
  start: () => Promise.reject(new Error('nothing is started here')),
})
const DRIVERS = ['lno', 'ldk', 'ldk-stock', 'lnd', 'lnd-gated', 'crafted'].map((name) => driver(name))
const every: Selection = { level: 'normal', only: [] }
const who = (cells: ReturnType<typeof plan>) =>
  cells.map(({ scenario, cast }) =>
    rolesOf(scenario)
      .map((role) => cast[role])
      .join(' '),
  )

describe('plan', () => {
  test('we take part in every cell, unless what others do among themselves is asked for', () => {
    const cells = plan(SCENARIOS, DRIVERS, every)
    // `crafted` is our library without the node.
    expect(who(cells).filter((players) => !/\b(lno|crafted)\b/.test(players))).toEqual([])
    expect(plan(SCENARIOS, DRIVERS, { ...every, level: 'all' }).length).toBeGreaterThan(cells.length)
  })

  test('a relay that has no BOLT 12 is neither payer nor payee of a fetch', () => {
    const cells = plan(SCENARIOS, DRIVERS, { ...every, level: 'all' }).filter(
      ({ scenario }) => scenario.action !== 'connect',
    )
    expect(cells.filter(({ cast }) => `${cast.payer} ${cast.payee}`.includes('lnd'))).toEqual([])
  })

  test('the cells that every change must keep are about a dozen', () => {
    const count = plan(SCENARIOS, DRIVERS.slice(0, 2), { ...every, level: 'core' }).length
    expect(count).toBeGreaterThanOrEqual(12)
    expect(count).toBeLessThanOrEqual(30)
  })

  test('one cell can be named whole', () => {
    const named = { ...every, only: ['fetch.relay.path'], payer: 'ldk', payee: 'lno', relays: ['lnd'] }
    expect(who(plan(SCENARIOS, DRIVERS, named))).toEqual(['ldk lnd lno'])
  })

  test('what a driver cannot do stands in the cell, with its reason', () => {
    const drivers = [driver('lno'), driver('ldk', { offer_dummy_hops: 'it has none' })]
    const cells = plan(SCENARIOS, drivers, { ...every, only: ['dummy-hops'] })
    const reasons = cells.map(({ cast, cannot }) => [cast.payee, cannot])
    expect(reasons).toContainEqual(['ldk', 'it has none'])
    expect(reasons).toContainEqual(['lno', undefined])
  })

  const old = (name: string): Driver => ({ ...driver(name), form: '2021' })
  const OF_2021 = ['lno-v0.10.2', 'lno-v0.11', 'lno-2021', 'cln-v0.10.2'].map(old)
  const WITH_OLD = [...DRIVERS, ...OF_2021, driver('lno-v22.11')]

  test('nodes of 2021 play with us what is of their time, and nothing else', () => {
    const cells = plan(SCENARIOS, WITH_OLD, every)
    const names = new Set([...OF_2021.map(({ name }) => name), 'lno-v22.11'])
    const theirs = cells.filter(({ cast }) => Object.values(cast).some((name) => names.has(name)))
    expect([...new Set(theirs.map(({ scenario }) => scenario.id.split('.')[0]))]).toEqual(['generations'])
    const others = cells.filter((cell) => !theirs.includes(cell))
    expect(who(others)).toEqual(who(plan(SCENARIOS, DRIVERS, every)))
    const relayed = theirs.filter(({ scenario }) => scenario.id === 'generations.fetch.relay')
    expect(who(relayed)).toEqual([
      'lno lno lno-v0.10.2',
      'lno lno lno-v0.11',
      'lno lno cln-v0.10.2',
      'lno lno-v0.10.2 lno-v0.10.2',
      'lno lno-v0.11 lno-v0.11',
      'lno cln-v0.10.2 cln-v0.10.2',
    ])
    const asked = theirs.filter(({ scenario }) => scenario.id === 'generations.asked.direct')
    expect(who(asked)).toEqual(['lno-v0.10.2 lno-2021', 'lno-v0.11 lno-2021', 'cln-v0.10.2 lno-2021'])
  })

  test('a few of their cells are kept by every change', () => {
    const core = plan(SCENARIOS, [...DRIVERS.slice(0, 1), ...OF_2021.slice(0, 3), driver('lno-v22.11')], {
      level: 'core',
      only: ['generations.'],
    })
    expect(who(core)).toEqual([
      'lno lno lno-v0.10.2',
      'lno lno lno-v0.11',
      'lno-v0.10.2 lno lno-2021',
      'lno-v0.11 lno lno-2021',
      'lno-v22.11 lno lno',
    ])
  })

  test('who sends what no node sends is asked for nothing else', () => {
    const crafted = plan(SCENARIOS, DRIVERS, every).filter(({ cast }) => Object.values(cast).includes('crafted'))
    expect(new Set(crafted.map(({ scenario }) => scenario.id))).toEqual(
      new Set(['fetch.direct.expired.asked', 'fetch.direct.wrong-amount']),
    )
  })
})

describe('the scenarios', () => {
  test('have ids of their own', () => {
    expect(new Set(SCENARIOS.map(({ id }) => id)).size).toBe(SCENARIOS.length)
  })

  test('name rules that there are', () => {
    const ids = new Set(rules.map(({ id }) => id))
    expect(SCENARIOS.filter(({ rule }) => rule !== undefined && !ids.has(rule)).map(({ id }) => id)).toEqual([])
  })

  test('connect everybody who takes part', () => {
    for (const { id, links, quiet = [], unanswered = [], shape, over = [] } of SCENARIOS) {
      const linked = new Set(links.flat())
      for (const role of [...shape.paths.flat(), ...over]) expect(linked, id).toContain(role)
      const pairs = links.map(([a, b]) => [a, b].sort().join(' '))
      for (const [a, b] of [...quiet, ...unanswered]) expect(pairs, id).toContain([a, b].sort().join(' '))
    }
  })

  test('that end without an invoice show that it is not for want of a way', () => {
    const shown = ({ control, checks = [], id }: (typeof SCENARIOS)[number]) =>
      control === true || checks.includes('relay refused') || id === 'quirk.ldk.missing-paths'
    expect(SCENARIOS.filter((one) => !one.expect.kinds.includes('invoice') && !shown(one))).toEqual([])
  })
})

describe('known differences', () => {
  test('name scenarios that there are', () => {
    const ids = SCENARIOS.map(({ id }) => id)
    const strange = KNOWN.flatMap(({ scenarios = [] }) =>
      scenarios.filter((name) => !ids.some((id) => id === name || (name.endsWith('.') && id.startsWith(name)))),
    )
    expect(strange).toEqual([])
  })

  test('are found by prefix, and by any of the relays', () => {
    const players = { payer: 'lno', payee: 'ldk', relays: ['lno', 'x'] }
    const known = {
      id: 'k',
      whose: 'ours',
      scenarios: ['fetch.'],
      relay: ['x'],
      kinds: ['silence'],
      reason: 'it drops',
    } as const
    expect(knownFor('fetch.relays.path', players, [known])).toBe(known)
    expect(knownFor('refund.direct', players, [known])).toBeUndefined()
    expect(knownFor('fetch.relays.path', { ...players, relays: ['lno'] }, [known])).toBeUndefined()
  })
})
