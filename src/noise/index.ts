/**
 * BOLT 8 over bytes: the Noise handshake and the encrypted transport, without sockets, clocks or randomness of its own.
 *
 * @packageDocumentation
 */

export type { NoiseCode } from './codes.js'
export * from './handshake.js'
export * from './limits.js'
export * from './transport.js'
