import { describe, expect, test } from 'vitest'
import type { Played } from '../../interop/run/play.js'
import { expectedText, judge } from '../../interop/run/verdict.js'
import type { KnownDifference } from '../../interop/scenarios/known.js'

const scenario = { title: 't', action: 'fetch', expect: { kinds: ['invoice'], amountMsat: 5n } } as const
const invoice: Played = { kind: 'invoice', amountMsat: 5n, observed: 'an invoice over 5 msat', broken: [] }
const silence: Played = { kind: 'silence', code: 'SENT_NO_REPLY', observed: 'silence', broken: [] }
const known: KnownDifference = {
  id: 'k',
  whose: 'theirs',
  kinds: ['silence'],
  reason: 'it drops',
  link: 'https://example.org',
}

describe('judge', () => {
  test('what the scenario wants passes', () => {
    expect(judge(scenario, 'lno', invoice, undefined)).toEqual({ outcome: 'pass', observed: 'an invoice over 5 msat' })
  })

  test('another outcome fails, and says which', () => {
    const verdict = judge(scenario, 'lno', silence, undefined)
    expect(verdict).toMatchObject({ outcome: 'fail', reason: 'silence instead of invoice' })
  })

  test('another amount fails', () => {
    const verdict = judge(scenario, 'ldk', { ...invoice, amountMsat: 6n }, undefined)
    expect(verdict).toMatchObject({ outcome: 'fail', reason: '6 msat instead of 5' })
  })

  test('a check that does not hold fails, also where the outcome is right or known', () => {
    expect(judge(scenario, 'lno', { ...invoice, broken: ['lost'] }, undefined)).toMatchObject({ outcome: 'fail' })
    expect(judge(scenario, 'lno', { ...silence, broken: ['lost'] }, known)).toMatchObject({ outcome: 'fail' })
  })

  test('a difference that is written down is known, with its reason', () => {
    const verdict = judge(scenario, 'lno', silence, known)
    expect(verdict).toEqual({ outcome: 'known', observed: 'silence', reason: 'it drops', link: 'https://example.org' })
  })

  test('one that does not show any more fails, unless it shows only sometimes', () => {
    expect(judge(scenario, 'lno', invoice, known)).toMatchObject({ outcome: 'fail' })
    expect(judge(scenario, 'lno', invoice, { ...known, sometimes: true })).toMatchObject({ outcome: 'pass' })
  })

  test('a known difference is that one and no other that ends the same', () => {
    const judged = (change: Partial<Played>, more: Partial<KnownDifference>) =>
      judge(scenario, 'lno', { ...silence, ...change }, { ...known, ...more }).outcome
    expect(judged({}, { codes: { lno: 'SENT_NO_REPLY' } })).toBe('known')
    expect(judged({ code: 'NO_ROUTE' }, { codes: { lno: 'SENT_NO_REPLY' } })).toBe('fail')
    expect(judged({ code: 'NO_ROUTE' }, { codes: { lno: undefined } })).toBe('fail')
    expect(judged({}, { codes: { ldk: 'X' } })).toBe('known')
    expect(judged({ refusedToRelay: true }, { relayRefused: true })).toBe('known')
    expect(judged({ refusedToRelay: false }, { relayRefused: true })).toBe('fail')
    // Nobody counts.
    expect(judged({}, { relayRefused: true })).toBe('known')
  })

  test('an error has the text of its scenario', () => {
    const wanted = { ...scenario, expect: { kinds: ['silence'], text: 'MissingPaths' } } as const
    expect(judge(wanted, 'lno', { ...silence, observed: 'silence: MissingPaths' }, undefined).outcome).toBe('pass')
    expect(judge(wanted, 'lno', silence, undefined).outcome).toBe('fail')
  })

  test('lno must name the stage; others where the scenario has their word for it', () => {
    const wanted = { ...scenario, expect: { kinds: ['silence'], code: 'RELAY_CHANNELS_ONLY' } } as const
    expect(judge(wanted, 'lno', silence, undefined)).toMatchObject({ outcome: 'fail' })
    expect(judge(wanted, 'ldk', silence, undefined)).toMatchObject({ outcome: 'pass' })
    const ldk = { ...scenario, expect: { kinds: ['silence'], codes: { ldk: 'AlreadyExpired' } } } as const
    expect(judge(ldk, 'ldk', silence, undefined)).toMatchObject({ outcome: 'fail' })
    expect(judge(ldk, 'ldk', { ...silence, code: 'AlreadyExpired' }, undefined)).toMatchObject({ outcome: 'pass' })
  })
})

test('what had to happen is a sentence', () => {
  expect(expectedText(scenario)).toBe('an invoice that holds against offer and request over 5 msat')
  expect(expectedText({ action: 'fetch', expect: { kinds: ['refused', 'silence'] } })).toBe(
    'a refusal before anything is sent or silence',
  )
})
