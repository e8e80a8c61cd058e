import { concatBytes } from '../../base/bytes.js'
import { decodeUtf8 } from '../../base/utf8.js'
import { cliError } from './exit.js'
import type { Io } from './io.js'

/** A whole message is at most 65535 bytes, 131070 hex digits; strings are shorter. The rest is room for white space. */
export const MAX_INPUT = 1 << 20

/** Standard input as trimmed text. @throws LnoError `INPUT_TOO_LARGE`, `NO_INPUT`, `BAD_UTF8` */
export async function readStdin(io: Io): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of io.stdin.read()) {
    length += part.length
    if (length > MAX_INPUT) throw cliError('INPUT_TOO_LARGE', `standard input holds more than ${MAX_INPUT} bytes`)
    parts.push(new Uint8Array(part))
  }
  const text = decodeUtf8(concatBytes(...parts)).trim()
  if (text === '') throw cliError('NO_INPUT', 'standard input is empty')
  return text
}
