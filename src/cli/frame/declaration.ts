/** What a command takes, as data: parsing, help and completion are made from it. */

/** A positional argument. Keys of `args` are its names, in order. */
export interface Argument {
  readonly summary: string
  readonly optional?: boolean
  /** Takes all that follow (the last argument only). */
  readonly many?: boolean
  /** `-` stands for the text on standard input (bounded, trimmed). */
  readonly stdin?: boolean
  /** The only values allowed. */
  readonly choices?: readonly string[]
  /** For completion in a shell: it is the name of a command. */
  readonly completes?: 'command'
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
  ? readonly Chosen<A>[]
  : A extends { readonly optional: true }
    ? Chosen<A> | undefined
    : Chosen<A>

type Chosen<T> = T extends { readonly choices: readonly (infer C)[] } ? C : string

type One<O extends Option> = O extends { readonly parse: (text: string) => infer T } ? T : Chosen<O>

/** What `run` sees of an option. */
export type OptionValue<O extends Option> = O extends { readonly value: string }
  ? O extends { readonly many: true }
    ? readonly One<O>[]
    : O extends { readonly default: string } | { readonly required: true }
      ? One<O>
      : One<O> | undefined
  : boolean

/** `dataDir` as people type it: `data-dir`. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
