import { toHex } from '../../base/hex.js'

// The characters that `escapeForDisplay` escapes, in JSON's own way: the document shows no control or bidi character
// and still says exactly the same. Those that JSON.stringify escapes itself never reach this.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu

function escapeUnits(character: string): string {
  let out = ''
  for (let i = 0; i < character.length; i++) out += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return out
}

/** One JSON document: a bigint is a string of its digits, bytes are hex, a `Map` is an object. `indent` 0 is one line. */
export function jsonText(value: unknown, indent = 2): string {
  const text = JSON.stringify(
    value,
    (_key, member: unknown) => {
      if (typeof member === 'bigint') return member.toString()
      if (member instanceof Uint8Array) return toHex(member)
      if (member instanceof Map) return Object.fromEntries(member)
      return member
    },
    indent,
  )
  // A line break of the layout is the one control character that JSON text itself holds.
  return text.replace(UNSAFE, (character) => (character === '\n' ? character : escapeUnits(character)))
}
