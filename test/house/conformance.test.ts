import { describe, expect, test } from 'vitest'
import rules from '../../conformance/rules.json' with { type: 'json' }
import { conformancePage, judge, type Rule, SECTIONS } from '../../scripts/lib/conformance.js'

describe('conformance/rules.json', () => {
  test('names each rule once', () => {
    const ids = rules.map(({ id }) => id)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  test.each(rules.map((rule) => [rule.id, rule] as const))('%s is complete', (_, rule) => {
    expect(['must', 'should', 'may', 'advice']).toContain(rule.level)
    expect(['tested', 'advice', 'later']).toContain(rule.status)
    expect(Object.keys(SECTIONS)).toContain(rule.section)
    expect(rule.rule).not.toBe('')
    if (rule.status !== 'tested') expect(rule.reason?.trim()).toBeTruthy()
  })

  test('puts no must of offers, onion messages, blinding or transport aside for later', () => {
    const now = /^(A\.|B\.[123]$|C\.[12]$)/
    const aside = rules.filter(
      ({ section, level, status }) => now.test(section) && level === 'must' && status === 'later',
    )
    // R3 stands with the packets and is about payments alone: a message may be replayed.
    expect(aside.map(({ id }) => id)).toEqual(['R3'])
  })
})

describe('the verdict on a rule', () => {
  const rule: Rule = { id: 'X1', section: 'A.0', level: 'must', rule: 'x | y', status: 'tested' }
  const passed = { status: 'passed', tags: ['X1', 'X2'] }
  const failed = { status: 'failed', tags: ['X1'] }

  test.each<[string, Rule, (typeof passed)[], string | undefined]>([
    ['holds with a passing test', rule, [passed], undefined],
    ['fails without a test', rule, [{ status: 'passed', tags: ['X2'] }], 'tested, but no passing test carries it'],
    [
      'fails with a skipped test',
      rule,
      [{ status: 'skipped', tags: ['X1'] }],
      'tested, but no passing test carries it',
    ],
    ['fails with one failing test among passing ones', rule, [passed, failed], '1 of its tests failed'],
    ['holds when put aside with a reason', { ...rule, status: 'later', reason: 'no payments' }, [], undefined],
    ['fails when put aside without', { ...rule, status: 'later' }, [], 'later, without a reason'],
    ['fails for advice without a reason', { ...rule, status: 'advice', reason: '' }, [], 'advice, without a reason'],
    ['fails when put aside and failing', { ...rule, status: 'later', reason: 'r' }, [failed], '1 of its tests failed'],
  ])('%s', (_, subject, tests, problem) => {
    expect(judge([subject], tests)[0]!.problem).toBe(problem)
  })

  test('stands in the page with its number of passing tests', () => {
    expect(conformancePage(judge([rule], [passed, passed]))).toContain('| X1 | must | x \\| y | tested | 2 |  |')
    expect(conformancePage(judge([rule], []))).toContain('**tested: tested, but no passing test carries it**')
  })
})
