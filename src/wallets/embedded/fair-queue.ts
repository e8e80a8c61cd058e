/** First in, first out for each source; of the sources one after the other has its turn. */
export interface FairQueue<T> {
  push(source: string, item: T): void
  next(): T | undefined
  /** Takes out what waits of a source and fits; in order. */
  remove(source: string, fits: (item: T) => boolean): readonly T[]
  /** Takes out everything. */
  clear(): readonly T[]
  readonly size: number
}

/** A source with much to say does not delay one with a single message. */
export function fairQueue<T>(): FairQueue<T> {
  // A source with items is in the map; the order of the map is that of the turns.
  const sources = new Map<string, T[]>()
  let size = 0

  return {
    push: (source, item) => {
      const items = sources.get(source)
      if (items === undefined) sources.set(source, [item])
      else items.push(item)
      size++
    },
    next: () => {
      for (const [source, items] of sources) {
        const item = items.shift()!
        sources.delete(source)
        if (items.length > 0) sources.set(source, items)
        size--
        return item
      }
      return undefined
    },
    remove: (source, fits) => {
      const items = sources.get(source) ?? []
      const out = items.filter(fits)
      const left = items.filter((item) => !out.includes(item))
      if (left.length > 0) sources.set(source, left)
      else sources.delete(source)
      size -= out.length
      return out
    },
    clear: () => {
      const out = [...sources.values()].flat()
      sources.clear()
      size = 0
      return out
    },
    get size() {
      return size
    },
  }
}
