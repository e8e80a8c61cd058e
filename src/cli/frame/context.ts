import type { Context } from './command.js'
import { exitCodeOf } from './exit.js'
import type { Io } from './io.js'
import { jsonText } from './json.js'
import { asLnoError, errorLine } from './report.js'
import { styleFor, usesColor } from './style.js'
import { oneLine, widthOf } from './text.js'

/** Global switches, as the frame read them. */
export interface Globals {
  readonly json: boolean
  readonly quiet: boolean
  readonly noColor: boolean
}

export function makeContext(
  io: Io,
  globals: Globals,
  command: string,
  given: Pick<Context, 'args' | 'options' | 'config' | 'commands'>,
): Context {
  const note = (text: string) => {
    if (!globals.quiet) io.stderr.write(`${oneLine(text)}\n`)
  }
  const line = (text: string) => io.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  return {
    ...given,
    io,
    json: globals.json,
    style: styleFor(usesColor(io.stdout, io.env, globals.noColor)),
    width: widthOf(io.stdout.columns),
    signal: io.signal,
    result: (document, human) => line(globals.json ? jsonText(document) : human()),
    event: (document, human) => line(globals.json ? jsonText(document, 0) : human()),
    note,
    warn: (text) => io.stderr.write(`lno: ${oneLine(text)}\n`),
    fail: (thrown) => {
      const error = asLnoError(thrown)
      io.stderr.write(`${errorLine(error, command)}\n`)
      return exitCodeOf(error.code)
    },
    next: (line) => {
      if (!globals.json) note(`Next: ${line}`)
    },
  }
}
