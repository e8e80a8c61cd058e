import type { Clock } from '../base/effects.js'

/** `setTimeout` takes a longer delay for 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

function after(ms: number, run: () => void): () => void {
  let timer: NodeJS.Timeout
  const arm = (left: number): void => {
    const step = Math.min(left, LONGEST_TIMER_MS)
    timer = setTimeout(() => (left > step ? arm(left - step) : run()), step)
  }
  arm(ms)
  return () => clearTimeout(timer)
}

/** The system's clock and timers. A waiting timer keeps the process alive. */
export const systemClock: Clock = { now: () => Date.now(), after }
