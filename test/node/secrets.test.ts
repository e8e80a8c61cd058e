import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { isScalar } from '../../src/crypto/group.js'
import { identityOf } from '../../src/node/identity.js'
import { deriveKey, deriveSecret } from '../../src/node/secrets.js'

const SECRET = new Uint8Array(32).fill(7)

test('a purpose always gives the same secret, HMAC-SHA256 under the node’s secret', () => {
  const expected = createHmac('sha256', SECRET).update('lno: path_id of offers').digest('hex')
  expect(toHex(deriveSecret(SECRET, 'path_id of offers'))).toBe(expected)
})

test('another purpose or another node gives another secret', () => {
  const other = new Uint8Array(32).fill(8)
  const secrets = [deriveSecret(SECRET, 'a'), deriveSecret(SECRET, 'b'), deriveSecret(other, 'a')].map(toHex)
  expect(new Set([...secrets, toHex(SECRET)]).size).toBe(4)
})

test('a derived key is a key, and the node id never changes for a secret', () => {
  expect(isScalar(deriveKey(SECRET, 'x'))).toBe(true)
  expect(toHex(identityOf(SECRET).keys.publicKey)).toBe(
    '03be9dd6d3536775f02a60711dfc2ae84c568d11a68700642ccbf0a3418e5383bc',
  )
})
