import { addAttribution } from '../../onion/attribution.js'
import { buildFailure, wrapFailure } from '../../onion/failure.js'
import { BADONION, FAILURES } from '../../onion/failure-message.js'
import type { HtlcFailure } from '../htlc.js'
import { failureMessage, type HtlcPlace, type Refusal } from './refusal.js'

/** What `refuseHtlc` needs: what `readHtlc` brought, whatever its type was, with the reason and the time. */
export interface RefuseHtlc extends HtlcPlace {
  readonly refusal: Refusal
  /** How long the HTLC was held, in units of 100 ms. */
  readonly holdTime: number
}

/**
 * How an HTLC is given back that we refuse, whether we were to take it or to pass it on.
 *
 * - Inside a blinded path always as malformed, with `invalid_onion_blinding` (rule E1), so that nobody learns which hop it was
 *   nor why; without attribution data (rule E4).
 * - At an introduction node with `invalid_onion_blinding` (rule E2), unless the sender knows that it is the end (rule E3).
 * - Else with the failure itself, as malformed when the onion could not be read.
 */
export function refuseHtlc(options: RefuseHtlc): HtlcFailure {
  const { position, sharedSecret, onionHash, refusal, holdTime } = options
  if (position === 'inside') return malformed(FAILURES.invalid_onion_blinding.code, onionHash)
  if (hidesFailures(options) && sharedSecret !== undefined) return hiddenFailure(sharedSecret, onionHash, holdTime)
  const { code } = FAILURES[refusal.failure]
  // Without a shared secret there is nothing to encrypt with: only what an unreadable onion is refused with can be said.
  if (sharedSecret === undefined) return malformed(code & BADONION ? code : FAILURES.invalid_onion_hmac.code, onionHash)
  if (code & BADONION) return malformed(code, onionHash)
  return failFromHere({ sharedSecret, failuremsg: failureMessage(refusal), holdTime })
}

/**
 * True where a blinded path begins that goes on: all failures look alike there, and should leave after a random delay, which
 * hides how far away they arose (rule E2).
 */
export function hidesFailures({ position, final }: Pick<HtlcPlace, 'position' | 'final'>): boolean {
  return position === 'introduction' && !final
}

/** What the introduction node says of everything that fails in its path (rule E2). @internal */
export function hiddenFailure(sharedSecret: Uint8Array, onionHash: Uint8Array, holdTime: number): HtlcFailure {
  const failuremsg = failureMessage({ failure: 'invalid_onion_blinding', data: { sha256_of_onion: onionHash } })
  return failFromHere({ sharedSecret, failuremsg, holdTime })
}

/**
 * The return packet of the node where it begins: padded (rule FO1), encrypted (rule FO2), with attribution data (rule FO4).
 * @param options.padTo 256 unless given
 */
export function failFromHere(options: {
  readonly sharedSecret: Uint8Array
  readonly failuremsg: Uint8Array
  /** In units of 100 ms. */
  readonly holdTime: number
  readonly padTo?: number
}): HtlcFailure {
  const { sharedSecret, holdTime } = options
  const packet = buildFailure(options)
  return {
    type: 'fail',
    reason: wrapFailure(packet, sharedSecret),
    attribution: addAttribution({ sharedSecret, holdTime, packet }),
  }
}

function malformed(failureCode: number, sha256OfOnion: Uint8Array): HtlcFailure {
  return { type: 'malformed', sha256OfOnion, failureCode }
}
