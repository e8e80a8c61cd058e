import { type CommanderError, Option as CommanderOption, Command as Parser } from 'commander'
import { type Settings, settingsOf, variableOf } from '../config.js'
import type { AnyCommand } from './command.js'
import type { Globals } from './context.js'
import { kebab, type Option } from './declaration.js'
import { cliError, usage } from './exit.js'
import { GLOBAL_OPTIONS } from './help.js'
import type { Io } from './io.js'

/** A command line that has been understood; `-` in an argument that may be standard input is still `-`. */
export interface Parsed {
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly options: Readonly<Record<string, unknown>>
  readonly globals: Globals & { readonly help: boolean }
  readonly settings: Settings
}

function commanderOption(name: string, option: Option): CommanderOption {
  const value = option.value === undefined ? '' : ' <value>'
  const short = option.short === undefined ? '' : `-${option.short}, `
  const made = new CommanderOption(`${short}--${kebab(name)}${value}`)
  // Commander reads `--no-x` as a negation of `x`; here it is a switch like others.
  made.negate = false
  if (option.many) made.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text])
  // One of two amounts would be dropped. What every command takes may be written again: an alias may hold the first.
  else if (option.value !== undefined && !Object.hasOwn(GLOBAL_OPTIONS, name)) {
    made.argParser((text: string, before: string | undefined) => {
      if (before !== undefined) throw usage(`--${kebab(name)} is given twice`)
      return text
    })
  }
  return made
}

/** Commander's messages come with a prefix and sometimes a second line. */
function usageFrom(error: CommanderError): Error {
  return usage(
    error.message
      .replace(/^error: /, '')
      .replace(/\s*\n\s*/g, ' ')
      .replace(/\.$/, ''),
  )
}

function readValue(name: string, option: Option, text: string, from: string): unknown {
  const typed = from.startsWith('--')
  if (option.choices && !option.choices.includes(text)) {
    const message = `${from}: ${JSON.stringify(text)} is not one of ${option.choices.join(', ')}`
    throw typed ? usage(message) : cliError('BAD_CONFIG', message)
  }
  if (!option.parse) return text
  try {
    return option.parse(text)
  } catch (error) {
    const message = `${from}: ${error instanceof Error ? error.message : String(error)}`
    throw typed || from === kebab(name) ? usage(message) : cliError('BAD_CONFIG', message)
  }
}

function readSwitch(text: string, from: string): boolean {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw cliError('BAD_CONFIG', `${from}: a switch is true or false, not ${JSON.stringify(text)}`)
}

function readOption(name: string, option: Option, given: unknown, settings: Settings): unknown {
  const flag = `--${kebab(name)}`
  const setting = given === undefined && option.setting ? settings.get(kebab(name)) : undefined
  if (option.value === undefined) {
    return given === true || (setting !== undefined && readSwitch(setting.text, setting.from))
  }
  if (option.many) {
    const texts = (given as readonly string[] | undefined) ?? setting?.text.split(',') ?? []
    if (option.required && texts.length === 0) throw usage(`${flag} is missing`)
    return texts.map((text) => readValue(name, option, text, setting?.from ?? flag))
  }
  const text = (given as string | undefined) ?? setting?.text ?? option.default
  if (text === undefined) {
    if (option.required) throw usage(`${flag} is missing${option.setting ? ` (or ${variableOf(kebab(name))})` : ''}`)
    return undefined
  }
  return readValue(name, option, text, setting?.from ?? flag)
}

function checkChoice(choices: readonly string[] | undefined, text: string, from: string): void {
  if (choices && !choices.includes(text))
    throw usage(`${from}: ${JSON.stringify(text)} is not one of ${choices.join(', ')}`)
}

/**
 * Reads the words behind a command's name.
 * @throws LnoError `USAGE`, `BAD_CONFIG`
 */
export function parse(command: AnyCommand, words: readonly string[], env: Io['env']): Parsed {
  const parser = new Parser()
    .exitOverride()
    .helpOption(false)
    .configureOutput({ writeErr: () => {}, writeOut: () => {} })
    .allowExcessArguments(false)
  const options = { ...GLOBAL_OPTIONS, ...command.options }
  for (const [name, option] of Object.entries(options)) parser.addOption(commanderOption(name, option))
  for (const [name, { many }] of Object.entries(command.args)) {
    // All optional for commander: `--help` must work without them, so what is missing is found below.
    parser.argument(`[${kebab(name)}${many ? '...' : ''}]`)
  }
  try {
    parser.parse([...words], { from: 'user' })
  } catch (error) {
    if (error instanceof Error && 'exitCode' in error) throw usageFrom(error as CommanderError)
    throw error
  }
  const given: Readonly<Record<string, unknown>> = parser.opts()
  const flags = Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (typeof value === 'string' ? [[kebab(name), value]] : [])),
  )
  const settings = settingsOf(flags, env)
  const globals = {
    json: given.json === true,
    quiet: given.quiet === true,
    noColor: given.noColor === true,
    help: given.help === true,
  }
  if (globals.help) return { args: {}, options: {}, globals, settings }
  const args: Record<string, string | readonly string[] | undefined> = {}
  for (const [i, [name, argument]] of Object.entries(command.args).entries()) {
    const value = parser.processedArgs[i] as string | readonly string[] | undefined
    const missing = value === undefined || (argument.many && value.length === 0)
    if (missing && !argument.optional) throw usage(`${kebab(name).toUpperCase()} is missing: ${argument.summary}`)
    args[name] = argument.many ? (value ?? []) : value
    for (const text of [value ?? []].flat()) checkChoice(argument.choices, text, kebab(name).toUpperCase())
  }
  const read = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [name, readOption(name, option, given[name], settings)]),
  )
  return { args, options: read, globals, settings }
}
