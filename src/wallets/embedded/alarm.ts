import type { Clock } from '../../base/effects.js'
import { HEIGHT_PERIOD_MS, TICK_GRAIN_MS } from './limits.js'

/** Rings at the times that it was told, and when the chain has grown. */
export interface Alarm {
  /** Unix milliseconds; a time that has passed rings at once. */
  at(time: number): void
  stop(): void
}

/** What an alarm needs. */
export interface AlarmOptions {
  readonly clock: Clock
  /** Block height now, if anybody knows it. */
  readonly height: () => number | undefined
  readonly ring: () => void
}

/** One timer, for the earliest of all times; the height is looked at now and then, since nobody tells when a block comes. */
export function alarm({ clock, height, ring }: AlarmOptions): Alarm {
  const times = new Set<number>()
  let seen = height()
  let lookAt = clock.now() + HEIGHT_PERIOD_MS
  let timer: { readonly at: number; readonly cancel: () => void } | undefined
  let stopped = false

  function arm(): void {
    if (stopped) return
    const at = Math.min(lookAt, ...times)
    if (timer?.at === at) return
    timer?.cancel()
    timer = { at, cancel: clock.after(Math.max(0, at - clock.now()), fire) }
  }

  function fire(): void {
    timer = undefined
    const now = clock.now()
    let due = false
    for (const time of times) if (time <= now) due = times.delete(time)
    const grown = height()
    if (grown !== seen) due = true
    seen = grown
    // A clock that was set back must not put off the next look by as much.
    if (now >= lookAt || lookAt > now + HEIGHT_PERIOD_MS) lookAt = now + HEIGHT_PERIOD_MS
    arm()
    if (due) ring()
  }

  arm()
  return {
    at: (time) => {
      times.add(Math.ceil(time / TICK_GRAIN_MS) * TICK_GRAIN_MS)
      arm()
    },
    stop: () => {
      stopped = true
      timer?.cancel()
    },
  }
}
