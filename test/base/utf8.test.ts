import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeUtf8, encodeUtf8 } from '../../src/base/utf8.js'
import { codeOf } from '../support/code-of.js'

function offsetOf(run: () => unknown): number | undefined {
  try {
    run()
  } catch (error) {
    return (error as { readonly offset?: number }).offset
  }
  return undefined
}

describe('text', () => {
  test('is read and written byte for byte, a leading BOM and no text included', { tags: ['T3'] }, () => {
    expect(decodeUtf8(fromHex('efbbbf61'))).toBe('\ufeffa')
    expect(toHex(encodeUtf8('\ufeffa'))).toBe('efbbbf61')
    expect(decodeUtf8(new Uint8Array(0))).toBe('')
    const character = fc
      .oneof(fc.nat(0x7f), fc.nat(0x10ffff), fc.integer({ min: 0xd7f0, max: 0xe010 }))
      .filter((code) => code < 0xd800 || code > 0xdfff)
    fc.assert(
      fc.property(fc.array(character, { maxLength: 8 }), (codes) => {
        const text = String.fromCodePoint(...codes)
        expect(decodeUtf8(encodeUtf8(text))).toBe(text)
      }),
    )
  })

  test.each([
    ['80', 'a continuation in front', 0],
    ['c080', 'an overlong NUL', 0],
    ['c1bf', 'an overlong letter', 0],
    ['61e08080', 'an overlong form of three bytes', 2],
    ['f0808080', 'an overlong form of four bytes', 1],
    ['eda080', 'a surrogate', 1],
    ['f4908080', 'a code point above 10FFFF', 1],
    ['f5808080', 'a lead that never is', 0],
    ['61e282', 'an end in the middle', 3],
    ['61e28261', 'a letter in the middle', 3],
    ['c3', 'a lead alone', 1],
  ])('%s is refused: %s', { tags: ['T3'] }, (hex, _, offset) => {
    expect(codeOf(() => decodeUtf8(fromHex(hex)))).toBe('BAD_UTF8')
    expect(offsetOf(() => decodeUtf8(fromHex(hex)))).toBe(offset)
  })

  test('of noise is refused with an offset up to which it is text', { tags: ['T3'] }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), (bytes) => {
        const offset = offsetOf(() => decodeUtf8(bytes))
        expect(codeOf(() => decodeUtf8(bytes))).toBe(offset === undefined ? 'accepted' : 'BAD_UTF8')
        // What stands before it is text, but for a character whose end is missing.
        if (offset !== undefined && offset < bytes.length) {
          expect(offsetOf(() => decodeUtf8(bytes.subarray(0, offset))) ?? offset).toBe(offset)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('with half a surrogate pair cannot be written', { tags: ['T3'] }, () => {
    expect(offsetOf(() => encodeUtf8('a\ud800'))).toBe(1)
    expect(offsetOf(() => encodeUtf8('a\ud800b'))).toBe(1)
    expect(offsetOf(() => encodeUtf8('\udc00a'))).toBe(0)
    expect(offsetOf(() => encodeUtf8('\ud83d\ude00\ud83d'))).toBe(2)
    expect(toHex(encodeUtf8('\ud83d\ude00'))).toBe('f09f9880')
  })
})
