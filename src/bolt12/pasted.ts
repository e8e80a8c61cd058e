import { LnoError } from '../base/error.js'
import type { Bolt12Code } from './codes.js'
import { MAX_STRING_LENGTH } from './string.js'

/** Code units beyond the string that a URI may hold: an address, other ways to pay, labels, and percent signs. */
const MAX_URI_EXTRA = 65_536

/** Largest text that `fromPasted` looks at. */
export const MAX_PASTED_LENGTH = MAX_STRING_LENGTH + MAX_URI_EXTRA

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/** ASCII lower case: `toLowerCase` would fold the Kelvin sign to a k. */
function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))
}

function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** Percent-decodes what stands for ASCII; the rest stays as it is, and `decodeString` names it. A `+` means itself. */
function percentDecoded(text: string): string {
  return text.replace(/%([0-7][0-9A-Fa-f])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}

function withoutScheme(text: string, scheme: string): string | undefined {
  if (lower(text.slice(0, scheme.length + 1)) !== `${scheme}:`) return undefined
  const rest = text.slice(scheme.length + 1)
  return rest.startsWith('//') ? rest.slice(2) : rest
}

function notFound(message: string): LnoError {
  return new LnoError('STRING_NOT_FOUND' satisfies Bolt12Code, message, { offset: 0, spec: 'BOLT 12 Encoding' })
}

/** The first `lno` of a `bitcoin:` URI's query; keys count in either case, as BIP 321 says. */
function ofBitcoinUri(rest: string): string {
  const query = rest.indexOf('?')
  const parameters = query < 0 ? [] : rest.slice(query + 1).split('&')
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=')
    if (equals > 0 && lower(parameter.slice(0, equals)) === 'lno') return percentDecoded(parameter.slice(equals + 1))
  }
  throw notFound('the bitcoin: URI has no lno= parameter')
}

/**
 * The BOLT 12 string in what people paste: the string itself with white space around it, `lightning:…`, or
 * `bitcoin:…?lno=…` (BIP 21, BIP 321), schemes and keys in either case. What it gives goes to `decodeString`, which
 * judges it: nothing is repaired here.
 * @throws LnoError `STRING_NOT_FOUND` for nothing, or a `bitcoin:` URI without an offer; `STRING_TOO_LONG`
 */
export function fromPasted(pasted: string): string {
  if (pasted.length > MAX_PASTED_LENGTH) {
    const message = `${pasted.length} characters, at most ${MAX_PASTED_LENGTH} are read`
    throw new LnoError('STRING_TOO_LONG' satisfies Bolt12Code, message, { offset: MAX_PASTED_LENGTH })
  }
  const text = trim(pasted)
  const onchain = withoutScheme(text, 'bitcoin')
  const lightning = withoutScheme(text, 'lightning')
  const found =
    onchain !== undefined
      ? ofBitcoinUri(onchain.split('#')[0]!)
      : lightning !== undefined
        ? percentDecoded(lightning.split(/[?#]/)[0]!)
        : text
  if (found === '') throw notFound('there is no text')
  return found
}
