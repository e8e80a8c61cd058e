import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type DaemonOptions, startDaemon } from '../../src/node/daemon.js'
import { openDataDir } from '../../src/node/data-dir.js'
import { tempDir } from '../support/temp-dir.js'

const options = (dataDir: string, more: Partial<DaemonOptions> = {}): DaemonOptions => ({
  network: 'regtest',
  dataDir,
  listen: [],
  version: '0.0.0',
  onEvent: () => undefined,
  onFault: () => undefined,
  ...more,
})

/** True when nobody holds the lock of the folder. */
async function isFree(dataDir: string): Promise<boolean> {
  const data = await openDataDir(dataDir)
  await data.close()
  return true
}

test('what fails while it stops is told, and the folder is free all the same', async () => {
  const dir = tempDir()
  const faults: unknown[] = []
  const daemon = await startDaemon(
    options(dir, {
      onEvent: ({ kind }) => {
        if (kind === 'node_stopping') throw new Error('the log is broken')
      },
      onFault: (fault) => faults.push(fault),
    }),
  )
  expect(existsSync(daemon.socketPath)).toBe(true)
  await daemon.stop()
  await daemon.stopped
  expect(faults.map(String)).toEqual(['Error: the log is broken'])
  expect(existsSync(daemon.socketPath)).toBe(false)
  expect(await isFree(dir)).toBe(true)
})

test('stopping twice, from both sides, is stopping once', async () => {
  const dir = tempDir()
  const kinds: string[] = []
  const daemon = await startDaemon(options(dir, { onEvent: ({ kind }) => kinds.push(kind) }))
  await Promise.all([daemon.stop(), daemon.stop(), daemon.stopped])
  expect(kinds).toEqual(['node_ready', 'node_stopping'])
})

test('one that cannot start leaves nothing behind', async () => {
  const dir = tempDir()
  const first = await startDaemon(options(dir, { listen: [{ kind: 'tcp', host: '127.0.0.1', port: 0 }] }))
  await expect(startDaemon(options(dir))).rejects.toMatchObject({ code: 'NODE_ALREADY_RUNNING' })
  const port = Number(first.node.info().addresses[0]?.split(':')[1])
  const other = tempDir()
  const taken = options(other, { listen: [{ kind: 'tcp', host: '127.0.0.1', port }] })
  await expect(startDaemon(taken)).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  expect(await isFree(other)).toBe(true)
  await first.stop()
})
