/** Fills with `perSecond` up to `burst`; time comes in with each call. */
export interface TokenBucket {
  /** Tokens that are there at `now` (milliseconds); negative after a debt. */
  level(now: number): number
  /** Takes `amount` if it is there. */
  take(amount: number, now: number): boolean
  /** Takes `amount` in any case: the level may fall below zero. */
  charge(amount: number, now: number): void
  /** Milliseconds from `now` until nothing is owed. */
  debtMs(now: number): number
}

/** A full one. */
export function tokenBucket(perSecond: number, burst: number, now: number): TokenBucket {
  let tokens = burst
  let last = now

  function level(at: number): number {
    // A clock that steps back neither fills nor empties it.
    tokens = Math.min(burst, tokens + (Math.max(0, at - last) * perSecond) / 1000)
    last = at
    return tokens
  }

  return {
    level,
    take: (amount, at) => {
      if (level(at) < amount) return false
      tokens -= amount
      return true
    },
    charge: (amount, at) => {
      level(at)
      tokens -= amount
    },
    debtMs: (at) => Math.ceil((Math.max(0, -level(at)) * 1000) / perSecond),
  }
}
