/**
 * Route blinding (BOLT 4): making paths to ourselves, reading the hop that is ours, going over paths of others.
 *
 * @packageDocumentation
 */

export * from './allowed-features.js'
export * from './arrival.js'
export * from './blinded-path.js'
export * from './build.js'
export type { BlindingCode } from './codes.js'
export * from './encrypted-data.js'
export * from './inspect.js'
export * from './join.js'
export * from './message-hops.js'
export * from './padding.js'
export * from './payment-relay.js'
export * from './unblind.js'
