import { describe, expect, test } from 'vitest'
import type { SeenOnion } from '../../interop/driver.js'
import { wireProblems } from '../../interop/run/wire.js'
import type { Link } from '../../interop/scenarios/scenario.js'

const IDS = { payer: 'A', relay1: 'B', relay2: 'C', payee: 'D' }
const LINKS = [
  ['payer', 'relay1'],
  ['relay1', 'payee'],
] as const
const scenario = { action: 'fetch', links: LINKS, shape: { paths: [] } } as const

const out = (peer: string, packet = 1366): SeenOnion => ({ dir: 'out', peer, type: 513, packet })
const into = (peer: string, packet = 1366): SeenOnion => ({ dir: 'in', peer, type: 513, packet })
const saw = (...onions: readonly SeenOnion[]) => ({ onions, lost: 0 })

/** A request over the relay, and its answer. */
const GOOD = {
  payer: saw(out('B'), into('B')),
  relay1: saw(into('A'), out('D'), into('D'), out('A')),
  payee: saw(into('B'), out('B')),
}

describe('what went over the wire', () => {
  test('request and answer over the relay are what was wanted', () => {
    expect(wireProblems(scenario, GOOD, IDS, true)).toEqual([])
  })

  test('a message beside the links is told, whoever saw it', () => {
    const problem = ['an onion message went between payer and payee directly']
    expect(wireProblems(scenario, { ...GOOD, payer: saw(out('B'), into('B'), out('D')) }, IDS, true)).toEqual(problem)
    expect(wireProblems(scenario, { payee: saw(into('B'), out('B'), into('A')) }, IDS, true)).toEqual([
      'an onion message went between payee and payer directly',
    ])
    expect(wireProblems(scenario, { payer: saw(out('X')) }, IDS, false)).toEqual([
      'payer and a stranger exchanged an onion message',
    ])
  })

  test('an invoice that came without a message over every link is told; silence needs none', () => {
    const nothing = { payer: saw(), payee: saw() }
    expect(wireProblems(scenario, nothing, IDS, true)).toEqual([
      'no onion message went from payer to relay1',
      'no onion message went from relay1 to payer',
      'no onion message went from relay1 to payee',
      'no onion message went from payee to relay1',
    ])
    expect(wireProblems(scenario, nothing, IDS, false)).toEqual([])
    expect(wireProblems(scenario, {}, IDS, true)).toEqual([])
  })

  test('the invoice of a refund goes one way', () => {
    const refund = { ...scenario, action: 'refund' } as const
    const sights = { payer: saw(into('B')), payee: saw(out('B')) }
    expect(wireProblems(refund, sights, IDS, true)).toEqual([])
    expect(wireProblems(refund, { ...sights, payee: saw() }, IDS, true)).toEqual([
      'no onion message went from payee to relay1',
    ])
  })

  test('a quiet direction is quiet, and one that nobody answers was used', () => {
    const links: readonly Link[] = [...LINKS, ['payer', 'relay2'], ['relay2', 'payee']]
    const two = { ...scenario, links, quiet: [['relay1', 'payee']], unanswered: [['payer', 'relay1']] } as const
    const payer = saw(out('B'), out('C'), into('C'))
    const payee = saw(into('C'), out('C'))
    expect(wireProblems(two, { payer, payee }, IDS, true)).toEqual([])
    expect(wireProblems(two, { payer: saw(out('C'), into('C')), payee }, IDS, true)).toEqual([
      'no onion message went from payer to relay1',
    ])
    expect(wireProblems(two, { payer, payee: saw(into('B'), into('C'), out('C')) }, IDS, true)).toEqual([
      'an onion message went from relay1 to payee',
    ])
  })

  test('what must be large is, both ways, and no packet has a size of its own', () => {
    const direct = {
      action: 'fetch',
      links: [['payer', 'payee']],
      shape: { paths: [], descriptionBytes: 1400 },
    } as const
    expect(wireProblems(direct, { payer: saw(out('D', 32_834), into('D', 32_834)) }, IDS, true)).toEqual([])
    expect(wireProblems(direct, { payer: saw(out('D', 32_834), into('D')) }, IDS, true)).toEqual([
      'no packet of 32834 bytes went from payee to payer',
    ])
    expect(wireProblems(direct, { payer: saw(out('D', 2000)) }, IDS, false)).toEqual(['a packet of 2000 bytes (O4)'])
  })
})
