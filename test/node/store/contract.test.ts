import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../../src/base/effects.js'
import { openLevelStore } from '../../../src/node/store/level-store.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'
import { tempDir } from '../../support/temp-dir.js'

/** A store, and the same content in a store opened after that one was closed. */
interface Opened {
  readonly store: Store
  reopen(): Promise<Store>
}

const STORES: Record<string, () => Promise<Opened>> = {
  memory: async () => {
    const store = memoryStore()
    return { store, reopen: async () => store.reopen() }
  },
  level: async () => {
    const folder = join(tempDir(), 'db')
    const store = await openLevelStore(folder)
    onTestFinished(() => store.close())
    const reopen = async (): Promise<Store> => {
      await store.close()
      const again = await openLevelStore(folder)
      onTestFinished(() => again.close())
      return again
    }
    return { store, reopen }
  },
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

const isPlain = (value: unknown): boolean => Object.getPrototypeOf(value) === Uint8Array.prototype

async function keys(store: Store, range: Parameters<Store['range']>[0]): Promise<string[]> {
  const found: string[] = []
  for await (const [key] of store.range(range)) found.push(key)
  return found
}

describe.each(Object.entries(STORES))('the %s store', (_, open) => {
  test('gives back what was committed, and undefined for what was not', async () => {
    const { store } = await open()
    await store.commit([{ key: 'offer/1', value: bytes(1, 2) }])
    expect(await store.get('offer/1')).toEqual(bytes(1, 2))
    expect(await store.get('offer/2')).toBeUndefined()
  })

  test('keeps an empty value apart from none', async () => {
    const { store } = await open()
    await store.commit([{ key: 'a', value: bytes() }])
    expect(await store.get('a')).toEqual(bytes())
  })

  test('deletes what a commit gives no value for, and the last change of a key wins', async () => {
    const { store } = await open()
    await store.commit([
      { key: 'a', value: bytes(1) },
      { key: 'b', value: bytes(1) },
    ])
    await store.commit(
      [
        { key: 'a', value: undefined },
        { key: 'b', value: bytes(2) },
        { key: 'b', value: bytes(3) },
        { key: 'never there', value: undefined },
      ].map((change) => ({ ...change, key: change.key.replaceAll(' ', '-') })),
    )
    expect(await store.get('a')).toBeUndefined()
    expect(await store.get('b')).toEqual(bytes(3))
  })

  test('hands out plain arrays, not a host’s own kind', async () => {
    const { store } = await open()
    await store.commit([{ key: 'a', value: Buffer.from([1, 2, 3]) }])
    const got = await store.get('a')
    expect(isPlain(got)).toBe(true)
    for await (const [, value] of store.range({ from: 'a', to: 'b' })) {
      expect(isPlain(value)).toBe(true)
    }
  })

  test('copies values on their way in and out', async () => {
    const { store } = await open()
    const value = bytes(1)
    const committed = store.commit([{ key: 'a', value }])
    value[0] = 9
    await committed
    const first = await store.get('a')
    first![0] = 9
    for await (const [, ranged] of store.range({ from: 'a', to: 'b' })) ranged[0] = 9
    expect(await store.get('a')).toEqual(bytes(1))
  })

  test('ranges from a first key to below a last one, in order, reversed, limited', async () => {
    const { store } = await open()
    await store.commit(['c', 'a', 'e', 'b', 'd'].map((key) => ({ key, value: bytes(0) })))
    expect(await keys(store, { from: 'b', to: 'e' })).toEqual(['b', 'c', 'd'])
    expect(await keys(store, { from: 'b', to: 'e', reverse: true })).toEqual(['d', 'c', 'b'])
    expect(await keys(store, { from: 'a', to: 'z', limit: 2 })).toEqual(['a', 'b'])
    expect(await keys(store, { from: 'a', to: 'z', limit: 2, reverse: true })).toEqual(['e', 'd'])
    expect(await keys(store, { from: 'a', to: 'z', limit: 0 })).toEqual([])
    expect(await keys(store, { from: 'e', to: 'b' })).toEqual([])
  })

  test('shows in a range the state in which it began', async () => {
    const { store } = await open()
    await store.commit(['a', 'b', 'c'].map((key) => ({ key, value: bytes(1) })))
    const seen: unknown[] = []
    for await (const [key, value] of store.range({ from: 'a', to: 'z' })) {
      if (key === 'a') {
        await store.commit([
          { key: 'b', value: undefined },
          { key: 'c', value: bytes(2) },
          { key: 'd', value: bytes(2) },
        ])
      }
      seen.push([key, ...value])
    }
    expect(seen).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ])
    expect(await keys(store, { from: 'a', to: 'z' })).toEqual(['a', 'c', 'd'])
  })

  test('can be closed after a range was left in the middle', async () => {
    const { store } = await open()
    await store.commit(['a', 'b', 'c'].map((key) => ({ key, value: bytes(1) })))
    for await (const [key] of store.range({ from: 'a', to: 'z' })) if (key === 'b') break
    await store.close()
    await store.close()
  })

  test.each([
    ['an empty key', ''],
    ['a space', 'a b'],
    ['a letter beyond ASCII', 'é'],
    ['281 characters', 'a'.repeat(281)],
  ])('refuses %s in a key, and a batch with it as a whole', async (_name, key) => {
    const { store } = await open()
    const batch = [
      { key: 'good', value: bytes(1) },
      { key, value: bytes(1) },
    ]
    await expect(store.commit(batch)).rejects.toMatchObject({ code: 'STORE_BAD_KEY' })
    await expect(store.get(key)).rejects.toMatchObject({ code: 'STORE_BAD_KEY' })
    await expect(keys(store, { from: key, to: 'z' })).rejects.toMatchObject({ code: 'STORE_BAD_KEY' })
    expect(await store.get('good')).toBeUndefined()
  })

  test.each([-1, 1.5, Number.NaN])('refuses the limit %s', async (limit) => {
    const { store } = await open()
    await expect(keys(store, { from: 'a', to: 'z', limit })).rejects.toMatchObject({ code: 'STORE_BAD_KEY' })
  })

  test('refuses everything once it is closed', async () => {
    const { store } = await open()
    await store.close()
    const closed = { code: 'STORE_CLOSED' }
    await expect(store.get('a')).rejects.toMatchObject(closed)
    await expect(store.commit([])).rejects.toMatchObject(closed)
    await expect(keys(store, { from: 'a', to: 'z' })).rejects.toMatchObject(closed)
  })

  test('ends a range that is under way when it is closed', async () => {
    const { store } = await open()
    await store.commit(['a', 'b', 'c'].map((key) => ({ key, value: bytes(1) })))
    const reading = async (): Promise<void> => {
      for await (const _entry of store.range({ from: 'a', to: 'z' })) await store.close()
    }
    await expect(reading()).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  })

  test('holds what it held when it is opened again', async () => {
    const { store, reopen } = await open()
    await store.commit([{ key: 'a', value: bytes(7) }])
    const again = await reopen()
    expect(await again.get('a')).toEqual(bytes(7))
  })

  test('behaves as a sorted map does, whatever is committed', async () => {
    const key = fc.stringMatching(/^[a-c/0-]{1,4}$/)
    const change = fc.record({ key, value: fc.option(fc.uint8Array({ maxLength: 4 }), { nil: undefined }) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(change, { maxLength: 6 }), { maxLength: 6 }),
        key,
        key,
        async (batches, from, to) => {
          const { store } = await open()
          const model = new Map<string, Uint8Array>()
          for (const batch of batches) {
            await store.commit(batch)
            for (const { key, value } of batch) {
              if (value) model.set(key, value)
              else model.delete(key)
            }
          }
          const expected = [...model].filter(([name]) => name >= from && name < to).sort(([a], [b]) => (a < b ? -1 : 1))
          const found: [string, Uint8Array][] = []
          for await (const [name, value] of store.range({ from, to })) found.push([name, value])
          expect(found).toEqual(expected)
          await store.close()
        },
      ),
      { numRuns: 15 },
    )
  })
})
