import type { Store, StoreChange } from '../../base/effects.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { type StoredIntent, storedIntent } from './record.js'
import { stageOf } from './stage.js'

/**
 * Payments that are kept here, each some four kilobytes of disk and one hundred bytes of memory. The oldest that has ended makes
 * room for a new one: the wallet goes on knowing that it was paid.
 */
export const MAX_INTENTS = 20_000

/** A payment that was wanted, and its id. */
export interface Intent {
  /** 64 hex digits. */
  readonly id: string
  readonly stored: StoredIntent
}

interface Entry {
  readonly key: string
  readonly ended: boolean
}

/** The payments that this node was told to make, on disk; in memory is where they are, and which go on. */
export class Intents {
  readonly #store: Store
  readonly #most: number
  /** In the order in which they were made. */
  readonly #entries = new Map<string, Entry>()

  private constructor(store: Store, most: number) {
    this.#store = store
    this.#most = most
  }

  static async load(store: Store, most: number = MAX_INTENTS): Promise<Intents> {
    const intents = new Intents(store, most)
    for await (const [key, value] of store.range(keysUnder('intent'))) {
      intents.#entries.set(key.slice(key.lastIndexOf('/') + 1), entryOf(key, storedIntent.decode(value).fields))
    }
    return intents
  }

  /** Those that have not ended, oldest first. */
  async open(): Promise<readonly Intent[]> {
    const ids = [...this.#entries].flatMap(([id, { ended }]) => (ended ? [] : [id]))
    const found = await Promise.all(ids.map(async (id) => ({ id, stored: await this.get(id) })))
    return found.flatMap(({ id, stored }) => (stored === undefined ? [] : [{ id, stored }]))
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  async get(id: string): Promise<StoredIntent | undefined> {
    const entry = this.#entries.get(id)
    const value = entry && (await this.#store.get(entry.key))
    return value && storedIntent.decode(value).fields
  }

  /** Ids that begin so. */
  startingWith(start: string): readonly string[] {
    return [...this.#entries.keys()].filter((id) => id.startsWith(start))
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly Intent[]> {
    const found: Intent[] = []
    for await (const [key, value] of this.#store.range({ ...keysUnder('intent'), reverse: true, limit })) {
      found.push({ id: key.slice(key.lastIndexOf('/') + 1), stored: storedIntent.decode(value).fields })
    }
    return found
  }

  /** What puts a new one, or what became of one, on disk; whoever commits it takes it back with `forget` if that fails. */
  changes(id: string, stored: StoredIntent): readonly StoreChange[] {
    const known = this.#entries.get(id)
    const key = known?.key ?? storeKey('intent', stored.created, id)
    const removed = known === undefined ? this.#makeRoom() : []
    this.#entries.set(id, entryOf(key, stored))
    return [...removed, { key, value: storedIntent.encode(stored) }]
  }

  /** On disk when this resolves. */
  async put(id: string, stored: StoredIntent): Promise<void> {
    await this.#store.commit(this.changes(id, stored))
  }

  forget(id: string): void {
    this.#entries.delete(id)
  }

  #makeRoom(): readonly StoreChange[] {
    if (this.#entries.size < this.#most) return []
    for (const [id, { key, ended }] of this.#entries) {
      if (!ended) continue
      this.#entries.delete(id)
      return [{ key, value: undefined }]
    }
    return []
  }
}

function entryOf(key: string, stored: StoredIntent): Entry {
  const stage = stageOf(stored)
  return { key, ended: stage === 'paid' || stage === 'failed' }
}
