import type { CancelSignal } from '../base/effects.js'

/** Who waits for what, by key. */
export interface Expectations<T> {
  /** Rejects with what `fail` says; or, when the signal comes first, with what `gaveUp` makes. */
  wait(key: string, signal: CancelSignal | undefined, gaveUp: () => Error): Promise<T>
  meet(key: string, value: T): void
  fail(key: string, error: Error): void
  failAll(error: Error): void
}

interface Waiter<T> {
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

/** Promises of what will be told. Each of those who wait can give up alone. */
export function expectations<T>(): Expectations<T> {
  const waiters = new Map<string, Set<Waiter<T>>>()

  function take(key: string): Iterable<Waiter<T>> {
    const found = waiters.get(key) ?? []
    waiters.delete(key)
    return found
  }

  function fail(key: string, error: Error): void {
    for (const { reject } of take(key)) reject(error)
  }

  return {
    wait: (key, signal, gaveUp) => {
      const waiting = new Promise<T>((resolve, reject) => {
        if (signal?.aborted) return reject(gaveUp())
        const all = waiters.get(key) ?? new Set()
        waiters.set(key, all)
        const over = () => signal?.removeEventListener('abort', giveUp)
        const waiter: Waiter<T> = {
          resolve: (value) => {
            over()
            resolve(value)
          },
          reject: (error) => {
            over()
            reject(error)
          },
        }
        const giveUp = () => {
          if (all.delete(waiter) && all.size === 0 && waiters.get(key) === all) waiters.delete(key)
          waiter.reject(gaveUp())
        }
        signal?.addEventListener('abort', giveUp, { once: true })
        all.add(waiter)
      })
      // It may fail before anybody looks at it.
      waiting.catch(() => undefined)
      return waiting
    },
    meet: (key, value) => {
      for (const { resolve } of take(key)) resolve(value)
    },
    fail,
    failAll: (error) => {
      for (const key of [...waiters.keys()]) fail(key, error)
    },
  }
}
