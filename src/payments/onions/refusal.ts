import { encodeFailureMessage, type FailureData, type FailureName } from '../../onion/failure-message.js'

/** Where the node stands in the route of an HTLC, and with it how it answers. Kept with an HTLC until that is resolved. */
export interface HtlcPlace {
  /**
   * `inside`: a `path_key` stood beside the onion, so that we are within a blinded path; `introduction`: a `current_path_key`
   * stood in the payload, so that one begins with us; `clear`: neither.
   */
  readonly position: HtlcPosition
  /** The onion ends with the layer that came: for the one who sent it we are the recipient. Not so with dummy hops of ours. */
  readonly final: boolean
  /** Of the layer that came, 32 bytes: failures are encrypted with it. Absent when the layer could not be peeled. */
  readonly sharedSecret?: Uint8Array
  /** SHA-256 of the onion as it came, 32 bytes. */
  readonly onionHash: Uint8Array
}

export type HtlcPosition = 'clear' | 'introduction' | 'inside'

/** A failure of BOLT 4 by name, with what stands behind its code. */
export type Failure = {
  readonly [N in FailureName]: { readonly failure: N; readonly data: FailureData<N> }
}[FailureName]

/** Why an HTLC is given back. What of it the sender is told, `refuseHtlc` decides. */
export type Refusal = Failure & {
  /** For the log. */
  readonly why: string
  /** Id of the rule in the registry of rules, where it is one. */
  readonly rule?: string
}

/** The bytes of a failure message. */
export function failureMessage({ failure, data }: Failure): Uint8Array {
  return encodeFailureMessage<FailureName>(failure, data as FailureData<FailureName>)
}

/** The last hop's answer to most that is wrong with a payment: no more may be told (rule P13). */
export function unknownDetails(amountMsat: bigint, height: number, why: string, rule?: string): Refusal {
  return {
    failure: 'incorrect_or_unknown_payment_details',
    data: { htlc_msat: amountMsat, height },
    why,
    ...(rule !== undefined && { rule }),
  }
}

/** A record of the payload is missing, out of place or wrong. */
export function badPayload(type: bigint, why: string, rule?: string, offset = 0): Refusal {
  return { failure: 'invalid_onion_payload', data: { type, offset }, why, ...(rule !== undefined && { rule }) }
}
