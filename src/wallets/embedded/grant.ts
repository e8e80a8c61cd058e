import type { NewGrant } from '../../payments/step.js'

/** What a host promises to whoever shows a grant's secret. */
export interface GrantOptions {
  readonly capacityMsat: bigint
  /** msat that the client owns from the start: what we owe then; 0 unless given. */
  readonly balanceMsat?: bigint
  readonly label?: string
  /** msat; 1 unless given. */
  readonly htlcMinimumMsat?: bigint
  /** HTLCs that the client may have in flight; 20, the most, unless given. */
  readonly maxAcceptedHtlcs?: number
  /** msat of them; the capacity unless given. */
  readonly maxInFlightMsat?: bigint
}

const MAX_ACCEPTED_HTLCS = 20

export function newGrant(secretHash: Uint8Array, options: GrantOptions): NewGrant {
  const {
    capacityMsat,
    balanceMsat = 0n,
    htlcMinimumMsat = 1n,
    maxAcceptedHtlcs = MAX_ACCEPTED_HTLCS,
    maxInFlightMsat = capacityMsat,
    label,
  } = options
  return {
    secretHash,
    terms: { capacityMsat, htlcMinimumMsat, maxAcceptedHtlcs, maxInFlightMsat },
    clientBalanceMsat: balanceMsat,
    ...(label !== undefined && { label }),
  }
}
