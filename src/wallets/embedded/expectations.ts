import type { CancelSignal } from '../../base/effects.js'
import type { LnoError } from '../../base/error.js'
import { walletError } from '../codes.js'

/** Who waits for what, by key. */
export interface Expectations<T> {
  /** @throws LnoError (rejects with) what `fail` says; `PAYMENT_WAIT_CANCELLED` */
  wait(key: string, signal?: CancelSignal): Promise<T>
  meet(key: string, value: T): void
  fail(key: string, error: LnoError): void
  failAll(error: LnoError): void
}

/** Promises of what will be told: each waiter can give up alone. */
export function expectations<T>(): Expectations<T> {
  interface Waiter {
    readonly resolve: (value: T) => void
    readonly reject: (error: LnoError) => void
  }
  const waiters = new Map<string, Set<Waiter>>()

  function take(key: string): readonly Waiter[] {
    const found = [...(waiters.get(key) ?? [])]
    waiters.delete(key)
    return found
  }

  return {
    wait: (key, signal) =>
      new Promise((resolve, reject) => {
        const giveUp = () => {
          const all = waiters.get(key)
          if (all?.delete(waiter) && all.size === 0) waiters.delete(key)
          reject(walletError('PAYMENT_WAIT_CANCELLED', 'nobody waits for the payment any more; it goes on'))
        }
        const over = () => signal?.removeEventListener('abort', giveUp)
        const waiter: Waiter = {
          resolve: (value) => {
            over()
            resolve(value)
          },
          reject: (error) => {
            over()
            reject(error)
          },
        }
        if (signal?.aborted) return giveUp()
        signal?.addEventListener('abort', giveUp, { once: true })
        waiters.set(key, (waiters.get(key) ?? new Set()).add(waiter))
      }),
    meet: (key, value) => {
      for (const { resolve } of take(key)) resolve(value)
    },
    fail: (key, error) => {
      for (const { reject } of take(key)) reject(error)
    },
    failAll: (error) => {
      for (const key of [...waiters.keys()]) for (const { reject } of take(key)) reject(error)
    },
  }
}
