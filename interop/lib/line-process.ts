import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * A program of ours around another project's library, driven by lines of JSON. Requests go to its standard input:
 * `{ "id": 1, "method": "offer", "params": { … } }`. Answers and events come from its standard output:
 * `{ "id": 1, "result": … }`, `{ "id": 1, "error": { "code": "…", "message": "…" } }`, `{ "event": "…", … }`. Anything on
 * its standard error is its log. It ends when its input does.
 */
export interface LineProcess {
  readonly pid: number
  /** @throws LineError what the program answered; Error when it ended */
  call<T = unknown>(method: string, params?: unknown, timeoutMs?: number): Promise<T>
  /** Those that have come. */
  readonly events: readonly LineEvent[]
  /** The first event that matches, from the mark (a number of events) on; undefined after the time. */
  next(matches: (event: LineEvent) => boolean, timeoutMs: number, mark?: number): Promise<LineEvent | undefined>
  /** The last lines that it wrote, events and standard error in their order. */
  log(): string
  /** Closes its input; by force after five seconds. */
  stop(): Promise<void>
}

export interface LineEvent {
  readonly event: string
  readonly [member: string]: unknown
}

/** An error that the program answered with. */
export class LineError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export interface LineProcessOptions {
  readonly command: string
  readonly args?: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Everything that it writes goes into this file too. */
  readonly logFile?: string
}

/** Milliseconds for an answer unless another time is given: many times what any of these programs takes. */
const PATIENCE_MS = 60_000

/** Milliseconds that a program has to end by itself. */
const END_MS = 5_000

/** Lines of log that are kept in memory. */
const LOG_LINES = 2_000

interface Pending {
  resolve(value: unknown): void
  reject(error: Error): void
  readonly timer: NodeJS.Timeout
}

/** Programs that run: they are ended when this process ends, however it ends. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function startLineProcess(options: LineProcessOptions): LineProcess {
  const { command, args = [], cwd, env, logFile } = options
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    ...(cwd !== undefined && { cwd }),
    ...(env && { env }),
  })
  running.add(child)
  const file = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  const lines: string[] = []
  const events: LineEvent[] = []
  const pending = new Map<number, Pending>()
  const waiters = new Set<(event: LineEvent) => void>()
  let nextId = 1
  let over: Error | undefined

  const keep = (line: string) => {
    lines.push(line)
    if (lines.length > LOG_LINES) lines.shift()
    file?.write(`${line}\n`)
  }
  const end = (error: Error) => {
    if (over !== undefined) return
    over = error
    running.delete(child)
    for (const { reject, timer } of pending.values()) {
      clearTimeout(timer)
      reject(error)
    }
    pending.clear()
    file?.end()
  }
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      end(new Error(`${command} could not be started: ${error.message}`))
      resolve()
    })
    child.once('close', (code, signal) => {
      end(new Error(`${command} ended (${signal ?? code}): ${lines.slice(-5).join(' | ')}`))
      resolve()
    })
  })
  // What it did not read any more is no fault of ours.
  child.stdin.on('error', () => undefined)

  createInterface({ input: child.stderr }).on('line', keep)
  createInterface({ input: child.stdout }).on('line', (line) => {
    let message: Record<string, unknown>
    try {
      message = JSON.parse(line) as Record<string, unknown>
    } catch {
      keep(`(no JSON) ${line}`)
      return
    }
    if (typeof message.event === 'string') {
      keep(line)
      const event: LineEvent = { ...message, event: message.event }
      events.push(event)
      for (const waiter of [...waiters]) waiter(event)
      return
    }
    const waiting = pending.get(message.id as number)
    if (waiting === undefined) return
    pending.delete(message.id as number)
    clearTimeout(waiting.timer)
    const error = message.error as { readonly code?: string; readonly message?: string } | undefined
    if (error === undefined) waiting.resolve(message.result)
    else waiting.reject(new LineError(error.code ?? 'ERROR', error.message ?? 'no reason given'))
  })

  return {
    pid: child.pid ?? 0,
    events,
    call<T>(method: string, params: unknown = {}, timeoutMs = PATIENCE_MS) {
      if (over !== undefined) return Promise.reject(over)
      const id = nextId++
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => {
          pending.delete(id)
          reject(new Error(`${command}: no answer to ${method} in ${timeoutMs / 1000} s`))
        }, timeoutMs)
        pending.set(id, { resolve: resolve as (value: unknown) => void, reject, timer })
        child.stdin.write(`${JSON.stringify({ id, method, params })}\n`)
      })
    },
    next(matches, timeoutMs, mark = 0) {
      const there = events.slice(mark).find(matches)
      if (there !== undefined || over !== undefined) return Promise.resolve(there)
      return new Promise((resolve) => {
        const waiter = (event: LineEvent) => {
          if (matches(event)) leave(event)
        }
        const leave = (event: LineEvent | undefined) => {
          clearTimeout(timer)
          waiters.delete(waiter)
          resolve(event)
        }
        const timer = setTimeout(() => leave(undefined), timeoutMs)
        waiters.add(waiter)
        void exited.then(() => leave(undefined))
      })
    },
    log: () => lines.join('\n'),
    async stop() {
      child.stdin.end()
      const force = setTimeout(() => child.kill('SIGKILL'), END_MS)
      await exited
      clearTimeout(force)
    },
  }
}
