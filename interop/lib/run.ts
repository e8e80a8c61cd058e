import { type ChildProcess, spawn } from 'node:child_process'

export interface Ran {
  readonly code: number
  readonly output: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Milliseconds; the whole group is killed after them. */
  readonly timeoutMs?: number
  /** Hears each line while it comes. */
  readonly onLine?: (line: string) => void
}

/** Programs that run: their groups end when this process does, so that nothing builds on behind a Ctrl-C. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) killGroup(child)
})

function killGroup(child: ChildProcess): void {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** Runs a program to its end; its output (both streams, the last 64 KiB). Never throws: code 127 when there is none. */
export function runProgram(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env, timeoutMs, onLine } = options
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      ...(cwd !== undefined && { cwd }),
      ...(env && { env }),
    })
    running.add(child)
    let output = ''
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            output += `\nstopped after ${timeoutMs / 1000} s`
            killGroup(child)
          }, timeoutMs)
    const take = (chunk: Uint8Array) => {
      const text = String(chunk)
      output = (output + text).slice(-65_536)
      if (onLine) for (const line of text.split('\n')) if (line.trim() !== '') onLine(line)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('error', (error) => {
      clearTimeout(timer)
      running.delete(child)
      resolve({ code: 127, output: error.message })
    })
    child.once('close', (code) => {
      clearTimeout(timer)
      running.delete(child)
      resolve({ code: code ?? 1, output })
    })
  })
}
