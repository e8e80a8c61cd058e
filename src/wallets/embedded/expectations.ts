/** One who waits. */
export interface Expectation<T> {
  readonly promise: Promise<T>
  /** Waits no longer: the promise rejects with this. */
  giveUp(error: Error): void
}

/** Who waits for what, by key. */
export interface Expectations<T> {
  expect(key: string): Expectation<T>
  meet(key: string, value: T): void
  fail(key: string, error: Error): void
  failAll(error: Error): void
}

/** Promises of what will be told. Each of those who wait can give up alone. */
export function expectations<T>(): Expectations<T> {
  interface Waiter {
    readonly resolve: (value: T) => void
    readonly reject: (error: Error) => void
  }
  const waiters = new Map<string, Set<Waiter>>()

  function take(key: string): Iterable<Waiter> {
    const found = waiters.get(key) ?? []
    waiters.delete(key)
    return found
  }

  const fail = (key: string, error: Error): void => {
    for (const { reject } of take(key)) reject(error)
  }
  return {
    expect: (key) => {
      const { promise, resolve, reject } = withResolvers<T>()
      // It may fail before anybody looks at it.
      promise.catch(() => undefined)
      const waiter = { resolve, reject }
      const all = waiters.get(key) ?? new Set()
      waiters.set(key, all.add(waiter))
      return {
        promise,
        giveUp: (error) => {
          if (all.delete(waiter) && all.size === 0 && waiters.get(key) === all) waiters.delete(key)
          reject(error)
        },
      }
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

function withResolvers<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
