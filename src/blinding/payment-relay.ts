import type { PaymentConstraints, PaymentRelay } from './encrypted-data.js'
import { blindingError } from './error.js'

/** Fees are told in millionths. */
const MILLION = 1_000_000n
const U16 = 0xffffn
const U32 = 0xffffffffn
const U64 = 0xffffffffffffffffn

/** Fee of a hop, or of a whole path: what `payment_relay` and `blinded_payinfo` have in common. */
export interface Fee {
  /** msat */
  readonly fee_base_msat: number
  readonly fee_proportional_millionths: number
}

/** What a whole blinded path costs; members of `blinded_payinfo`. */
export interface PathCost extends Fee {
  /** Blocks, `min_final_cltv_expiry_delta` included. */
  readonly cltv_expiry_delta: number
}

/**
 * The cost of a path from that of its hops (rule P4), from the end backwards, every division rounded up so that the sum
 * never pays a hop too little.
 * @param relays from the introduction node to the last relay
 * @param minFinalCltv blocks that the recipient wants for itself
 * @throws LnoError `PAYINFO_OVERFLOW` when the sum does not fit `blinded_payinfo`, `PAYMENT_AMOUNT`
 */
export function aggregateCost(relays: readonly PaymentRelay[], minFinalCltv: number): PathCost {
  let base = 0n
  let proportional = 0n
  let delta = whole(minFinalCltv, U32, 'a delay')
  for (let i = relays.length - 1; i >= 0; i--) {
    const hop = feeOf(relays[i]!)
    base = ceilDiv(hop.base * MILLION + base * (MILLION + hop.proportional), MILLION)
    proportional = ceilDiv((proportional + hop.proportional) * MILLION + proportional * hop.proportional, MILLION)
    delta += whole(relays[i]!.cltv_expiry_delta, U16, 'a delay')
    // At each hop, and not only at the end: three hundred hops must not make numbers of thousands of digits.
    if (base > U32 || proportional > U32) throw tooMuch('the fees of the path')
    if (delta > U16) throw tooMuch('the delays of the path')
  }
  if (delta > U16) throw tooMuch('the delays of the path')
  return {
    fee_base_msat: Number(base),
    fee_proportional_millionths: Number(proportional),
    cltv_expiry_delta: Number(delta),
  }
}

/**
 * What a payer sends into a path so that `amountMsat` arrives: the proportional part is rounded down, as BOLT 4's vectors
 * have it; the recipient's rounding up has made good for it.
 * @throws LnoError `PAYMENT_AMOUNT`
 */
export function amountWithFee(amountMsat: bigint, cost: Fee): bigint {
  const { base, proportional } = feeOf(cost)
  const amount = whole(amountMsat, U64, 'an amount')
  return whole(amount + base + (amount * proportional) / MILLION, U64, 'an amount with its fee')
}

/**
 * What a relay passes on of what came in (rule P12). Rounded up: the relay gives the part of a millisatoshi away.
 * @throws LnoError `PAYMENT_BELOW_FEE` when nothing is left, `PAYMENT_AMOUNT`
 */
export function amountToForward(amountMsat: bigint, relay: Fee): bigint {
  const { base, proportional } = feeOf(relay)
  const amount = whole(amountMsat, U64, 'an amount')
  if (amount <= base) {
    throw blindingError('PAYMENT_BELOW_FEE', `${amount} msat do not pay a base fee of ${base} msat`, { rule: 'P12' })
  }
  return ceilDiv((amount - base) * MILLION, MILLION + proportional)
}

/**
 * The expiry of the outgoing HTLC (rule P12), as a block height.
 * @throws LnoError `PAYMENT_AMOUNT` when the delay is longer than that
 */
export function expiryToForward(cltvExpiry: number, { cltv_expiry_delta }: PaymentRelay): number {
  return Number(whole(whole(cltvExpiry, U32, 'an expiry') - BigInt(cltv_expiry_delta), U32, 'an outgoing expiry'))
}

/** What `constraintsAlong` needs. */
export interface ConstraintsAlong {
  /** From the introduction node to the last relay. */
  readonly relays: readonly PaymentRelay[]
  /** Block height: the latest expiry that the recipient accepts, and with it how long the path is of use. */
  readonly finalMaxExpiry: number
  /** The least HTLC, in msat, of each hop's outgoing channel. */
  readonly minimums: readonly bigint[]
}

/**
 * `payment_constraints` of every hop, the recipient's last (rule P2): expiries grow by the delays going backwards, and all
 * hops have the largest of the minimums, so that they do not tell which channel asks for it.
 * @throws LnoError `PAYINFO_OVERFLOW`, `PAYMENT_AMOUNT`
 */
export function constraintsAlong({
  relays,
  finalMaxExpiry,
  minimums,
}: ConstraintsAlong): readonly PaymentConstraints[] {
  let htlc_minimum_msat = 0n
  for (const minimum of minimums) if (minimum > htlc_minimum_msat) htlc_minimum_msat = minimum
  let expiry = whole(finalMaxExpiry, U32, 'an expiry')
  const constraints: PaymentConstraints[] = [{ max_cltv_expiry: Number(expiry), htlc_minimum_msat }]
  for (const { cltv_expiry_delta } of [...relays].reverse()) {
    expiry += whole(cltv_expiry_delta, U16, 'a delay')
    if (expiry > U32) throw tooMuch('the expiry at the introduction node')
    constraints.unshift({ max_cltv_expiry: Number(expiry), htlc_minimum_msat })
  }
  return constraints
}

function feeOf({ fee_base_msat, fee_proportional_millionths }: Fee) {
  return {
    base: whole(fee_base_msat, U32, 'a base fee'),
    proportional: whole(fee_proportional_millionths, U32, 'a proportional fee'),
  }
}

/** A number that may stand on the wire, as a bigint: all sums and products are made with those. */
function whole(value: number | bigint, most: bigint, what: string): bigint {
  if (
    typeof value === 'bigint' ? value >= 0n && value <= most : Number.isInteger(value) && value >= 0 && value <= most
  ) {
    return BigInt(value)
  }
  throw blindingError('PAYMENT_AMOUNT', `${what} of ${value} is not between 0 and ${most}`)
}

function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b
}

function tooMuch(what: string) {
  return blindingError('PAYINFO_OVERFLOW', `${what} are more than a payinfo can say`, { rule: 'P4' })
}
