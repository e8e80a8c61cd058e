import { concatBytes } from '../../base/bytes.js'
import { decodeUtf8 } from '../../base/utf8.js'
import { cliError } from './exit.js'
import { interruptible } from './interruptible.js'
import type { Io } from './io.js'
import { oneLine } from './text.js'

/** Longest answer that is read, in bytes. */
const MAX_ANSWER = 4096
const LINE_FEED = 10

/** Whether there is somebody to ask: questions go to standard error, and answers come from standard input. */
export function canAsk({ stdin, stderr }: Io): boolean {
  return stdin.isTTY && stderr.isTTY
}

/** Asks for a line. An end of the input is an empty line. @throws LnoError `INTERRUPTED`, `INPUT_TOO_LARGE`, `BAD_UTF8` */
export function ask(io: Io, question: string): Promise<string> {
  io.stderr.write(`${oneLine(question)} `)
  return interruptible(io.signal, readLine(io))
}

/** Asks yes or no; anything but yes is no. @throws LnoError as `ask` */
export async function confirmed(io: Io, question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(io, `${question} [y/N]`))
}

async function readLine(io: Io): Promise<string> {
  let line: Uint8Array = new Uint8Array(0)
  for await (const part of io.stdin.read()) {
    line = concatBytes(line, new Uint8Array(part))
    if (line.length > MAX_ANSWER) throw cliError('INPUT_TOO_LARGE', `the answer has more than ${MAX_ANSWER} bytes`)
    if (line.includes(LINE_FEED)) break
  }
  const end = line.indexOf(LINE_FEED)
  return decodeUtf8(end < 0 ? line : line.subarray(0, end)).trim()
}
