import { expect, test, vi } from 'vitest'
import { MAX_PATH_PEERS, PathPeers } from '../../../src/node/messenger/path-peers.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'

const peer = (n: number) => `02${n.toString(16).padStart(64, '0')}`
const stored = async (store: ReturnType<typeof memoryStore>) => {
  const keys: string[] = []
  for await (const [key] of store.range({ from: 'path_peer/', to: 'path_peer0' })) keys.push(key)
  return keys
}

test('a peer is remembered at once, and over a restart', async () => {
  const store = memoryStore()
  const peers = await PathPeers.load(store)
  expect(peers.has(peer(1))).toBe(false)
  peers.add(peer(1), 1000)
  peers.add(peer(1), 2000)
  expect([peers.has(peer(1)), peers.has(peer(2))]).toEqual([true, false])
  await vi.waitFor(async () => expect(await stored(store)).toEqual([`path_peer/${peer(1)}`]))
  const again = await PathPeers.load(store)
  expect([again.has(peer(1)), again.has(peer(2))]).toEqual([true, false])
})

test('a peer counts whatever became of its record: nothing else is needed', async () => {
  const store = memoryStore()
  await store.commit([{ key: `path_peer/${peer(1)}`, value: Uint8Array.of(1) }])
  expect((await PathPeers.load(store)).has(peer(1))).toBe(true)
})

test('without a store it is remembered until the end', () => {
  const peers = new PathPeers()
  peers.add(peer(1), 0)
  expect([peers.has(peer(1)), peers.has(peer(2))]).toEqual([true, false])
})

test('beyond the bound every peer counts, no more are kept, and a restart does not forget that', async () => {
  const store = memoryStore()
  const peers = await PathPeers.load(store)
  for (let n = 0; n < MAX_PATH_PEERS; n++) peers.add(peer(n), 0)
  expect(peers.has(peer(5000))).toBe(false)
  peers.add(peer(5000), 0)
  expect(peers.has(peer(5001))).toBe(true)
  for (let n = 6000; n < 6010; n++) peers.add(peer(n), 0)
  await vi.waitFor(async () => expect(await stored(store)).toHaveLength(MAX_PATH_PEERS + 1))
  const again = await PathPeers.load(store)
  expect(again.has(peer(7000))).toBe(true)
})

test('one that could not be written counts, and is written with the next path', async () => {
  const store = memoryStore()
  const disk = { full: true }
  const peers = await PathPeers.load({
    ...store,
    get: (key) => store.get(key),
    range: (range) => store.range(range),
    commit: async (batch) => {
      if (disk.full) throw new Error('no space left')
      await store.commit(batch)
    },
  })
  peers.add(peer(1), 0)
  expect(peers.has(peer(1))).toBe(true)
  await new Promise((resolve) => setImmediate(resolve))
  disk.full = false
  peers.add(peer(1), 0)
  await vi.waitFor(async () => expect(await stored(store)).toHaveLength(1))
})
