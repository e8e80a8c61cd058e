import { type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process'

/** How a process ended, and everything that it said. */
export interface Ended {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A process that runs, or ran. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  /** Resolves when it has ended and all its output has been read. */
  readonly ended: Promise<Ended>
  /** Undefined while it runs. */
  result(): Ended | undefined
}

/** Called with each whole line of an output, without its end. */
export interface Listeners {
  readonly onStdout?: (line: string) => void
  readonly onStderr?: (line: string) => void
}

/** Starts a process and reads what it says. */
export function run(
  file: string,
  argv: readonly string[],
  options: SpawnOptions,
  { onStdout, onStderr }: Listeners = {},
): Running {
  const child = spawn(file, argv, { ...options, stdio: 'pipe' }) as ChildProcessWithoutNullStreams
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    const onLine = name === 'stdout' ? onStdout : onStderr
    let rest = ''
    child[name].setEncoding('utf8').on('data', (part: string) => {
      said[name] += part
      if (onLine === undefined) return
      const lines = (rest + part).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    })
  }
  // A process that ends before it has read its input is judged by its exit code.
  child.stdin.on('error', () => undefined)
  let result: Ended | undefined
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      result = { code, signal, ...said }
      resolve(result)
    })
  })
  return { child, ended, result: () => result }
}
