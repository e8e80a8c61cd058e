import { chmod, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { Store } from '../../base/effects.js'
import { LnoError } from '../../base/error.js'
import { nodeError } from '../codes.js'
import { checkKey, checkRange } from './keys.js'

/** One operation of a batch, as LevelDB takes it. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string }

/** What the store needs of LevelDB: the seam at which a test sees how a commit is asked for. */
export interface Level {
  open(): Promise<void>
  close(): Promise<void>
  get(key: string): Promise<Uint8Array | undefined>
  batch(operations: LevelOperation[], options: { readonly sync: boolean }): Promise<void>
  iterator(range: {
    readonly gte: string
    readonly lt: string
    readonly limit: number
    readonly reverse: boolean
  }): AsyncIterable<readonly [string, Uint8Array]>
}

/** LevelDB in `folder`, not opened yet. */
export function classicLevel(folder: string): Level {
  const level = new ClassicLevel<string, Uint8Array>(folder, { valueEncoding: 'view' })
  return {
    open: () => level.open(),
    close: () => level.close(),
    get: (key) => level.get(key),
    batch: (operations, options) => level.batch(operations, options),
    iterator: (range) => level.iterator(range),
  }
}

/** Something `open` and `close` failed with, or an operation on an open database. */
function failure(folder: string, cause: unknown): LnoError {
  if (cause instanceof LnoError) return cause
  for (let error = cause; error instanceof Error; error = error.cause) {
    const code = 'code' in error ? error.code : undefined
    if (code === 'LEVEL_LOCKED') {
      return nodeError('NODE_ALREADY_RUNNING', `another process holds the database in ${folder}`, { cause })
    }
    if (code === 'LEVEL_CORRUPTION') {
      return nodeError('STORE_CORRUPT', `the database in ${folder} is damaged: ${error.message}`, { cause })
    }
    if (code === 'LEVEL_ITERATOR_NOT_OPEN' || (code === 'LEVEL_DATABASE_NOT_OPEN' && error.cause === undefined)) {
      return nodeError('STORE_CLOSED', 'the store is closed', { cause })
    }
  }
  const root = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return nodeError('STORE_FAILED', `database in ${folder}: ${root instanceof Error ? root.message : String(root)}`, {
    cause,
  })
}

/**
 * Opens the database in `folder` (made if absent, 0700) and holds its lock until `close()`. Every commit is one LevelDB
 * batch with `sync`: all of it is on disk when the promise resolves, or nothing is. Values are copied on
 * their way out, because LevelDB's are `Buffer`s, whose `slice` shares memory; LevelDB itself copies them on their way in.
 * @param level another LevelDB, for tests
 * @throws LnoError `NODE_ALREADY_RUNNING`, `STORE_FAILED`, `STORE_CORRUPT`; from the store's functions also
 * `STORE_BAD_KEY`, `STORE_CLOSED`
 */
export async function openLevelStore(folder: string, level: Level = classicLevel(folder)): Promise<Store> {
  const guard = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (cause) {
      throw failure(folder, cause)
    }
  }
  await guard(async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await level.open()
    await chmod(folder, 0o700)
    // The folder keeps strangers out already; this is for copies of it. LevelDB may be removing a file meanwhile.
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o600).catch(() => undefined)
  })

  let closing: Promise<void> | undefined
  const open = (): void => {
    if (closing) throw nodeError('STORE_CLOSED', 'the store is closed')
  }

  return {
    async get(key) {
      open()
      checkKey(key)
      const value = await guard(() => level.get(key))
      return value === undefined ? undefined : new Uint8Array(value)
    },
    async *range(range) {
      open()
      checkRange(range)
      const entries = level.iterator({
        gte: range.from,
        lt: range.to,
        limit: range.limit ?? -1,
        reverse: range.reverse ?? false,
      })
      try {
        for await (const [key, value] of entries) {
          open()
          yield [key, new Uint8Array(value)]
        }
      } catch (cause) {
        throw failure(folder, cause)
      }
    },
    async commit(changes) {
      open()
      for (const { key } of changes) checkKey(key)
      const operations = changes.map(
        ({ key, value }): LevelOperation => (value === undefined ? { type: 'del', key } : { type: 'put', key, value }),
      )
      await guard(() => level.batch(operations, { sync: true }))
    },
    close() {
      closing ??= guard(() => level.close())
      return closing
    },
  }
}
