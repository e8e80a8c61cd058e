import type { ChainName } from '../wire/chains.js'

/** Says how high the chain is. */
export interface BlockClock {
  /** Block height at `nowMs` (Unix milliseconds); undefined while nobody knows it: no HTLC is added then, and none times out. */
  height(nowMs: number): number | undefined
}

/** Seconds that a block takes on the average. */
const SECONDS_A_BLOCK = 600
/** Blocks of a `block_day`. */
export const BLOCKS_A_DAY = 144

/** Unix seconds of each network's first block: where counting begins. */
const EPOCHS: Readonly<Record<ChainName, number>> = {
  bitcoin: 1231006505,
  testnet: 1296688602,
  testnet4: 1714777860,
  signet: 1598918400,
  regtest: 1296688602,
}

/**
 * Blocks by which two clocks may differ: a recipient releases no preimage when fewer are left before the HTLC expires. It is
 * the time for the preimage to travel, too, so it is more than the ten minutes by which clocks go wrong.
 */
export const HEIGHT_TOLERANCE = 2

/**
 * A height that is counted, not seen: one block each ten minutes since the network's epoch. Nodes without a chain agree on it
 * as far as their clocks do. Real blocks come at their own pace, so that it must not be used where an HTLC may travel on
 * over channels that do follow a chain: on `bitcoin` it knows none.
 */
export function countedHeight(network: ChainName): BlockClock {
  const epoch = EPOCHS[network]
  return {
    height: (nowMs) =>
      network === 'bitcoin' ? undefined : Math.max(0, Math.floor((nowMs / 1000 - epoch) / SECONDS_A_BLOCK)),
  }
}

/** The `block_day` of bLIP 17: the height in days of 144 blocks. */
export function blockDay(height: number): number {
  return Math.floor(height / BLOCKS_A_DAY)
}
