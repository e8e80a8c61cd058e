import '../../support/use-toy.js'
import fc from 'fast-check'
import { test } from 'vitest'
import { twoSidesAgree } from './model.js'

test('whatever breaks, both sides end with the same books', () => {
  fc.assert(twoSidesAgree, { numRuns: 60 })
})
