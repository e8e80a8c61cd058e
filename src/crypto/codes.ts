import type { CodeText } from '../base/error.js'

/** Codes of keys and points. */
export const CRYPTO_CODES = {
  BACKEND_IN_USE: {
    meaning: 'The crypto backend was replaced twice, or after something had already used it.',
    advice: 'Call useBackend() once, first thing in the program.',
  },
  BAD_POINT: {
    meaning: 'The bytes are not a compressed point of secp256k1.',
    advice: 'A point is 33 bytes, begins with 02 or 03 and lies on the curve; check how it was copied.',
  },
  BAD_SECRET: {
    meaning: 'The bytes are not a secret key.',
    advice: 'A secret key is 32 bytes between 1 and the order of secp256k1.',
  },
  BAD_MESSAGE_HASH: {
    meaning: 'What is to be signed is not a 32-byte hash.',
    advice: 'Sign the BOLT 12 signature hash, never free bytes.',
  },
} as const satisfies Record<string, CodeText>
export type CryptoCode = keyof typeof CRYPTO_CODES
