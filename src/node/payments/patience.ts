import type { Clock } from '../../base/effects.js'

/** Milliseconds between two tries: the first, and the longest. */
const RETRY_MS = { first: 1_000, longest: 60_000 } as const

/** Work that waits for a better moment, tried again with growing waits between, or when somebody says that things have changed. */
export class Patience {
  readonly #clock: Clock
  readonly #waiting = new Map<string, () => void>()
  readonly #busy = new Set<string>()
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Tries until a try says that it is over; nothing when the same is being tried already.
   * @param attempt told how long the next wait would be, milliseconds; rejects to end it
   */
  async keepTrying(key: string, attempt: (nextWaitMs: number) => Promise<'over' | 'again'>): Promise<void> {
    if (this.#busy.has(key)) return
    this.#busy.add(key)
    try {
      for (let wait: number = RETRY_MS.first; !this.#closed; wait = Math.min(wait * 2, RETRY_MS.longest)) {
        if ((await attempt(wait)) === 'over') return
        if (!this.#closed) await this.#wait(key, wait)
      }
    } finally {
      this.#busy.delete(key)
    }
  }

  /** Everything that waits is tried now. */
  wake(): void {
    for (const wake of [...this.#waiting.values()]) wake()
  }

  /** Nothing is tried any more. */
  close(): void {
    this.#closed = true
    this.wake()
  }

  #wait(key: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        cancel()
        this.#waiting.delete(key)
        resolve()
      }
      const cancel = this.#clock.after(ms, over)
      this.#waiting.set(key, over)
    })
  }
}
