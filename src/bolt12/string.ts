import { LnoError } from '../base/error.js'
import type { Bolt12Code } from './codes.js'

/** What the string is: offer, invoice_request, invoice or payer_proof. */
export type Prefix = 'lno' | 'lnr' | 'lni' | 'lnp'

/** A BOLT 12 string taken apart: the bytes are a TLV stream. */
export interface Bolt12String {
  readonly prefix: Prefix
  readonly bytes: Uint8Array
}

/**
 * Longest text that is looked at, in UTF-16 code units. BOLT 12 sets no limit (rule A1.6), but what a string can hold must
 * travel in a Lightning message of 65535 bytes, which are 104 856 characters; the rest leaves room for `+` and line ends.
 */
export const MAX_STRING_LENGTH = 262_144

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const SEPARATOR = '1'
/** Five bits for each lower-case ASCII code, -1 where there is none. */
const VALUES: readonly number[] = /* @__PURE__ */ Array.from({ length: 128 }, (_, code) =>
  CHARSET.indexOf(String.fromCharCode(code)),
)

const PLUS = 43

function stringError(code: Bolt12Code, message: string, offset: number, rule: string): LnoError {
  return new LnoError(code, message, { offset, rule, spec: 'BOLT 12 Encoding' })
}

/**
 * White space behind a `+`: space, tab, line feed, carriage return and nothing else. BOLT 12 does not say which it means
 * (CLN takes C's `isspace`, LDK Unicode's); these four are what line breaks and mail programs insert, and every reader
 * knows them. A no-break space or a BOM is refused.
 */
function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13
}

const isUpper = (code: number): boolean => code >= 65 && code <= 90
const isLower = (code: number): boolean => code >= 97 && code <= 122

/** A character of the string, in lower case, with its place in the text. */
interface Characters {
  readonly codes: Uint8Array
  readonly offsets: Uint32Array
  readonly length: number
}

/**
 * Drops continuations and checks the case, in one pass. A `+` may stand between any two characters, those of `lno1`
 * included: BOLT 12 says "between two bech32 characters", which `o` and `1` are not, but its own vectors join `l+no1`, and
 * CLN and LDK accept it anywhere but at the ends (rule A1.5).
 */
function join(text: string): Characters {
  const codes = new Uint8Array(text.length)
  const offsets = new Uint32Array(text.length)
  let length = 0
  let upper = -1
  let lower = -1
  for (let at = 0; at < text.length; at++) {
    let code = text.charCodeAt(at)
    if (code === PLUS) {
      const plus = at
      do code = text.charCodeAt(++at)
      while (isSpace(code))
      if (length === 0 || at >= text.length || code === PLUS) {
        throw stringError(
          'STRING_BAD_CONTINUATION',
          'a + must stand between two characters of the string',
          plus,
          'A1.5',
        )
      }
    }
    if (isUpper(code)) upper = upper < 0 ? at : upper
    else if (isLower(code)) lower = lower < 0 ? at : lower
    if (upper >= 0 && lower >= 0) {
      throw stringError('STRING_MIXED_CASE', 'upper and lower case are mixed', Math.max(upper, lower), 'A1.4')
    }
    // Beyond ASCII nothing is folded: U+212A would become a k.
    if (code <= 32 || code >= 127) {
      throw stringError('STRING_BAD_CHARACTER', `${nameOf(text, at)} cannot stand in a BOLT 12 string`, at, 'A1.6')
    }
    codes[length] = isUpper(code) ? code + 32 : code
    offsets[length++] = at
  }
  return { codes, offsets, length }
}

/** A character as a message may show it. */
function nameOf(text: string, at: number): string {
  const code = text.codePointAt(at)!
  return code > 32 && code < 127 ? `"${text[at]}"` : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

function prefixOf(characters: Characters): Prefix {
  const { codes, length } = characters
  const known = codes[0] === 108 && codes[1] === 110 && codes[3] === 49 // l n ? 1
  if (length >= 4 && known) {
    const kind = String.fromCharCode(codes[2]!)
    if (kind === 'o' || kind === 'r' || kind === 'i' || kind === 'p') return `ln${kind}`
  }
  throw stringError('STRING_UNKNOWN_PREFIX', 'the text does not begin with lno1, lnr1, lni1 or lnp1', 0, 'A1.6')
}

/**
 * The bytes behind a BOLT 12 string: all lower or all upper case, `+` with white space behind it as a joint, no checksum
 * (BOLT 12, "Encoding"; rules A1.4-A1.8). Work and memory are linear in the text.
 * @throws LnoError `STRING_TOO_LONG`, `STRING_BAD_CONTINUATION`, `STRING_MIXED_CASE`, `STRING_BAD_CHARACTER`,
 *   `STRING_UNKNOWN_PREFIX`, `STRING_EMPTY_DATA`, `STRING_PADDING_TOO_LONG`, `STRING_PADDING_NOT_ZERO`; `offset` counts
 *   UTF-16 code units of `text`
 */
export function decodeString(text: string): Bolt12String {
  if (text.length > MAX_STRING_LENGTH) {
    const message = `${text.length} characters, at most ${MAX_STRING_LENGTH} are read`
    throw stringError('STRING_TOO_LONG', message, MAX_STRING_LENGTH, 'A1.6')
  }
  const characters = join(text)
  const prefix = prefixOf(characters)
  const { codes, offsets, length } = characters
  if (length === 4) throw stringError('STRING_EMPTY_DATA', `nothing follows ${prefix}1`, text.length, 'A1.8')
  const bytes = new Uint8Array(Math.floor(((length - 4) * 5) / 8))
  let held = 0
  let bits = 0
  let out = 0
  for (let i = 4; i < length; i++) {
    const value = VALUES[codes[i]!]!
    if (value < 0) {
      const offset = offsets[i]!
      throw stringError('STRING_BAD_CHARACTER', `${nameOf(text, offset)} is not a bech32 character`, offset, 'A1.6')
    }
    held = ((held << 5) | value) & 0xfff // at most 7 bits waiting and 5 new ones
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[out++] = held >> bits
    }
  }
  const last = offsets[length - 1]!
  if (bits > 4) {
    throw stringError('STRING_PADDING_TOO_LONG', `${bits} bits are left over, at most 4 may be`, last, 'A1.7')
  }
  if ((held & ((1 << bits) - 1)) !== 0) {
    throw stringError('STRING_PADDING_NOT_ZERO', 'the bits left over at the end are not zero', last, 'A1.7')
  }
  return { prefix, bytes }
}

/** How a string is written. */
export interface EncodeStringOptions {
  /** Upper case, which a QR code holds in fewer modules (rule A1.2). */
  readonly uppercase?: boolean
  /** Characters a line; lines are joined with `+` and a line feed (rule A1.3). Unbroken unless given. */
  readonly lineLength?: number
}

/** The BOLT 12 string of a TLV stream (rules A1.1-A1.3). */
export function encodeString(prefix: Prefix, bytes: Uint8Array, options: EncodeStringOptions = {}): string {
  let text = prefix + SEPARATOR
  let held = 0
  let bits = 0
  for (let i = 0; i < bytes.length; i++) {
    held = ((held << 8) | bytes[i]!) & 0xfff
    for (bits += 8; bits >= 5; ) {
      bits -= 5
      text += CHARSET[(held >> bits) & 31]
    }
  }
  if (bits > 0) text += CHARSET[(held << (5 - bits)) & 31]
  if (options.uppercase) text = text.toUpperCase() // ASCII alone: no locale, no folding
  const { lineLength = 0 } = options
  if (lineLength < 1) return text
  const lines: string[] = []
  for (let at = 0; at < text.length; at += lineLength) lines.push(text.slice(at, at + lineLength))
  return lines.join('+\n')
}
