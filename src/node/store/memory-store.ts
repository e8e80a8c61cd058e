import type { Store, StoreChange } from '../../base/effects.js'
import { nodeError } from '../codes.js'
import { checkKey, checkRange } from './keys.js'

/**
 * A `Store` in memory with the meaning of the one on disk: values are copied in and out, a commit is all or nothing, a
 * range shows the state of the moment at which it began. It outlives `close()` through `reopen`: a restart in a test.
 */
export interface MemoryStore extends Store {
  /** A new store over the same content, as a process finds it that starts after this one has ended. */
  reopen(): MemoryStore
}

/**
 * Makes an empty store, or one with `content`.
 * @throws LnoError (from the store's functions) `STORE_BAD_KEY`, `STORE_CLOSED`
 */
export function memoryStore(content: Iterable<readonly [key: string, value: Uint8Array]> = []): MemoryStore {
  const values = new Map<string, Uint8Array>()
  for (const [key, value] of content) values.set(checkKey(key), new Uint8Array(value))
  let closed = false

  function open(): void {
    if (closed) throw nodeError('STORE_CLOSED', 'the store is closed')
  }

  return {
    async get(key) {
      open()
      const value = values.get(checkKey(key))
      return value && new Uint8Array(value)
    },
    async *range(range) {
      open()
      checkRange(range)
      const keys = [...values.keys()].filter((key) => key >= range.from && key < range.to).sort()
      if (range.reverse) keys.reverse()
      const entries = keys.slice(0, range.limit).map((key) => [key, values.get(key)!] as const)
      for (const [key, value] of entries) {
        open()
        yield [key, new Uint8Array(value)]
      }
    },
    async commit(changes: readonly StoreChange[]) {
      open()
      for (const { key } of changes) checkKey(key)
      for (const { key, value } of changes) {
        if (value === undefined) values.delete(key)
        else values.set(key, new Uint8Array(value))
      }
    },
    async close() {
      closed = true
    },
    reopen: () => {
      closed = true
      return memoryStore(values)
    },
  }
}
