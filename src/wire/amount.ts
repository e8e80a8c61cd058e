import { LnoError } from '../base/error.js'
import type { WireCode } from './codes.js'

/** All bitcoin there will ever be, in satoshi: 21 million times 10^8 (BOLT 1 "Fundamental Types", rule M6). */
export const MAX_SAT = 0x000775f05a074000n
/** The same in millisatoshi. */
export const MAX_MSAT = 0x1d24b2dfac520000n

function check(value: bigint, most: bigint, unit: string, path: readonly (string | number)[] | undefined): bigint {
  if (value >= 0n && value <= most) return value
  throw new LnoError('AMOUNT_OUT_OF_RANGE' satisfies WireCode, `${value} ${unit} is not between 0 and ${most}`, {
    spec: 'BOLT 1 Fundamental Types',
    rule: 'M6',
    ...(path && { path }),
  })
}

/**
 * An amount in msat, if it can exist.
 * @throws LnoError `AMOUNT_OUT_OF_RANGE` for more than 21 million bitcoin, or less than nothing (rule M6)
 */
export function checkMsat(value: bigint, path?: readonly (string | number)[]): bigint {
  return check(value, MAX_MSAT, 'msat', path)
}

/** As `checkMsat`, in satoshi. @throws LnoError `AMOUNT_OUT_OF_RANGE` */
export function checkSat(value: bigint, path?: readonly (string | number)[]): bigint {
  return check(value, MAX_SAT, 'sat', path)
}
