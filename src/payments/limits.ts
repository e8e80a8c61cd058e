/** Blocks that BOLT 11 and the implementations take as the least for the last hop. */
export const FINAL_CLTV_DELTA = 18

/** Milliseconds that a recipient waits for the other parts of a payment (BOLT 4 `mpp_timeout`, at least 60 seconds). */
export const SET_TIMEOUT_MS = 60_000

/** Parts that a payment is split into at most, and attempts beyond these when some of them fail. */
export const MAX_PARTS = 16
export const MAX_RETRIES = 10

/**
 * Milliseconds by which an introduction node delays a refusal at random (rule E2): nobody can tell by the time how far behind it
 * the payment failed.
 */
export const REFUSAL_DELAY_MS = { least: 100, most: 1_100 } as const

/**
 * Channels that there are at most when one is opened without a grant: each has a record for ever, and a stranger has as many node ids
 * as it likes.
 */
export const MAX_OPEN_CHANNELS = 1_000

/** Paths of one of our invoices at most: each takes some 400 bytes of it. */
export const MAX_INVOICE_PATHS = 4
