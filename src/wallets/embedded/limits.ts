/** What strangers and users can make the embedded wallet hold. Every bound is here, with its reason. */

/**
 * Messages of one peer that wait until they are stepped; beyond, it is hung up on. A channel has 20 HTLCs in flight each way at
 * most: their adds, removals and signatures are 120 messages when the disk stands still.
 */
export const MAX_WAITING_MESSAGES = 256

/** Their bytes: two of the longest messages, as much as a connection holds of its peer. */
export const MAX_WAITING_BYTES = 131_072

/** Commands of the user that wait until they are stepped. */
export const MAX_WAITING_COMMANDS = 1024

/** Steps that one commit stores. While the disk works so many are taken ahead of it, then all waits. */
export const MAX_STEPS_A_COMMIT = 64

/** Milliseconds between two looks at the height: a fraction of the 20 minutes within which a preimage is not released any more. */
export const HEIGHT_PERIOD_MS = 60_000

/**
 * Ticks are wanted at times rounded up to this, milliseconds: then a stranger who makes HTLCs come and go leaves a bounded
 * number of times to remember.
 */
export const TICK_GRAIN_MS = 100

/** Milliseconds for a peer to answer the wish for a channel: three messages of it. */
export const OPEN_TIMEOUT_MS = 30_000
