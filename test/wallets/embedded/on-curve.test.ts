import { expect, test } from 'vitest'
import { payThough } from './payments.js'

// The same as on the toy group, with few cases.
test.each([
  ['payer', 'after_commit', 1],
  ['relay', 'before_send', 2],
  ['merchant', 'before_commit', 2],
] as const)('a payment on secp256k1 is paid once: the %s, %s number %i', async (role, place, n) => {
  expect(await payThough(role, place, n)).toBe(true)
})
