import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeForDisplay } from '../../src/base/display.js'

describe('text of strangers, as it is shown', () => {
  test('keeps what people write', () => {
    for (const text of ['tea for two', 'Grüße, 日本語 🍵', 'a-b_c "d" <e>']) expect(escapeForDisplay(text)).toBe(text)
  })

  test.each([
    ['\u001b[31m', '\\u{1b}[31m'],
    ['\u009b31m', '\\u{9b}31m'], // the same in one character, which JSON leaves as it is
    ['a\nb\r\t', 'a\\u{a}b\\u{d}\\u{9}'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['\ue000', '\\u{e000}'],
    ['\u{e0041}', '\\u{e0041}'], // a tag: invisible
    ['\ud800', '\\u{d800}'],
    ['\u0378', '\\u{378}'], // unassigned
  ])('hides nothing: %j', (text, shown) => {
    expect(escapeForDisplay(text)).toBe(shown)
  })

  test('of two texts is never the same: what looks like an escape was written as one', () => {
    expect(escapeForDisplay('\\u{1b}')).toBe('\\\\u{1b}')
    const pieces = fc.array(fc.constantFrom('\\', 'u', '{', '1', 'b', '}', '\u001b', '\u202e'), { maxLength: 7 })
    fc.assert(
      fc.property(pieces, pieces, (a, b) => {
        const same = escapeForDisplay(a.join('')) === escapeForDisplay(b.join(''))
        expect(same).toBe(a.join('') === b.join(''))
      }),
      { numRuns: 500 },
    )
  })
})
