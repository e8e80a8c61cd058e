import type { Config } from '../config.js'
import type { Arguments, ArgumentValue, Options, OptionValue } from './command.js'
import { exitCodeOf } from './exit.js'
import type { Io } from './io.js'
import { jsonText } from './json.js'
import { asLnoError, errorLine } from './report.js'
import { type Style, styleFor, usesColor } from './style.js'
import { oneLine, widthOf } from './text.js'

/** What a command gets to work with. */
export interface Context<A extends Arguments = Arguments, O extends Options = Options> {
  readonly args: { readonly [K in keyof A]: ArgumentValue<A[K]> }
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> }
  readonly io: Io
  /** `--json` was given: standard output is one JSON document. */
  readonly json: boolean
  /** Colours of standard output, off where they do not belong. */
  readonly style: Style
  /** Characters of a line of standard output; infinite when it is no terminal. */
  readonly width: number
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** Network and data folder: flag, then environment, then config file, then default. */
  config(): Config
  /**
   * The result, on standard output: `document` with `--json` (bigints become strings of digits, bytes hex), else what
   * `human` returns. Text of strangers in `human` must have gone through `escapeForDisplay`.
   */
  result(document: unknown, human: () => string): void
  /** Like `result`, for commands that print as things happen: with `--json` one document a line. */
  event(document: unknown, human: () => string): void
  /** A line for people on standard error; not with `--quiet`. */
  note(text: string): void
  /** A line on standard error that `--quiet` does not hide. */
  warn(text: string): void
  /**
   * Reports an error after a result was printed: its line on standard error. Returns the exit code for `run` to return.
   * Where nothing was printed, throwing is enough.
   */
  fail(error: unknown): number
  /** The command that is useful next, at the very end, on standard error; not with `--json` or `--quiet`. */
  next(command: string): void
}

/** Global switches, as the frame read them. */
export interface Globals {
  readonly json: boolean
  readonly quiet: boolean
  readonly noColor: boolean
}

export function makeContext(
  io: Io,
  globals: Globals,
  config: () => Config,
  given: Pick<Context, 'args' | 'options'>,
  command: string,
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
    config,
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
