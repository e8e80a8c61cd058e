/**
 * Sphinx packets, failure packets and onion messages (BOLT 4): build, peel, pass on.
 *
 * @packageDocumentation
 */

export * from './attribution.js'
export type { OnionCode } from './codes.js'
export * from './engine.js'
export * from './failure.js'
export * from './failure-message.js'
export { framedLength, framePayload, unframePayload } from './frame.js'
export * from './generation.js'
export * from './generations/modern.js'
export * from './onion-message.js'
export * from './packet.js'
export * from './payment-payload.js'
export * from './reply-path.js'
export * from './sphinx.js'
