import './use-toy.js'
import { expect, test } from 'vitest'
import { active, useBackend } from '../../src/crypto/backend.js'
import { publicKey } from '../../src/crypto/group.js'
import { nobleBackend } from '../../src/crypto/noble.js'
import { codeOf } from './code-of.js'
import { node, secretOf } from './keys.js'

test('a file that imports it first runs on the toy group to its end', () => {
  expect(active().name).toBe('toy')
  expect(publicKey(secretOf(0x41))).toEqual(Uint8Array.of(2, ...secretOf(0x41)))
  expect(node(0x81).id[0]).toBe(3)
  expect(codeOf(() => useBackend(nobleBackend))).toBe('BACKEND_IN_USE')
})
