import { concatBytes } from '../../base/bytes.js'
import { isLnoError } from '../../base/error.js'
import { ATTRIBUTION_LENGTH, readHoldTimes } from '../../onion/attribution.js'
import { type ReturnedFailure, readFailure } from '../../onion/failure.js'
import { decodeFailureMessage, type FailureMessage, PERM } from '../../onion/failure-message.js'
import type { HtlcFailure } from '../htlc.js'
import type { PaymentOrigin } from './build-payment.js'

/** What an HTLC that came back tells its payer. A `channel_update` in it is never looked at (rule FO5). */
export interface ReturnedHtlc {
  /** Index of the hop that speaks, 0 our peer; absent when nobody's word can be made out. */
  readonly source?: number
  readonly failure?: FailureMessage
  /**
   * It failed in the blinded path, nobody may know where nor why: this path is not worth another try, others may be. False
   * when the last hop speaks of its own, as an introduction node may that is the recipient.
   */
  readonly blinded: boolean
  /** The recipient speaks. */
  readonly final: boolean
  /** The hop that speaks says that trying again is of no use. */
  readonly permanent: boolean
  /** What the hops report, in units of 100 ms, our peer first, up to the last that can be believed. */
  readonly holdTimes: readonly number[]
  /** Index of the first hop whose attribution data do not fit. */
  readonly unverifiedFrom?: number
}

/**
 * Reads how an HTLC of ours was given back. Never throws for what a peer sent; of a return packet, always the work of 27 hops
 * (rule FO3).
 */
export function readReturned(options: { readonly origin: PaymentOrigin; readonly failure: HtlcFailure }): ReturnedHtlc {
  const { origin, failure } = options
  const { sharedSecrets, introduction } = origin
  if (failure.type === 'malformed') {
    const { failureCode, sha256OfOnion } = failure
    const code = failureCode & 0xffff
    const message = readMessage(concatBytes(Uint8Array.of(code >> 8, code & 0xff), sha256OfOnion))
    return {
      source: 0,
      ...(message && { failure: message }),
      blinded: introduction < 0,
      final: false,
      permanent: (code & PERM) !== 0,
      holdTimes: [],
    }
  }
  const { source, failuremsg, holdTimes, unverifiedFrom } = readPacket(failure, sharedSecrets)
  const message = failuremsg && readMessage(failuremsg)
  const atEnd = source !== undefined && source === sharedSecrets.length - 1
  const final = atEnd && message?.name !== 'invalid_onion_blinding'
  return {
    ...(source !== undefined && { source }),
    ...(message && { failure: message }),
    blinded: !final && (introduction < 0 || (source !== undefined && source >= introduction)),
    final,
    permanent: message !== undefined && (message.code & PERM) !== 0,
    holdTimes,
    ...(unverifiedFrom !== undefined && { unverifiedFrom }),
  }
}

/** The hold times that came with a preimage, in units of 100 ms, our peer first, as far as they can be believed. */
export function readFulfilled(origin: PaymentOrigin, attribution: Uint8Array | undefined): readonly number[] {
  return attribution === undefined ? [] : readHoldTimes(attribution, origin.sharedSecrets)
}

function readPacket(failure: HtlcFailure & { readonly type: 'fail' }, sharedSecrets: readonly Uint8Array[]) {
  const { reason, attribution } = failure
  try {
    return readFailure({
      packet: reason,
      sharedSecrets,
      // Of another length they were damaged on the last leg; the failure itself may still be good.
      ...(attribution?.length === ATTRIBUTION_LENGTH && { attribution }),
    })
  } catch (error) {
    if (!isLnoError(error)) throw error
    return { holdTimes: [] } satisfies ReturnedFailure as ReturnedFailure
  }
}

function readMessage(bytes: Uint8Array): FailureMessage | undefined {
  try {
    return decodeFailureMessage(bytes)
  } catch (error) {
    if (!isLnoError(error)) throw error
    return undefined
  }
}
