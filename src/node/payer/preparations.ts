import type { CancelSignal } from '../../base/effects.js'
import { nodeError } from '../codes.js'

/** What comes before the first attempt: the way is prepared, and the disk works. */
export class Preparations {
  readonly #cancels = new Set<() => void>()
  #closed = false

  /** Under way, those that were cancelled and have not ended among them. */
  get size(): number {
    return this.#cancels.size
  }

  /**
   * Runs one. When it is cancelled meanwhile it is over at once for whoever asked; what was begun counts as under way until it
   * has ended.
   * @throws LnoError `CONTROL_CANCELLED`, and what `prepare` throws
   */
  run<T>(signal: CancelSignal | undefined, prepare: (isCancelled: () => boolean) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let cancelled = false
      const cancel = () => {
        cancelled = true
        reject(nodeError('CONTROL_CANCELLED', 'the request was cancelled'))
      }
      if (this.#closed || signal?.aborted) {
        cancel()
        return
      }
      this.#cancels.add(cancel)
      signal?.addEventListener('abort', cancel, { once: true })
      const over = () => {
        this.#cancels.delete(cancel)
        signal?.removeEventListener('abort', cancel)
      }
      prepare(() => cancelled)
        .finally(over)
        .then(resolve, reject)
    })
  }

  /** Cancels all, and whatever comes later. */
  close(): void {
    this.#closed = true
    for (const cancel of [...this.#cancels]) cancel()
  }
}
