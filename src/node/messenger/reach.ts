import { concatBytes } from '../../base/bytes.js'
import type { Clock, Store, StoreChange } from '../../base/effects.js'
import { isLnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import { sha256 } from '../../crypto/hash.js'
import { tu64, utf8 } from '../../wire/codec.js'
import { type Partially, required } from '../../wire/tlv.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { defineRecord } from '../store/records.js'
import type { GenerationName } from './policy.js'
import type { NodeId } from './routes.js'

/** Ways of which it is remembered what worked; what was written first goes first. */
export const MAX_WAYS = 1000

/** Milliseconds after which it is asked anew what works, since nodes are updated: 30 days. */
export const MAX_REACH_AGE_MS = 30 * 86_400_000

/** The form in which an answer came over a way, stored under `reach/<way>`. */
const STORED_REACH = {
  /** Unix milliseconds at which this came to be known. */
  since: /* @__PURE__ */ required(0n, tu64),
  /** Name of the generation. */
  form: /* @__PURE__ */ required(2n, utf8),
}
interface StoredReach extends Partially<typeof STORED_REACH> {}
const storedReach = /* @__PURE__ */ defineRecord('form of a way', STORED_REACH)

/**
 * The name of a way: relays in their order, and what they lead to. A hash, since it stands in a database for a month.
 * @param destination a node id, or the bytes of a blinded path
 */
export function wayTo(destination: Uint8Array, relays: readonly NodeId[]): string {
  return toHex(sha256(concatBytes(sha256(destination), ...relays.map(fromHex))).subarray(0, 16))
}

/**
 * In which form a destination answered over a way, so that the next request over it costs one message. It is written by requests
 * of our own alone, and only when something else is known than before: at most once a way and month while all goes well.
 */
export class Reach {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>
  /** In the order in which they were written. */
  readonly #ways = new Map<string, { readonly form: GenerationName; readonly since: number }>()

  private constructor(store: Store, clock: Pick<Clock, 'now'>) {
    this.#store = store
    this.#clock = clock
  }

  /** Reads what is stored; what is too old, too much or unreadable is taken out: all that it costs is a message. */
  static async load(store: Store, clock: Pick<Clock, 'now'>): Promise<Reach> {
    const reach = new Reach(store, clock)
    const found: (readonly [way: string, stored: StoredReach])[] = []
    const unreadable: string[] = []
    for await (const [key, value] of store.range(keysUnder('reach'))) {
      const way = key.slice(key.lastIndexOf('/') + 1)
      try {
        found.push([way, storedReach.decode(value).fields])
      } catch (error) {
        if (!isLnoError(error)) throw error
        unreadable.push(way)
      }
    }
    found.sort(([, a], [, b]) => Number(a.since - b.since))
    for (const [way, { since, form }] of found) reach.#ways.set(way, { form, since: Number(since) })
    const stale = found.flatMap(([way], i) =>
      reach.worked(way) === undefined || i < found.length - MAX_WAYS ? [way] : [],
    )
    const out = [...unreadable, ...stale]
    if (out.length > 0) await store.commit(out.map((way) => reach.#out(way)))
    return reach
  }

  get size(): number {
    return this.#ways.size
  }

  /** The form that worked over a way; undefined when none is known, or not any more. */
  worked(way: string): GenerationName | undefined {
    const known = this.#ways.get(way)
    if (known === undefined) return undefined
    const age = this.#clock.now() - known.since
    // What comes to be known in the future only was written by a clock that was wrong, and would never grow old.
    return age >= 0 && age < MAX_REACH_AGE_MS ? known.form : undefined
  }

  /** An answer came over this way in this form; on disk when this resolves. */
  async remember(way: string, form: GenerationName): Promise<void> {
    if (this.worked(way) === form) return
    const since = this.#clock.now()
    this.#ways.delete(way)
    this.#ways.set(way, { form, since })
    const value = storedReach.encode({ since: BigInt(since), form })
    const [oldest] = this.#ways.size > MAX_WAYS ? this.#ways.keys() : []
    await this.#store.commit([
      { key: storeKey('reach', way), value },
      ...(oldest === undefined ? [] : [this.#out(oldest)]),
    ])
  }

  /** None came. */
  async forget(way: string): Promise<void> {
    if (this.#ways.has(way)) await this.#store.commit([this.#out(way)])
  }

  #out(way: string): StoreChange {
    this.#ways.delete(way)
    return { key: storeKey('reach', way), value: undefined }
  }
}
