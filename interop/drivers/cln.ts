import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Availability, Driver, LabPeer, PeerOptions } from '../driver.js'
import { freePorts } from '../lib/ports.js'
import { runProgram } from '../lib/run.js'
import { startService } from '../lib/service.js'
import { until } from '../lib/until.js'
import type { ClnChain } from './bitcoind.js'
import { clnPeer } from './cln-peer.js'
import { type ClnRelease, clnCannot, clnRelease, clnVersion } from './cln-release.js'
import { type ClnRpc, clnRpc, LONGEST_SOCKET_PATH } from './cln-rpc.js'

/** What the report says beside the cells of a release, until somebody has seen it run. */
export const CLN_NEVER_LIVE =
  'the driver was written from the documentation and the sources of Core Lightning; of its releases it has met v0.10.2, v0.11.2 and v22.11.1 live, and for all others hand-made answers alone'

/** Releases that the driver was seen to run, built from their sources. */
const MET = ['0.10.2', '0.11.2', '22.11.1']

/** The release that is meant when nobody says which. */
const NEWEST = 'v26.06.6'

/** Milliseconds until it answers: its plugins start one after the other. */
const START_MS = 120_000

const VERSION_MS = 10_000

export interface ClnDriverOptions {
  /** `lightningd`, or the folder of an installation or of a build. */
  readonly path: string
  /** What the user calls this one of several, such as `v0.10.2`: it then is the driver `cln-v0.10.2`. */
  readonly label?: string
  /** Asked once, when a node is to start. @throws Error when there is no chain */
  chain(): Promise<ClnChain>
  /** Further flags, such as `--dev-force-features=-44`, which a new release needs to talk to v0.11.2. */
  readonly flags?: readonly string[]
}

/** Nodes of a Core Lightning that the user has, one process a node. */
export function clnDriver(options: ClnDriverOptions): Driver {
  const { label, flags = [] } = options
  const name = label === undefined ? 'cln' : `cln-${label}`
  const program = programOf(options.path)
  let release = clnRelease(clnVersion(label ?? NEWEST) ?? [26, 6, 6])
  let prepared: Promise<Availability> | undefined

  const prepare = async (): Promise<Availability> => {
    if (program === undefined) return { ok: false, reason: `there is no lightningd at ${options.path}` }
    const { code, output } = await runProgram(program, ['--version'], { timeoutMs: VERSION_MS })
    // The version comes first; builds may say more behind it.
    const version = /^v?\d+\.\d+\S*/m.exec(output.trim())?.[0]
    const read = version === undefined ? undefined : clnVersion(version)
    if (code !== 0 || version === undefined || read === undefined)
      return { ok: false, reason: `${program} --version ended with ${code}: ${output.trim().slice(-200)}` }
    release = clnRelease(read)
    try {
      await options.chain()
    } catch (error) {
      return { ok: false, reason: `Core Lightning needs a chain: ${(error as Error).message}` }
    }
    return { ok: true, version, how: 'binary' }
  }

  return {
    name,
    get cannot() {
      return clnCannot(release)
    },
    get form() {
      return release.form
    },
    get neverLive() {
      return MET.includes(release.version.join('.')) ? undefined : CLN_NEVER_LIVE
    },
    costly: true,
    prepare() {
      prepared ??= prepare()
      return prepared
    },
    async start(at) {
      if (program === undefined) throw new Error(`there is no lightningd at ${options.path}`)
      at.signal.throwIfAborted()
      return startCln({ program, name, release, chain: await options.chain(), flags, at })
    },
  }
}

/** The program in what the user named: itself, or in a folder. */
function programOf(path: string): string | undefined {
  return [
    path,
    ...['lightningd', 'bin/lightningd', 'usr/bin/lightningd', 'lightningd/lightningd'].map((in_) => join(path, in_)),
  ]
    .filter((candidate) => existsSync(candidate) && statSync(candidate).isFile())
    .at(0)
}

interface Start {
  readonly program: string
  readonly name: string
  readonly release: ClnRelease
  readonly chain: ClnChain
  readonly flags: readonly string[]
  readonly at: PeerOptions
}

async function startCln({ program, name, release, chain, flags, at }: Start): Promise<LabPeer> {
  const { dir, role } = at
  const [port = 0] = await freePorts(1)
  const socket = socketIn(dir)
  mkdirSync(join(dir, 'regtest'), { recursive: true, mode: 0o700 })
  const logFile = join(dir, `${role}.log`)
  const service = startService({
    command: program,
    args: [
      `--lightning-dir=${dir}`,
      '--network=regtest',
      `--rpc-file=${socket.path}`,
      `--bind-addr=127.0.0.1:${port}`,
      `--bitcoin-cli=${chain.bitcoinCli}`,
      `--bitcoin-datadir=${chain.bitcoinDir}`,
      '--log-level=debug',
      '--disable-dns',
      // It listens on a fixed port.
      '--disable-plugin=cln-grpc',
      ...release.flags,
      ...flags,
    ],
    cwd: dir,
    env: { PATH: process.env.PATH, HOME: dir },
    logFile,
  })
  const stop = async () => {
    await service.stop()
    socket.remove()
  }
  try {
    const rpc = clnRpc({ path: socket.path })
    const info = await answering(rpc, service, at.signal)
    return clnPeer({
      rpc,
      release,
      role,
      driver: name,
      nodeId: info.id,
      address: `127.0.0.1:${port}`,
      files: [{ name: 'log', path: logFile }],
      log: service.log,
      stop,
    })
  } catch (error) {
    await stop()
    throw error
  }
}

/** In its own folder where the path is short enough, else in one that is made for it. */
function socketIn(dir: string): { readonly path: string; remove(): void } {
  const usual = join(dir, 'regtest', 'lightning-rpc')
  if (Buffer.byteLength(usual) <= LONGEST_SOCKET_PATH) return { path: usual, remove: () => undefined }
  const short = mkdtempSync(join(tmpdir(), 'lno-cln-'))
  return { path: join(short, 'rpc'), remove: () => rmSync(short, { recursive: true, force: true }) }
}

async function answering(
  rpc: ClnRpc,
  service: { readonly ended: Promise<void>; log(): string },
  signal: AbortSignal,
): Promise<{ readonly id: string }> {
  let over = false
  void service.ended.then(() => {
    over = true
  })
  const info = await until(
    'lightningd answers',
    async () => (over || signal.aborted ? 'ended' : await rpc.call<{ readonly id: string }>('getinfo')),
    START_MS,
  )
  if (info !== 'ended') return info
  signal.throwIfAborted()
  throw new Error(`lightningd ended: ${service.log().split('\n').slice(-5).join(' | ')}`)
}
