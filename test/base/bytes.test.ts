import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareBytes, concatBytes, equalBytes, isZero } from '../../src/base/bytes.js'

const bytes = fc.uint8Array({ maxLength: 5, max: 3 })

test('bytes are ordered as their hex is, a beginning before the whole', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
      expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
    }),
  )
})

test('parts are copied one behind the other', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), (parts) => {
      const whole = concatBytes(...parts)
      expect([...whole]).toEqual(parts.flatMap((part) => [...part]))
      whole.fill(9)
      expect(parts.flatMap((part) => [...part])).not.toContain(9)
    }),
  )
})

test('zero is no byte but zero', () => {
  expect(isZero(new Uint8Array(0))).toBe(true)
  expect(isZero(new Uint8Array(3))).toBe(true)
  expect(isZero(Uint8Array.of(0, 0, 1))).toBe(false)
  expect(isZero(Uint8Array.of(128, 0, 0))).toBe(false)
})
