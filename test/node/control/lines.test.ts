import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii } from '../../../src/base/bytes.js'
import { lineSplitter } from '../../../src/node/control/lines.js'

test('lines come out whole and in order, however the bytes were cut', () => {
  const line = fc.stringMatching(/^[a-z]{0,6}$/)
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (lines, sizes) => {
      const seen: string[] = []
      const splitter = lineSplitter(6, (bytes) => seen.push(String.fromCharCode(...bytes)))
      const all = ascii(lines.map((text) => `${text}\n`).join(''))
      for (let at = 0, i = 0; at < all.length; i++) {
        const end = at + sizes[i % sizes.length]!
        const piece = all.slice(at, end)
        expect(splitter.push(piece)).toBe(true)
        piece.fill(0) // what was pushed may be used again
        at = end
      }
      expect(seen).toEqual(lines.filter((text) => text !== ''))
    }),
  )
})

test('a line over the bound breaks the splitter for good, as soon as it is too long', () => {
  const seen: string[] = []
  const splitter = lineSplitter(3, (bytes) => seen.push(String.fromCharCode(...bytes)))
  expect(splitter.push(ascii('abc\nde'))).toBe(true)
  expect(splitter.push(ascii('fg'))).toBe(false)
  expect(splitter.push(ascii('\nok\n'))).toBe(false)
  expect(seen).toEqual(['abc'])
})
