import type { Store, StoreChange } from '../../base/effects.js'
import { u32 } from '../../wire/codec.js'
import { required } from '../../wire/tlv.js'
import { nodeError } from '../codes.js'
import { defineRecord } from './records.js'

/** The value of `meta/schema`. It never gets another even type: every program must be able to read the version. */
const SCHEMA_RECORD = defineRecord('schema version', { schema_version: required(1n, u32) })

/** Where the version of the whole database stands. */
export const SCHEMA_KEY = 'meta/schema'

/** What a migration may see. */
export type ReadableStore = Pick<Store, 'get' | 'range'>

/** One step forward: the changes that make a database of version `to - 1` one of version `to`. */
export interface Migration {
  readonly to: number
  /** What changes, for the log. */
  readonly about: string
  changes(store: ReadableStore): AsyncIterable<StoreChange>
}

/**
 * All steps there are; version 1 is the first. A step comes with `test/node/store/fixtures/v<to - 1>.json`, a database as
 * the program of that version wrote it, committed before the step is written.
 */
export const MIGRATIONS: readonly Migration[] = []

/** The version that `migrations` lead to. */
export function latestVersion(migrations: readonly Migration[] = MIGRATIONS): number {
  return 1 + migrations.length
}

/**
 * Brings a database to the latest version. Each step is one commit together with its version, so that a crash leaves
 * either side of a step, never its middle. A new database is only marked.
 * @returns the versions passed, the first being the one found (0 for a new database)
 * @throws LnoError `SCHEMA_TOO_NEW`; `STORE_CORRUPT` for a database that holds something but no version
 */
export async function migrate(store: Store, migrations: readonly Migration[] = MIGRATIONS): Promise<readonly number[]> {
  const latest = latestVersion(migrations)
  const found = await readVersion(store)
  if (found === undefined) {
    await store.commit([versionChange(latest)])
    return [0, latest]
  }
  if (found > latest) {
    throw nodeError('SCHEMA_TOO_NEW', `the data has version ${found}, this program knows versions up to ${latest}`)
  }
  const passed = [found]
  for (const step of migrations.slice(found - 1)) {
    const changes: StoreChange[] = []
    for await (const change of step.changes(store)) changes.push(change)
    await store.commit([...changes, versionChange(step.to)])
    passed.push(step.to)
  }
  return passed
}

async function readVersion(store: Store): Promise<number | undefined> {
  const value = await store.get(SCHEMA_KEY)
  if (value !== undefined) {
    const { schema_version } = SCHEMA_RECORD.decode(value).fields
    if (schema_version < 1) throw nodeError('STORE_CORRUPT', `schema version ${schema_version} does not exist`)
    return schema_version
  }
  for await (const [key] of store.range({ from: '!', to: '~', limit: 1 })) {
    throw nodeError('STORE_CORRUPT', `the database holds ${key}, but no ${SCHEMA_KEY}: it is not one of ours`)
  }
  return undefined
}

function versionChange(version: number): StoreChange {
  return { key: SCHEMA_KEY, value: SCHEMA_RECORD.encode({ schema_version: version }) }
}
