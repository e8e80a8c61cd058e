import { expect, test } from 'vitest'
import { alarm } from '../../../src/wallets/embedded/alarm.js'
import { HEIGHT_PERIOD_MS } from '../../../src/wallets/embedded/limits.js'

test('a clock that is set back does not put off the look at the height', () => {
  let now = 1_000_000_000_000
  let height = 100
  let rings = 0
  let timer: { readonly ms: number; readonly run: () => void } | undefined
  const clock = {
    now: () => now,
    after: (ms: number, run: () => void) => {
      timer = { ms, run }
      return () => {
        timer = undefined
      }
    },
  }
  alarm({ clock, height: () => height, ring: () => rings++ })
  now -= 30 * 86_400_000
  timer!.run()
  expect(timer!.ms).toBe(HEIGHT_PERIOD_MS)
  height++
  now += HEIGHT_PERIOD_MS
  timer!.run()
  expect(rings).toBe(1)
})
