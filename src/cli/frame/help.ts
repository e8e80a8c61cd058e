import { NETWORKS, variableOf } from '../config.js'
import type { AnyCommand, Entry, Group } from './command.js'
import { kebab, type Option } from './declaration.js'
import type { Style } from './style.js'
import { columnsOf, wrap } from './text.js'

export const GROUPS: readonly Group[] = ['Everyday', 'Node', 'Implementers']

/** Options that every command takes. */
export const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  json: { summary: 'print one JSON document; amounts are strings of msat' },
  network: { value: 'NAME', summary: 'which network', choices: NETWORKS, default: NETWORKS[0], setting: true },
  dataDir: { value: 'FOLDER', summary: 'where nodes keep their data, a folder a network', setting: true },
  quiet: { short: 'q', summary: 'no hints on standard error' },
  noColor: { summary: 'no colours (also NO_COLOR, TERM=dumb; FORCE_COLOR the other way)' },
  help: { short: 'h', summary: 'how to use the command' },
}

/** The choices where they are short enough to stand in place of the value. */
function shortChoices({ choices }: Option): string | undefined {
  const text = choices?.join('|')
  return text !== undefined && text.length <= 20 ? text : undefined
}

/** `-n, --dry-run`, `--network <NAME>`. */
export function flagsOf(name: string, option: Option): string {
  const choices = shortChoices(option)
  const value = choices ?? option.value
  return `${option.short ? `-${option.short}, ` : ''}--${kebab(name)}${value === undefined ? '' : ` <${value}>`}`
}

/** What an option is for, with its choices, default and variable. */
export function detailsOf(name: string, option: Option): string {
  const notes = [
    option.choices && shortChoices(option) === undefined ? `one of ${option.choices.join(', ')}` : undefined,
    option.required ? 'required' : undefined,
    option.many ? 'may be repeated' : undefined,
    option.default === undefined ? undefined : `default ${option.default}`,
    option.setting ? variableOf(kebab(name)) : undefined,
  ].filter((note) => note !== undefined)
  if (notes.length === 0) return option.summary
  // A summary that ends with a note of its own gets no second pair of brackets.
  const [, summary, own] = /^(.*) \(([^()]*)\)$/.exec(option.summary) ?? [undefined, option.summary, undefined]
  return `${summary} (${[own, ...notes].filter((note) => note !== undefined).join('; ')})`
}

/** `lno decode STRING [options]`. */
export function usageOf(name: string, command: AnyCommand): string {
  const args = Object.entries(command.args).map(([argument, { optional, many }]) => {
    const word = kebab(argument).toUpperCase() + (many ? '…' : '')
    return optional ? ` [${word}]` : ` ${word}`
  })
  return `lno ${name}${args.join('')} [options]`
}

function section(title: string, body: string, style: Style): string {
  return `${style.bold(title)}\n${body.replace(/^(?=.)/gm, '  ')}\n`
}

/** What to try, the most useful first; those whose command is there are shown. */
const TO_TRY = [
  ['lno decode lno1…', 'what an offer says'],
  ['lno explain lno1…', 'which rules it keeps, and which it breaks'],
  ['lno demo', 'three nodes on this machine: an offer becomes an invoice'],
  ['lno fetch lno1…', 'an invoice for an offer'],
  ['lno explain TLV_ORDER', 'what an error code means'],
  ['lno merkle lnr1…', 'what its signature commits to'],
] as const

/** Bare `lno`: five lines to try. */
export function fiveLines(entries: readonly Entry[], width: number): string {
  const known = TO_TRY.filter(([line]) => entries.some(({ name }) => line.startsWith(`lno ${name}`)))
  return `${columnsOf([...known.slice(0, 4), ['lno help', 'every command']], width)}\n`
}

/** `lno help`. */
export function overview(entries: readonly Entry[], style: Style, width: number): string {
  const parts = [
    wrap('lno: BOLT 12 offers, onion messages and route blinding for the Lightning Network', width),
    `\n${style.bold('Usage')}\n  lno COMMAND [arguments] [options]\n`,
  ]
  for (const group of GROUPS) {
    const rows = entries.filter((entry) => entry.group === group).map(({ name, summary }) => [name, summary] as const)
    if (rows.length > 0) parts.push(section(group, columnsOf(rows, width - 2), style))
  }
  parts.push(section('Options of every command', optionRows(GLOBAL_OPTIONS, width - 2), style))
  parts.push(section('Examples', fiveLines(entries, width - 2).trimEnd(), style))
  parts.push(wrap('lno COMMAND --help shows one command; lno explain CODE says what an error means.', width))
  return `${parts.join('\n')}\n`
}

function optionRows(options: Readonly<Record<string, Option>>, width: number): string {
  return columnsOf(
    Object.entries(options).map(([name, option]) => [flagsOf(name, option), detailsOf(name, option)] as const),
    width,
  )
}

/** `lno COMMAND --help`. */
export function commandHelp(entry: Entry, command: AnyCommand, style: Style, width: number): string {
  const parts = [wrap(`${usageOf(entry.name, command)}\n\n${entry.summary}.`, width)]
  if (command.description) parts.push(`\n${wrap(command.description, width)}`)
  parts[parts.length - 1] += '\n'
  const args = Object.entries(command.args).map(
    ([name, { summary, stdin }]) =>
      [kebab(name).toUpperCase(), stdin ? `${summary}; - reads standard input` : summary] as const,
  )
  if (args.length > 0) parts.push(section('Arguments', columnsOf(args, width - 2), style))
  if (Object.keys(command.options).length > 0) {
    parts.push(section('Options', optionRows(command.options, width - 2), style))
  }
  parts.push(section('Options of every command', optionRows(GLOBAL_OPTIONS, width - 2), style))
  if (command.examples.length > 0) parts.push(section('Examples', command.examples.join('\n'), style))
  return parts.join('\n')
}

/** `lno offer`: the verbs of a noun. */
export function nounHelp(noun: string, entries: readonly Entry[], style: Style, width: number): string {
  const rows = entries
    .filter(({ name }) => name.startsWith(`${noun} `))
    .map(({ name, summary }) => [`lno ${name}`, summary] as const)
  return section(`lno ${noun} …`, columnsOf(rows, width - 2), style)
}
