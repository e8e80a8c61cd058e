import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PaymentRelay } from '../../src/blinding/encrypted-data.js'
import {
  aggregateCost,
  amountToForward,
  amountWithFee,
  constraintsAlong,
  expiryToForward,
} from '../../src/blinding/payment-relay.js'
import { codeOf } from '../support/code-of.js'

const relay = (
  cltv_expiry_delta: number,
  fee_proportional_millionths: number,
  fee_base_msat: number,
): PaymentRelay => ({
  cltv_expiry_delta,
  fee_proportional_millionths,
  fee_base_msat,
})

/** Bob, Carol and Dave of BOLT 4's payment over a blinded path to Eve. */
const RELAYS = [relay(50, 0, 10000), relay(75, 150, 100), relay(25, 100, 0)]
const U32 = 0xffffffff

describe('the cost of a blinded path', () => {
  test("is what BOLT 4's vector says", { tags: ['P4'] }, () => {
    const cost = { fee_base_msat: 10100, fee_proportional_millionths: 251, cltv_expiry_delta: 150 }
    expect(aggregateCost(RELAYS, 0)).toEqual(cost)
    expect(aggregateCost(RELAYS, 18)).toEqual({ ...cost, cltv_expiry_delta: 168 })
    expect(aggregateCost([], 18)).toEqual({ fee_base_msat: 0, fee_proportional_millionths: 0, cltv_expiry_delta: 18 })
  })

  test('is the fee of the hop where there is one alone', { tags: ['P4'] }, () => {
    expect(aggregateCost([relay(7, U32, U32)], 0)).toEqual({
      fee_base_msat: U32,
      fee_proportional_millionths: U32,
      cltv_expiry_delta: 7,
    })
  })

  test('rounds each step up: a part of a millisatoshi at each of two hops', { tags: ['P4'] }, () => {
    expect(aggregateCost([relay(0, 1, 0), relay(0, 0, 1)], 0).fee_base_msat).toBe(2)
    expect(aggregateCost([relay(0, 1, 0), relay(0, 1, 0), relay(0, 0, 1)], 0).fee_base_msat).toBe(3)
    expect(aggregateCost([relay(0, 1, 0), relay(0, 1, 0)], 0).fee_proportional_millionths).toBe(3)
  })

  test('is refused where it outgrows its field, not cut to 32 bits', { tags: ['P4'] }, () => {
    expect(codeOf(() => aggregateCost([relay(0, 0, 1), relay(0, 0, U32)], 0))).toBe('PAYINFO_OVERFLOW')
    expect(codeOf(() => aggregateCost([relay(0, 1, 0), relay(0, U32, 0)], 0))).toBe('PAYINFO_OVERFLOW')
    expect(codeOf(() => aggregateCost([relay(0xffff, 0, 0), relay(1, 0, 0)], 0))).toBe('PAYINFO_OVERFLOW')
    expect(codeOf(() => aggregateCost([relay(0xffff, 0, 0)], 1))).toBe('PAYINFO_OVERFLOW')
    expect(aggregateCost([relay(0xffff, 0, 0)], 0).cltv_expiry_delta).toBe(0xffff)
    expect(codeOf(() => aggregateCost([relay(0, 0.5, 0)], 0))).toBe('PAYMENT_AMOUNT')
    expect(codeOf(() => aggregateCost([relay(0, 0, -1)], 0))).toBe('PAYMENT_AMOUNT')
    expect(codeOf(() => aggregateCost([], -1))).toBe('PAYMENT_AMOUNT')
  })
})

describe('what a payer sends', () => {
  test('is the amount with a fee that is rounded down', () => {
    expect(amountWithFee(100_000n, aggregateCost(RELAYS, 0))).toBe(110_125n)
    expect(amountWithFee(0n, { fee_base_msat: 5, fee_proportional_millionths: U32 })).toBe(5n)
  })

  test('is exact beyond the integers of a double, and bounded by 64 bits', () => {
    const most = (1n << 64n) - 1n
    expect(amountWithFee(most - 1n, { fee_base_msat: 1, fee_proportional_millionths: 0 })).toBe(most)
    const code = (amount: bigint) =>
      codeOf(() => amountWithFee(amount, { fee_base_msat: 1, fee_proportional_millionths: 0 }))
    expect([code(most), code(-1n), code(most + 1n)]).toEqual(['PAYMENT_AMOUNT', 'PAYMENT_AMOUNT', 'PAYMENT_AMOUNT'])
  })
})

describe('what a relay passes on', () => {
  test("is what BOLT 4's vector says, hop by hop", { tags: ['P12'] }, () => {
    const amounts = [110_125n]
    const expiries = [749_150]
    for (const hop of RELAYS) {
      amounts.push(amountToForward(amounts[amounts.length - 1]!, hop))
      expiries.push(expiryToForward(expiries[expiries.length - 1]!, hop))
    }
    expect(amounts).toEqual([110_125n, 100_125n, 100_010n, 100_000n])
    expect(expiries).toEqual([749_150, 749_100, 749_025, 749_000])
  })

  test('is rounded up, also for fees above two hundred percent', { tags: ['P12'] }, () => {
    const triple = { fee_base_msat: 0, fee_proportional_millionths: 2_000_001 }
    // The quotients are 333333.2, a little below 1, and 1.3.
    expect(amountToForward(1_000_000n, triple)).toBe(333_334n)
    expect(amountToForward(3n, triple)).toBe(1n)
    expect(amountToForward(4n, triple)).toBe(2n)
  })

  test('undoes the fee exactly, whatever the amount and the fee', { tags: ['P12'] }, () => {
    const u32 = fc.integer({ min: 0, max: U32 })
    fc.assert(
      fc.property(fc.bigInt(1n, (1n << 51n) - 1n), u32, u32, (amount, fee_base_msat, fee_proportional_millionths) => {
        const hop = { fee_base_msat, fee_proportional_millionths }
        expect(amountToForward(amountWithFee(amount, hop), hop)).toBe(amount)
      }),
      { numRuns: 300 },
    )
  })

  test('must be something', { tags: ['P12'] }, () => {
    const hop = { fee_base_msat: 1000, fee_proportional_millionths: 1 }
    expect(codeOf(() => amountToForward(999n, hop))).toBe('PAYMENT_BELOW_FEE')
    expect(codeOf(() => amountToForward(1000n, hop))).toBe('PAYMENT_BELOW_FEE')
    expect(amountToForward(1001n, hop)).toBe(1n)
    expect(codeOf(() => expiryToForward(10, relay(11, 0, 0)))).toBe('PAYMENT_AMOUNT')
    expect(expiryToForward(11, relay(11, 0, 0))).toBe(0)
  })
})

test('a payer who follows the cost of a path pays every hop of it and the recipient in full', {
  tags: ['P4', 'P12'],
}, () => {
  const hop = fc.record({
    cltv_expiry_delta: fc.nat(2000),
    fee_proportional_millionths: fc.nat(50_000),
    fee_base_msat: fc.nat(100_000),
  })
  fc.assert(
    fc.property(fc.array(hop, { maxLength: 6 }), fc.bigInt(1n, 10n ** 12n), fc.nat(5000), (relays, amount, height) => {
      const cost = aggregateCost(relays, 18)
      let arriving = amountWithFee(amount, cost)
      let expiry = height + cost.cltv_expiry_delta
      for (const each of relays) {
        arriving = amountToForward(arriving, each)
        expiry = expiryToForward(expiry, each)
      }
      expect(arriving).toBeGreaterThanOrEqual(amount)
      expect(expiry).toBe(height + 18)
    }),
    { numRuns: 200 },
  )
})

describe('the limits of each hop', () => {
  test("are what BOLT 4's vector says: expiries grow backwards, the largest minimum stands everywhere", () => {
    const relays = [relay(36, 150, 10000), relay(48, 100, 500), relay(144, 250, 0)]
    const limits = constraintsAlong({ relays, finalMaxExpiry: 747_777, minimums: [1n, 1500n, 1000n] })
    expect(limits.map(({ max_cltv_expiry }) => max_cltv_expiry)).toEqual([748_005, 747_969, 747_921, 747_777])
    expect(new Set(limits.map(({ htlc_minimum_msat }) => htlc_minimum_msat))).toEqual(new Set([1500n]))
  })

  test('are refused where a height outgrows 32 bits', () => {
    const along = (finalMaxExpiry: number) =>
      codeOf(() => constraintsAlong({ relays: [relay(1, 0, 0)], finalMaxExpiry, minimums: [] }))
    expect([along(U32 - 1), along(U32), along(-1)]).toEqual(['accepted', 'PAYINFO_OVERFLOW', 'PAYMENT_AMOUNT'])
  })
})
