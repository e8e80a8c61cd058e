import { concatBytes } from '../../base/bytes.js'
import { ATTRIBUTION_LENGTH, addAttribution } from '../../onion/attribution.js'
import { wrapFailure } from '../../onion/failure.js'
import { BADONION } from '../../onion/failure-message.js'
import type { HtlcFailure } from '../htlc.js'
import { failureMessage, type HtlcPlace } from './refusal.js'
import { failFromHere, hiddenFailure, refuseHtlc } from './refuse.js'

/** What `passFailureBack` needs: what was kept of the incoming HTLC, with what came from downstream. */
export interface PassFailureBack extends HtlcPlace {
  readonly sharedSecret: Uint8Array
  readonly downstream: HtlcFailure
  /** How long the HTLC was held, in units of 100 ms. */
  readonly holdTime: number
}

/**
 * The failure of an HTLC that we passed on, on its way upstream. Within a blinded path nothing of it gets through: inside the
 * hop says that its own onion was bad (rule E1), the introduction node that the path failed (rule E2). In the clear another
 * layer is put around it (rule FO2), and our hold time before those that came (rule FO4).
 */
export function passFailureBack(options: PassFailureBack): HtlcFailure {
  const { position, sharedSecret, onionHash, downstream, holdTime } = options
  if (position === 'inside') {
    const why = 'failed downstream'
    return refuseHtlc({ ...options, refusal: { failure: 'temporary_node_failure', data: {}, why } })
  }
  if (position === 'introduction') return hiddenFailure(sharedSecret, onionHash, holdTime)
  if (downstream.type === 'malformed') {
    return failFromHere({ sharedSecret, failuremsg: malformedMessage(downstream), holdTime })
  }
  return {
    type: 'fail',
    reason: wrapFailure(downstream.reason, sharedSecret),
    attribution: addAttribution({
      sharedSecret,
      holdTime,
      packet: downstream.reason,
      ...usable(downstream.attribution),
    }),
  }
}

/**
 * The attribution data that go upstream with a preimage; none from inside a blinded path (rule E4). An introduction node
 * begins them anew: what is behind it stays hidden. `downstream` is absent at the recipient, or when the next node sent none.
 */
export function passFulfilBack(options: {
  readonly position: HtlcPlace['position']
  readonly sharedSecret: Uint8Array
  readonly downstream?: Uint8Array
  /** In units of 100 ms. */
  readonly holdTime: number
}): Uint8Array | undefined {
  const { position, sharedSecret, downstream, holdTime } = options
  if (position === 'inside') return undefined
  return addAttribution({ sharedSecret, holdTime, ...(position === 'clear' && usable(downstream)) })
}

/** What the next node said of the onion that we made for it, in our name (BOLT 2, `update_fail_malformed_htlc`). */
function malformedMessage({ failureCode, sha256OfOnion }: HtlcFailure & { readonly type: 'malformed' }): Uint8Array {
  if (!(failureCode & BADONION) || failureCode > 0xffff || sha256OfOnion.length !== 32) {
    return failureMessage({ failure: 'temporary_channel_failure', data: {} })
  }
  return concatBytes(Uint8Array.of(failureCode >> 8, failureCode & 0xff), sha256OfOnion)
}

/** Attribution data of another length than ours can only have been damaged: as good as none. */
function usable(downstream: Uint8Array | undefined): { readonly downstream?: Uint8Array } {
  return downstream?.length === ATTRIBUTION_LENGTH ? { downstream } : {}
}
