import { type Convert, costOf } from '../amount.js'
import type { LegacyOfferMessage } from './offer.js'
import { SPEC } from './rules/common.js'

/**
 * What an offer of 2021 costs for a number of items: its amount, converted from its currency, times the quantity.
 * @param quantity items; 1 where the offer takes no quantity
 * @returns msat, or undefined for an offer without amount
 * @throws LnoError `CURRENCY_NOT_CONVERTIBLE` without a rate, `AMOUNT_ABOVE_SUPPLY` when nobody could pay it
 */
export function legacyExpectedAmount(
  { fields: { amount, currency } }: Pick<LegacyOfferMessage, 'fields'>,
  quantity = 1n,
  convert?: Convert,
): bigint | undefined {
  return costOf(amount, currency, quantity, convert, {
    amount: { path: ['amount'], rule: 'M6', spec: SPEC },
    currency: { path: ['currency'], spec: SPEC },
  })
}
