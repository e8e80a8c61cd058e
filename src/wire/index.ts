/**
 * BOLT 1 and its parts of BOLT 7 and 9: values, TLV streams and messages in both directions, features, addresses, chains.
 *
 * @packageDocumentation
 */

export * from './address.js'
export * from './amount.js'
export * from './chains.js'
export * from './codec.js'
export type { WireCode } from './codes.js'
export * from './feature-table.js'
export * from './features.js'
export * from './ip.js'
export * from './message.js'
export * from './messages/index.js'
export * from './negotiate.js'
export * from './reader.js'
export * from './signed.js'
export * from './tlv.js'
export * from './writer.js'
