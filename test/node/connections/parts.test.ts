import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gate } from '../../../src/node/connections/gate.js'
import { tally } from '../../../src/node/connections/intake.js'
import { backoffDelay, pingDelay } from '../../../src/node/connections/jitter.js'
import {
  BACKOFF_MS,
  DROP_REPORT_MS,
  MAX_INBOUND_PEERS,
  MAX_UNAUTHENTICATED_PER_IP,
  REMEMBERED_BUCKETS,
} from '../../../src/node/connections/limits.js'
import { tokenBucket } from '../../../src/node/connections/token-bucket.js'
import { manualClock } from '../../../src/testing/manual-clock.js'

const draw = (value: number) => (length: number) => new Uint8Array(length).fill(value)

describe('a token bucket', () => {
  test('lets a burst through, then its rate', () => {
    const bucket = tokenBucket(4, 10, 0)
    expect(bucket.take(10, 0)).toBe(true)
    expect(bucket.take(1, 249)).toBe(false)
    expect(bucket.take(1, 250)).toBe(true)
    expect(bucket.take(1, 250)).toBe(false)
    expect(bucket.level(100_000)).toBe(10)
  })

  test('says when a debt is paid', () => {
    const bucket = tokenBucket(1000, 100, 0)
    bucket.charge(600, 0)
    expect(bucket.debtMs(0)).toBe(500)
    expect(bucket.debtMs(499)).toBe(1)
    expect(bucket.debtMs(500)).toBe(0)
  })

  test('never gives more than burst and rate allow, also when the clock steps back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 0, max: 30 })), { maxLength: 50 }),
        (steps) => {
          const bucket = tokenBucket(10, 20, 0)
          let now = 0
          let forward = 0
          let given = 0
          for (const [ms, amount] of steps) {
            now += ms
            forward += Math.max(0, ms)
            if (bucket.take(amount, now)) given += amount
          }
          expect(given).toBeLessThanOrEqual(20 + (forward * 10) / 1000 + 1e-6)
        },
      ),
    )
  })
})

test('the gate counts callers in and out, all of them and of one address', { tags: ['N7'] }, () => {
  const door = gate()
  for (let i = 0; i < 3; i++) {
    const entered = Array.from({ length: MAX_UNAUTHENTICATED_PER_IP + 1 }, () => door.enter('10.0.0.1'))
    expect(entered.lastIndexOf(true)).toBe(MAX_UNAUTHENTICATED_PER_IP - 1)
    expect(entered.at(-1)).toBe(false)
    expect(door.enter(undefined)).toBe(true)
    expect(door.inside).toBe(MAX_UNAUTHENTICATED_PER_IP + 1)
    door.leave(undefined)
    for (let j = 0; j < MAX_UNAUTHENTICATED_PER_IP; j++) door.leave('10.0.0.1')
    expect(door.inside).toBe(0)
  }
})

describe('waits', () => {
  test('between pings are the period, give or take a half', { tags: ['M11'] }, () => {
    expect(pingDelay(30_000, draw(0))).toBe(15_000)
    expect(pingDelay(30_000, draw(0x80))).toBeCloseTo(30_000, -3)
    expect(pingDelay(30_000, draw(0xff))).toBeCloseTo(45_000, 0)
  })

  test('between calls double up to a bound, and spread over a half', () => {
    expect([1, 2, 3, 4].map((n) => backoffDelay(n, draw(0)))).toEqual([500, 1000, 2000, 4000])
    expect(backoffDelay(1000, draw(0))).toBe(BACKOFF_MS.longest / 2)
    expect(backoffDelay(1000, draw(0xff))).toBeLessThanOrEqual(BACKOFF_MS.longest)
  })
})

test('a tally tells the first at once, then at most once in a while', async () => {
  const clock = manualClock()
  const told: number[] = []
  const counts = tally(clock, (count) => told.push(count))
  for (let i = 0; i < 5; i++) counts.count()
  expect(told).toEqual([1])
  await clock.advance(DROP_REPORT_MS)
  counts.count()
  expect(told).toEqual([1, 5])
  counts.count()
  counts.flush()
  counts.flush()
  expect(told).toEqual([1, 5, 1])
})

test('the buckets of all callers that can be connected are remembered', () => {
  expect(REMEMBERED_BUCKETS).toBeGreaterThan(MAX_INBOUND_PEERS)
})
