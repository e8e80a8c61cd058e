/**
 * Route blinding (BOLT 4): making paths to ourselves, reading the hop that is ours, going over paths of others.
 *
 * @packageDocumentation
 */

export * from './blinded-path.js'
export * from './build.js'
export type { BlindingCode } from './codes.js'
export * from './encrypted-data.js'
export * from './join.js'
export * from './unblind.js'
