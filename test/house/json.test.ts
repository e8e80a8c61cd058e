import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../support/json.js'

describe('the JSON reader of the vectors', () => {
  test('keeps integers that JSON.parse would round, as bigint', () => {
    expect(parseJson('[9007199254740991, 9007199254740992, 18446744073709551615, -9007199254740993]')).toEqual([
      9007199254740991,
      9007199254740992n,
      18446744073709551615n,
      -9007199254740993n,
    ])
  })

  test('reads a number with a fraction or an exponent as a number', () => {
    expect(parseJson('[0, -1, 1.5, 2e3, 1E-2]')).toEqual([0, -1, 1.5, 2000, 0.01])
  })

  test('reads every document of small numbers as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3, stringUnit: 'grapheme' }), (text) => {
        // Where JSON.parse would have to round, the two must differ: that is the case above.
        fc.pre(!/\d{16}/.test(text))
        expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)))
      }),
      { numRuns: 100 },
    )
  })

  test('takes a member called __proto__ as a member', () => {
    expect(Object.keys(parseJson('{"__proto__": 1}') as object)).toEqual(['__proto__'])
  })

  test.each([
    ['nothing', ''],
    ['a second document', '1 2'],
    ['a comma before the end of an array', '[1,]'],
    ['a comma before the end of an object', '{"a":1 , }'],
    ['a missing comma', '[1 2]'],
    ['a missing colon', '{"a" 1}'],
    ['an open array', '[1'],
    ['an open object', '{"a":1'],
    ['an open string', '"a'],
    ['a raw line feed in a string', '"a\nb"'],
    ['an unknown escape', '"\\x"'],
    ['a leading zero', '[01]'],
    ['a plus sign', '+1'],
    ['a word', 'undefined'],
    ['a name without quotes', '{a: 1}'],
    ['a member named twice', '{"a": 1, "a": 2}'],
  ])('refuses %s', (_, text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })
})
