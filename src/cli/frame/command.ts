import type { Context } from './context.js'

/** The three sections of `lno help`. */
export type Group = 'Everyday' | 'Node' | 'Implementers'

/** A positional argument. Keys of `args` are its names, in order. */
export interface Argument {
  readonly summary: string
  readonly optional?: boolean
  /** Takes all that follow (the last argument only). */
  readonly many?: boolean
  /** `-` stands for the text on standard input (bounded, trimmed). */
  readonly stdin?: boolean
}

/** An option. Keys of `options` are camelCase; the flag is the same in kebab case: `dataDir` is `--data-dir`. */
export interface Option {
  readonly summary: string
  /** One letter: `-n`. */
  readonly short?: string
  /** Name of its value in help: `MSAT`. An option without one is a switch. */
  readonly value?: string
  /** May be given several times; the values become a list. */
  readonly many?: boolean
  /** The only values allowed. */
  readonly choices?: readonly string[]
  /** Reads the text; throws `usage(…)` for what it cannot read. */
  readonly parse?: (text: string) => unknown
  /** As text, read like a given one. */
  readonly default?: string
  /** Also taken from `LNO_<NAME>` and from the key of the same (kebab case) name in the config file. */
  readonly setting?: boolean
  /** A usage error when it is given nowhere. */
  readonly required?: boolean
}

export type Arguments = Readonly<Record<string, Argument>>
export type Options = Readonly<Record<string, Option>>

/** What `run` sees of an argument. */
export type ArgumentValue<A extends Argument> = A extends { readonly many: true }
  ? readonly string[]
  : A extends { readonly optional: true }
    ? string | undefined
    : string

type One<O extends Option> = O extends { readonly parse: (text: string) => infer T }
  ? T
  : O extends { readonly choices: readonly (infer C)[] }
    ? C
    : string

/** What `run` sees of an option. */
export type OptionValue<O extends Option> = O extends { readonly value: string }
  ? O extends { readonly many: true }
    ? readonly One<O>[]
    : O extends { readonly default: string } | { readonly required: true }
      ? One<O>
      : One<O> | undefined
  : boolean

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
  /** One or two words: `decode`, `offer create`. */
  readonly name: string
  readonly group: Group
  readonly summary: string
  /** The command's file; it is loaded when the command is run or its help is asked for, never before. */
  readonly load: () => Promise<{ readonly command: AnyCommand }>
}

/** `dataDir` as people type it: `data-dir`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
