import type { Config } from '../config.js'
import type { Arguments, ArgumentValue, Options, OptionValue } from './declaration.js'
import type { Io } from './io.js'
import type { Style } from './style.js'

/** The three sections of `lno help`. */
export type Group = 'Everyday' | 'Node' | 'Implementers'

/** What a command gets to work with. */
export interface Context<A extends Arguments = Arguments, O extends Options = Options> {
  readonly args: { readonly [K in keyof A]: ArgumentValue<A[K]> }
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> }
  readonly io: Io
  /** The table of commands, for those that show it. */
  readonly commands: readonly Entry[]
  /** What was typed behind the command's name, for one that hands it on to a program of its own. */
  readonly words: readonly string[]
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

/** An exit code, or nothing for 0. */
// biome-ignore lint/suspicious/noConfusingVoidType: a command that prints and ends returns nothing at all
export type RunResult = number | undefined | void | Promise<number | undefined | void>

/** A command's own file: what it takes and what it does. Its name, group and summary stand in `commands.ts`. */
export interface Command<A extends Arguments = Arguments, O extends Options = Options> {
  /** More than the summary, for its own help. Paragraphs are separated by an empty line. */
  readonly description?: string
  readonly args: A
  readonly options: O
  /** Whole lines to try: `lno decode lno1…`. */
  readonly examples: readonly string[]
  /** Ends by itself after `context.signal` aborts (to close sockets, to stop a node). Others are dropped at once. */
  readonly endsOnSignal?: boolean
  /** With `--json` it prints a document a line (`event`): the one that says how it failed is one line, too. */
  readonly printsLines?: boolean
  /** Returns the exit code, nothing for 0; throws an `LnoError` for what is wrong. */
  run(context: Context<A, O>): RunResult
}

/** A command after its types have been used: what the frame runs, and help, completion and docs are made from. */
export interface AnyCommand extends Omit<Command, 'run'> {
  run(context: Context): RunResult
}

/** Declares a command; `context.args` and `context.options` in `run` get their types from the declaration. */
export function defineCommand<const A extends Arguments, const O extends Options>(command: Command<A, O>): AnyCommand {
  // The frame fills `args` and `options` from these very declarations, so the narrower context is what `run` receives.
  return { ...command, run: (context) => command.run(context as Context<A, O>) }
}

/** A line of the table of commands. */
export interface Entry {
  /** One to three words: `decode`, `offer create`, `channel override accept`. */
  readonly name: string
  readonly group: Group
  readonly summary: string
  /** The command's file; it is loaded when the command is run or its help is asked for, never before. */
  readonly load: () => Promise<{ readonly command: AnyCommand }>
}
