/**
 * Text from strangers as it may be shown (pitfall: control, bidi and format characters in terminals, logs and
 * receipts). Only what is printed is escaped, never what is signed or stored.
 */

// Cc, Cf, Zl, Zp, Co, Cn and lone surrogates: invisible, or able to move, hide or re-order what stands around them.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu

/** `text` with every control, format, bidi, separator, private and unassigned character as `\u{…}`, and `\` doubled. */
export function escapeForDisplay(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
