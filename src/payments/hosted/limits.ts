import { paymentError } from '../codes.js'

/** HTLCs that a state holds at most in each direction (bLIP 17's `max_accepted_htlcs` is no larger with us). */
export const MOST_HTLCS = 20

/**
 * Bytes of one HTLC in a state: its `update_add_htlc` without the type. It has 1450, 35 more with a `path_key`; what is left is
 * for records that we do not know. With 20 of them each way a state still fits a message of 65535 bytes, so that no HTLC can
 * be added which makes the next state impossible to send.
 */
export const MOST_HTLC_BYTES = 1600

/** Bytes of a `refund_scriptpubkey`: BOLT 2 allows none of more than 83 (an OP_RETURN). */
export const MOST_SCRIPT_BYTES = 128
/** Bytes of the `secret` in an invoke: the programs read no more either. */
export const MOST_SECRET_BYTES = 128
/** Bytes of `features` in an init, which stands in every state. */
export const MOST_FEATURE_BYTES = 128
/**
 * Bytes of the `reason` in an update_fail_htlc. A return packet has some 300; without a bound one that just fits its message could not be
 * passed on, since attribution data come beside it.
 */
export const MOST_REASON_BYTES = 32768
/** Channels that one `forwarding_terms` tells of: each costs the reader a look at a curve point. */
export const MOST_TERMS = 64

/** @throws LnoError `HOSTED_LIMIT` when there is more of something than a channel has room for */
export function atMost(most: number, what: string, there: number, path: readonly (string | number)[]): void {
  if (there <= most) return
  throw paymentError('HOSTED_LIMIT', `${there} ${what}, at most ${most} are possible`, { path, spec: 'bLIP 17' })
}
