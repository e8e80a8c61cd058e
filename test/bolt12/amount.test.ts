import { describe, expect, test } from 'vitest'
import { type Convert, differsSignificantly, estimateCost, expectedAmount } from '../../src/bolt12/amount.js'
import { minorUnitDecimals } from '../../src/bolt12/currency.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { codeOf } from '../support/code-of.js'

/** One cent is a satoshi and a third. */
const convert: Convert = (currency, amount) => (currency === 'EUR' ? (amount * 4000n) / 3n : undefined)

describe('what an offer costs', () => {
  test('is its price, times the quantity', { tags: ['OR11'] }, () => {
    expect(estimateCost({ offer_amount: 7n })).toEqual({ msat: 7n, converted: false })
    expect(estimateCost({ offer_amount: 7n, offer_quantity_max: 0n }, 3n)).toEqual({ msat: 21n, converted: false })
    expect(estimateCost({})).toBeUndefined()
  })

  test('is converted as a whole from its currency', { tags: ['OR11'] }, () => {
    const offer = { offer_amount: 1n, offer_currency: 'EUR', offer_quantity_max: 10n }
    expect(estimateCost(offer, 3n, convert)).toEqual({ msat: 4000n, converted: true })
    expect(estimateCost(offer, 1n, convert)).toEqual({ msat: 1333n, converted: true })
  })

  test('is never guessed: without a rate for exactly this code there is no estimate', { tags: ['OR11'] }, () => {
    for (const currency of ['USD', 'eur', 'EUR ', '\u001b[31m']) {
      const offer = { offer_amount: 1n, offer_currency: currency }
      expect(codeOf(() => estimateCost(offer, undefined, convert))).toBe('CURRENCY_NOT_CONVERTIBLE')
    }
    expect(codeOf(() => estimateCost({ offer_amount: 1n, offer_currency: 'EUR' }))).toBe('CURRENCY_NOT_CONVERTIBLE')
  })

  test('stays below all bitcoin, however the parts multiply', { tags: ['M6'] }, () => {
    expect(expectedAmount({ offer_amount: MAX_MSAT })).toBe(MAX_MSAT)
    expect(codeOf(() => expectedAmount({ offer_amount: MAX_MSAT }, 2n))).toBe('AMOUNT_ABOVE_SUPPLY')
    expect(codeOf(() => expectedAmount({ offer_amount: 2n ** 63n }, 2n ** 63n))).toBe('AMOUNT_ABOVE_SUPPLY')
  })

  test('needs a quantity that the offer allows', () => {
    const code = (most: bigint | undefined, quantity?: bigint) =>
      codeOf(() =>
        estimateCost({ offer_amount: 1n, ...(most !== undefined && { offer_quantity_max: most }) }, quantity),
      )
    expect([code(undefined), code(5n, 5n), code(0n, 99n), code(1n, 1n)]).toEqual(Array(4).fill('accepted'))
    expect([code(undefined, 1n), code(5n), code(5n, 6n), code(5n, 0n), code(0n, 0n)]).toEqual(
      Array(5).fill('QUANTITY_INVALID'),
    )
  })
})

test('an invoice that is far from its estimate is worth a warning', { tags: ['OR11'] }, () => {
  expect(differsSignificantly(1000n, 1020n)).toBe(false)
  expect(differsSignificantly(1000n, 1021n)).toBe(true)
  expect(differsSignificantly(1000n, 979n)).toBe(true)
  expect(differsSignificantly(1000n, 1100n, 100n)).toBe(false)
})

test('minor units have the decimals of ISO 4217', { tags: ['OW4'] }, () => {
  expect(['EUR', 'JPY', 'KWD', 'CLF'].map(minorUnitDecimals)).toEqual([2, 0, 3, 4])
  expect(['eur', 'EU', 'ABC', 'UYI UYU', 'constructor'].map(minorUnitDecimals)).toEqual(Array(5).fill(undefined))
})
