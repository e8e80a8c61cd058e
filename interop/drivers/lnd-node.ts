import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toHex } from '../../src/base/hex.js'
import type { Chain } from '../chain/btcd.js'
import type { ChannelPeer } from '../chain/topology.js'
import type { LabPeer, PeerRef } from '../driver.js'
import { type HttpsClient, httpsClient } from '../lib/https.js'
import { freePorts } from '../lib/ports.js'
import { startService } from '../lib/service.js'
import { until } from '../lib/until.js'

/** A running LND: as the lab asks of any peer, and with channels of its own. */
export interface LndNode extends LabPeer, ChannelPeer {
  /** LND's REST API: what it answered, parsed. */
  rest<T = unknown>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>
  /** Where a person finds it. */
  readonly access: { readonly rest: string; readonly certificate: string; readonly macaroon: string }
  forwarded(): Promise<number>
}

export interface LndOptions {
  readonly program: string
  readonly role: string
  /** The driver's name. */
  readonly driver: string
  /** An empty folder of its own. */
  readonly dir: string
  readonly chain: Chain
  /** Relays onion messages of peers without a channel too. */
  readonly relayAll: boolean
  /** Told of when the run ends early. */
  readonly signal: AbortSignal
  /** Finds free ports; `freePorts` unless given. */
  readonly ports?: typeof freePorts
}

/** Milliseconds until it takes calls; it takes some five seconds, many more on a busy machine. */
const START_MS = 180_000

/** Milliseconds for what takes a second: a connection, a synchronised wallet. */
const PATIENCE_MS = 60_000

/** How often other ports are tried, when somebody took one between the look and the use. */
const STARTS = 3

/**
 * Starts an LND on a chain.
 * @throws Error it did not start; the message has its last lines
 */
export async function startLnd(options: LndOptions): Promise<LndNode> {
  for (let left = STARTS; ; left--) {
    try {
      return await startOnce(options)
    } catch (error) {
      if (left <= 1 || !/address already in use/.test(`${error}`)) throw error
    }
  }
}

async function startOnce(options: LndOptions): Promise<LndNode> {
  const { program, role, driver, dir, chain, relayAll, signal, ports = freePorts } = options
  const home = join(dir, 'lnd')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const [peerPort, rpcPort, restPort] = (await ports(3)) as [number, number, number]
  const address = `127.0.0.1:${peerPort}`
  const logFile = join(dir, `${role}.log`)
  const configuration = join(home, 'lnd.conf')
  const { access } = chain
  const settings = {
    'bitcoin.regtest': 1,
    'bitcoin.node': 'btcd',
    'btcd.rpchost': `${access.host}:${access.port}`,
    'btcd.rpcuser': access.user,
    'btcd.rpcpass': access.password,
    'btcd.rpccert': chain.certificateFile,
    listen: address,
    externalip: address,
    rpclisten: `127.0.0.1:${rpcPort}`,
    restlisten: `127.0.0.1:${restPort}`,
    alias: role,
    // A wallet without a password, made at the start: nothing in it is worth anything.
    noseedbackup: 1,
    nobootstrap: 1,
    // Gossip that waits for nobody.
    trickledelay: 50,
    'gossip.sub-batch-delay': '5ms',
    'bitcoin.defaultchanconfs': 1,
    maxpendingchannels: 10,
    // What it does with onion messages. That it drops one is told at the level of traces alone (isTold).
    debuglevel: `info,OMSG=debug${relayAll ? '' : ',PEER=trace'}`,
    'logging.file.disable': 1,
    ...(relayAll && { 'protocol.onion-msg-relay-all': 1 }),
  }
  writeFileSync(
    configuration,
    `[Application Options]\n${Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')}`,
    { mode: 0o600 },
  )
  chmodSync(configuration, 0o600)

  const counter = forwardCounter()
  const service = startService({
    command: program,
    args: [`--lnddir=${home}`, `--configfile=${configuration}`],
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home },
    logFile,
    signal,
    onLine: counter.hear,
    keeps: isTold,
  })
  const over = new AbortController()
  void service.ended.then(() => over.abort())
  const patiently: Patiently = (what, look, timeoutMs) => until(what, look, timeoutMs, over.signal)
  try {
    await service.line(/gRPC proxy started at/, START_MS)
    const certificate = join(home, 'tls.cert')
    const macaroon = join(home, 'data', 'chain', 'bitcoin', 'regtest', 'admin.macaroon')
    const rest = await openRest(patiently, restPort, certificate, macaroon)
    const { identity_pubkey: nodeId } = await rest<{ readonly identity_pubkey: string }>('GET', '/v1/getinfo')
    return {
      ...peerMethods(rest, patiently),
      ...channelMethods(rest, patiently, chain),
      nodeId,
      address,
      role,
      driver,
      rest,
      access: { rest: `https://127.0.0.1:${restPort}`, certificate, macaroon },
      files: [{ name: role, path: logFile }],
      log: service.log,
      forwarded: () => counter.forwarded(rest),
      refusedToRelay: () => counter.refused(rest),
      stop: service.stop,
    }
  } catch (error) {
    await service.stop()
    throw error
  }
}

/** Counts what LND says in its log, which comes over a pipe, later than what other nodes do about it. */
function forwardCounter() {
  let forwards = 0
  let refusals = 0
  let marks = 0
  let asked = 0
  const waiting: (() => void)[] = []
  /** All that LND has written so far is heard when a mark is, which goes the same way: a level that it has already. */
  const allHeard = async (rest: Rest): Promise<void> => {
    const mark = ++asked
    const heard = new Promise<void>((resolve) => waiting.push(resolve))
    await rest('POST', '/v1/debuglevel', { level_spec: 'OMSG=debug' })
    if (marks < mark) await heard
  }
  return {
    hear(line: string): void {
      if (/ OMSG: Forwarding onion message/.test(line)) forwards++
      else if (/ OMSG: Failed to forward onion message/.test(line)) forwards--
      else if (/ PEER: .*dropping onion message/.test(line)) refusals++
      else if (/ RPCS: \[debuglevel\] /.test(line)) {
        marks++
        waiting.shift()?.()
      }
    },
    async forwarded(rest: Rest): Promise<number> {
      await allHeard(rest)
      return forwards
    },
    async refused(rest: Rest): Promise<number> {
      await allHeard(rest)
      return refusals
    },
  }
}

/** Traces of peers are dumps of every message, over many lines; none is kept but those of dropped onion messages. */
function isTold(line: string): boolean {
  return /^\d{4}-\d\d-\d\d [\d:.]+ \[(?:(?!TRC|DBG)|\w+\] (?!PEER)|TRC\] PEER: .*dropping onion message)/.test(line)
}

type Rest = LndNode['rest']

/** `until`, which gives up when this LND has ended. */
type Patiently = <T>(what: string, look: () => Promise<T | undefined>, timeoutMs: number) => Promise<T>

/** Waits until LND says that all its services run. */
async function openRest(
  patiently: Patiently,
  port: number,
  certificateFile: string,
  macaroonFile: string,
): Promise<Rest> {
  const certificate = readFileSync(certificateFile, 'utf8')
  const open = (headers: Record<string, string>) => httpsClient({ host: '127.0.0.1', port, certificate, headers })
  const anybody = restOf(open({}))
  await patiently(
    'lnd says SERVER_ACTIVE',
    async () => {
      const { state } = await anybody<{ readonly state: string }>('GET', '/v1/state')
      return state === 'SERVER_ACTIVE' ? true : undefined
    },
    START_MS,
  )
  return restOf(open({ 'grpc-metadata-macaroon': toHex(readFileSync(macaroonFile)) }))
}

function restOf(client: HttpsClient): Rest {
  return async <T>(method: 'GET' | 'POST', path: string, body?: unknown) => {
    const { status, text } = await client.send(method, path, body)
    if (status !== 200) {
      let message = text
      try {
        message = (JSON.parse(text) as { readonly message?: string }).message ?? text
      } catch {
        // As it is.
      }
      throw new Error(`lnd: ${path}: ${message}`)
    }
    return JSON.parse(text) as T
  }
}

function peerMethods(rest: Rest, patiently: Patiently): Pick<LabPeer, 'connect' | 'peers'> {
  const peers = async () => {
    const { peers: list } = await rest<{ readonly peers: readonly { readonly pub_key: string }[] }>('GET', '/v1/peers')
    return list.map(({ pub_key }) => pub_key)
  }
  return {
    peers,
    async connect(to: PeerRef) {
      try {
        await rest('POST', '/v1/peers', { addr: { pubkey: to.nodeId, host: to.address }, perm: false, timeout: '30' })
      } catch (error) {
        if (!/already connected/.test(`${error}`)) throw error
      }
      // It answers when the handshake is done; a peer is listed when the inits were exchanged.
      await patiently(
        `${to.nodeId} is a peer`,
        async () => (await peers()).includes(to.nodeId) || undefined,
        PATIENCE_MS,
      )
    },
  }
}

interface LndChannel {
  readonly channel_point: string
  readonly chan_id: string
  readonly active: boolean
}

function channelMethods(rest: Rest, patiently: Patiently, chain: Chain): Omit<ChannelPeer, keyof LabPeer> {
  const channelAt = async (point: string): Promise<LndChannel | undefined> => {
    const { channels } = await rest<{ readonly channels: readonly LndChannel[] }>('GET', '/v1/channels')
    return channels.find(({ channel_point, active }) => channel_point === point && active)
  }
  return {
    newAddress: async () => (await rest<{ readonly address: string }>('GET', '/v1/newaddress?type=0')).address,
    async caughtUp(sat) {
      const height = await chain.height()
      await patiently(
        `lnd has ${sat} sat at height ${height}`,
        async () => {
          const info = await rest<{ readonly block_height: number; readonly synced_to_chain: boolean }>(
            'GET',
            '/v1/getinfo',
          )
          if (!info.synced_to_chain || info.block_height < height) return undefined
          const { confirmed_balance } = await rest<{ readonly confirmed_balance: string }>(
            'GET',
            '/v1/balance/blockchain',
          )
          return BigInt(confirmed_balance) >= sat || undefined
        },
        PATIENCE_MS,
      )
    },
    async openChannel(to, sat) {
      const { funding_txid_bytes, output_index } = await rest<{
        readonly funding_txid_bytes: string
        readonly output_index: number
      }>('POST', '/v1/channels', {
        node_pubkey: Buffer.from(to.nodeId, 'hex').toString('base64'),
        local_funding_amount: `${sat}`,
        sat_per_vbyte: '2',
      })
      return `${Buffer.from(funding_txid_bytes, 'base64').reverse().toString('hex')}:${output_index}`
    },
    async channel(point, timeoutMs) {
      const { chan_id } = await patiently(`channel ${point} is active`, () => channelAt(point), timeoutMs)
      return scidText(BigInt(chan_id))
    },
    async knowsChannel(scid, timeoutMs) {
      await patiently(
        `channel ${scid} is in the graph with both policies`,
        async () => {
          const edge = await rest<{ readonly node1_policy: unknown; readonly node2_policy: unknown }>(
            'GET',
            `/v1/graph/edge/${scidNumber(scid)}`,
          )
          return (edge.node1_policy !== null && edge.node2_policy !== null) || undefined
        },
        timeoutMs,
      )
    },
  }
}

/** BOLT 7: block, transaction and output in one number, written `BLOCKxTXxOUTPUT`. */
function scidText(scid: bigint): string {
  return `${scid >> 40n}x${(scid >> 16n) & 0xffffffn}x${scid & 0xffffn}`
}

function scidNumber(text: string): bigint {
  const [block = 0n, transaction = 0n, output = 0n] = text.split('x').map(BigInt)
  return (block << 40n) | (transaction << 16n) | output
}
