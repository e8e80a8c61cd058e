import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { lnoDriver } from '../../interop/drivers/lno.js'
import { profileDrivers } from '../../interop/drivers/profiles.js'
import { plan } from '../../interop/run/cells.js'
import type { Cell } from '../../interop/run/result.js'
import { runCells } from '../../interop/run/runner.js'
import { SCENARIOS } from '../../interop/scenarios/index.js'
import { fromHex } from '../../src/base/hex.js'
import { systemRandom } from '../../src/node/random.js'
import { buildOnionMessage } from '../../src/onion/engine-build.js'
import { obs } from '../../src/onion/generations/obs.js'
import { obs2 } from '../../src/onion/generations/obs2.js'
import { testPeer } from '../support/e2e/test-peer.js'
import { tempDir } from '../support/temp-dir.js'

/** Nodes in the disguise of old releases, as processes. */

const profiles = profileDrivers('test')
const drivers = [lnoDriver({ version: 'test' }), ...profiles]
const plans = plan(SCENARIOS, drivers, { level: 'normal', only: ['generations.'] })
const dir = mkdtempSync(join(tmpdir(), 'lno-profiles-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

let cells: readonly Cell[] = []
beforeAll(async () => {
  cells = await runCells(plans, {
    drivers,
    filesDir: join(dir, 'files'),
    keepAll: false,
    jobs: 2,
    signal: new AbortController().signal,
    onCell: () => undefined,
    now: Date.now,
  })
})

const who = ({ cast: { payer, relay1, payee } }: (typeof plans)[number]) =>
  [payer, relay1, payee].filter((name) => name !== undefined).join(' - ')

test.each(plans.map((each, index) => [each.scenario.id, who(each), index] as const))('%s: %s', (_id, _who, index) => {
  const { outcome, observed, reason } = cells[index]!
  expect({ outcome, observed, reason }).toMatchObject({ outcome: 'pass' })
})

test('every profile has played each role', () => {
  const cast = plans.map(({ cast }) => cast)
  for (const name of ['lno-v0.10.2', 'lno-v0.11', 'lno-v22.11']) {
    for (const role of ['payer', 'payee', 'relay1'] as const) expect(cast.map((of) => of[role])).toContain(name)
  }
})

test.each([obs2, obs])('v0.10.2 warns and hangs up when a message in $name is truncated', async (generation) => {
  const driver = profiles.find(({ name }) => name === 'lno-v0.10.2')!
  const old = await driver.start({ role: 'payee', dir: tempDir(), signal: new AbortController().signal })
  onTestFinished(() => old.stop())
  const heard: string[] = []
  let gone: () => void = () => undefined
  const hungUp = new Promise<void>((resolve) => {
    gone = resolve
  })
  const peer = await testPeer({
    to: `${old.nodeId}@${old.address}`,
    onEvent: (event) => {
      if (event.type === 'peer_warning') heard.push(event.text)
      if (event.type === 'peer_disconnected') gone()
    },
  })
  onTestFinished(() => peer.stop())
  const { message } = buildOnionMessage({
    generation,
    to: fromHex(old.nodeId),
    contents: { invoice_request: systemRandom(100) },
    random: systemRandom,
  })
  const { connections } = peer.node
  connections.send(old.nodeId, message)
  connections.send(old.nodeId, message.subarray(0, message.length - 1))
  await hungUp
  expect(heard).toEqual(['Bad onion_message'])
})
