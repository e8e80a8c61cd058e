import { randomBytes } from 'node:crypto'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../src/base/hex.js'
import type { Availability, Capability, Driver, LabPeer, PeerOptions } from '../driver.js'
import { freePorts } from '../lib/ports.js'
import { runProgram } from '../lib/run.js'
import { startService } from '../lib/service.js'
import { until } from '../lib/until.js'
import type { EclairChain } from './bitcoind.js'
import { type EclairHttp, eclairHttp } from './eclair-http.js'
import { ECLAIR_CANNOT, eclairPeer } from './eclair-peer.js'

/** What the report says beside its cells, until somebody has seen it run. */
export const ECLAIR_NEVER_LIVE =
  'the driver was written from the sources of Eclair, and has met hand-made answers alone'

/** Milliseconds until it answers: a Java program and its database. */
const START_MS = 180_000

const JAVA_MS = 30_000

/** Releases up to it relay for channel peers alone unless they are told otherwise; later ones need no word. */
const LAST_WITH_POLICY = [0, 14, 1] as const

const RELAYS_FOR_CHANNELS =
  'up to 0.14.1 it relays for channel peers alone unless told, and this one does not say which release it is'

export interface EclairDriverOptions {
  /** `eclair-node.sh`, or the folder that the archive of a release holds. */
  readonly path: string
  /** What the user calls this one of several, such as `0.14.1`: it then is the driver `eclair-0.14.1`. */
  readonly label?: string
  /** Asked once, when a node is to start. @throws Error when there is no Bitcoin Core */
  chain(): Promise<EclairChain>
}

/** Nodes of an Eclair that the user has, one process a node. They share the wallet of one Bitcoin Core. */
export function eclairDriver(options: EclairDriverOptions): Driver {
  const { label } = options
  const name = label === undefined ? 'eclair' : `eclair-${label}`
  const program = programOf(options.path)
  const version = versionIn(label ?? '') ?? versionIn(program ?? options.path)
  let prepared: Promise<Availability> | undefined

  const prepare = async (): Promise<Availability> => {
    if (program === undefined) return { ok: false, reason: `there is no eclair-node.sh at ${options.path}` }
    const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
    const { code, output } = await runProgram(java, ['-version'], { timeoutMs: JAVA_MS })
    const release = Number(/version "(\d+)/.exec(output)?.[1] ?? 0)
    if (code !== 0 || release < 21)
      return { ok: false, reason: `Eclair needs Java 21 or newer: ${output.trim().split('\n')[0]}` }
    try {
      await options.chain()
    } catch (error) {
      return { ok: false, reason: `Eclair needs Bitcoin Core: ${(error as Error).message}` }
    }
    return { ok: true, version: version?.join('.') ?? 'of a release that its path does not name', how: 'binary' }
  }

  return {
    name,
    cannot: eclairCannot(version),
    neverLive: ECLAIR_NEVER_LIVE,
    costly: true,
    prepare() {
      prepared ??= prepare()
      return prepared
    },
    async start(at) {
      if (program === undefined) throw new Error(`there is no eclair-node.sh at ${options.path}`)
      at.signal.throwIfAborted()
      return startEclair({ program, name, version, chain: await options.chain(), at })
    },
  }
}

function eclairCannot(version: readonly number[] | undefined): Readonly<Partial<Record<Capability, string>>> {
  return { ...ECLAIR_CANNOT, ...(version === undefined && { relay: RELAYS_FOR_CHANNELS }) }
}

function programOf(path: string): string | undefined {
  return [path, join(path, 'eclair-node.sh'), join(path, 'bin', 'eclair-node.sh')]
    .filter((candidate) => existsSync(candidate) && statSync(candidate).isFile())
    .at(0)
}

/** Folders of releases are called `eclair-node-0.14.1-0123abc`. */
function versionIn(text: string): readonly number[] | undefined {
  const found = /(?:^|eclair(?:-node)?-|v)(\d+)\.(\d+)\.(\d+)/.exec(text)
  return found === null ? undefined : found.slice(1, 4).map(Number)
}

function hasPolicy([major = 0, minor = 0, patch = 0]: readonly number[]): boolean {
  const [lastMajor, lastMinor, lastPatch] = LAST_WITH_POLICY
  if (major !== lastMajor) return major < lastMajor
  return minor === lastMinor ? patch <= lastPatch : minor < lastMinor
}

interface Start {
  readonly program: string
  readonly name: string
  readonly version: readonly number[] | undefined
  readonly chain: EclairChain
  readonly at: PeerOptions
}

async function startEclair({ program, name, version, chain, at }: Start): Promise<LabPeer> {
  const { dir, role } = at
  const [port = 0, apiPort = 0] = await freePorts(2)
  const password = toHex(randomBytes(16))
  const { rpc, zmq } = chain
  const settings: Readonly<Record<string, string | number | boolean>> = {
    chain: 'regtest',
    'server.binding-ip': '127.0.0.1',
    'server.port': port,
    'api.enabled': true,
    'api.binding-ip': '127.0.0.1',
    'api.port': apiPort,
    'api.password': password,
    'bitcoind.host': rpc.host,
    'bitcoind.rpcport': rpc.port,
    'bitcoind.rpcuser': rpc.user,
    'bitcoind.rpcpassword': rpc.password,
    'bitcoind.wallet': rpc.wallet,
    'bitcoind.zmqblock': zmq.block,
    'bitcoind.zmqtx': zmq.tx,
    // It is an error to name what the release does not know any more.
    ...(version !== undefined && hasPolicy(version) && { 'onion-messages.relay-policy': 'relay-all' }),
  }
  // Passwords never stand in a list of arguments, which everybody on the machine can read.
  const lines = Object.entries(settings).map(([key, value]) => `eclair.${key} = ${JSON.stringify(value)}`)
  writeFileSync(join(dir, 'eclair.conf'), `${lines.join('\n')}\n`, { mode: 0o600 })
  const logFile = join(dir, `${role}.log`)
  const service = startService({
    command: program,
    // The second counts as a property of Java alone.
    args: [`-Declair.datadir=${dir}`, '-Declair.allow-unsafe-startup=true', '-Declair.printToConsole=true'],
    cwd: dir,
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      JAVA_OPTS: '-Xmx512m',
      ...(process.env.JAVA_HOME && { JAVA_HOME: process.env.JAVA_HOME }),
    },
    logFile,
  })
  try {
    const http = eclairHttp({ host: '127.0.0.1', port: apiPort, password })
    return eclairPeer({
      http,
      role,
      driver: name,
      nodeId: await answering(http, service, at.signal),
      address: `127.0.0.1:${port}`,
      files: [{ name: 'log', path: logFile }],
      log: service.log,
      stop: service.stop,
    })
  } catch (error) {
    await service.stop()
    throw error
  }
}

/** Its node id, when it answers. */
async function answering(
  http: EclairHttp,
  service: { readonly ended: Promise<void>; log(): string },
  signal: AbortSignal,
): Promise<string> {
  let over = false
  void service.ended.then(() => {
    over = true
  })
  const info = await until(
    'eclair answers',
    async () => (over || signal.aborted ? 'ended' : await http.post<{ readonly nodeId: string }>('getinfo')),
    START_MS,
  )
  if (info !== 'ended') return info.nodeId
  signal.throwIfAborted()
  throw new Error(`eclair ended: ${service.log().split('\n').slice(-5).join(' | ')}`)
}
