import type { StoreChange } from '../../base/effects.js'

/**
 * A kind of stored records in memory: immutable values by key. What a step changes is remembered until it is kept, so that a
 * refused command can be undone and all changes be stored at once.
 */
export interface Book<V> {
  get(key: string): V | undefined
  put(key: string, value: V): void
  remove(key: string): void
  values(): IterableIterator<V>
  readonly size: number
  /** Takes a stored value in. */
  load(key: string, bytes: Uint8Array): void
  /** What changed since the last `keep` or `undo`, encoded. */
  changes(): readonly StoreChange[]
  keep(): void
  undo(): void
}

/** What a book is of. */
export interface BookOptions<V> {
  /** First part of the store's keys: `wallet-payment`. */
  readonly kind: string
  encode(value: V): Uint8Array
  /** False for a value that lives in memory only; by default all are stored. */
  stored?(value: V): boolean
  /** True when both are stored as the same; by default only a value itself is. */
  same?(a: V, b: V): boolean
  decode(bytes: Uint8Array, key: string): V
  /** Keeps indexes: hears every change, and its reverse when a step is undone. */
  changed?(key: string, before: V | undefined, after: V | undefined): void
}

/** An empty book. */
export function openBook<V>({ kind, encode, decode, changed, same, stored = () => true }: BookOptions<V>): Book<V> {
  const values = new Map<string, V>()
  /** Keys changed in this step, with the value before it. */
  const before = new Map<string, V | undefined>()

  function set(key: string, value: V | undefined): void {
    const old = values.get(key)
    if (value === undefined) values.delete(key)
    else values.set(key, value)
    changed?.(key, old, value)
  }
  function change(key: string, value: V | undefined): void {
    if (!before.has(key)) before.set(key, values.get(key))
    set(key, value)
  }

  return {
    get: (key) => values.get(key),
    put: (key, value) => {
      if (values.get(key) !== value) change(key, value)
    },
    remove: (key) => {
      if (values.has(key)) change(key, undefined)
    },
    values: () => values.values(),
    get size() {
      return values.size
    },
    load: (key, bytes) => set(key, decode(bytes, key)),
    changes: () => {
      const made: StoreChange[] = []
      for (const [key, old] of before) {
        const value = values.get(key)
        if (value !== undefined && old !== undefined && same?.(old, value)) continue
        const is = value !== undefined && stored(value)
        if (!is && !(old !== undefined && stored(old))) continue // made and gone within the step
        made.push({ key: `${kind}/${key}`, value: is ? encode(value) : undefined })
      }
      return made
    },
    keep: () => before.clear(),
    undo: () => {
      for (const [key, old] of before) set(key, old)
      before.clear()
    },
  }
}
