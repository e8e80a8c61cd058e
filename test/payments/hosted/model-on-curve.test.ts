import fc from 'fast-check'
import { test } from 'vitest'
import { twoSidesAgree } from './model.js'

test('whatever breaks, both sides end with the same books: on the curve', () => {
  fc.assert(twoSidesAgree, { numRuns: 3 })
})
