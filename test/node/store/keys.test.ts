import { expect, test } from 'vitest'
import { keysUnder, storeKey } from '../../../src/node/store/keys.js'

test('a key names its kind, bytes as hex, numbers so that they sort', () => {
  expect(storeKey('invoice', Uint8Array.of(0xab, 1))).toBe('invoice/ab01')
  expect(storeKey('promise', 255, 'x')).toBe('promise/00000000000000ff/x')
  expect(storeKey('promise', 9n) < storeKey('promise', 10n)).toBe(true)
})

test('the keys under a prefix are its children, not its neighbours', () => {
  const { from, to } = keysUnder('offer')
  const inside = (key: string): boolean => key >= from && key < to
  expect(inside(storeKey('offer', 'a'))).toBe(true)
  expect(inside(storeKey('offer', '~'))).toBe(true)
  expect(inside(storeKey('offer'))).toBe(false)
  expect(inside(storeKey('offers', 'a'))).toBe(false)
  expect(inside(storeKey('offer-old', 'a'))).toBe(false)
})

test.each(['', 'a/b', 'a b', -1, 1n << 64n, 0.5])('%s cannot be a part', (part) => {
  expect(() => storeKey('offer', part)).toThrow(expect.objectContaining({ code: 'STORE_BAD_KEY' }))
})
