import { concatBytes } from '../../base/bytes.js'

const NEWLINE = 10

/** Cuts a stream of bytes into lines, holding at most one line that is not whole yet. */
export interface LineSplitter {
  /**
   * Takes bytes, calls `onLine` for each whole line (without its end, empty ones left out).
   * @returns false when a line is longer than allowed: the stream is of no use any more
   */
  push(bytes: Uint8Array): boolean
}

/** A splitter for lines of at most `maxBytes`. */
export function lineSplitter(maxBytes: number, onLine: (line: Uint8Array) => void): LineSplitter {
  let parts: Uint8Array[] = []
  let held = 0
  let broken = false
  return {
    push(bytes) {
      let start = 0
      while (!broken) {
        const end = bytes.indexOf(NEWLINE, start)
        const piece = bytes.subarray(start, end < 0 ? undefined : end)
        if (held + piece.length > maxBytes) broken = true
        else if (end < 0) {
          if (piece.length > 0) parts.push(new Uint8Array(piece))
          held += piece.length
          return true
        } else {
          const line = parts.length === 0 ? piece : concatBytes(...parts, piece)
          parts = []
          held = 0
          start = end + 1
          if (line.length > 0) onLine(line)
        }
      }
      parts = []
      return false
    },
  }
}
