import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { payThough, ROLES } from './payments.js'
import type { Place } from './world.js'

const PLACES: readonly Place[] = ['before_commit', 'commit_fails', 'after_commit', 'before_send', 'after_send']

describe('a node that ends and starts again in the middle of a payment', () => {
  for (const role of ROLES) {
    test.each(PLACES)(`leaves it paid once on all sides: the ${role}, %s the n-th`, async (place) => {
      let n = 0
      do n++
      while (await payThough(role, place, n))
      // Whoever takes part stores and sends more than once.
      expect(n).toBeGreaterThan(2)
    })
  }
})
