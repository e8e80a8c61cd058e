import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** Another project's daemon: it writes a log, is asked by other means, and ends by SIGTERM. */
export interface Service {
  readonly pid: number
  /** The last lines that it wrote, both streams. */
  log(): string
  /**
   * The first line that matches, of those that have come or will.
   * @throws Error it ended, or the time was over; the message has its last lines
   */
  line(matches: RegExp, timeoutMs: number): Promise<RegExpExecArray>
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<void>
  /** SIGTERM; SIGKILL after ten seconds. */
  stop(): Promise<void>
}

export interface ServiceOptions {
  readonly command: string
  readonly args?: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Everything that it writes goes into this file too. */
  readonly logFile?: string
  /** Hears each line. */
  readonly onLine?: (line: string) => void
  /** Whether a line is worth keeping, in memory and in the file; all are unless given. */
  readonly keeps?: (line: string) => boolean
  /** Stops it, while it starts too. */
  readonly signal?: AbortSignal
}

/** Milliseconds that it has to end by itself. */
const END_MS = 10_000

/** Lines of log that are kept in memory. */
const LOG_LINES = 2_000

/** Services that run: they are ended when this process ends, however it ends. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** @throws the reason of the signal, when the run has ended already */
export function startService(options: ServiceOptions): Service {
  const { command, args = [], cwd, env, logFile, onLine, keeps = () => true, signal } = options
  signal?.throwIfAborted()
  const child = spawn(command, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for this process, which then ends its services in order.
    detached: process.platform !== 'win32',
    ...(cwd !== undefined && { cwd }),
    ...(env && { env }),
  })
  running.add(child)
  const file = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  const lines: string[] = []
  const waiters = new Set<(line: string) => void>()
  let over: string | undefined

  const keep = (line: string) => {
    onLine?.(line)
    if (!keeps(line)) return
    lines.push(line)
    if (lines.length > LOG_LINES) lines.shift()
    file?.write(`${line}\n`)
    for (const waiter of [...waiters]) waiter(line)
  }
  createInterface({ input: child.stdout }).on('line', keep)
  createInterface({ input: child.stderr }).on('line', keep)

  const ended = new Promise<void>((resolve) => {
    const end = (how: string) => {
      over ??= how
      running.delete(child)
      file?.end()
      resolve()
    }
    child.once('error', (error) => end(`could not be started: ${error.message}`))
    child.once('close', (code, signal) => end(`ended (${signal ?? code})`))
  })
  const told = (how: string) => new Error(`${command} ${how}: ${lines.slice(-5).join(' | ')}`)

  const stop = async () => {
    child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), END_MS)
    await ended
    clearTimeout(force)
  }
  const onAbort = () => void stop()
  signal?.addEventListener('abort', onAbort, { once: true })
  void ended.then(() => signal?.removeEventListener('abort', onAbort))

  return {
    pid: child.pid ?? 0,
    ended,
    log: () => lines.join('\n'),
    line(matches, timeoutMs) {
      for (const line of lines) {
        const found = matches.exec(line)
        if (found) return Promise.resolve(found)
      }
      if (over !== undefined) return Promise.reject(told(over))
      return new Promise((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer)
          waiters.delete(waiter)
        }
        const waiter = (line: string) => {
          const found = matches.exec(line)
          if (found === null) return
          leave()
          resolve(found)
        }
        const timer = setTimeout(() => {
          leave()
          reject(told(`did not say ${matches} in ${timeoutMs / 1000} s`))
        }, timeoutMs)
        waiters.add(waiter)
        void ended.then(() => {
          leave()
          reject(told(over ?? 'ended'))
        })
      })
    },
    stop,
  }
}
