import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Chain, prepareChain, startChain } from '../chain/btcd.js'
import { openTopology } from '../chain/topology.js'
import type { Availability, Capability, Driver, LabPeer, PeerOptions } from '../driver.js'
import { type GoProgram, goProgram } from '../lib/go.js'
import { runProgram } from '../lib/run.js'
import { type LndNode, startLnd } from './lnd-node.js'

/** As releases of LND are built, without what no node of the lab needs. */
const PROGRAM: GoProgram = {
  name: 'lnd',
  module: 'github.com/lightningnetwork/lnd',
  package: 'github.com/lightningnetwork/lnd/cmd/lnd',
  tags: ['autopilotrpc', 'chainrpc', 'invoicesrpc', 'neutrinorpc', 'peersrpc', 'routerrpc', 'signrpc', 'walletrpc'],
}

const NO_OFFERS = 'LND 0.21 relays onion messages and has no BOLT 12 (lightningnetwork/lnd#10736)'

/** Everything but to relay; a capability that is new wants its line here. */
const CANNOT: Readonly<Record<Exclude<Capability, 'relay'>, string>> = {
  offer: NO_OFFERS,
  offer_issuer_id: NO_OFFERS,
  offer_path: NO_OFFERS,
  offer_long_path: NO_OFFERS,
  offer_paths: NO_OFFERS,
  offer_compact: NO_OFFERS,
  offer_dummy_hops: NO_OFFERS,
  offer_self_introduction: NO_OFFERS,
  offer_quantity: NO_OFFERS,
  offer_expiry: NO_OFFERS,
  offer_disable: NO_OFFERS,
  fetch: NO_OFFERS,
  fetch_over: NO_OFFERS,
  fetch_wrong_amount: NO_OFFERS,
  fetch_expired: NO_OFFERS,
  own_paths: NO_OFFERS,
  fetch_large: NO_OFFERS,
  fetch_note: NO_OFFERS,
  fetch_scid: NO_OFFERS,
  refund: NO_OFFERS,
  refund_path: NO_OFFERS,
  refund_long_path: NO_OFFERS,
  refund_disable: NO_OFFERS,
  claim: NO_OFFERS,
  pay: NO_OFFERS,
}

/**
 * Path of LND's program, built or found.
 * @throws Error one sentence: what is missing
 */
export function lndProgram(tell: (line: string) => void): Promise<string> {
  return goProgram(PROGRAM, tell)
}

/** One chain for all LND nodes of this process, in a temporary folder; it ends with the last driver that uses it. */
const shared: { chain?: Promise<{ readonly chain: Chain; readonly dir: string }>; readonly users: Set<string> } = {
  users: new Set(),
}

async function sharedChain(user: string): Promise<Chain> {
  shared.users.add(user)
  shared.chain ??= (async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lno-chain-'))
    try {
      return { chain: await startChain({ dir }), dir }
    } catch (error) {
      rmSync(dir, { recursive: true, force: true })
      throw error
    }
  })()
  return (await shared.chain).chain
}

async function leaveChain(user: string): Promise<void> {
  if (!shared.users.delete(user) || shared.users.size > 0) return
  const leaving = shared.chain
  delete shared.chain
  const started = await leaving?.catch(() => undefined)
  if (started === undefined) return
  await started.chain.stop()
  rmSync(started.dir, { recursive: true, force: true })
}

/** Running nodes of both drivers by their ids: they are on one chain, and have channels with each other. */
const nodes = new Map<string, LndNode>()

export interface LndDriver extends Driver {
  start(options: PeerOptions): Promise<LndNode>
  /** Opens a channel between two nodes of these drivers; it is announced, and both can use it, when this returns. */
  openChannel(from: LabPeer, to: LabPeer, amountSat: bigint): Promise<void>
}

function lndDriver(name: string, relayAll: boolean): LndDriver {
  let program = ''
  let available: Promise<Availability> | undefined
  const prepare = async (tell: (line: string) => void): Promise<Availability> => {
    const chain = await prepareChain(tell)
    if (!chain.ok) return chain
    try {
      program = await lndProgram(tell)
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : `${error}` }
    }
    const { output } = await runProgram(program, ['--version'])
    const version = /version (\S+)/.exec(output)?.[1]
    if (version === undefined) return { ok: false, reason: `lnd was built and does not run: ${output.trim()}` }
    return { ok: true, version, how: 'built' }
  }
  return {
    name,
    cannot: CANNOT,
    costly: true,
    prepare: (tell) => {
      available ??= prepare(tell)
      return available
    },
    async start({ role, dir, signal }) {
      signal.throwIfAborted()
      const chain = await sharedChain(name)
      const node = await startLnd({ program, role, driver: name, dir, chain, relayAll, signal })
      nodes.set(node.nodeId, node)
      const stop = async () => {
        nodes.delete(node.nodeId)
        await node.stop()
      }
      return { ...node, stop }
    },
    async openChannel(from, to, amountSat) {
      const [payer, other] = [nodes.get(from.nodeId), nodes.get(to.nodeId)]
      if (payer === undefined || other === undefined) throw new Error('a channel needs two running nodes of LND')
      const topology = { nodes: ['from', 'to'], channels: [{ from: 'from', to: 'to', sat: amountSat }] }
      const named = new Map([
        ['from', payer],
        ['to', other],
      ])
      await openTopology(await sharedChain(name), topology, named)
    },
    close: () => leaveChain(name),
  }
}

/** Relays whatever comes, as an operator of a public relay sets it. */
export const lnd: LndDriver = lndDriver('lnd', true)

/** As it comes: messages of a peer without an open channel are dropped. */
export const lndGated: LndDriver = lndDriver('lnd-gated', false)
