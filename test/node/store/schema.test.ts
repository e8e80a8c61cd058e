import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { StoreChange } from '../../../src/base/effects.js'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { keysUnder } from '../../../src/node/store/keys.js'
import { type MemoryStore, memoryStore } from '../../../src/node/store/memory-store.js'
import { latestVersion, MIGRATIONS, type Migration, migrate, SCHEMA_KEY } from '../../../src/node/store/schema.js'

const fixture = (version: number): URL => new URL(`./fixtures/v${version}.json`, import.meta.url)

function storeOf(version: number): MemoryStore {
  const content = JSON.parse(readFileSync(fixture(version), 'utf8')) as Record<string, string>
  return memoryStore(Object.entries(content).map(([key, hex]) => [key, fromHex(hex)]))
}

/** Renames every `old/…` to `new/…`. */
const RENAME: Migration = {
  to: 2,
  about: 'old becomes new',
  async *changes(store) {
    for await (const [key, value] of store.range(keysUnder('old'))) {
      yield { key, value: undefined }
      yield { key: key.replace('old/', 'new/'), value }
    }
  },
}
const MARK: Migration = {
  to: 3,
  about: 'a mark',
  async *changes() {
    yield { key: 'mark', value: Uint8Array.of(1) }
  },
}

test('every version that there ever was has a fixture, and migrates to the latest', async () => {
  for (let version = 1; version <= latestVersion(); version++) {
    expect(existsSync(fixture(version))).toBe(true)
    const store = storeOf(version)
    const passed = await migrate(store)
    expect(passed[0]).toBe(version)
    expect(passed.at(-1)).toBe(latestVersion())
  }
})

test('the steps are numbered without a gap', () => {
  expect(MIGRATIONS.map((step) => step.to)).toEqual(MIGRATIONS.map((_, i) => i + 2))
})

test('a new database is marked with the latest version, and no step runs', async () => {
  const store = memoryStore()
  expect(await migrate(store, [RENAME, MARK])).toEqual([0, 3])
  expect(toHex((await store.get(SCHEMA_KEY))!)).toBe('010400000003')
  expect(await store.get('mark')).toBeUndefined()
})

test('an old database passes each step once', async () => {
  const store = storeOf(1)
  await store.commit([{ key: 'old/1', value: Uint8Array.of(5) }])
  expect(await migrate(store, [RENAME, MARK])).toEqual([1, 2, 3])
  expect(await store.get('new/1')).toEqual(Uint8Array.of(5))
  expect(await store.get('old/1')).toBeUndefined()
  expect(await migrate(store, [RENAME, MARK])).toEqual([3])
})

test('a step and its version are one commit, so that a crash leaves either side of it', async () => {
  const store = storeOf(1)
  await store.commit([{ key: 'old/1', value: Uint8Array.of(5) }])
  const commits: (readonly StoreChange[])[] = []
  const watched = {
    ...store,
    commit: (changes: readonly StoreChange[]) => {
      commits.push(changes)
      if (commits.length === 2) return Promise.reject(new Error('power cut'))
      return store.commit(changes)
    },
  }
  await expect(migrate(watched, [RENAME, MARK])).rejects.toThrow('power cut')
  expect(commits[0]!.map(({ key }) => key)).toEqual(['old/1', 'new/1', SCHEMA_KEY])
  expect(await migrate(store, [RENAME, MARK])).toEqual([2, 3])
})

test('a database of a newer program is refused and left alone', async () => {
  const store = storeOf(1)
  await migrate(store, [RENAME])
  await expect(migrate(store)).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' })
  expect(toHex((await store.get(SCHEMA_KEY))!)).toBe('010400000002')
})

test('a database that holds something but no version is not ours', async () => {
  const store = memoryStore([['a', Uint8Array.of(1)]])
  await expect(migrate(store)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  expect(await store.get(SCHEMA_KEY)).toBeUndefined()
})

test('version 0 does not exist', async () => {
  const store = memoryStore([[SCHEMA_KEY, fromHex('010400000000')]])
  await expect(migrate(store)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
})
