import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from 'vitest'
import { type ControlClient, connectControl } from '../../../src/node/control/client.js'
import type { JsonEvent } from '../../../src/node/events.js'
import type { NodeApi } from '../../../src/node/methods/index.js'
import { type EventLog, eventLog } from './event-log.js'
import { type Ended, type Running, run } from './process.js'

/** The built program. */
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

export interface LnoOptions {
  /** Folder in the lab that holds the data of the command's node; a node's name. One that nobody uses unless given. */
  readonly at?: string
  readonly network?: string
  readonly stdin?: string
  readonly onStdout?: (line: string) => void
  readonly onStderr?: (line: string) => void
}

export interface NodeStart {
  readonly network?: string
  /** `127.0.0.1:0` unless given. */
  readonly listen?: readonly string[]
  readonly more?: readonly string[]
  /** What runs it; `node start` unless given. It takes the same options. */
  readonly command?: readonly string[]
}

/** A daemon: `lno node start --json --log json`. */
export interface TestNode {
  readonly name: string
  readonly id: string
  /** Its folder: where its database, key and socket are. */
  readonly dataDir: string
  /** Of its `ready` line. */
  readonly addresses: readonly string[]
  /** `PUBKEY@HOST:PORT` by its first address, or another one. */
  at(index?: number): string
  readonly pid: number
  readonly process: Running
  readonly events: EventLog
  /** Runs a command on its folder. */
  lno(...argv: readonly string[]): Promise<Ended>
  /** The same with `--json`; it must succeed. */
  json(...argv: readonly string[]): Promise<JsonObject>
  /** Its control socket, opened once. */
  control(): Promise<ControlClient<NodeApi>>
  /**
   * Resolves when all that it has told so far is in `events`: they come over a pipe, later than answers over sockets. A
   * marker goes the same way, an offer of its own that is switched on once more.
   */
  caughtUp(): Promise<void>
  /** Makes a kept connection, and returns when both sides have it. */
  connect(peer: TestNode, address?: string): Promise<void>
  /** Ends it by a signal. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended>
}

export type JsonObject = { readonly [member: string]: unknown } & {
  readonly bolt12: string
  readonly [member: string]: unknown
}

export interface Lab {
  /** Everything that its processes write is below. */
  readonly root: string
  /** The folder for temporary files of its processes. */
  readonly temp: string
  /** Starts a command and returns at once. */
  start(argv: readonly string[], options?: LnoOptions): Running
  /** Runs a command to its end. */
  lno(argv: readonly string[], options?: LnoOptions): Promise<Ended>
  startNode(name: string, options?: NodeStart): Promise<TestNode>
  /** Process ids that have the lab's folder in their environment; empty where the system does not tell. */
  processes(): readonly number[]
}

/**
 * A folder of its own for the tests of a `describe` or a file, with the program in it. At the end everything that was
 * started is told to end, and then: no process is left, no temporary file, no socket, and no node had a fault.
 */
export function useLab(): Lab {
  let root = ''
  const started: Running[] = []
  const nodes: TestNode[] = []
  const clients = new Set<ControlClient<NodeApi>>()
  const faults: string[] = []

  const environment = (): NodeJS.ProcessEnv => ({
    PATH: process.env.PATH,
    HOME: root,
    TMPDIR: join(root, 'tmp'),
    NO_COLOR: '1',
    // Programs of the lab are TypeScript: what is made of them would be left in the folder for temporary files.
    TSX_DISABLE_CACHE: '1',
    // Never the state or configuration of whoever runs the tests.
    XDG_CONFIG_HOME: join(root, 'config'),
    XDG_STATE_HOME: join(root, 'state'),
  })
  const where = (at: string, network: string) => ['--network', network, '--data-dir', join(root, at)]

  const start = (argv: readonly string[], options: LnoOptions = {}): Running => {
    const { at = 'nobody', network = 'regtest', stdin = '', onStdout, onStderr } = options
    const running = run(
      process.execPath,
      [MAIN, ...argv, ...where(at, network)],
      { cwd: root, env: environment() },
      { ...(onStdout && { onStdout }), ...(onStderr && { onStderr }) },
    )
    running.child.stdin.end(stdin)
    started.push(running)
    return running
  }

  const startNode = async (name: string, options: NodeStart = {}): Promise<TestNode> => {
    const { network = 'regtest', listen = ['127.0.0.1:0'], more = [], command = ['node', 'start'] } = options
    const events = eventLog(name)
    let onReady: (line: string) => void = () => undefined
    const ready = new Promise<string>((resolve) => {
      onReady = resolve
    })
    const argv = [...command, ...listen.flatMap((address) => ['--listen', address]), '--json', '--log', 'json']
    const running = start([...argv, ...more], {
      at: name,
      network,
      onStdout: (line) => onReady(line),
      onStderr: (line) => {
        const event = readEvent(line)
        if (event === undefined || `${event.kind}` === 'fault') faults.push(`${name}: ${line}`)
        else events.add(event)
      },
    })
    void running.ended.then(({ code, stderr }) => events.end(`the process ended with ${code}: ${stderr.slice(-300)}`))
    const failed = running.ended.then(({ code, stderr }): never => {
      throw new Error(`${name} did not start (exit ${code}): ${stderr}`)
    })
    failed.catch(() => undefined)
    const said = JSON.parse(await Promise.race([ready, failed])) as {
      readonly node_id: string
      readonly addresses: readonly string[]
      readonly pid: number
    }
    const dataDir = join(root, name, network)
    let client: Promise<ControlClient<NodeApi>> | undefined
    let marker: Promise<string> | undefined
    const lno: TestNode['lno'] = (...argv) => start(argv, { at: name, network }).ended
    const node: TestNode = {
      name,
      id: said.node_id,
      dataDir,
      addresses: said.addresses,
      at: (index = 0) => `${said.node_id}@${said.addresses[index]}`,
      pid: said.pid,
      process: running,
      events,
      lno,
      json: async (...argv) => jsonOf(await lno(...argv, '--json'), argv),
      control: () => {
        client ??= connectControl<NodeApi>(dataDir, { client: 'test' }).then((opened) => {
          clients.add(opened)
          return opened
        })
        return client
      },
      caughtUp: async () => {
        const { call } = await node.control()
        marker ??= call('offer.create', { label: 'marker of a test', description: 'a marker' }).then(
          ({ offer_id }) => offer_id,
        )
        const offer = await marker
        const mark = events.length
        await call('offer.enable', { offer })
        await events.next('offer_enabled', ({ id }) => id === offer, mark)
      },
      connect: async (peer, address = peer.addresses[0]) => {
        const mark = peer.events.length
        const { call } = await node.control()
        await call('peer.connect', { node_id: peer.id, address: `${address}` })
        await peer.events.next('peer_connected', (event) => peerOf(event) === node.id, mark)
      },
      kill: (signal) => {
        running.child.kill(signal)
        return running.ended
      },
    }
    nodes.push(node)
    return node
  }

  const processes = (): readonly number[] => {
    if (process.platform !== 'linux') return []
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => environmentOf(pid).includes(`TMPDIR=${join(root, 'tmp')}`))
  }

  beforeAll(() => {
    root = mkdtempSync(join(realpathSync(tmpdir()), 'lno-e2e-'))
    mkdirSync(join(root, 'tmp'))
  })

  afterAll(async () => {
    const unasked = nodes.filter((node) => node.process.result() === undefined)
    for (const client of clients) client.close()
    for (const running of started) if (running.result() === undefined) running.child.kill('SIGTERM')
    const ends = await Promise.all(unasked.map(async (node) => `${node.name}: ${(await node.process.ended).code}`))
    await Promise.all(started.map(({ ended }) => ended))
    const left = processes()
    for (const pid of left) process.kill(pid, 'SIGKILL')
    const files = readdirSync(join(root, 'tmp'))
    const sockets = unasked.filter(({ dataDir }) => existsSync(join(dataDir, 'control.sock'))).map(({ name }) => name)
    rmSync(root, { recursive: true, force: true })
    expect({ faults, left, files, sockets, ends }).toEqual({
      faults: [],
      left: [],
      files: [],
      sockets: [],
      ends: unasked.map(({ name }) => `${name}: 0`),
    })
  })

  return {
    get root() {
      return root
    },
    get temp() {
      return join(root, 'tmp')
    },
    start,
    lno: (argv, options) => start(argv, options).ended,
    startNode,
    processes,
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return '' // It has ended, or is somebody else's.
  }
}

/** A line of a node's log; undefined when it is none. */
function readEvent(line: string): JsonEvent | undefined {
  try {
    const value: unknown = JSON.parse(line)
    const isEvent = typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
    return isEvent ? (value as JsonEvent) : undefined
  } catch {
    return undefined
  }
}

/** The document that a command printed; it must have succeeded and said nothing else. */
export function jsonOf({ code, stdout, stderr }: Ended, argv: readonly string[] = []): JsonObject {
  expect({ code, stderr }, `lno ${argv.join(' ')}`).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as JsonObject
}

/** The node id of the peer that an event is about. */
export function peerOf(event: JsonEvent): string | undefined {
  const { peer } = event
  return typeof peer === 'object' && peer !== null && 'node_id' in peer ? `${peer.node_id}` : undefined
}

/** One line that begins with `lno: ` and holds no trace of a stack. */
export const ONE_LINE = /^lno: (?!.*(\bat (async )?\S+ \(|\.[jt]s:\d+))[^\n]+\n$/
