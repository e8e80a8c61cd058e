import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Random } from '../base/effects.js'
import { LnoError } from '../base/error.js'
import { publicKey } from '../crypto/group.js'
import type { KeyPair } from '../noise/handshake.js'
import { nodeError } from './codes.js'
import { deriveKey } from './secrets.js'

/** Bytes of the node's secret, which is all that its file holds. */
const NODE_SECRET_LENGTH = 32

/** Who a node is. */
export interface NodeIdentity {
  /** What everything is derived from (`deriveSecret`). Never a key itself, never shown. */
  readonly nodeSecret: Uint8Array
  /** The key pair of the node id, for BOLT 8 and as blinded paths end at us. */
  readonly keys: KeyPair
}

/** The identity that follows from a node's secret. */
export function identityOf(nodeSecret: Uint8Array): NodeIdentity {
  const secret = deriveKey(nodeSecret, 'node key')
  return { nodeSecret, keys: { secret, publicKey: publicKey(secret) } }
}

/**
 * The node's secret in `path`; on the first start it is made (0600, whole or not at all, on disk before it is used). The
 * caller holds the lock of the data folder.
 * @throws LnoError `NODE_KEY_NOT_PRIVATE`, `NODE_KEY_BAD`, `DATA_DIR_FAILED`
 */
export async function loadOrCreateNodeSecret(path: string, random: Random): Promise<Uint8Array> {
  return (await readSecret(path)) ?? (await createSecret(path, random(NODE_SECRET_LENGTH)))
}

function failed(path: string, cause: unknown): LnoError {
  if (cause instanceof LnoError) return cause
  const why = cause instanceof Error ? cause.message : String(cause)
  return nodeError('DATA_DIR_FAILED', `cannot use ${path}: ${why}`, { cause })
}

async function readSecret(path: string): Promise<Uint8Array | undefined> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK) // a named pipe there must not hang us
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw failed(path, cause)
  }
  try {
    const { mode, size } = await file.stat()
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8)
      throw nodeError('NODE_KEY_NOT_PRIVATE', `${path} has mode ${shown}: others can read it. Run: chmod 600 ${path}`)
    }
    if (size !== NODE_SECRET_LENGTH) {
      throw nodeError('NODE_KEY_BAD', `${path} has ${size} bytes where ${NODE_SECRET_LENGTH} belong`)
    }
    const secret = new Uint8Array(await file.readFile())
    if (secret.length !== NODE_SECRET_LENGTH || secret.every((byte) => byte === secret[0])) {
      // All bytes alike: what a file system leaves after a crash, never what a generator made.
      throw nodeError('NODE_KEY_BAD', `${path} does not hold a secret`)
    }
    return secret
  } catch (cause) {
    throw failed(path, cause)
  } finally {
    await file.close()
  }
}

async function createSecret(path: string, secret: Uint8Array): Promise<Uint8Array> {
  const draft = `${path}.${randomUUID()}`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.chmod(0o600)
      await file.writeFile(secret)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(dirname(path))
    return secret
  } catch (cause) {
    await rm(draft, { force: true })
    throw failed(path, cause)
  }
}

/** Puts a rename on disk: the name of a file belongs to its folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return // folders cannot be opened there
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
