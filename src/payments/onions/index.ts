/**
 * The onions of payments in use (BOLT 4): built by a payer, read by a hop, refused, returned. Pure functions.
 *
 * @packageDocumentation
 */

export * from './build-payment.js'
export { MAX_EXPIRY_BLOCKS } from './forward-terms.js'
export * from './pass-back.js'
export * from './payment-path.js'
export { type ClearHop, planHops } from './payment-route.js'
export * from './read-htlc.js'
export * from './refusal.js'
export { hidesFailures, refuseHtlc } from './refuse.js'
export * from './returned.js'
export * from './room.js'
