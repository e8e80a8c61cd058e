import type { Clock } from '../base/effects.js'

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves time on by `ms`, running what comes due in order of its time (then of its arming), and between two timers all
   * that promises set off. Afterwards nothing is left to do until time moves again.
   * @throws Error when more than a million timers come due: something re-arms itself without moving time
   */
  advance(ms: number): Promise<void>
  /** `advance(0)`: lets all happen that needs no time. */
  settle(): Promise<void>
  /** Timers that wait. */
  readonly waiting: number
  /** When the next of them comes due, in Unix milliseconds; undefined when none waits. */
  readonly nextAt: number | undefined
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

const MAX_TIMERS = 1_000_000

/** 2026-01-01T00:00:00Z in milliseconds: where a manual clock stands unless told otherwise. */
export const MANUAL_CLOCK_START = 1_767_225_600_000

/** Ends after everything that promises can do now. */
function afterPromises(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Makes one. Tests of the whole node run on it: no test waits for real time. */
export function manualClock(start = MANUAL_CLOCK_START): ManualClock {
  let now = start
  let armed = 0
  // Sorted by time, then by order of arming.
  const timers: Timer[] = []

  function arm(ms: number, run: () => void): () => void {
    const timer: Timer = { at: now + Math.max(0, ms), order: armed++, run }
    let index = timers.length
    while (index > 0 && timers[index - 1]!.at > timer.at) index--
    timers.splice(index, 0, timer)
    return () => {
      const found = timers.indexOf(timer)
      if (found >= 0) timers.splice(found, 1)
    }
  }

  async function advance(ms: number): Promise<void> {
    const end = now + ms
    await afterPromises()
    for (let ran = 0; timers.length > 0 && timers[0]!.at <= end; ran++) {
      if (ran >= MAX_TIMERS) throw new Error(`more than ${MAX_TIMERS} timers came due within ${ms} ms`)
      const timer = timers.shift()!
      now = timer.at
      timer.run()
      await afterPromises()
    }
    now = end
  }

  return {
    now: () => now,
    after: arm,
    advance,
    settle: () => advance(0),
    get waiting() {
      return timers.length
    },
    get nextAt() {
      return timers[0]?.at
    },
  }
}
