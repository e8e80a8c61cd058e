import type { HostTerms, NewGrant } from '../../payments/step.js'

/** What a channel of ours is like. */
export interface TermsOptions {
  readonly capacityMsat: bigint
  /** msat; 1 unless given. */
  readonly htlcMinimumMsat?: bigint
  /** HTLCs that the client may have in flight; 20, the most, unless given. */
  readonly maxAcceptedHtlcs?: number
  /** msat of them; the capacity unless given. */
  readonly maxInFlightMsat?: bigint
}

/** What a host promises to whoever shows a grant's secret. */
export interface GrantOptions extends TermsOptions {
  /** msat that the client owns from the start: what we owe then; 0 unless given. */
  readonly balanceMsat?: bigint
  readonly label?: string
}

const MAX_ACCEPTED_HTLCS = 20

export function hostTerms(options: TermsOptions): HostTerms {
  const {
    capacityMsat,
    htlcMinimumMsat = 1n,
    maxAcceptedHtlcs = MAX_ACCEPTED_HTLCS,
    maxInFlightMsat = capacityMsat,
  } = options
  return { capacityMsat, htlcMinimumMsat, maxAcceptedHtlcs, maxInFlightMsat }
}

export function newGrant(secretHash: Uint8Array, { balanceMsat = 0n, label, ...terms }: GrantOptions): NewGrant {
  return {
    secretHash,
    terms: hostTerms(terms),
    clientBalanceMsat: balanceMsat,
    ...(label !== undefined && { label }),
  }
}
