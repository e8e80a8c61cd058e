import { expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { bigsize, decode, encode } from '../../src/wire/codec.js'
import { codeOf } from '../support/code-of.js'

/** The last value of each length, and the first of the next. */
const EDGES = [
  [0n, '00'],
  [0xfcn, 'fc'],
  [0xfdn, 'fd00fd'],
  [0xffffn, 'fdffff'],
  [0x10000n, 'fe00010000'],
  [0xffffffffn, 'feffffffff'],
  [0x100000000n, 'ff0000000100000000'],
  [0xffffffffffffffffn, 'ffffffffffffffffff'],
] as const

for (const [value, hex] of EDGES) {
  test(`${value} is ${hex} in both directions`, { tags: ['M5'] }, () => {
    expect(toHex(encode(bigsize, value))).toBe(hex)
    expect(decode(bigsize, fromHex(hex))).toBe(value)
  })
}

test('the largest value that would fit a shorter form is refused in the longer one', { tags: ['M5'] }, () => {
  for (const hex of ['fd00fc', 'fd0000', 'fe0000ffff', 'ff00000000ffffffff']) {
    expect(
      codeOf(() => decode(bigsize, fromHex(hex))),
      hex,
    ).toBe('BIGSIZE_NOT_MINIMAL')
  }
})

test('every length that is cut off is refused', { tags: ['M5'] }, () => {
  for (const [, hex] of EDGES) {
    for (let length = 0; length < hex.length / 2; length++) {
      expect(codeOf(() => decode(bigsize, fromHex(hex).subarray(0, length)))).toBe('WIRE_TRUNCATED')
    }
  }
})
