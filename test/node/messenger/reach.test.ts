import { describe, expect, test } from 'vitest'
import type { Store } from '../../../src/base/effects.js'
import { MAX_REACH_AGE_MS, MAX_WAYS, Reach, wayTo } from '../../../src/node/messenger/reach.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'
import { manualClock } from '../../../src/testing/manual-clock.js'

/** A store that counts what is written. */
function counted() {
  const inner = memoryStore()
  const disk = { commits: 0, store: inner as Store }
  disk.store = {
    ...inner,
    get: (key) => inner.get(key),
    range: (range) => inner.range(range),
    commit: async (changes) => {
      disk.commits++
      await inner.commit(changes)
    },
  }
  return disk
}

async function keysOf(store: Store): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const [key] of store.range({ from: 'reach/', to: 'reach0' })) keys.push(key)
  return keys
}

const destination = new Uint8Array(33).fill(2)
const [a, b] = [`02${'aa'.repeat(32)}`, `02${'bb'.repeat(32)}`]

describe('the name of a way', () => {
  test('tells destinations, relays and their order apart, and says nothing of them', () => {
    const names = [
      wayTo(destination, []),
      wayTo(destination, [a]),
      wayTo(destination, [b]),
      wayTo(destination, [a, b]),
      wayTo(destination, [b, a]),
      wayTo(new Uint8Array(33).fill(3), [a]),
    ]
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/)
    expect(wayTo(destination, [a])).toBe(names[1])
  })
})

describe('what worked', () => {
  test('lasts over a restart', async () => {
    const clock = manualClock()
    const { store } = counted()
    const reach = await Reach.load(store, clock)
    await reach.remember('one', 'obs')
    await reach.remember('two', 'obs2')
    await reach.remember('one', 'obs2')
    await reach.remember('three', 'obs')
    await reach.forget('three')
    const again = await Reach.load(store, clock)
    expect(['one', 'two', 'three'].map((way) => again.worked(way))).toEqual(['obs2', 'obs2', undefined])
  })

  test('is written when something else is known than before, and not for every request', async () => {
    const disk = counted()
    const clock = manualClock()
    const reach = await Reach.load(disk.store, clock)
    for (let i = 0; i < 10; i++) {
      await reach.remember('one', 'obs')
      await clock.advance(60_000)
    }
    await reach.forget('another')
    expect(disk.commits).toBe(1)
    await reach.remember('one', 'obs2')
    await reach.forget('one')
    expect(disk.commits).toBe(3)
  })

  test('is asked anew after a month, however often it worked', async () => {
    const clock = manualClock()
    const { store } = counted()
    const reach = await Reach.load(store, clock)
    await reach.remember('one', 'obs')
    await clock.advance(MAX_REACH_AGE_MS - 1)
    await reach.remember('one', 'obs')
    expect(reach.worked('one')).toBe('obs')
    await clock.advance(1)
    expect(reach.worked('one')).toBeUndefined()
    await Reach.load(store, clock)
    expect(await keysOf(store)).toEqual([])
    await reach.remember('one', 'obs')
    expect(reach.worked('one')).toBe('obs')
  })

  test('is asked anew where it was written by a clock that was ahead: it would never grow old', async () => {
    const { store } = counted()
    const ahead = manualClock()
    await ahead.advance(100 * MAX_REACH_AGE_MS)
    await (await Reach.load(store, ahead)).remember('one', 'obs')
    const clock = manualClock()
    const reach = await Reach.load(store, clock)
    expect([reach.worked('one'), await keysOf(store)]).toEqual([undefined, []])
    await reach.remember('one', 'obs2')
    expect((await Reach.load(store, clock)).worked('one')).toBe('obs2')
  })

  test('that cannot be read is taken out, and keeps no node from starting', async () => {
    const { store } = counted()
    const clock = manualClock()
    await (await Reach.load(store, clock)).remember('good', 'obs')
    const value = await store.get('reach/good')
    await store.commit([
      { key: 'reach/cut', value: value!.subarray(0, 3) },
      { key: 'reach/empty', value: new Uint8Array(0) },
      { key: 'reach/newer', value: Uint8Array.of(...value!, 4, 0) },
    ])
    expect((await Reach.load(store, clock)).worked('good')).toBe('obs')
    expect(await keysOf(store)).toEqual(['reach/good'])
  })

  test('of a thousand ways: what was written first goes first, in memory and on disk', async () => {
    const clock = manualClock()
    const { store } = counted()
    const reach = await Reach.load(store, clock)
    for (let i = 0; i < MAX_WAYS; i++) {
      await reach.remember(`way-${i}`, 'obs')
      await clock.advance(1)
    }
    await reach.remember('way-0', 'obs2')
    await reach.remember('one-more', 'obs')
    expect([reach.size, (await keysOf(store)).length]).toEqual([MAX_WAYS, MAX_WAYS])
    expect(['way-0', 'way-1', 'way-2'].map((way) => reach.worked(way))).toEqual(['obs2', undefined, 'obs'])
    const again = await Reach.load(store, clock)
    expect(again.size).toBe(MAX_WAYS)
    await again.remember('another', 'obs')
    expect(again.worked('way-2')).toBeUndefined()
  })

  test('a database that holds more than it should is cut to size', async () => {
    const clock = manualClock()
    const { store } = counted()
    const small = await Reach.load(store, clock)
    await small.remember('last', 'obs')
    const value = await store.get('reach/last')
    const more = Array.from({ length: MAX_WAYS + 5 }, (_, i) => ({ key: `reach/way-${i}`, value }))
    await store.commit(more)
    expect((await Reach.load(store, clock)).size).toBe(MAX_WAYS)
    expect(await keysOf(store)).toHaveLength(MAX_WAYS)
  })
})
