import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amountToForward, amountWithFee } from '../../../src/blinding/payment-relay.js'
import { HEIGHT_TOLERANCE } from '../../../src/payments/block-clock.js'
import { feeOf, MAX_EXPIRY_BLOCKS, refusedForward } from '../../../src/payments/onions/forward-terms.js'

const terms = { feeBaseMsat: 100, feeProportionalMillionths: 10_000, cltvExpiryDelta: 40 }
const HEIGHT = 1000

describe('what a relay asks for', () => {
  const good = {
    position: 'clear',
    incomingMsat: 10_200n,
    amountMsat: 10_000n,
    incomingExpiry: 1140,
    cltvExpiry: 1100,
  } as const

  test('is paid in full', () => {
    expect(refusedForward(good, terms, HEIGHT)).toBeUndefined()
  })

  test.each([
    ['a fee of a msat too little', { incomingMsat: 10_199n }, 'fee_insufficient', { htlc_msat: 10_199n }],
    ['a block too little', { incomingExpiry: 1139 }, 'incorrect_cltv_expiry', { cltv_expiry: 1139 }],
    [
      'what the next hop could not claim in time',
      { incomingExpiry: 1140, cltvExpiry: HEIGHT + HEIGHT_TOLERANCE },
      'expiry_too_soon',
      {},
    ],
    [
      'what would be held up for weeks',
      { incomingExpiry: 9999, cltvExpiry: HEIGHT + MAX_EXPIRY_BLOCKS + 1 },
      'expiry_too_far',
      {},
    ],
    ['an amount with which no fee can be counted', { amountMsat: 2n ** 64n - 1n }, 'fee_insufficient', {}],
  ])('is not, with %s', (_, change, failure, data) => {
    expect(refusedForward({ ...good, ...change }, terms, HEIGHT)).toMatchObject({ failure, data })
  })

  test('within a path is counted from what came in', () => {
    const blinded = { ...good, position: 'inside' } as const
    expect(amountToForward(10_200n, feeOf(terms))).toBe(10_000n)
    expect(refusedForward(blinded, terms, HEIGHT)).toBeUndefined()
    expect(refusedForward({ ...blinded, amountMsat: 10_001n }, terms, HEIGHT)).toMatchObject({
      failure: 'fee_insufficient',
    })
  })
})

const fee = fc.record({
  feeBaseMsat: fc.oneof(fc.constant(0), fc.nat(5_000), fc.nat(0xffffffff)),
  feeProportionalMillionths: fc.oneof(fc.constant(0), fc.nat(5_000), fc.nat(3_000_000)),
  cltvExpiryDelta: fc.nat(200),
})
const msat = fc.oneof(fc.bigInt(1n, 10_000n), fc.bigInt(1n, 10n ** 15n))

test('a path with our very terms always passes, and a relay never passes on more than came in', () => {
  fc.assert(
    fc.property(msat, fee, (incomingMsat, own) => {
      fc.pre(incomingMsat > BigInt(own.feeBaseMsat))
      const amountMsat = amountToForward(incomingMsat, feeOf(own))
      const forward = { position: 'introduction', incomingMsat, amountMsat, incomingExpiry: 1500, cltvExpiry: 1300 }
      expect(refusedForward({ ...forward, position: 'introduction' }, own, HEIGHT)).toBeUndefined()
      expect(amountMsat <= incomingMsat).toBe(true)
      expect(incomingMsat - amountMsat >= BigInt(own.feeBaseMsat)).toBe(true)
    }),
  )
})

test('what a payer adds in the clear is exactly enough', () => {
  fc.assert(
    fc.property(msat, fee, (amountMsat, own) => {
      const incomingMsat = amountWithFee(amountMsat, feeOf(own))
      const forward = { position: 'clear', amountMsat, incomingExpiry: 1500, cltvExpiry: 1300 } as const
      expect(refusedForward({ ...forward, incomingMsat }, own, HEIGHT)).toBeUndefined()
      expect(refusedForward({ ...forward, incomingMsat: incomingMsat - 1n }, own, HEIGHT)?.failure).toBe(
        'fee_insufficient',
      )
    }),
  )
})
