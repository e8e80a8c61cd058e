import type { LnoError } from '../../base/error.js'
import { nodeError } from '../codes.js'
import type { PayOptions, PayProgress } from './pay.js'
import type { PaymentView } from './view.js'

interface Waiter {
  readonly resolve: (view: PaymentView) => void
  readonly reject: (error: LnoError) => void
  readonly tell: ((progress: PayProgress) => void) | undefined
}

/** Who waits for the end of payments. */
export class Waiters {
  readonly #waiters = new Map<string, Set<Waiter>>()

  /**
   * Waits for the end of a payment, and hears how far it is. `giveUp` ends that without a word; the signal rejects with
   * `CONTROL_CANCELLED`.
   */
  wait(
    id: string,
    { signal, onProgress }: Pick<PayOptions, 'signal' | 'onProgress'>,
  ): { readonly promise: Promise<PaymentView>; giveUp(): void } {
    const all = this.#waiters.get(id) ?? new Set<Waiter>()
    this.#waiters.set(id, all)
    let giveUp: () => void = () => undefined
    const promise = new Promise<PaymentView>((resolve, reject) => {
      const cancel = () => waiter.reject(cancelled('nobody waits any more'))
      giveUp = () => {
        signal?.removeEventListener('abort', cancel)
        all.delete(waiter)
        if (all.size === 0 && this.#waiters.get(id) === all) this.#waiters.delete(id)
      }
      const waiter: Waiter = {
        resolve: (view) => {
          giveUp()
          resolve(view)
        },
        reject: (error) => {
          giveUp()
          reject(error)
        },
        tell: onProgress,
      }
      all.add(waiter)
      signal?.addEventListener('abort', cancel, { once: true })
      if (signal?.aborted) cancel()
    })
    // It may end before anybody looks at it.
    promise.catch(() => undefined)
    return { promise, giveUp }
  }

  tell(id: string, progress: PayProgress): void {
    for (const { tell } of [...(this.#waiters.get(id) ?? [])]) tell?.(progress)
  }

  end(id: string, view: PaymentView): void {
    for (const { resolve } of [...(this.#waiters.get(id) ?? [])]) resolve(view)
  }

  /** What becomes of the payment is not known. */
  fail(id: string, error: LnoError): void {
    for (const { reject } of [...(this.#waiters.get(id) ?? [])]) reject(error)
  }

  close(): void {
    for (const { reject } of [...this.#waiters.values()].flatMap((all) => [...all])) reject(cancelled('the node stops'))
  }
}

function cancelled(why: string): LnoError {
  return nodeError('CONTROL_CANCELLED', `${why}; the payment goes on`)
}
