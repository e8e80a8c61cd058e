import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { equalBytes } from '../base/bytes.js'
import type { Random, Store } from '../base/effects.js'
import { LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import { point } from '../wire/codec.js'
import { required } from '../wire/tlv.js'
import { nodeError } from './codes.js'
import { DATA_FILES } from './data-files.js'
import { identityOf, loadOrCreateNodeSecret, type NodeIdentity } from './identity.js'
import { systemRandom } from './random.js'
import { openLevelStore } from './store/level-store.js'
import { defineRecord } from './store/records.js'
import { migrate } from './store/schema.js'

/** The open data folder of a node that holds its lock. */
export interface DataDir {
  /** Absolute path. */
  readonly dir: string
  readonly store: Store
  readonly identity: NodeIdentity
  /** Schema versions passed at the start, the found one first (0: a new folder). */
  readonly schemaVersions: readonly number[]
  /** True from opening to `close()`: this process alone may touch what is in the folder. */
  readonly locked: boolean
  close(): Promise<void>
}

const IDENTITY_KEY = 'meta/identity'
const IDENTITY_RECORD = defineRecord('identity', { node_id: required(1n, point) })

/**
 * Opens a node's folder, made on the first start (0700): database with its lock, schema brought up to date, the node's
 * secret. A secret that is not the one that the database was made with is refused, before anything is promised under it.
 * @throws LnoError `NODE_ALREADY_RUNNING`, `DATA_DIR_NOT_PRIVATE`, `DATA_DIR_FAILED`, `NODE_KEY_NOT_PRIVATE`,
 * `NODE_KEY_BAD`, `NODE_KEY_CHANGED`, `SCHEMA_TOO_NEW`, `STORE_CORRUPT`, `STORE_FAILED`
 */
export async function openDataDir(path: string, random: Random = systemRandom): Promise<DataDir> {
  const dir = resolve(path)
  await makePrivate(dir)
  const store = await openLevelStore(join(dir, DATA_FILES.database))
  let locked = true
  const close = async (): Promise<void> => {
    locked = false
    await store.close()
  }
  try {
    const schemaVersions = await migrate(store)
    const identity = identityOf(await loadOrCreateNodeSecret(join(dir, DATA_FILES.nodeKey), random))
    await checkIdentity(store, identity.keys.publicKey, dir)
    return {
      dir,
      store,
      identity,
      schemaVersions,
      get locked() {
        return locked
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function checkIdentity(store: Store, nodeId: Uint8Array, dir: string): Promise<void> {
  const stored = await store.get(IDENTITY_KEY)
  if (stored === undefined) {
    await store.commit([{ key: IDENTITY_KEY, value: IDENTITY_RECORD.encode({ node_id: nodeId }) }])
    return
  }
  const { node_id } = IDENTITY_RECORD.decode(stored).fields
  if (!equalBytes(node_id, nodeId)) {
    throw nodeError(
      'NODE_KEY_CHANGED',
      `${join(dir, DATA_FILES.nodeKey)} belongs to another node than the database, which is that of ${toHex(node_id)}`,
    )
  }
}

/** Makes the folder, or makes it private if it is ours; a folder of something else is left alone. */
async function makePrivate(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    const { mode } = await stat(dir)
    if (process.platform === 'win32' || (mode & 0o077) === 0) return
    const names = await readdir(dir)
    if (names.length > 0 && !names.includes(DATA_FILES.database)) {
      const shown = (mode & 0o777).toString(8)
      throw nodeError('DATA_DIR_NOT_PRIVATE', `${dir} has mode ${shown} and holds other files: others can enter it`)
    }
    await chmod(dir, 0o700)
  } catch (cause) {
    if (cause instanceof LnoError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw nodeError('DATA_DIR_FAILED', `cannot use the folder ${dir}: ${why}`, { cause })
  }
}
