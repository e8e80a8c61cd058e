import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Driver, LabPeer } from '../driver.js'
import { until } from '../lib/until.js'
import { type KnownDifference, knownFor } from '../scenarios/known.js'
import { type Role, relaysOf, rolesOf, type Scenario } from '../scenarios/scenario.js'
import type { Cast, Plan } from './cells.js'
import { type OpenChannel, type Played, play } from './play.js'
import type { Cell, CellFile } from './result.js'
import { expectedText, judge } from './verdict.js'

export interface RunnerOptions {
  readonly drivers: readonly Driver[]
  /** Where logs and captures go that are kept: its folder `files`, a folder a cell. */
  readonly filesDir: string
  /** Keeps the files of every cell, not of those that failed alone. */
  readonly keepAll: boolean
  /** Cells at once. */
  readonly jobs: number
  readonly signal: AbortSignal
  readonly onCell: (cell: Cell, done: number) => void
  readonly now: () => number
}

/**
 * Plays cells: peers of their own for each, but for drivers whose start is costly, which give one a role for the whole
 * run. A cell that fails is played once more; if it passes then, it is called flaky. Ends early when the signal aborts.
 */
export async function runCells(plans: readonly Plan[], options: RunnerOptions): Promise<readonly Cell[]> {
  const { drivers, jobs, signal, onCell } = options
  const temp = mkdtempSync(join(tmpdir(), 'lno-interop-'))
  const pool = new Pool(new Map(drivers.map((driver) => [driver.name, driver])), temp, signal)
  const cells: (Cell | undefined)[] = plans.map(() => undefined)
  let next = 0
  let done = 0
  const worker = async (): Promise<void> => {
    while (next < plans.length && !signal.aborted) {
      const index = next++
      const cell = await playCell(plans[index]!, index, pool, options)
      // Ended in the middle, it says nothing.
      if (signal.aborted) return
      cells[index] = cell
      onCell(cell, ++done)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.max(1, jobs) }, worker))
  } finally {
    await pool.close()
    rmSync(temp, { recursive: true, force: true, maxRetries: 3 })
  }
  return cells.filter((cell) => cell !== undefined)
}

async function playCell(plan: Plan, index: number, pool: Pool, options: RunnerOptions): Promise<Cell> {
  const { scenario, cast } = plan
  const { payer = '', payee = '' } = cast
  const players = { payer, payee, relays: relaysOf(scenario).map((role) => cast[role]!) }
  const known = knownFor(scenario.id, players)
  const base = {
    scenario: scenario.id,
    ...players,
    expected: expectedText(scenario),
    why: scenario.why,
    ...(scenario.rule !== undefined && { rule: scenario.rule }),
  }
  if (plan.cannot !== undefined) {
    return { ...base, outcome: 'cannot', observed: 'not tried', reason: plan.cannot, durationMs: 0, runs: 0, files: [] }
  }
  const began = options.now()
  let verdict: ReturnType<typeof judge> | undefined
  let runs = 0
  let files: readonly CellFile[] = []
  let nodes: Readonly<Record<string, string>> = {}
  while (runs < 2 && !options.signal.aborted) {
    runs++
    const kept = join('files', `${index}-${slug(scenario, cast)}${runs > 1 ? '-again' : ''}`)
    // What was ended in the middle has not failed.
    const keep = (outcome: string) => !options.signal.aborted && (options.keepAll || outcome === 'fail')
    const played = await pool.withPeers(scenario, cast, async (peers, problem) => {
      const seen: Played = problem ?? (await attempt(hurried(scenario, known), peers, pool.openChannel, options.now))
      verdict = judge(scenario, scenario.action === 'refund' ? payee : payer, seen, known)
      // What failed is worth looking at, also when it passes then.
      if (keep(verdict.outcome) && (runs === 1 || verdict.outcome === 'fail')) {
        files = keepFiles(peers, options.filesDir, kept)
        nodes = Object.fromEntries(Object.entries(peers).map(([role, { nodeId }]) => [role, nodeId]))
      }
      return verdict
    })
    if (played.outcome !== 'fail') break
  }
  const durationMs = options.now() - began
  const final = verdict ?? { outcome: 'fail' as const, observed: 'not played: the run was ended' }
  const outcome = runs > 1 && final.outcome === 'pass' ? 'flaky' : final.outcome
  return { ...base, ...final, outcome, durationMs, runs, nodes, files }
}

/** Milliseconds for what is known to end in silence. */
const SILENCE_MS = 6_000

/** Nobody waits long for an answer that is known not to come. */
function hurried(scenario: Scenario, known: KnownDifference | undefined): Scenario {
  if (known === undefined || !known.kinds.includes('silence')) return scenario
  return { ...scenario, timeoutMs: Math.min(scenario.timeoutMs, SILENCE_MS) }
}

/** What a driver cannot do is a failure of the cell, not of the run. */
async function attempt(
  scenario: Scenario,
  peers: Readonly<Record<string, LabPeer>>,
  openChannel: OpenChannel,
  now: () => number,
): Promise<Played> {
  try {
    return await play(scenario, peers, openChannel, now)
  } catch (error) {
    return broken(error)
  }
}

function broken(error: unknown): Played {
  const text = error instanceof Error ? error.message : String(error)
  return { kind: 'refused', observed: text, broken: [text] }
}

/** Copies what the peers wrote, bounded by what they wrote; captures keep their keys, so the folder is the user's alone. */
function keepFiles(peers: Readonly<Record<string, LabPeer>>, root: string, folder: string): readonly CellFile[] {
  const into = join(root, folder)
  mkdirSync(into, { recursive: true, mode: 0o700 })
  const files: CellFile[] = []
  for (const [role, peer] of Object.entries(peers)) {
    for (const { name: own, path } of peer.files) {
      if (!existsSync(path)) continue
      // Two nodes of one implementation name their files alike.
      const name = own.startsWith(role) ? own : `${role}-${own}`
      const to = join(into, name)
      cpSync(path, to)
      files.push({ name, path: join(folder, name), kind: name.endsWith('.capture') ? 'capture' : 'log' })
    }
    if (peer.files.length > 0) continue
    const to = join(into, `${role}.log`)
    writeFileSync(to, peer.log(), { mode: 0o600 })
    files.push({ name: `${role}.log`, path: join(folder, `${role}.log`), kind: 'log' })
  }
  return files
}

function slug(scenario: Scenario, cast: Cast): string {
  return [scenario.id, ...rolesOf(scenario).map((role) => cast[role])].join('-')
}

/** Peers of a run. */
class Pool {
  readonly #drivers: ReadonlyMap<string, Driver>
  readonly #temp: string
  readonly #signal: AbortSignal
  readonly #costly = new Map<string, Promise<LabPeer>>()
  /** Who waits for a costly peer: one cell at a time has it. */
  readonly #turns = new Map<string, Promise<void>>()
  #count = 0

  constructor(drivers: ReadonlyMap<string, Driver>, temp: string, signal: AbortSignal) {
    this.#drivers = drivers
    this.#temp = temp
    this.#signal = signal
  }

  /** Starts the cast, hands it over, and stops it. A peer that does not start is handed over as a problem. */
  async withPeers<T>(
    scenario: Scenario,
    cast: Cast,
    use: (peers: Readonly<Record<string, LabPeer>>, problem: Played | undefined) => Promise<T>,
  ): Promise<T> {
    const roles = rolesOf(scenario)
    const shared = roles.filter((role) => this.#drivers.get(cast[role]!)?.costly).map((role) => key(cast[role]!, role))
    const leave = await this.#enter(shared)
    const own: LabPeer[] = []
    const peers: Record<string, LabPeer> = {}
    let problem: Played | undefined
    const dir = join(this.#temp, `${this.#count++}`)
    try {
      const started = await Promise.allSettled(
        roles.map(async (role) => {
          const driver = this.#drivers.get(cast[role]!)!
          if (driver.costly) {
            peers[role] = await this.#lasting(driver, role)
            return
          }
          const peer = await driver.start({ role, dir: folder(join(dir, role)), signal: this.#signal })
          own.push(peer)
          peers[role] = peer
        }),
      )
      const failed = started.find((result) => result.status === 'rejected')
      if (failed !== undefined) problem = broken(failed.reason)
      return await use(peers, problem)
    } finally {
      await Promise.allSettled(own.map((peer) => peer.stop()))
      const lasting = Object.values(peers).filter((peer) => !own.includes(peer))
      await Promise.allSettled(lasting.map((peer) => gone(peer, own, this.#signal)))
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
      leave()
    }
  }

  /** Between two peers of one driver. */
  readonly openChannel: OpenChannel = async (from, to, amountSat) => {
    const open = from.driver === to.driver ? this.#drivers.get(from.driver)?.openChannel : undefined
    if (open === undefined) throw new Error(`no driver opens channels from ${from.driver} to ${to.driver}`)
    await open(from, to, amountSat)
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#costly.values()].map(async (peer) => (await peer).stop()))
  }

  #lasting(driver: Driver, role: Role): Promise<LabPeer> {
    const name = key(driver.name, role)
    let peer = this.#costly.get(name)
    if (peer === undefined) {
      peer = driver.start({ role, dir: folder(join(this.#temp, name)), signal: this.#signal })
      this.#costly.set(name, peer)
      // One that did not start may start for the next cell.
      peer.catch(() => this.#costly.delete(name))
    }
    return peer
  }

  /** In the order of their names, so that two cells never wait for each other. */
  async #enter(names: readonly string[]): Promise<() => void> {
    const leaves: (() => void)[] = []
    for (const name of [...names].sort()) {
      const before = this.#turns.get(name)
      let leave: () => void = () => undefined
      const turn = new Promise<void>((resolve) => {
        leave = resolve
      })
      this.#turns.set(
        name,
        (before ?? Promise.resolve()).then(() => turn),
      )
      await before
      leaves.push(leave)
    }
    return () => {
      for (const leave of leaves) leave()
    }
  }
}

/** Milliseconds that a peer may take to see that another one is gone. */
const GONE_MS = 10_000

/**
 * Waits until a peer that lasts sees that the others are gone: in the next cell others with the same ids may call it, and
 * LND takes a new connection for the old one that it is about to close.
 */
async function gone(peer: LabPeer, others: readonly LabPeer[], signal: AbortSignal): Promise<void> {
  if (others.length === 0) return
  await until(
    `${peer.role} sees that the others are gone`,
    async () => {
      const left = await peer.peers()
      return others.some(({ nodeId }) => left.includes(nodeId)) ? undefined : true
    },
    GONE_MS,
    signal,
  )
}

const key = (driver: string, role: Role) => `${driver}-${role}`

function folder(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return path
}
