import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLnoError } from '../../src/base/error.js'
import { fromHex, toHex } from '../../src/base/hex.js'

test('bytes become lower-case hex, and either case becomes the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
      expect(fromHex(toHex(bytes))).toEqual(bytes)
      expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes)
    }),
  )
})

test.each([
  ['0', 1],
  ['0g', 1],
  ['g0', 0],
  ['00 0', 2],
  ['0x00', 1],
  ['00\u0660\u0660', 2], // Arabic digits
  ['00\uff11\uff11', 2], // full-width digits
  ['/0', 0],
  [':0', 0],
  ['@0', 0],
  ['G0', 0],
  ['`0', 0],
])('%j is no hex: the first wrong character is at %i', (text, offset) => {
  let error: unknown
  try {
    fromHex(text)
  } catch (caught) {
    error = caught
  }
  expect(isLnoError(error, 'BAD_HEX')).toBe(true)
  expect(error).toMatchObject({ offset })
})
