import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PolicyFacts, sendBoth } from '../../../src/node/messenger/policy.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'

const ALL = GENERATIONS.map(({ name }) => name)

/** Forms by which a destination can be reached at all. */
const FITTING: Readonly<Record<PolicyFacts['target'], readonly string[]>> = {
  offer: ['modern'],
  '2021 offer': ['obs2', 'obs', 'modern-uncounted'],
  other: ALL,
}

const target = fc.constantFrom<PolicyFacts['target']>('offer', '2021 offer', 'other')
const names = fc.constantFrom(...ALL, 'made-up')
const facts: fc.Arbitrary<PolicyFacts> = fc.record({
  target,
  speaks: fc.uniqueArray(names),
  worked: fc.option(names, { nil: undefined }),
  asked: fc.option(fc.array(names), { nil: undefined }),
})

describe('what is sent of itself', () => {
  const sent = (kind: PolicyFacts['target'], speaks = ALL) => sendBoth({ target: kind, speaks })

  test('an offer of today: today’s form alone', () => {
    expect(sent('offer')).toEqual(['modern'])
  })

  test('an offer of 2021: type 387, right behind it 385', () => {
    expect(sent('2021 offer')).toEqual(['obs2', 'obs'])
    expect(sent('2021 offer', ['modern', 'obs'])).toEqual(['obs'])
    expect(sent('2021 offer', ['modern', 'modern-uncounted'])).toEqual(['modern-uncounted'])
  })

  test('anything else to a node of which nothing is known: today’s form, then 387', () => {
    expect(sent('other')).toEqual(['modern', 'obs2'])
  })

  test('by a node that speaks old forms alone: those', () => {
    expect(sent('offer', ['obs2', 'obs'])).toEqual(['obs2', 'obs'])
    expect(sent('other', ['obs'])).toEqual(['obs'])
  })
})

describe('whatever is known', () => {
  test('only forms that are spoken are sent, each once', () => {
    fc.assert(
      fc.property(facts, (known) => {
        const sent = sendBoth(known)
        expect(new Set(sent).size).toBe(sent.length)
        for (const name of sent) expect(known.speaks).toContain(name)
      }),
    )
  })

  test('something is sent where a form is spoken, and one that can arrive where such a one is', () => {
    fc.assert(
      fc.property(target, fc.uniqueArray(names, { minLength: 1 }), (target, speaks) => {
        const sent = sendBoth({ target, speaks })
        expect(sent.length).toBeGreaterThan(0)
        expect(sent.length).toBeLessThanOrEqual(2)
        if (!FITTING[target].some((name) => speaks.includes(name))) return
        expect(sent.some((name) => FITTING[target].includes(name))).toBe(true)
      }),
    )
  })

  test('the user’s choice wins, in its order', () => {
    fc.assert(
      fc.property(facts, fc.uniqueArray(names), (known, asked) => {
        const spoken = asked.filter((name) => known.speaks.includes(name))
        expect(sendBoth({ ...known, asked })).toEqual(spoken)
      }),
    )
  })

  test('what worked is enough, as long as it is spoken', () => {
    fc.assert(
      fc.property(facts, names, ({ target, speaks }, worked) => {
        const sent = sendBoth({ target, speaks, worked })
        expect(sent).toEqual(speaks.includes(worked) ? [worked] : sendBoth({ target, speaks }))
      }),
    )
  })
})
