import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lnoDriver } from '../../interop/drivers/lno.js'
import { profileDrivers } from '../../interop/drivers/profiles.js'
import { SABOTEURS } from '../../interop/drivers/saboteur.js'
import type { Cast, Plan } from '../../interop/run/cells.js'
import type { Cell } from '../../interop/run/result.js'
import { runCells } from '../../interop/run/runner.js'
import { SCENARIOS } from '../../interop/scenarios/index.js'

const dir = mkdtempSync(join(tmpdir(), 'lno-saboteurs-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Sabotage {
  readonly scenario: string
  readonly cast: Cast
  /** What lno must end with, or make the saboteur end with. */
  readonly code: string
  /** It costs a connection as well. */
  readonly lost?: true
}

/** A saboteur in a role, and how the payer of that cell must end. */
const RED: readonly Sabotage[] = [
  {
    scenario: 'fetch.relay.path',
    cast: { payer: 'lno', relay1: 'lno', payee: 'drops-path-id' },
    code: 'SENT_NO_REPLY',
  },
  { scenario: 'fetch.direct', cast: { payer: 'drops-path-id', payee: 'lno' }, code: 'SENT_NO_REPLY' },
  { scenario: 'fetch.direct', cast: { payer: 'lno', payee: 'flips-signature' }, code: 'INVOICE_REFUSED' },
  { scenario: 'fetch.direct', cast: { payer: 'flips-signature', payee: 'lno' }, code: 'SENT_NO_REPLY' },
  { scenario: 'fetch.direct', cast: { payer: 'lno', payee: 'missizes-packet' }, code: 'SENT_NO_REPLY' },
  { scenario: 'fetch.relay', cast: { payer: 'lno', relay1: 'missizes-packet', payee: 'lno' }, code: 'SENT_NO_REPLY' },
  {
    scenario: 'fetch.relay.path',
    cast: { payer: 'lno', relay1: 'sends-nothing', payee: 'lno' },
    code: 'SENT_NO_REPLY',
  },
  // The release hung up on such a message, and so does our emulation.
  {
    scenario: 'generations.fetch.direct',
    cast: { payer: 'truncates-old-forms', payee: 'lno-v0.10.2' },
    code: 'SENT_NO_REPLY',
    lost: true,
  },
  { scenario: 'fetch.direct', cast: { payer: 'lno', payee: 'answers-wrong-path' }, code: 'SENT_NO_REPLY' },
  { scenario: 'fetch.direct', cast: { payer: 'lno', payee: 'asks-twice-the-price' }, code: 'INVOICE_REFUSED' },
]

const GREEN: readonly Omit<Sabotage, 'code'>[] = [
  { scenario: 'fetch.direct', cast: { payer: 'lno', payee: 'lno' } },
  { scenario: 'fetch.relay', cast: { payer: 'lno', relay1: 'lno', payee: 'lno' } },
  { scenario: 'generations.fetch.direct', cast: { payer: 'lno', payee: 'lno-v0.10.2' } },
  { scenario: 'fetch.relay.path', cast: { payer: 'lno', relay1: 'lno', payee: 'lno' } },
]

/** Nothing slow takes part, so that silence is over sooner than among others. */
const TIMEOUT_MS = 6_000

function plan({ scenario: id, cast }: Omit<Sabotage, 'code'>): Plan {
  const scenario = SCENARIOS.find((one) => one.id === id)
  if (scenario === undefined) throw new Error(`no scenario ${id}`)
  return { scenario: { ...scenario, timeoutMs: TIMEOUT_MS }, cast }
}

let cells: readonly Cell[] = []
beforeAll(async () => {
  cells = await runCells([...RED, ...GREEN].map(plan), {
    drivers: [lnoDriver({ version: 'test' }), ...SABOTEURS, ...profileDrivers('test')],
    filesDir: join(dir, 'files'),
    keepAll: false,
    // Most of their time is silence.
    jobs: 4,
    signal: new AbortController().signal,
    onCell: () => undefined,
    now: Date.now,
  })
})

describe('each broken node turns the right cells red', () => {
  test.each(RED.map((one, index) => [index, one.scenario, one.cast, one.code, one.lost === true] as const))(
    '%i: %s, %o',
    (index, _id, _cast, code, lost) => {
      expect(cells[index]).toMatchObject({ outcome: 'fail', runs: 2 })
      expect(cells[index]?.observed).toContain(code)
      expect(cells[index]?.observed.includes('lost a connection')).toBe(lost)
      // What failed can be looked at.
      expect(cells[index]?.files.map(({ name }) => name)).toContain('payer.capture')
    },
  )

  test('every fault has a cell', () => {
    const cast = RED.flatMap((one) => Object.values(one.cast))
    expect(SABOTEURS.filter(({ name }) => !cast.includes(name))).toEqual([])
  })

  test('and with sound nodes the same cells are green', () => {
    expect(cells.slice(RED.length).map(({ outcome, runs }) => [outcome, runs])).toEqual(GREEN.map(() => ['pass', 1]))
  })
})
