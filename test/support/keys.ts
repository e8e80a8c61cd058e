import { publicKey } from '../../src/crypto/group.js'

/** A secret key that is easy to name: 32 times the same byte, as the vector files have them. */
export function secretOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte)
}

/** A node of a test: `0x41` is Alice, `0x42` Bob and so on. */
export function node(byte: number): { readonly secret: Uint8Array; readonly id: Uint8Array } {
  const secret = secretOf(byte)
  return { secret, id: publicKey(secret) }
}
