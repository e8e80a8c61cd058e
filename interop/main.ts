/**
 * The lab itself: `lno interop` starts it with its options as one JSON document. Standard output is the matrix (or the
 * report, with `--json`); standard error tells how far it is. Exits with 1 when a cell failed, 3 when nothing could be
 * played.
 * @module
 */
import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { onEndSignal } from '../src/cli/frame/end-signal.js'
import { jsonText } from '../src/cli/frame/json.js'
import type { Driver } from './driver.js'
import { allDrivers } from './drivers/index.js'
import { checkoutVersion } from './lib/version.js'
import { matrixText } from './report/terminal.js'
import { writeReport } from './report/write.js'
import { plan, type Selection } from './run/cells.js'
import { scenarioInfo } from './run/info.js'
import { type Cell, type PeerInfo, REPORT_VERSION, type Report } from './run/result.js'
import { runCells } from './run/runner.js'
import { SCENARIOS } from './scenarios/index.js'

interface Settings {
  readonly peers?: readonly string[]
  readonly core: boolean
  readonly all: boolean
  readonly only: readonly string[]
  readonly payer?: string
  readonly payee?: string
  readonly relays?: readonly string[]
  readonly list: boolean
  readonly report?: string
  readonly jobs: number
  readonly containers: boolean
  readonly cln: readonly string[]
  readonly eclair: readonly string[]
  readonly bitcoind?: string
  readonly json: boolean
  readonly color: boolean
}

const EXIT = { ok: 0, failed: 1, usage: 2, nothing: 3 } as const

const note = (text: string) => process.stderr.write(`${text}\n`)

async function run(settings: Settings, signal: AbortSignal): Promise<number> {
  const checkout = await checkoutVersion()
  const { cln, eclair, bitcoind, containers } = settings
  const drivers = await allDrivers({
    version: checkout.version,
    cln,
    eclair,
    containers,
    ...(bitcoind !== undefined && { bitcoind }),
  })
  try {
    return await runWith(drivers.all, checkout, settings, signal)
  } finally {
    await drivers.close()
  }
}

async function runWith(
  known: readonly Driver[],
  checkout: Report['lno'],
  settings: Settings,
  signal: AbortSignal,
): Promise<number> {
  const started = Date.now()
  // Our own disguises cost seconds: the core has them whoever else is asked for.
  const isOurs = (name: string) => name === 'lno' || name === 'crafted' || (settings.core && name.startsWith('lno-'))
  const wanted = (name: string) => settings.peers === undefined || isOurs(name) || settings.peers.includes(name)
  const { only, payer, payee, relays } = settings
  const named = [...(settings.peers ?? []), ...(relays ?? []), payer, payee].filter((name) => name !== undefined)
  const strange = named.find((name) => !known.some((driver) => driver.name === name))
  if (strange !== undefined) {
    note(`lno: no implementation ${JSON.stringify(strange)}; there are: ${known.map(({ name }) => name).join(', ')}`)
    return EXIT.usage
  }
  if (settings.list) return list(known, settings)
  const level = settings.all ? 'all' : settings.core ? 'core' : 'normal'
  const selection: Selection = {
    level,
    only,
    ...(payer !== undefined && { payer }),
    ...(payee !== undefined && { payee }),
    ...(relays && { relays }),
  }
  // Nothing is built for cells that nobody asked for.
  const asked = known.filter(({ name }) => wanted(name))
  const cast = new Set(plan(SCENARIOS, asked, selection).flatMap((each) => Object.values(each.cast)))
  const peers: PeerInfo[] = []
  const drivers: Driver[] = []
  try {
    // One after the other: each may build for minutes, on all cores.
    for (const driver of asked.filter(({ name }) => cast.has(name))) {
      if (signal.aborted) return EXIT.failed
      const ready = await driver.prepare(note)
      if (ready.ok) {
        drivers.push(driver)
        peers.push({ driver: driver.name, version: ready.version, how: ready.how })
      } else {
        note(`${driver.name} is left out: ${ready.reason}`)
        peers.push({ driver: driver.name, reason: ready.reason })
      }
    }
    const plans = plan(SCENARIOS, drivers, selection)
    if (plans.length === 0) {
      note('lno: nothing to run: no scenario fits what was asked for; lno interop --list shows all')
      return EXIT.nothing
    }
    note(plans.length === 1 ? '1 cell' : `${plans.length} cells`)
    const filesDir = settings.report ?? mkdtempSync(join(tmpdir(), 'lno-interop-failed-'))
    const cells = await runCells(plans, {
      drivers,
      filesDir,
      keepAll: settings.report !== undefined,
      jobs: settings.jobs,
      signal,
      now: Date.now,
      onCell: (cell, done) => note(cellLine(cell, done, plans.length)),
    })
    const report: Report = {
      report: REPORT_VERSION,
      lno: checkout,
      started: new Date(started).toISOString(),
      durationMs: Date.now() - started,
      host: { node: process.version, platform: process.platform, cpus: cpus().length },
      selection: selectionText(selection),
      peers,
      scenarios: SCENARIOS.filter(({ id }) => cells.some((cell) => cell.scenario === id)).map(scenarioInfo),
      cells,
    }
    if (settings.json) process.stdout.write(`${jsonText(report)}\n`)
    else process.stdout.write(matrixText(report, { width: process.stdout.columns ?? 100, color: settings.color }))
    if (settings.report !== undefined) {
      await writeReport(report, settings.report)
      note(`the report: ${join(settings.report, 'index.html')}`)
    }
    const failed = cells.filter(({ outcome }) => outcome === 'fail')
    if (settings.report === undefined) {
      if (cells.some(({ files }) => files.length > 0)) note(`what failed left its logs and captures in ${filesDir}`)
      else rmSync(filesDir, { recursive: true, force: true })
    }
    return failed.length > 0 || cells.length < plans.length ? EXIT.failed : EXIT.ok
  } finally {
    await Promise.allSettled(drivers.map((driver) => driver.close?.()))
  }
}

function cellLine(cell: Cell, done: number, all: number): string {
  const { outcome, scenario, payer, relays, payee, durationMs, observed, reason } = cell
  const who = [payer, ...relays, payee].join(' -> ')
  const time = outcome === 'cannot' ? '' : ` ${(durationMs / 1000).toFixed(1)} s`
  const why = outcome === 'pass' ? '' : `: ${outcome === 'fail' ? `${reason}; ${observed}` : (reason ?? observed)}`
  return `${String(done).padStart(`${all}`.length)}/${all} ${outcome.padEnd(6)} ${scenario}  ${who}${time}${why}`
}

function selectionText({ level, only, payer, payee, relays }: Selection): string {
  const parts = [
    level === 'normal' ? 'every scenario that this project takes part in' : `level ${level}`,
    only.length > 0 ? `scenarios with ${only.join(', ')}` : undefined,
    payer && `payer ${payer}`,
    payee && `payee ${payee}`,
    relays && `relays ${relays.join(', ')}`,
  ]
  return parts.filter((part) => part !== undefined).join('; ')
}

function list(drivers: readonly Driver[], { json }: Settings): number {
  if (json) {
    const implementations = drivers.map(({ name, cannot }) => ({ name, cannot }))
    process.stdout.write(`${jsonText({ implementations, scenarios: SCENARIOS.map(scenarioInfo) })}\n`)
    return EXIT.ok
  }
  const scenarios = SCENARIOS.map(({ id, title }) => `  ${id.padEnd(34)} ${title}`)
  const names = drivers.map(({ name }) => name).join(', ')
  process.stdout.write(`Implementations: ${names}\n\nScenarios:\n${scenarios.join('\n')}\n`)
  return EXIT.ok
}

const abort = new AbortController()
// Every peer of a run listens to its end.
setMaxListeners(0, abort.signal)
const end = (name: string) => {
  if (abort.signal.aborted) return
  note('ending: peers are stopped, files are removed')
  abort.abort(name)
}
onEndSignal(end)
process.once('disconnect', () => end('whoever started the lab is gone'))
process.channel?.unref()
// Who reads is gone (`| head`), or whoever started us with its terminal: what runs is ended in order all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => end('nobody reads'))

const given = process.argv[2]
if (given === undefined) {
  note('lno: this is started by lno interop')
  process.exitCode = EXIT.usage
} else {
  process.exitCode = await run(JSON.parse(given) as Settings, abort.signal)
}
