import type { CodeText } from './error.js'

/** Codes of the lowest layer: text given by a person or a program. */
export const BASE_CODES = {
  BAD_HEX: {
    meaning: 'The text is not hex: a wrong character, or an odd number of digits.',
    advice: 'Give pairs of 0-9 and a-f without prefix or spaces.',
  },
  BAD_UTF8: {
    meaning: 'The bytes of a text field are not valid UTF-8.',
    advice: 'Whoever made this must encode its text as UTF-8; nothing can be shown safely as it is.',
  },
} as const satisfies Record<string, CodeText>
export type BaseCode = keyof typeof BASE_CODES
