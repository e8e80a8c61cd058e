import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Availability, Driver, LabPeer } from '../../../interop/driver.js'

/** Nodes of other implementations, for the tests of a file. */
export interface Peers {
  /** Starts a node that ends with the test. */
  start(driver: Driver, role: string): Promise<LabPeer>
}

/**
 * Builds or finds what a driver needs. Where that cannot be, each test of the file is skipped and says why; what is wrong
 * with our own program (`isOurs`) fails instead.
 */
export function usePeers(driver: Driver, isOurs: () => Promise<boolean>): Peers {
  const peers: LabPeer[] = []
  const stopping = new AbortController()
  let root = ''
  let available: Availability = { ok: false, reason: 'not prepared' }

  beforeAll(async () => {
    root = mkdtempSync(join(realpathSync(tmpdir()), 'lno-interop-'))
    available = await driver.prepare((line) => process.stderr.write(`${line}\n`))
    if (available.ok) return
    if (await isOurs()) throw new Error(available.reason)
    process.stderr.write(`SKIPPED: ${available.reason}\n`)
  })

  beforeEach((context) => {
    if (!available.ok) context.skip(available.reason)
  })

  afterEach(() => Promise.all(peers.splice(0).map((peer) => peer.stop())).then(() => undefined))

  afterAll(() => {
    stopping.abort()
    rmSync(root, { recursive: true, force: true })
  })

  return {
    async start(driver, role) {
      const dir = mkdtempSync(join(root, `${driver.name}-${role}-`))
      const peer = await driver.start({ role, dir, signal: stopping.signal })
      peers.push(peer)
      return peer
    },
  }
}
