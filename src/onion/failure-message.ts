import { LnoError } from '../base/error.js'
import { bigsize, hash256, type StructOf, struct, u16, u32, u64 } from '../wire/codec.js'
import { Reader } from '../wire/reader.js'
import { Writer } from '../wire/writer.js'
import type { OnionCode } from './codes.js'

/** The packet was unreadable for the node that failed it. */
export const BADONION = 0x8000
/** Trying again is of no use. */
export const PERM = 0x4000
/** The node failed, not one of its channels. */
export const NODE = 0x2000
/** A `channel_update` stands at the end of the message. */
export const UPDATE = 0x1000

const nothing = {}
const onion = { sha256_of_onion: hash256 }
const amount = { htlc_msat: u64 }
const expiry = { cltv_expiry: u32 }

/**
 * Every failure by its name in BOLT 4 ("Failure Messages"): its code, and what stands behind the code. The `channel_update`
 * of those with `UPDATE` is no part of it: nothing here lets one out, and none is written (rule FO5).
 */
export const FAILURES = {
  temporary_node_failure: { code: NODE | 2, data: nothing },
  permanent_node_failure: { code: PERM | NODE | 2, data: nothing },
  required_node_feature_missing: { code: PERM | NODE | 3, data: nothing },
  invalid_onion_version: { code: BADONION | PERM | 4, data: onion },
  invalid_onion_hmac: { code: BADONION | PERM | 5, data: onion },
  invalid_onion_key: { code: BADONION | PERM | 6, data: onion },
  temporary_channel_failure: { code: UPDATE | 7, data: nothing },
  permanent_channel_failure: { code: PERM | 8, data: nothing },
  required_channel_feature_missing: { code: PERM | 9, data: nothing },
  unknown_next_peer: { code: PERM | 10, data: nothing },
  amount_below_minimum: { code: UPDATE | 11, data: amount },
  fee_insufficient: { code: UPDATE | 12, data: amount },
  incorrect_cltv_expiry: { code: UPDATE | 13, data: expiry },
  expiry_too_soon: { code: UPDATE | 14, data: nothing },
  incorrect_or_unknown_payment_details: { code: PERM | 15, data: { htlc_msat: u64, height: u32 } },
  final_incorrect_cltv_expiry: { code: 18, data: expiry },
  final_incorrect_htlc_amount: { code: 19, data: { incoming_htlc_amt: u64 } },
  channel_disabled: { code: UPDATE | 20, data: { disabled_flags: u16 } },
  expiry_too_far: { code: 21, data: nothing },
  invalid_onion_payload: { code: PERM | 22, data: { type: bigsize, offset: u16 } },
  mpp_timeout: { code: 23, data: nothing },
  invalid_onion_blinding: { code: BADONION | PERM | 24, data: onion },
} as const
export type FailureName = keyof typeof FAILURES

/** What stands behind the code of a failure. */
export type FailureData<N extends FailureName> = StructOf<(typeof FAILURES)[N]['data']>

/** A failure message as read. Unknown codes have no name; a message too short for its data has none of them. */
export interface FailureMessage {
  readonly code: number
  readonly name?: FailureName
  readonly data?: Readonly<Record<string, unknown>>
}

/** The bytes of `failuremsg`: code, data, and where a `channel_update` belongs, the length of none (rule FO5). */
export function encodeFailureMessage<N extends FailureName>(name: N, data: FailureData<N>): Uint8Array {
  const { code, data: members } = FAILURES[name]
  const writer = new Writer()
  u16.write(writer, code)
  struct(name, members).write(writer, data)
  if (code & UPDATE) u16.write(writer, 0)
  return writer.finish()
}

/**
 * Reads a `failuremsg`. Bytes behind the known data are ignored, a `channel_update` with them.
 * @throws LnoError `FAILURE_TRUNCATED` when there is not even a code
 */
export function decodeFailureMessage(bytes: Uint8Array): FailureMessage {
  const reader = new Reader(bytes)
  if (reader.remaining < 2) {
    throw new LnoError('FAILURE_TRUNCATED' satisfies OnionCode, 'a failure message without a code', {
      spec: 'BOLT 4 Failure Messages',
    })
  }
  const code = reader.uint(2)
  const found = Object.entries(FAILURES).find(([, failure]) => failure.code === code)
  if (found === undefined) return { code }
  const name = found[0] as FailureName
  try {
    return { code, name, data: struct(name, found[1].data).read(reader) }
  } catch {
    return { code, name }
  }
}
