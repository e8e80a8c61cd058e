import { LnoError, type Where } from '../base/error.js'
import { MAX_MSAT } from '../wire/amount.js'
import type { Bolt12Code } from './codes.js'
import type { Offer } from './offer.js'

/**
 * An exchange rate: the msat that `amount` minor units (cents) of a currency are worth now, or undefined when there is no
 * rate for exactly this code.
 */
export type Convert = (currency: string, amount: bigint) => bigint | undefined

function fail(code: Bolt12Code, message: string, field: 'invreq_quantity', rule: string): never {
  throw new LnoError(code, message, { path: [field], rule, spec: 'BOLT 12' })
}

/**
 * The least that an offer costs for a number of items: its amount, converted from its currency, times the quantity (rules
 * OR11, RR10). The product is converted, not the price of one item, so that rounding happens once.
 * @param quantity items; 1 where the offer takes no quantity
 * @returns msat, or undefined for an offer without amount
 * @throws LnoError `CURRENCY_NOT_CONVERTIBLE` without a rate, `AMOUNT_ABOVE_SUPPLY` when nobody could pay it
 */
export function expectedAmount(
  offer: Pick<Offer, 'offer_amount' | 'offer_currency'>,
  quantity = 1n,
  convert?: Convert,
): bigint | undefined {
  const { offer_amount: amount, offer_currency: currency } = offer
  return costOf(amount, currency, quantity, convert, {
    amount: { path: ['offer_amount'], rule: 'M6', spec: 'BOLT 12' },
    currency: { path: ['offer_currency'], rule: 'OR11', spec: 'BOLT 12' },
  })
}

/** As `expectedAmount`, for a form of offers that names its fields otherwise. `where`: of its amount and its currency. */
export function costOf(
  amount: bigint | undefined,
  currency: string | undefined,
  quantity: bigint,
  convert: Convert | undefined,
  where: { readonly amount: Where; readonly currency: Where },
): bigint | undefined {
  if (amount === undefined) return undefined
  const total = amount * quantity
  const msat = currency === undefined ? total : convert?.(currency, total)
  if (msat === undefined) {
    // The code is text of a stranger: it is named in the message only where it can be nothing but a code.
    const name = /^[A-Z]{3}$/.test(currency ?? '') ? ` for ${currency}` : ''
    throw new LnoError('CURRENCY_NOT_CONVERTIBLE' satisfies Bolt12Code, `no exchange rate${name}`, where.currency)
  }
  if (msat > MAX_MSAT) {
    throw new LnoError(
      'AMOUNT_ABOVE_SUPPLY' satisfies Bolt12Code,
      `${msat} msat are more than all bitcoin`,
      where.amount,
    )
  }
  return msat
}

/** What a payer may expect to pay. */
export interface CostEstimate {
  /** msat; an estimate only when it was converted. */
  readonly msat: bigint
  /** True when an exchange rate stands in between: the invoice may say something else. */
  readonly converted: boolean
}

/**
 * What an offer will cost, for a person to agree to before anything is sent (rule OR11).
 * @param quantity items; only for an offer with `offer_quantity_max`
 * @returns undefined when the payer chooses the amount
 * @throws LnoError `QUANTITY_INVALID`, and those of `expectedAmount`
 */
export function estimateCost(offer: Offer, quantity?: bigint, convert?: Convert): CostEstimate | undefined {
  const most = offer.offer_quantity_max
  if (most === undefined && quantity !== undefined) {
    fail('QUANTITY_INVALID', 'the offer takes no quantity', 'invreq_quantity', 'RW6')
  }
  if (most !== undefined && (quantity === undefined || quantity < 1n || (most > 0n && quantity > most))) {
    fail(
      'QUANTITY_INVALID',
      `the offer wants a quantity from 1${most > 0n ? ` to ${most}` : ''}`,
      'invreq_quantity',
      'RW6',
    )
  }
  const msat = expectedAmount(offer, quantity, convert)
  return msat === undefined ? undefined : { msat, converted: offer.offer_currency !== undefined }
}

/** Parts in a thousand by which an invoice may differ from its estimate before people are warned. */
export const SIGNIFICANT_PERMILLE = 20n

/** True when an invoice differs from what was estimated by more than `permille` thousandths (rule OR11). */
export function differsSignificantly(
  estimatedMsat: bigint,
  invoiceMsat: bigint,
  permille: bigint = SIGNIFICANT_PERMILLE,
): boolean {
  const difference = invoiceMsat > estimatedMsat ? invoiceMsat - estimatedMsat : estimatedMsat - invoiceMsat
  return difference * 1000n > estimatedMsat * permille
}
