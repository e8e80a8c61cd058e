import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type DataDir, openDataDir } from '../../src/node/data-dir.js'
import { tempDir } from '../support/temp-dir.js'

const fixed = (byte: number) => (length: number) => new Uint8Array(length).map((_, i) => byte + i)

async function opened(dir: string, byte = 1): Promise<DataDir> {
  const data = await openDataDir(dir, fixed(byte))
  onTestFinished(() => data.close())
  return data
}

const mode = (path: string): number => statSync(path).mode & 0o777

test('the first start makes folder and secret, private, and nothing else is left behind', async () => {
  const dir = join(tempDir(), 'deep', 'er')
  const data = await opened(dir)
  expect(mode(dir)).toBe(0o700)
  expect(mode(join(dir, 'node.key'))).toBe(0o600)
  expect(new Uint8Array(readFileSync(join(dir, 'node.key')))).toEqual(data.identity.nodeSecret)
  expect(readdirSync(dir).sort()).toEqual(['db', 'node.key'])
  expect(data.schemaVersions).toEqual([0, 1])
})

test('the next start finds the same identity, whatever the generator says then', async () => {
  const dir = tempDir()
  const first = await opened(dir, 1)
  await first.close()
  const second = await opened(dir, 2)
  expect(second.identity).toEqual(first.identity)
  expect(second.schemaVersions).toEqual([1])
})

test('a second process is told that a node runs, and finds no half-made secret of its own', async () => {
  const dir = tempDir()
  const first = await opened(dir)
  await expect(openDataDir(dir, fixed(9))).rejects.toMatchObject({ code: 'NODE_ALREADY_RUNNING' })
  expect(new Uint8Array(readFileSync(join(dir, 'node.key')))).toEqual(first.identity.nodeSecret)
  expect(first.locked).toBe(true)
  await first.close()
  expect(first.locked).toBe(false)
})

test.each([0o640, 0o604, 0o620])('a secret with mode %o is refused, and the lock is given back', async (loose) => {
  const dir = tempDir()
  await (await opened(dir)).close()
  chmodSync(join(dir, 'node.key'), loose)
  await expect(openDataDir(dir)).rejects.toMatchObject({
    code: 'NODE_KEY_NOT_PRIVATE',
    message: expect.stringContaining('chmod 600'),
  })
  chmodSync(join(dir, 'node.key'), 0o600)
  await opened(dir)
})

test.each([
  ['31 bytes', new Uint8Array(31).map((_, i) => i)],
  ['33 bytes', new Uint8Array(33).map((_, i) => i)],
  ['no bytes', new Uint8Array(0)],
  ['zeros only', new Uint8Array(32)],
])('a secret of %s is refused and left as it is', async (_name, content) => {
  const dir = tempDir()
  writeFileSync(join(dir, 'node.key'), content, { mode: 0o600 })
  await expect(openDataDir(dir)).rejects.toMatchObject({ code: 'NODE_KEY_BAD' })
  expect(new Uint8Array(readFileSync(join(dir, 'node.key')))).toEqual(content)
})

test('a folder where the secret should be is an error with a code', async () => {
  const dir = tempDir()
  mkdirSync(join(dir, 'node.key'), { mode: 0o700 })
  await expect(openDataDir(dir)).rejects.toMatchObject({
    code: expect.stringMatching(/^(NODE_KEY_BAD|DATA_DIR_FAILED)$/),
  })
})

test('a database whose secret was lost or replaced is refused, not given a new identity', async () => {
  const dir = tempDir()
  await (await opened(dir, 1)).close()
  rmSync(join(dir, 'node.key'))
  await expect(openDataDir(dir, fixed(2))).rejects.toMatchObject({ code: 'NODE_KEY_CHANGED' })
})

test('an empty folder that others can enter becomes private', async () => {
  const dir = join(tempDir(), 'mine')
  mkdirSync(dir)
  chmodSync(dir, 0o755)
  await opened(dir)
  expect(mode(dir)).toBe(0o700)
})

test('a folder of other things that others can enter is refused and left as it is', async () => {
  const dir = join(tempDir(), 'home')
  mkdirSync(dir)
  writeFileSync(join(dir, 'letter.txt'), 'dear')
  chmodSync(dir, 0o755)
  await expect(openDataDir(dir)).rejects.toMatchObject({ code: 'DATA_DIR_NOT_PRIVATE' })
  expect(mode(dir)).toBe(0o755)
  expect(readdirSync(dir)).toEqual(['letter.txt'])
})

test('a path that cannot be a folder is an error with a code', async () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'file'), '')
  symlinkSync('nowhere', join(dir, 'dangling'))
  await expect(openDataDir(join(dir, 'file'))).rejects.toMatchObject({ code: 'DATA_DIR_FAILED' })
  await expect(openDataDir(join(dir, 'file', 'below'))).rejects.toMatchObject({ code: 'DATA_DIR_FAILED' })
  await expect(openDataDir(join(dir, 'dangling'))).rejects.toMatchObject({ code: 'DATA_DIR_FAILED' })
})
