import fc from 'fast-check'
import { expect, test } from 'vitest'
import { equalBytes } from '../../src/base/bytes.js'
import { equalSecrets } from '../../src/crypto/equal.js'

test('secrets are equal when all their bytes are, whatever their lengths', () => {
  const bytes = fc.uint8Array({ maxLength: 6, max: 2 })
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(equalSecrets(a, b)).toBe(equalBytes(a, b))
      expect(equalSecrets(a, a.slice())).toBe(true)
      expect(equalSecrets(a, Uint8Array.of(...a, 0))).toBe(false)
      expect(equalSecrets(Uint8Array.of(...a, 0), a)).toBe(false)
    }),
  )
})

test('a secret is not equal to itself twice, though its bytes come round again', () => {
  const once = Uint8Array.of(1, 2)
  expect(equalSecrets(Uint8Array.of(1, 2, 1, 2), once)).toBe(false)
  expect(equalSecrets(once, Uint8Array.of(1, 2, 1, 2))).toBe(false)
})

test('every byte counts: reading goes on behind the first difference', () => {
  const read: number[] = []
  const watched = new Proxy(new Uint8Array(8), {
    get(target, key) {
      if (typeof key === 'string' && /^[0-9]+$/.test(key)) read.push(Number(key))
      return Reflect.get(target, key, target)
    },
  })
  expect(equalSecrets(new Uint8Array(8).fill(1), watched)).toBe(false)
  expect(read).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})
