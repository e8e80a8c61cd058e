import { LnoError, type Where } from '../base/error.js'
import type { BlindingCode } from './codes.js'

/** An error of this folder: a code that exists, and the section of BOLT 4. */
export function blindingError(code: BlindingCode, message: string, where: Where = {}): LnoError {
  return new LnoError(code, message, { spec: 'BOLT 4 Route Blinding', ...where })
}
