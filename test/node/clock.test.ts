import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/node/clock.js'
import { systemRandom } from '../../src/node/random.js'

afterEach(() => {
  vi.useRealTimers()
})

test('a timer runs once after its delay, also beyond the longest that the system knows', () => {
  vi.useFakeTimers()
  const month = 30 * 24 * 3600 * 1000
  let runs = 0
  systemClock.after(month, () => runs++)
  vi.advanceTimersByTime(month - 1)
  expect(runs).toBe(0)
  vi.advanceTimersByTime(1)
  expect(runs).toBe(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('a cancelled timer does not run, also in its second part', () => {
  vi.useFakeTimers()
  const cancel = systemClock.after(2 ** 31 + 10, () => {
    throw new Error('ran')
  })
  vi.advanceTimersByTime(2 ** 31)
  cancel()
  expect(vi.getTimerCount()).toBe(0)
})

test('time is that of the system', () => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
  expect(systemClock.now()).toBe(1_700_000_000_000)
})

test('random bytes are plain, as many as asked for, and differ', () => {
  const [a, b] = [systemRandom(32), systemRandom(32)]
  expect(a.length).toBe(32)
  expect(Object.getPrototypeOf(a) === Uint8Array.prototype).toBe(true)
  expect(a).not.toEqual(b)
  expect(systemRandom(0)).toEqual(new Uint8Array(0))
})
