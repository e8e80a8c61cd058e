import type { Clock } from '../../base/effects.js'
import type { Generation } from '../../onion/generation.js'
import { PathIdTable } from '../path-id.js'

/** Milliseconds for which an answer to what is over already is known for what it is: copies of a request are answered one by one. */
export const LATE_MS = 30_000

/** Reply paths that are remembered so; the oldest goes first. */
export const MAX_LATE = 1024

/** A reply path: whose it is, and what it was made in: an answer in another type of message did not come over it. */
export type Found<T> = { readonly generation: Generation } & (
  | { readonly waiter: T }
  /** The request, which is over. */
  | { readonly lateFor: string }
)

/** The reply paths of requests: those over which an answer is waited for and, for a while, those over which none is any more. */
export class Replies<T> {
  readonly #clock: Pick<Clock, 'now'>
  readonly #entries = new PathIdTable<Found<T>>()
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
    this.#entries.set(proof, { generation, waiter })
  }

  /** Nothing is waited for any more over these paths of a request. */
  end(proofs: readonly Uint8Array[], id: string): void {
    const until = this.#clock.now() + LATE_MS
    for (const proof of proofs) {
      const entry = this.#entries.get(proof)
      if (entry === undefined) continue
      this.#entries.set(proof, { generation: entry.generation, lateFor: id })
      this.#late.push({ proof, until })
    }
    this.#forget()
  }

  /** What is known of the path that something with this proof came over. */
  find(proof: Uint8Array | undefined): Found<T> | undefined {
    this.#forget()
    return this.#entries.get(proof)
  }

  #forget(): void {
    const now = this.#clock.now()
    while (this.#late[0] !== undefined && (this.#late[0].until <= now || this.#late.length > MAX_LATE)) {
      this.#entries.delete(this.#late.shift()!.proof)
    }
  }
}
