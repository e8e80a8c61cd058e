// npm run interop:chain -- --topology A-B,B-C [--gated A] [--keep]: a chain, LND nodes, and channels between them, which
// are announced when the JSON is printed. Everything ends with the command; --keep waits for Ctrl-C before. It runs as
// `node --import tsx`: the command `tsx` puts a process in between, which at Ctrl-C does not wait for one that is busy.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { lndProgram } from '../drivers/lnd.js'
import { type LndNode, startLnd } from '../drivers/lnd-node.js'
import { BITCOIN_CLI, prepareChain, startChain } from './btcd.js'
import { openTopology, readTopology, type Topology } from './topology.js'

const USAGE = `npm run interop:chain -- --topology A-B,B-C:5000000 [--gated A,B] [--keep]
  --topology   channels, each with its satoshi where it is not a million; a name alone is a node without channels
  --gated      nodes that drop onion messages of peers without a channel, LND's default; the others relay all
  --keep       run until Ctrl-C`

const tell = (line: string) => process.stderr.write(`${line}\n`)

interface Request {
  readonly topology: Topology
  readonly gated: ReadonlySet<string>
  readonly keep: boolean
}

function readCommandLine(): Request {
  const { values } = parseArgs({
    options: { topology: { type: 'string' }, gated: { type: 'string' }, keep: { type: 'boolean' } },
  })
  if (values.topology === undefined) throw new Error('--topology is missing')
  const topology = readTopology(values.topology)
  const gated = new Set(values.gated?.split(',') ?? [])
  for (const name of gated) if (!topology.nodes.includes(name)) throw new Error(`--gated ${name}: no such node`)
  return { topology, gated, keep: values.keep ?? false }
}

/** Resolves at Ctrl-C or SIGTERM, with the exit code that is due. */
const interrupted = new Promise<number>((resolve) => {
  process.once('SIGINT', () => resolve(130))
  process.once('SIGTERM', () => resolve(143))
})

/** What has to be built or found; the reason where it cannot be had. */
async function prepare(): Promise<{ readonly program: string; readonly version: string } | string> {
  const chain = await prepareChain(tell)
  return chain.ok ? { program: await lndProgram(tell), version: chain.version } : chain.reason
}

async function run(request: Request): Promise<number> {
  const ready = await Promise.race([prepare(), interrupted])
  if (typeof ready === 'number') return ready
  if (typeof ready === 'string') {
    tell(ready)
    return 3
  }
  const dir = mkdtempSync(join(tmpdir(), 'lno-topology-'))
  const over = new AbortController()
  const starts: Promise<unknown>[] = []
  const stops: (() => Promise<void>)[] = []
  const working = build(request, { ...ready, dir, signal: over.signal, starts, stops })
  try {
    const done = await Promise.race([working, interrupted])
    if (typeof done === 'number') return done
    process.stdout.write(`${JSON.stringify(done, null, 2)}\n`)
    if (!request.keep) return 0
    tell('running until Ctrl-C')
    return await interrupted
  } finally {
    // What is on its way up ends too, and is waited for, each of it: it writes into the folder until then.
    over.abort()
    await Promise.allSettled([working])
    await Promise.allSettled(starts)
    await Promise.all(stops.map((stop) => stop()))
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Site {
  readonly program: string
  readonly version: string
  readonly dir: string
  readonly signal: AbortSignal
  /** Filled with each node's start. */
  readonly starts: Promise<unknown>[]
  /** Filled with what ends each program. */
  readonly stops: (() => Promise<void>)[]
}

/** Starts the chain and the nodes, opens the channels, and says where everything is. */
async function build(
  { topology, gated }: Request,
  { program, version, dir, signal, starts, stops }: Site,
): Promise<unknown> {
  const started = Date.now()
  const chain = await startChain({ dir: join(dir, 'chain'), signal })
  stops.push(chain.stop)
  tell(`btcd: regtest at height ${await chain.height()}`)
  const start = async (name: string): Promise<readonly [string, LndNode]> => {
    const relayAll = !gated.has(name)
    const driver = relayAll ? 'lnd' : 'lnd-gated'
    const node = await startLnd({ program, role: name, driver, dir: join(dir, name), chain, relayAll, signal })
    stops.push(node.stop)
    tell(`${name}: ${node.nodeId}@${node.address}`)
    return [name, node]
  }
  const starting = topology.nodes.map(start)
  starts.push(...starting)
  const nodes = await Promise.all(starting)
  const channels = await openTopology(chain, topology, new Map(nodes))
  return {
    folder: dir,
    chain: {
      version,
      height: await chain.height(),
      rpc: `https://${chain.access.host}:${chain.access.port}`,
      bitcoin_cli: `${BITCOIN_CLI} -datadir=${chain.bitcoinDir}`,
    },
    nodes: nodes.map(([name, { nodeId, address, driver, access }]) => ({
      name,
      node_id: nodeId,
      address,
      driver,
      rest: access.rest,
      certificate: access.certificate,
      macaroon: access.macaroon,
    })),
    channels: channels.map(({ from, to, scid, point, sat }) => ({ from, to, scid, point, sat: `${sat}` })),
    seconds: (Date.now() - started) / 1000,
  }
}

let request: Request | undefined
try {
  request = readCommandLine()
} catch (error) {
  tell(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  process.exitCode = 2
}
if (request !== undefined) {
  const code = await run(request).catch((error: unknown) => {
    tell(error instanceof Error ? error.message : `${error}`)
    return 3
  })
  // A build that was interrupted still waits for its end.
  process.exit(code)
}
