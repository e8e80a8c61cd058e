import { type CodeText, LnoError, type Where } from '../../base/error.js'

/** Codes of captures. */
export const CAPTURE_CODES = {
  CAPTURE_BAD_LINE: {
    meaning: 'A line of a capture does not have the form that docs/capture.md describes.',
    advice: 'The message names the line. The file may have been edited, or is no capture.',
  },
  CAPTURE_LINE_TOO_LONG: {
    meaning: 'A line of a capture is longer than any that can be written.',
    advice: 'The file is no capture, or was damaged.',
  },
  CAPTURE_TRUNCATED: {
    meaning: 'The capture ends in the middle of a line, or before its first one.',
    advice: 'Whatever wrote it was killed. All lines before the one named can be used.',
  },
  CAPTURE_VERSION: {
    meaning: 'The capture is of a version that is not known here.',
    advice: 'Update lno.',
  },
  CAPTURE_FAILED: {
    meaning: 'The file of a capture cannot be made, written or read.',
    advice:
      'Name a file that does not exist yet, in a folder of yours with room left; captures never overwrite anything.',
  },
} as const satisfies Record<string, CodeText>
export type CaptureCode = keyof typeof CAPTURE_CODES

/** An error of captures; a misspelt code does not compile. */
export function captureError(code: CaptureCode, message: string, where: Where = {}): LnoError {
  return new LnoError(code, message, where)
}
