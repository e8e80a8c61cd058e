import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

export interface Ran {
  /** Exit code; 1 when it could not be started or a signal ended it. */
  readonly code: number
  readonly stdout: string
  /** Both streams, in the order in which they came. */
  readonly output: string
}

/** Runs a program to its end without a shell. Colours off: what it prints is read by programs. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.on('error', (error) => resolve({ code: 1, stdout, output: `${output}${error.message}\n` }))
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, output }))
  })
}

/** Path of a program that a development dependency brings. */
export function tool(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name)
}
