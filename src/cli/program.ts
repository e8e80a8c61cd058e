import { COMMANDS } from './commands.js'
import { type Config, configOf, type Settings } from './config.js'
import type { Context, Entry } from './frame/command.js'
import { makeContext } from './frame/context.js'
import { kebab } from './frame/declaration.js'
import { cliError, EXIT, exitCodeOf, usage } from './frame/exit.js'
import { commandHelp, fiveLines, GLOBAL_OPTIONS, nounHelp, overview } from './frame/help.js'
import type { Io } from './frame/io.js'
import { jsonText } from './frame/json.js'
import { nearest } from './frame/nearest.js'
import { parse } from './frame/parse.js'
import { asLnoError, errorJson, errorLine } from './frame/report.js'
import { readStdin } from './frame/stdin.js'
import { styleFor, usesColor } from './frame/style.js'
import { widthOf } from './frame/text.js'
import { programVersion } from './version.js'

/** The command line, cut into the name of a command and all other words. */
interface Split {
  readonly name: string
  readonly rest: readonly string[]
  /** The first word that belongs to no command. */
  readonly unknown: string | undefined
}

/** Global options that are followed by a value: the word after them is never a command. */
const WITH_VALUE = new Set(
  Object.entries(GLOBAL_OPTIONS)
    .filter(([, option]) => option.value !== undefined)
    .map(([name]) => `--${kebab(name)}`),
)

function split(argv: readonly string[], entries: readonly Entry[]): Split {
  const rest: string[] = []
  let name = ''
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    if (word === '--') return { name, rest: [...rest, ...argv.slice(i)], unknown: undefined }
    if (word.startsWith('-') && word !== '-') {
      rest.push(word)
      if (WITH_VALUE.has(word) && i + 1 < argv.length) rest.push(argv[++i]!)
      continue
    }
    const longer = name === '' ? word : `${name} ${word}`
    if (entries.some((entry) => entry.name === longer || entry.name.startsWith(`${longer} `))) {
      name = longer
      continue
    }
    const complete = entries.some((entry) => entry.name === name)
    return { name, rest: [...rest, ...argv.slice(i)], unknown: complete ? undefined : word }
  }
  return { name, rest, unknown: undefined }
}

function unknownCommand({ name, unknown }: Split, entries: readonly Entry[]): Error {
  const typed = name === '' ? unknown! : `${name} ${unknown}`
  const words = new Set(entries.flatMap((entry) => [entry.name, entry.name.split(' ')[0]!]))
  const near = nearest(typed, words)
  // A string in the place of a command: the commonest thing that somebody who tries us out will do.
  const isString = /^(lightning:|bitcoin:)|^ln[orip]1/i.test(unknown!)
  const hint = isString ? 'did you mean lno decode?' : near === undefined ? undefined : `did you mean lno ${near}?`
  const shown = typed.length > 40 ? `${typed.slice(0, 40)}…` : typed
  return usage(`no command ${JSON.stringify(shown)}${hint === undefined ? '' : `, ${hint}`}`)
}

/** `lno -v`: what is no option of every command can be none of a command that is not there. */
function unknownOption(argv: readonly string[]): string | undefined {
  const flags = Object.entries(GLOBAL_OPTIONS).flatMap(([name, { short }]) => [
    `--${kebab(name)}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ])
  const found = argv.find((word) => word.startsWith('-') && !flags.includes(word.split('=')[0]!))
  return found === undefined ? undefined : `no option ${JSON.stringify(found)}; the version is lno --version`
}

/** The options that name a node, as they were typed, for the next line to type. */
function nodeFlags(settings: Settings): string {
  return ['network', 'data-dir']
    .map((name) => ({ name, setting: settings.get(name) }))
    .filter(({ name, setting }) => setting?.from === `--${name}`)
    .map(
      ({ name, setting }) =>
        ` --${name} ${/^[\w./-]+$/.test(setting!.text) ? setting!.text : JSON.stringify(setting!.text)}`,
    )
    .join('')
}

/** Runs a command that was found; rejects with what it threw. */
async function runCommand(entry: Entry, rest: readonly string[], io: Io, commands: readonly Entry[]): Promise<number> {
  const { command } = await entry.load()
  const { args, options, globals, settings } = parse(command, rest, io.env)
  if (globals.help) {
    const style = styleFor(usesColor(io.stdout, io.env, globals.noColor))
    io.stdout.write(commandHelp(entry, command, style, widthOf(io.stdout.columns, 80)))
    return EXIT.ok
  }
  let config: Config | undefined
  const getConfig = () => {
    config ??= configOf(settings, io.env)
    return config
  }
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () => reject(cliError('INTERRUPTED', `stopped by ${String(io.signal.reason)}`))
    if (io.signal.aborted) stop()
    else if (!command.endsOnSignal) io.signal.addEventListener('abort', stop, { once: true })
  })
  interrupted.catch(() => {})
  const run = async () => {
    const read: Record<string, string | readonly string[] | undefined> = { ...args }
    for (const [name, { stdin }] of Object.entries(command.args)) {
      if (stdin && read[name] === '-') read[name] = await readStdin(io)
    }
    return command.run(
      makeContext(io, globals, entry.name, {
        // Their types are those of the command's declaration, by which they were read.
        args: read as Context['args'],
        options: options as Context['options'],
        config: getConfig,
        commands,
        words: rest,
        where: nodeFlags(settings),
      }),
    )
  }
  const code = await Promise.race([run(), interrupted])
  if (code === undefined && io.signal.aborted) throw cliError('INTERRUPTED', `stopped by ${String(io.signal.reason)}`)
  return typeof code === 'number' ? code : EXIT.ok
}

async function dispatch(argv: readonly string[], io: Io, entries: readonly Entry[], found: Split): Promise<number> {
  const has = (...flags: string[]) => found.rest.some((word) => flags.includes(word))
  const style = styleFor(usesColor(io.stdout, io.env, has('--no-color')))
  const width = widthOf(io.stdout.columns, 80)
  if (found.unknown !== undefined) throw unknownCommand(found, entries)
  if (found.name === '') {
    if (has('--version', '-V')) io.stdout.write(`${programVersion()}\n`)
    else if (has('--help', '-h')) io.stdout.write(overview(entries, style, width))
    else if (argv.length === 0) io.stdout.write(fiveLines(entries, width))
    else throw usage(unknownOption(argv) ?? 'a command is missing')
    return EXIT.ok
  }
  const entry = entries.find(({ name }) => name === found.name)
  if (entry === undefined) {
    if (!has('--help', '-h')) {
      const verbs = entries.filter(({ name }) => name.startsWith(`${found.name} `)).map(({ name }) => name)
      throw usage(`${found.name} what? One of: ${verbs.join(', ')}`)
    }
    io.stdout.write(nounHelp(found.name, entries, style, width))
    return EXIT.ok
  }
  return runCommand(entry, found.rest, io, entries)
}

/**
 * The whole command line: runs `argv` (without `node` and the script) and says how it ended. Never throws: every error
 * is one line on standard error, with `--json` also a document on standard output.
 */
export async function main(argv: readonly string[], io: Io, entries: readonly Entry[] = COMMANDS): Promise<number> {
  const found = split(argv, entries)
  try {
    return await dispatch(argv, io, entries, found)
  } catch (thrown) {
    const error = asLnoError(thrown)
    if (error.code === 'INTERRUPTED') {
      io.stderr.write(`lno: ${error.message}\n`)
      return io.signal.reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted
    }
    const entry = entries.find(({ name }) => name === found.name)
    if (argv.includes('--json')) {
      const lines = (await entry?.load().catch(() => undefined))?.command.printsLines === true
      io.stdout.write(`${jsonText({ error: errorJson(error) }, lines ? 0 : 2)}\n`)
    }
    io.stderr.write(`${errorLine(error, entry?.name ?? '')}\n`)
    if (error.code === 'UNEXPECTED' && io.env.LNO_DEBUG) {
      const cause = error.cause instanceof Error ? error.cause : error
      io.stderr.write(`${cause.stack ?? String(cause)}\n`)
    }
    return exitCodeOf(error.code)
  }
}
