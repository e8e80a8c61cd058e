import { toHex } from '../../src/base/hex.js'

/** Throws unless `actual` is what the hex says; for vector replays, which need no test framework. */
export function expectHex(actual: Uint8Array, expected: string, what: string): void {
  const hex = toHex(actual)
  if (hex !== expected.toLowerCase()) throw new Error(`${what} differs\n  expected ${expected}\n  got      ${hex}`)
}
