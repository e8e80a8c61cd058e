import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { nodeError } from '../codes.js'
import { DATA_FILES } from '../data-files.js'

/** Longest path of a Unix socket that every system takes; Node cuts a longer one silently. */
const MAX_SOCKET_PATH_BYTES = 103

/** Where a node puts its control socket. */
export interface SocketPlace {
  readonly path: string
  /** True when it is not in the data folder: then a pointer there says where. */
  readonly moved: boolean
}

/**
 * The place of the socket of a data folder: in it, or, if that path is too long, in `$XDG_RUNTIME_DIR` under a name that
 * follows from the folder's.
 * @throws LnoError `CONTROL_SOCKET_PATH_TOO_LONG` when both are too long or there is no private second folder
 */
export function socketPlace(dataDir: string, env: Readonly<Record<string, string | undefined>>): SocketPlace {
  const dir = resolve(dataDir)
  const own = join(dir, DATA_FILES.socket)
  if (fits(own)) return { path: own, moved: false }
  const tooLong = `the path of the control socket has ${Buffer.byteLength(own)} bytes, at most ${MAX_SOCKET_PATH_BYTES} work`
  const runtime = env.XDG_RUNTIME_DIR
  if (!runtime) throw nodeError('CONTROL_SOCKET_PATH_TOO_LONG', `${tooLong}, and XDG_RUNTIME_DIR is not set: ${own}`)
  const path = join(resolve(runtime), `lno-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}.sock`)
  if (!fits(path))
    throw nodeError('CONTROL_SOCKET_PATH_TOO_LONG', `${tooLong}, and so it is in XDG_RUNTIME_DIR: ${path}`)
  const stat = lstatSync(resolve(runtime), { throwIfNoEntry: false })
  if (!stat?.isDirectory() || (stat.mode & 0o077) !== 0) {
    throw nodeError(
      'CONTROL_SOCKET_PATH_TOO_LONG',
      `${tooLong}, and XDG_RUNTIME_DIR is no folder that only you can enter`,
    )
  }
  return { path, moved: true }
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES
}

/** Where a client finds the socket of a data folder: where the pointer says, else in the folder, else nowhere. */
export async function findSocket(dataDir: string): Promise<string | undefined> {
  const dir = resolve(dataDir)
  try {
    const pointed = (await readFile(join(dir, DATA_FILES.socketPointer), 'utf8')).trim()
    if (pointed !== '' && fits(pointed)) return pointed
  } catch {
    // No pointer: the socket is in the folder, if it is anywhere.
  }
  const own = join(dir, DATA_FILES.socket)
  return fits(own) ? own : undefined
}
