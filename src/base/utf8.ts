import { LnoError } from './error.js'

/**
 * Strict UTF-8 of BOLT 12's `utf8` (rule T3): overlong forms, surrogates and truncation are refused, a leading BOM is
 * kept, so that encoding what was decoded gives the same bytes.
 * @throws LnoError `BAD_UTF8` with the offset of the first byte that cannot stand there
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new LnoError('BAD_UTF8', 'not valid UTF-8', { offset: firstBadUtf8(bytes), cause })
  }
}

/**
 * The UTF-8 bytes of a string.
 * @throws LnoError `BAD_UTF8` for a lone surrogate, which has no UTF-8 form
 */
export function encodeUtf8(text: string): Uint8Array {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0xd800 || unit > 0xdfff) continue
    const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
    if (unit > 0xdbff || next < 0xdc00 || next > 0xdfff) {
      throw new LnoError('BAD_UTF8', 'a lone surrogate has no UTF-8 form', { offset: i })
    }
    i++
  }
  return new TextEncoder().encode(text)
}

/** Offset of the first byte at which `bytes` stops being UTF-8; its length when only the end is missing. */
function firstBadUtf8(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at]!
    const extra =
      lead < 0x80
        ? 0
        : lead >= 0xc2 && lead <= 0xdf
          ? 1
          : (lead & 0xf0) === 0xe0
            ? 2
            : lead >= 0xf0 && lead <= 0xf4
              ? 3
              : -1
    if (extra < 0) return at
    for (let i = 1; i <= extra; i++) {
      if (at + i >= bytes.length) return bytes.length
      const byte = bytes[at + i]!
      const low = i === 1 && lead === 0xe0 ? 0xa0 : i === 1 && lead === 0xf0 ? 0x90 : 0x80
      const high = i === 1 && lead === 0xed ? 0x9f : i === 1 && lead === 0xf4 ? 0x8f : 0xbf
      if (byte < low || byte > high) return at + i
    }
    at += 1 + extra
  }
  return bytes.length
}
