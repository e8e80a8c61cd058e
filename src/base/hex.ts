import { LnoError } from './error.js'

const DIGITS = '0123456789abcdef'
const BYTE_TO_HEX: readonly string[] = /* @__PURE__ */ Array.from(
  { length: 256 },
  (_, byte) => DIGITS[byte >> 4]! + DIGITS[byte & 15]!,
)

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i++) out += BYTE_TO_HEX[bytes[i]!]
  return out
}

function nibble(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  if (code >= 65 && code <= 70) return code - 55
  return -1
}

/**
 * The bytes of a hex string, either case, no prefix, no spaces.
 * @throws LnoError `BAD_HEX` with the offset of the first wrong character
 */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0) {
    throw new LnoError('BAD_HEX', `hex has an odd number of digits (${text.length})`, { offset: text.length })
  }
  const out = new Uint8Array(text.length / 2)
  for (let i = 0; i < out.length; i++) {
    const high = nibble(text.charCodeAt(2 * i))
    const low = nibble(text.charCodeAt(2 * i + 1))
    if (high < 0 || low < 0) {
      const offset = high < 0 ? 2 * i : 2 * i + 1
      throw new LnoError('BAD_HEX', `not a hex digit at position ${offset}`, { offset })
    }
    out[i] = (high << 4) | low
  }
  return out
}
