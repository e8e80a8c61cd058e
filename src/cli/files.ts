import { readFileSync, statSync } from 'node:fs'
import { isLnoError } from '../base/error.js'
import { decodeUtf8 } from '../base/utf8.js'
import { cliError } from './frame/exit.js'

/** A file as text. @throws LnoError `FILE_UNREADABLE`, `INPUT_TOO_LARGE`, `BAD_UTF8` */
export function readTextFile(path: string, most: number): string {
  try {
    const { size } = statSync(path)
    if (size > most) throw cliError('INPUT_TOO_LARGE', `${path} holds ${size} bytes, at most ${most} are read`)
    return decodeUtf8(new Uint8Array(readFileSync(path)))
  } catch (cause) {
    if (isLnoError(cause)) throw cause
    throw cliError('FILE_UNREADABLE', `cannot read ${path} (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
}
