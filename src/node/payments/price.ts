import type { InvoicePath } from '../../bolt12/create-invoice.js'
import { paymentError } from '../../payments/codes.js'
import { MAX_EXPIRY_BLOCKS } from '../../payments/onions/index.js'
import { MAX_MSAT } from '../../wire/amount.js'

/**
 * What fees may cost unless the user says otherwise: one part in a hundred, and 5 sat where that is less. A first payment of a few
 * sat over one relay must not fail for its fee.
 */
export function defaultMaxFee(amountMsat: bigint): bigint {
  const percent = amountMsat / 100n
  return percent > 5000n ? percent : 5000n
}

/** What the whole amount costs over one path of an invoice. */
export interface PathPrice {
  readonly path: InvoicePath
  /** msat, as the path itself says. */
  readonly feeMsat: bigint
}

/**
 * The paths that can be paid over, cheapest first: those that need no more money than there is, and lock it up no longer than
 * `MAX_EXPIRY_BLOCKS` blocks (rule P4). Sums are bigint, so that nothing overflows before it is judged.
 * @throws LnoError `PAYMENT_FEE_LIMIT`, `PAYMENT_DELAY_LIMIT` when none is left
 */
export function affordable(
  paths: readonly InvoicePath[],
  amountMsat: bigint,
  maxFeeMsat: bigint,
): readonly [PathPrice, ...PathPrice[]] {
  const quick = paths.filter(({ payinfo }) => payinfo.cltv_expiry_delta <= MAX_EXPIRY_BLOCKS)
  if (quick.length === 0) {
    const least = Math.min(...paths.map(({ payinfo }) => payinfo.cltv_expiry_delta))
    throw paymentError('PAYMENT_DELAY_LIMIT', `${least} blocks, at most ${MAX_EXPIRY_BLOCKS} are accepted`, {
      rule: 'P4',
    })
  }
  const [first, ...others] = quick
    .map((path): PathPrice => ({ path, feeMsat: feeOf(path, amountMsat) }))
    .sort((a, b) => (a.feeMsat < b.feeMsat ? -1 : a.feeMsat > b.feeMsat ? 1 : 0))
    .filter(({ feeMsat }, index) => index === 0 || amountMsat + feeMsat <= MAX_MSAT)
  if (first === undefined) throw paymentError('NO_PAYMENT_ROUTE', 'the invoice has no usable path')
  if (amountMsat + first.feeMsat > MAX_MSAT) {
    throw paymentError('PAYMENT_FEE_LIMIT', 'amount and fee are more than all bitcoin', { rule: 'P4' })
  }
  if (first.feeMsat > maxFeeMsat) {
    const message = `the cheapest path costs ${first.feeMsat} msat, at most ${maxFeeMsat} msat are allowed (--max-fee)`
    throw paymentError('PAYMENT_FEE_LIMIT', message, { rule: 'P4' })
  }
  return [first, ...others]
}

/** The payer's side of the aggregated fee (rule P4). */
function feeOf({ payinfo }: InvoicePath, amountMsat: bigint): bigint {
  const { fee_base_msat: base, fee_proportional_millionths: proportional } = payinfo
  return BigInt(base) + (amountMsat * BigInt(proportional)) / 1_000_000n
}
