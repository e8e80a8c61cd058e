import type { Clock } from '../../base/effects.js'
import type { Generation } from '../../onion/generation.js'
import { PathIdTable } from '../path-id.js'

/** Milliseconds for which an answer to what is over already is known for what it is: copies of a request are answered one by one. */
export const LATE_MS = 30_000

/** Reply paths that are remembered so; the oldest goes first. */
export const MAX_LATE = 1024

interface Entry<T> {
  /** In which the path was made: an answer in another type of message did not come over it. */
  readonly generation: Generation
  readonly waiter: T
  /** Unix milliseconds up to which it is remembered; undefined while an answer is waited for. */
  readonly lateUntil: number | undefined
}

/** The reply paths of requests: those over which an answer is waited for and, for a while, those over which none is any more. */
export class Replies<T> {
  readonly #clock: Pick<Clock, 'now'>
  readonly #entries = new PathIdTable<Entry<T>>()
  readonly #late: { readonly proof: Uint8Array; readonly until: number }[] = []

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Paths that are remembered, of either sort. */
  get size(): number {
    return this.#entries.size
  }

  /** @param proof what shows that an answer came over this path */
  wait(proof: Uint8Array, generation: Generation, waiter: T): void {
    this.#entries.set(proof, { generation, waiter, lateUntil: undefined })
  }

  /** Nothing is waited for any more over these paths. */
  end(proofs: readonly Uint8Array[]): void {
    const until = this.#clock.now() + LATE_MS
    for (const proof of proofs) {
      const entry = this.#entries.get(proof)
      if (entry === undefined) continue
      this.#entries.set(proof, { ...entry, lateUntil: until })
      this.#late.push({ proof, until })
    }
    this.#forget()
  }

  /** For what came with this proof: the waiter of its path, and whether it is too late for it. */
  find(proof: Uint8Array | undefined): (Omit<Entry<T>, 'lateUntil'> & { readonly isLate: boolean }) | undefined {
    this.#forget()
    const entry = this.#entries.get(proof)
    return entry && { generation: entry.generation, waiter: entry.waiter, isLate: entry.lateUntil !== undefined }
  }

  #forget(): void {
    const now = this.#clock.now()
    while (this.#late[0] !== undefined && (this.#late[0].until <= now || this.#late.length > MAX_LATE)) {
      this.#entries.delete(this.#late.shift()!.proof)
    }
  }
}
