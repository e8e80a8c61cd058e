import { lstatSync } from 'node:fs'
import { chmod, rm, unlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { LnoError } from '../../base/error.js'
import { nodeError } from '../codes.js'
import type { DataDir } from '../data-dir.js'
import { DATA_FILES } from '../data-files.js'
import type { ControlMethod } from './method.js'
import { type ControlEvent, errorLine, type Hello, toWireText } from './protocol.js'
import { controlSession, lastWords, OWN_METHODS, type Session } from './session.js'
import { socketPlace } from './socket-path.js'

/** Clients at once: a few hundred commands of a script, below the descriptors that a process commonly has. */
export const MAX_CONTROL_CLIENTS = 400

/** What a control server is made of. */
export interface ControlOptions {
  /** The open data folder: only who holds its lock may clear away a socket left behind. */
  readonly data: Pick<DataDir, 'dir' | 'locked'>
  readonly hello: Omit<Hello, 'protocol'>
  readonly methods: readonly ControlMethod[]
  /** Hears of faults of ours (errors without a code), for the log. */
  onFault(error: unknown, method: string): void
  /** For `XDG_RUNTIME_DIR`; the process's by default. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** A running control server. */
export interface ControlServer {
  readonly socketPath: string
  readonly clients: number
  /** Tells all subscribers. */
  publish(event: ControlEvent): void
  /**
   * Ends all connections (what runs is cancelled), removes socket and pointer. Call it before the data folder is closed.
   * A method that stops the node lets its own answer leave first: it calls this in a later turn of the event loop.
   */
  close(): Promise<void>
}

/**
 * Opens the control socket (0600) of a data folder.
 * @throws LnoError `CONTROL_SOCKET_PATH_TOO_LONG`, `CONTROL_SOCKET_BLOCKED`, `STORE_CLOSED` without the lock
 */
export async function startControl(options: ControlOptions): Promise<ControlServer> {
  const { data, env = process.env } = options
  const place = socketPlace(data.dir, env)
  const pointer = join(data.dir, DATA_FILES.socketPointer)
  const sessions = new Set<Session>()
  const host = {
    hello: options.hello,
    methods: byName(options.methods),
    onFault: options.onFault,
  }
  if (!data.locked)
    throw nodeError('STORE_CLOSED', 'the control socket belongs to who holds the lock of the data folder')
  await clearStale(place.path)

  const server = createServer((socket) => {
    if (sessions.size >= MAX_CONTROL_CLIENTS) {
      socket.on('error', () => {})
      socket.write(`${errorLine(null, nodeError('CONTROL_BUSY', `${sessions.size} clients are connected already`))}\n`)
      lastWords(socket)
      return
    }
    const session = controlSession(socket, host, () => sessions.delete(session))
    sessions.add(session)
  })
  try {
    await bind(server, place.path)
    await chmod(place.path, 0o600) // the folder is private already, so nobody came in between
    if (place.moved) await writeFile(pointer, `${place.path}\n`, { mode: 0o600 })
    else await rm(pointer, { force: true })
  } catch (cause) {
    server.close()
    throw blocked(place.path, cause)
  }
  server.on('error', () => {}) // one connection could not be accepted: the next may be

  return {
    socketPath: place.path,
    get clients() {
      return sessions.size
    },
    publish(event) {
      if (sessions.size === 0) return
      const json = toWireText(event)
      for (const session of sessions) session.publish(event, json)
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const stopping = nodeError('CONTROL_CANCELLED', 'the node is stopping')
      for (const session of sessions) session.end(stopping)
      await rm(pointer, { force: true })
      await closed // this removes the socket
    },
  }
}

function byName(methods: readonly ControlMethod[]): ReadonlyMap<string, ControlMethod> {
  const map = new Map<string, ControlMethod>()
  for (const method of methods) {
    if (map.has(method.name) || OWN_METHODS.includes(method.name)) {
      throw nodeError('INTERNAL', `two methods are called ${method.name}`)
    }
    map.set(method.name, method)
  }
  return map
}

async function clearStale(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (!stat.isSocket()) throw nodeError('CONTROL_SOCKET_BLOCKED', `${path} is not a socket, so it is left alone`)
  try {
    await unlink(path)
  } catch (cause) {
    throw blocked(path, cause)
  }
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function blocked(path: string, cause: unknown): LnoError {
  if (cause instanceof LnoError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return nodeError('CONTROL_SOCKET_BLOCKED', `cannot make the control socket ${path}: ${why}`, { cause })
}
