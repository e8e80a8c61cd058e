import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { cliError, usage } from './frame/exit.js'
import type { Io } from './frame/io.js'

export const NETWORKS = ['bitcoin', 'testnet', 'signet', 'regtest'] as const
export type Network = (typeof NETWORKS)[number]

/** What every command that has to do with a node needs to know. */
export interface Config {
  readonly network: Network
  /** Folder of this network's node: `<data-dir>/<network>`, so that two networks never share one. */
  readonly dataDir: string
  /** The config file that was looked for. */
  readonly file: string
}

/** Where a setting comes from: flag, then environment, then file. */
export interface Settings {
  /** Text of a setting by its kebab case name, and where it was found, for error messages. */
  get(name: string): { readonly text: string; readonly from: string } | undefined
  readonly file: string
}

/** `data-dir` as its variable: `LNO_DATA_DIR`. */
export function variableOf(name: string): string {
  return `LNO_${name.toUpperCase().replaceAll('-', '_')}`
}

/** The folder of an XDG variable; the specification says that a relative one is to be ignored. */
function xdg(env: Io['env'], variable: string, fallback: readonly string[]): string {
  const set = env[variable]
  return set?.startsWith('/') ? set : join(env.HOME || homedir(), ...fallback)
}

export function configFile(env: Io['env']): string {
  return join(xdg(env, 'XDG_CONFIG_HOME', ['.config']), 'lno', 'config.json')
}

function readFile(file: string): Readonly<Record<string, unknown>> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    // No file is the usual case; one that is there and cannot be read must not be passed over.
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw cliError('FILE_UNREADABLE', `cannot read the config file ${file} (${code})`, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw cliError('BAD_CONFIG', `${file} is not JSON`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw cliError('BAD_CONFIG', `${file} must hold one JSON object`)
  }
  return value as Readonly<Record<string, unknown>>
}

/**
 * Settings of a run. The file is read at the first question that flags and environment leave open, so that commands
 * without settings never touch it.
 * @param flags texts given on the command line, by kebab case name
 */
export function settingsOf(flags: Readonly<Record<string, string | undefined>>, env: Io['env']): Settings {
  const file = configFile(env)
  let contents: Readonly<Record<string, unknown>> | undefined
  return {
    file,
    get: (name) => {
      const flag = flags[name]
      if (flag !== undefined) return { text: flag, from: `--${name}` }
      const variable = env[variableOf(name)]
      if (variable !== undefined && variable !== '') return { text: variable, from: variableOf(name) }
      contents ??= readFile(file)
      if (!Object.hasOwn(contents, name)) return undefined
      const value = contents[name]
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        throw cliError('BAD_CONFIG', `"${name}" in ${file} must be a text, a number, true or false`)
      }
      return { text: String(value), from: `"${name}" in ${file}` }
    },
  }
}

/** @throws LnoError `USAGE` or `BAD_CONFIG` for a network that is none, by where it was given */
export function configOf(settings: Settings, env: Io['env']): Config {
  const given = settings.get('network') ?? { text: 'bitcoin', from: 'default' }
  const network = NETWORKS.find((name) => name === given.text)
  if (network === undefined) {
    const message = `${given.from}: ${JSON.stringify(given.text)} is no network; known are ${NETWORKS.join(', ')}`
    throw given.from.startsWith('--') ? usage(message) : cliError('BAD_CONFIG', message)
  }
  const root = settings.get('data-dir')?.text ?? join(xdg(env, 'XDG_STATE_HOME', ['.local', 'state']), 'lno')
  return { network, dataDir: join(resolve(root), network), file: settings.file }
}
