import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/base/hex.js'
import { refusedFeature } from '../../src/blinding/allowed-features.js'

describe('allowed_features', () => {
  test.each([
    ['no field at all', undefined],
    ['an empty field', ''],
    ['a field of zeros', '000000'],
  ])('%s allows nothing and refuses nothing', { tags: ['O11'] }, (_, hex) => {
    expect(refusedFeature({ allowed: hex === undefined ? undefined : fromHex(hex) })).toBeUndefined()
  })

  test.each([
    ['01', 0],
    ['02', 1],
    ['8000', 15],
    ['0280', 7],
    ['020000000000000000000000000000', 113],
  ])('%s holds a bit that we do not know, %i, even or odd', { tags: ['O11'] }, (hex, bit) => {
    expect(refusedFeature({ allowed: fromHex(hex) })).toBe(bit)
    expect(refusedFeature({ allowed: fromHex(hex), known: new Set([bit]) })).toBe(hex === '0280' ? 9 : undefined)
  })

  test('what is used must be allowed, known as it may be', { tags: ['O11'] }, () => {
    const known = new Set([9, 113])
    const allowed = fromHex('0200')
    expect(refusedFeature({ allowed, known, used: [9] })).toBeUndefined()
    expect(refusedFeature({ allowed, known, used: [9, 113] })).toBe(113)
    expect(refusedFeature({ allowed: undefined, known, used: [9] })).toBe(9)
    expect(refusedFeature({ allowed: fromHex(''), known, used: [0] })).toBe(0)
  })

  test('a field of 64 kilobytes is one pass over its bytes', () => {
    const allowed = new Uint8Array(65_519)
    expect(refusedFeature({ allowed })).toBeUndefined()
    allowed[0] = 0x80
    expect(refusedFeature({ allowed })).toBe(65_519 * 8 - 1)
  })
})
