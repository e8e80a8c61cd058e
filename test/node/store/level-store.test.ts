import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { classicLevel, type Level, openLevelStore } from '../../../src/node/store/level-store.js'
import { tempDir } from '../../support/temp-dir.js'

test('a commit is one batch that asks for sync', async () => {
  const folder = join(tempDir(), 'db')
  const asked: unknown[] = []
  const real = classicLevel(folder)
  const level: Level = {
    ...real,
    batch: (operations, options) => {
      asked.push([operations.map(({ type, key }) => `${type} ${key}`), options])
      return real.batch(operations, options)
    },
  }
  const store = await openLevelStore(folder, level)
  onTestFinished(() => store.close())
  await store.commit([
    { key: 'a', value: Uint8Array.of(1) },
    { key: 'b', value: undefined },
  ])
  expect(asked).toEqual([[['put a', 'del b'], { sync: true }]])
})

test('a commit that the disk refuses is reported, not swallowed', async () => {
  const folder = join(tempDir(), 'db')
  const level: Level = { ...classicLevel(folder), batch: () => Promise.reject(new Error('no space left on device')) }
  const store = await openLevelStore(folder, level)
  onTestFinished(() => store.close())
  await expect(store.commit([{ key: 'a', value: Uint8Array.of(1) }])).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('no space left'),
  })
})

test('a second opener of the same folder is told that a node runs there', async () => {
  const folder = join(tempDir(), 'db')
  const store = await openLevelStore(folder)
  await expect(openLevelStore(folder)).rejects.toMatchObject({ code: 'NODE_ALREADY_RUNNING' })
  await store.close()
  const next = await openLevelStore(folder)
  await next.close()
})

test('the folder is 0700 and its files are 0600, also where they were open before', async () => {
  const folder = join(tempDir(), 'db')
  mkdirSync(folder, { mode: 0o755 })
  writeFileSync(join(folder, 'LOG.old'), '', { mode: 0o644 })
  const store = await openLevelStore(folder)
  onTestFinished(() => store.close())
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)
  expect(new Set(modes)).toEqual(new Set([0o600]))
})

test('a file where the folder should be is an error with a code', async () => {
  const folder = join(tempDir(), 'db')
  writeFileSync(folder, '')
  await expect(openLevelStore(folder)).rejects.toMatchObject({ code: 'STORE_FAILED' })
})

test('a damaged database is an error with a code', async () => {
  const folder = join(tempDir(), 'db')
  const store = await openLevelStore(folder)
  await store.close()
  writeFileSync(join(folder, 'CURRENT'), 'rubbish')
  await expect(openLevelStore(folder)).rejects.toMatchObject({
    code: expect.stringMatching(/^STORE_(CORRUPT|FAILED)$/),
  })
})
