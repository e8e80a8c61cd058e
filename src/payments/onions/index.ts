/**
 * The onions of payments in use (BOLT 4): built by a payer, read by a hop, refused, returned. Pure functions.
 *
 * @packageDocumentation
 */

export * from './build-payment.js'
export { type ForwardAmounts, MAX_EXPIRY_BLOCKS, NO_TERMS, refusedForward } from './forward-terms.js'
export * from './pass-back.js'
export * from './payment-path.js'
export { type ClearHop, type PaymentRoute, planHops } from './payment-route.js'
export * from './read-htlc.js'
export * from './refusal.js'
export { hidesFailures, type RefuseHtlc, refuseHtlc } from './refuse.js'
export * from './returned.js'
export * from './room.js'
