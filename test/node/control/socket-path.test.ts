import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectControl, method, none, startControl } from '../../../src/node/control/index.js'
import { socketPlace } from '../../../src/node/control/socket-path.js'
import { type DataDir, openDataDir } from '../../../src/node/data-dir.js'
import { tempDir } from '../../support/temp-dir.js'
import { HELLO, serve } from './harness.js'

const LONG = 'l'.repeat(100)
const start = (data: Pick<DataDir, 'dir' | 'locked'>, env: Record<string, string> = {}) =>
  startControl({ data, env, hello: HELLO, methods: [method('one', none, () => 1)], onFault: () => {} })

test('a path of 103 bytes is taken as it is, one of 104 is not', () => {
  const folder = (bytes: number): string => `/${'é'.repeat(20)}${'x'.repeat(bytes - 41 - '/control.sock'.length)}`
  expect(socketPlace(folder(103), {})).toEqual({ path: `${folder(103)}/control.sock`, moved: false })
  expect(() => socketPlace(folder(104), {})).toThrow(expect.objectContaining({ code: 'CONTROL_SOCKET_PATH_TOO_LONG' }))
})

test('a socket that is too deep moves to XDG_RUNTIME_DIR, clients find it, and nothing stays', async () => {
  const runtime = tempDir()
  const dir = join(tempDir(), LONG)
  const { server, client } = await serve({ env: { XDG_RUNTIME_DIR: runtime } }, dir)
  expect(server.socketPath.startsWith(`${runtime}/lno-`)).toBe(true)
  expect(readFileSync(join(dir, 'control.path'), 'utf8')).toBe(`${server.socketPath}\n`)
  expect(statSync(server.socketPath).mode & 0o777).toBe(0o600)
  expect(await (await client()).call('whoami', {})).toBe('lno')
  await server.close()
  expect(existsSync(server.socketPath)).toBe(false)
  expect(existsSync(join(dir, 'control.path'))).toBe(false)
})

test('two folders that are too deep do not share a socket', () => {
  const runtime = tempDir()
  const paths = ['a', 'b'].map((name) => socketPlace(`/${LONG}/${name}`, { XDG_RUNTIME_DIR: runtime }).path)
  expect(new Set(paths).size).toBe(2)
})

test.each([
  ['is too long itself', () => `/${LONG}`],
  ['does not exist', () => '/nowhere'],
  [
    'is open to others',
    () => {
      const dir = tempDir()
      chmodSync(dir, 0o755)
      return dir
    },
  ],
  ['is empty', () => ''],
])('an XDG_RUNTIME_DIR that %s is no place', (_name, runtime) => {
  expect(() => socketPlace(`/${LONG}`, { XDG_RUNTIME_DIR: runtime() })).toThrow(
    expect.objectContaining({ code: 'CONTROL_SOCKET_PATH_TOO_LONG' }),
  )
})

test('a pointer left behind by a crash does not mislead: the next start clears it', async () => {
  const dir = tempDir()
  writeFileSync(join(dir, 'control.path'), '/nowhere/else.sock\n')
  await expect(connectControl(dir)).rejects.toMatchObject({ code: 'NODE_NOT_RUNNING' })
  const { client } = await serve({}, dir)
  expect(await (await client()).call('whoami', {})).toBe('lno')
})

/** A socket as a process leaves it that was killed: it exists, and nobody listens. */
async function leaveBehind(path: string): Promise<void> {
  // libuv removes a socket when it is closed, so another takes its name meanwhile.
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(`${path}.x`, resolve))
  renameSync(`${path}.x`, path)
  await new Promise((resolve) => server.close(resolve))
}

test('a socket left behind is replaced by who holds the lock, and by nobody else', async () => {
  const dir = tempDir()
  const path = join(dir, 'control.sock')
  await leaveBehind(path)
  expect(lstatSync(path).isSocket()).toBe(true)
  await expect(connectControl(dir)).rejects.toMatchObject({ code: 'NODE_NOT_RUNNING' })
  const before = lstatSync(path).ino
  await expect(start({ dir, locked: false })).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  expect(lstatSync(path).ino).toBe(before)
  const { client } = await serve({}, dir)
  expect(await (await client()).call('whoami', {})).toBe('lno')
})

test('a second node on the folder gets no chance to take the socket of the first', async () => {
  const { dir, client } = await serve()
  await expect(openDataDir(dir)).rejects.toMatchObject({ code: 'NODE_ALREADY_RUNNING' })
  expect(await (await client()).call('whoami', {})).toBe('lno')
})

test.each([
  ['a file', (path: string) => writeFileSync(path, 'precious')],
  ['a folder', (path: string) => mkdirSync(path)],
])('%s in the place of the socket is left alone', async (_name, put) => {
  const dir = tempDir()
  put(join(dir, 'control.sock'))
  await expect(start({ dir, locked: true })).rejects.toMatchObject({ code: 'CONTROL_SOCKET_BLOCKED' })
  expect(existsSync(join(dir, 'control.sock'))).toBe(true)
})

test('the socket goes away with its server, which takes no new clients while it ends', async () => {
  const dir = tempDir()
  const data = await openDataDir(dir)
  onTestFinished(() => data.close())
  const server = await start(data)
  const client = await connectControl(dir)
  await server.close()
  expect(existsSync(server.socketPath)).toBe(false)
  await expect(connectControl(dir)).rejects.toMatchObject({ code: 'NODE_NOT_RUNNING' })
  await client.closed
})
