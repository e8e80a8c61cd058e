import { isLnoError } from '../../base/error.js'
import { amountToForward, amountWithFee, type Fee } from '../../blinding/payment-relay.js'
import { HEIGHT_TOLERANCE } from '../block-clock.js'
import type { ForwardingTerms } from '../step.js'
import type { HtlcPosition, Refusal } from './refusal.js'

/** Blocks that an HTLC which we send on may be open at most: two weeks. */
export const MAX_EXPIRY_BLOCKS = 2016

/** What comes in and what goes out at a relay. */
export interface ForwardAmounts {
  readonly position: HtlcPosition
  /** msat */
  readonly incomingMsat: bigint
  /** Block height. */
  readonly incomingExpiry: number
  readonly amountMsat: bigint
  readonly cltvExpiry: number
}

/** Terms under which a relay works for nothing, and still passes on no more than it gets. */
export const NO_TERMS: ForwardingTerms = { feeBaseMsat: 0, feeProportionalMillionths: 0, cltvExpiryDelta: 0 }

/**
 * Why a relay does not pass an HTLC on under its own terms, or at this height; undefined when it does.
 *
 * In the clear the fee is a share of what goes out (BOLT 7, "HTLC Fees"). Within a blinded path what goes out follows from
 * what came in by the path's `payment_relay`, rounded up (rule P12), so that it is held against what our own terms would make
 * of it: a path made with our very terms always passes, whatever is lost to rounding.
 */
export function refusedForward(forward: ForwardAmounts, terms: ForwardingTerms, height: number): Refusal | undefined {
  const { position, incomingMsat, incomingExpiry, amountMsat, cltvExpiry } = forward
  const pays = position === 'clear' ? paysInClear : paysInPath
  if (!pays(incomingMsat, amountMsat, feeOf(terms))) {
    return {
      failure: 'fee_insufficient',
      data: { htlc_msat: incomingMsat },
      why: `${incomingMsat} msat came in and ${amountMsat} are to go out: less than our fee`,
    }
  }
  if (incomingExpiry - terms.cltvExpiryDelta < cltvExpiry) {
    return {
      failure: 'incorrect_cltv_expiry',
      data: { cltv_expiry: incomingExpiry },
      why: `${incomingExpiry - cltvExpiry} blocks between the expiries, we want ${terms.cltvExpiryDelta}`,
    }
  }
  // What the next node could not claim any more, or only while we might time it out already.
  if (cltvExpiry <= height + HEIGHT_TOLERANCE) {
    return {
      failure: 'expiry_too_soon',
      data: {},
      why: `the outgoing HTLC would expire at ${cltvExpiry}, at height ${height}`,
    }
  }
  if (cltvExpiry > height + MAX_EXPIRY_BLOCKS) {
    return {
      failure: 'expiry_too_far',
      data: {},
      why: `the outgoing HTLC would expire at ${cltvExpiry}, more than ${MAX_EXPIRY_BLOCKS} blocks ahead`,
    }
  }
  return undefined
}

/** Terms as `payment_relay` has them. */
export function feeOf({ feeBaseMsat, feeProportionalMillionths }: ForwardingTerms): Fee {
  return { fee_base_msat: feeBaseMsat, fee_proportional_millionths: feeProportionalMillionths }
}

function paysInClear(incoming: bigint, outgoing: bigint, fee: Fee): boolean {
  return orFalse(() => incoming >= amountWithFee(outgoing, fee))
}

function paysInPath(incoming: bigint, outgoing: bigint, fee: Fee): boolean {
  return orFalse(() => outgoing <= amountToForward(incoming, fee))
}

/** Amounts that no fee can be computed of pay none. */
function orFalse(pays: () => boolean): boolean {
  try {
    return pays()
  } catch (error) {
    if (!isLnoError(error)) throw error
    return false
  }
}
