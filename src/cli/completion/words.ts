import type { Entry } from '../frame/command.js'
import { type Argument, kebab, type Option } from '../frame/declaration.js'
import { GLOBAL_OPTIONS } from '../frame/help.js'

/** What stands behind an option: one of some words, a path, or text that nobody can guess. */
export type Value =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'file' | 'folder' | 'text' }

export interface Flag {
  /** `--data-dir` */
  readonly long: string
  /** `-q` */
  readonly short: string | undefined
  readonly summary: string
  /** Undefined: a switch. */
  readonly value: Value | undefined
}

/** A command, or a noun that is the beginning of several. */
export interface Described {
  readonly name: string
  readonly summary: string
}

export interface CompletedCommand extends Described {
  readonly flags: readonly Flag[]
  /** Words for its first argument. */
  readonly choices: readonly string[]
  /** Its arguments are the words of a command. */
  readonly takesCommand: boolean
}

/** All that a shell has to know. */
export interface Words {
  readonly globals: readonly Flag[]
  readonly commands: readonly CompletedCommand[]
  /** By what stands before, '' at the beginning: the words that may follow there. */
  readonly next: ReadonlyMap<string, readonly Described[]>
}

function completedValue({ value, choices }: Option): Value | undefined {
  if (value === undefined) return undefined
  if (choices !== undefined) return { kind: 'choices', choices }
  return { kind: value === 'FILE' ? 'file' : value === 'FOLDER' ? 'folder' : 'text' }
}

function flagsOf(options: Readonly<Record<string, Option>>): readonly Flag[] {
  return Object.entries(options).map(([name, option]) => ({
    long: `--${kebab(name)}`,
    short: option.short === undefined ? undefined : `-${option.short}`,
    summary: option.summary,
    value: completedValue(option),
  }))
}

/** By the beginning of a name, '' for none: the words that may follow it. */
function nextWords(entries: readonly Entry[]): ReadonlyMap<string, readonly Described[]> {
  const next = new Map<string, Described[]>([['', []]])
  for (const { name } of entries) {
    const words = name.split(' ')
    words.forEach((word, i) => {
      const before = words.slice(0, i).join(' ')
      const all = next.get(before) ?? []
      next.set(before, all)
      if (all.some((known) => known.name === word)) return
      all.push({ name: word, summary: summaryOf([...words.slice(0, i), word].join(' '), entries) })
    })
  }
  return next
}

/** Of a command its own; of a noun what may follow it. */
function summaryOf(name: string, entries: readonly Entry[]): string {
  const own = entries.find((entry) => entry.name === name)
  if (own !== undefined) return own.summary
  const verbs = entries.filter((entry) => entry.name.startsWith(`${name} `))
  return [...new Set(verbs.map((entry) => entry.name.slice(name.length + 1).split(' ')[0]))].join(', ')
}

/** Loads every command for its declaration. */
export async function wordsOf(entries: readonly Entry[]): Promise<Words> {
  const commands = await Promise.all(
    entries.map(async ({ name, summary, load }): Promise<CompletedCommand> => {
      const { command } = await load()
      const first: Argument | undefined = Object.values(command.args)[0]
      return {
        name,
        summary,
        flags: flagsOf(command.options),
        choices: first?.choices ?? [],
        takesCommand: first?.completes === 'command',
      }
    }),
  )
  return { globals: flagsOf(GLOBAL_OPTIONS), commands, next: nextWords(entries) }
}

/** Names of all commands and nouns: how far the words of a line name something. */
export function namesOf({ commands, next }: Words): readonly string[] {
  const nouns = [...next.keys()].filter((noun) => noun !== '')
  return [...new Set([...nouns, ...commands.map(({ name }) => name)])]
}

/** A flag with the command that it belongs to, '' for those of every command. */
export interface OwnedFlag extends Flag {
  readonly command: string
}

/** Every flag that is followed by a value. */
export function flagsWithValue({ globals, commands }: Words): readonly (OwnedFlag & { readonly value: Value })[] {
  const all = [
    ...globals.map((flag) => ({ ...flag, command: '' })),
    ...commands.flatMap(({ name, flags }) => flags.map((flag) => ({ ...flag, command: name }))),
  ]
  return all.flatMap((flag) => (flag.value === undefined ? [] : [{ ...flag, value: flag.value }]))
}

/** Both spellings of a flag. */
export function spellings({ long, short }: Flag): readonly string[] {
  return short === undefined ? [long] : [long, short]
}

/** `text` as one word of a shell, in single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
