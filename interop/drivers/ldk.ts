import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Availability, Driver, LabPeer, OfferShape, PeerOptions, PeerRef, RefundShape } from '../driver.js'
import { LAB } from '../lib/cache.js'
import { type CargoBuild, cargoBuild, pinnedVersion } from '../lib/cargo.js'
import { type LineProcess, startLineProcess } from '../lib/line-process.js'
import { joinChain, leaveChain, openChannel } from './ldk/chain.js'
import { claim, fetchInvoice, pay, refundOutcome } from './ldk/requests.js'

/**
 * LDK, from crates.io: a node of ours around the published crate (`peers/ldk`). Three drivers over one program: `ldk` takes
 * the ways that a scenario states, `ldk-stock` leaves them to the routers that LDK ships. Both make invoices without a
 * channel, over a payment path that begins at themselves; `ldk-bare` answers with an invoice_error, as LDK does.
 * @module
 */

/** Bytes of an onion message around its packet: its type, the path_key, the packet's length. */
const AROUND_PACKET = 2 + 33 + 2

/** Sources of the crate, whose programs are the node and the codec oracle. */
const SOURCES = join(LAB, 'peers', 'ldk')

let building: Promise<CargoBuild> | undefined

/** Builds all programs of the crate, once a process. */
export function buildLdk(tell: (line: string) => void): Promise<CargoBuild> {
  building ??= cargoBuild('ldk', SOURCES, ['lno-ldk-peer', 'oracle'], tell)
  return building
}

/** A running LDK node, with the program that it is. */
export interface LdkPeer extends LabPeer {
  readonly process: LineProcess
}

function ldkPeer(peer: LabPeer): LdkPeer {
  if (!('process' in peer)) throw new Error(`${peer.role} is no LDK node of this lab`)
  return peer as LdkPeer
}

const ids = (ways: readonly (readonly PeerRef[])[]) => ways.map((way) => way.map(({ nodeId }) => nodeId))

interface Variant {
  readonly name: string
  /** Whose ways onion messages take: the scenario's, or LDK's own. */
  readonly mode: 'lab' | 'stock'
  /** Whether an invoice is made without a channel to come over. */
  readonly madeUpPaths: boolean
}

async function startPeer(variant: Variant, program: string, options: PeerOptions): Promise<LdkPeer> {
  const { name: driver, mode, madeUpPaths } = variant
  const { role, dir, signal } = options
  const logFile = join(dir, 'ldk.log')
  const process = startLineProcess({ command: program, logFile })
  const aborted = () => void stop()
  const stop = async () => {
    signal.removeEventListener('abort', aborted)
    leaveChain(process)
    await process.stop()
  }
  signal.addEventListener('abort', aborted)
  if (signal.aborted) aborted()
  // Keys of a lab on regtest: a role is the same node in every run.
  const seed = createHash('sha256').update(`lno lab ${driver} ${role}`).digest('hex')
  const starting = process.call<{ readonly node_id: string; readonly address: string }>('start', {
    seed,
    mode,
    payment_paths: madeUpPaths ? 'made-up' : 'router',
  })
  const started = await starting.catch(async (error) => {
    await stop()
    throw error
  })
  joinChain(process)
  /** LDK's names of the refunds that were made, and how much had happened before. */
  const refunds = new Map<string, { readonly id: string; readonly mark: number }>()

  /** Paths as LDK is asked for them. What a stock router would not make is an error: no cell may pass by another shape. */
  const pathsOf = async (shape: OfferShape | RefundShape): Promise<object> => {
    // Without a word on paths a stock router makes those that it thinks right.
    if (shape.ownPaths && mode === 'stock') return {}
    const paths = ids(shape.paths)
    if (mode === 'lab' || paths.length === 0) return { paths }
    const peers = await process.call<readonly string[]>('peers')
    if (paths.length > 1 || paths[0]?.length !== 1 || peers.length !== 1 || peers[0] !== paths[0][0])
      throw new Error('a stock LDK makes one path, over the only peer that it has')
    return {}
  }

  return {
    role,
    driver,
    process,
    nodeId: started.node_id,
    address: started.address,
    files: [{ name: 'ldk.log', path: logFile }],
    log: process.log,
    stop,
    async connect(to) {
      await process.call('connect', { node_id: to.nodeId, address: to.address })
    },
    peers: () => process.call('peers'),
    async forwarded() {
      return (await process.call<{ readonly forwarded: number }>('info')).forwarded
    },
    async createOffer(shape) {
      const { offer, scids } = await process.call<{ readonly offer: string; readonly scids: readonly string[] }>(
        'offer',
        {
          ...(await pathsOf(shape)),
          description: shape.description,
          ...(shape.amountMsat !== undefined && { amount_msat: `${shape.amountMsat}` }),
          ...(shape.quantityMax !== undefined && { quantity_max: `${shape.quantityMax}` }),
          ...(shape.absoluteExpiry !== undefined && { absolute_expiry: `${shape.absoluteExpiry}` }),
          ...(shape.dummyHops !== undefined && { dummy_hops: shape.dummyHops }),
          compact: shape.compact ?? false,
          self_introduction: shape.selfIntroduction ?? false,
        },
      )
      return { text: offer, scids }
    },
    async disableOffer({ text }) {
      await process.call('disable_offer', { offer: text })
    },
    fetch: async (request) => (await fetchInvoice(process, request)).outcome,
    pay: (request) => pay(process, request),
    async createRefund(shape) {
      const { refund, payment_id } = await process.call<{ readonly refund: string; readonly payment_id: string }>(
        'refund',
        {
          ...(await pathsOf(shape)),
          description: shape.description,
          amount_msat: `${shape.amountMsat}`,
          ...(shape.absoluteExpiry !== undefined && { absolute_expiry: `${shape.absoluteExpiry}` }),
        },
      )
      refunds.set(refund, { id: payment_id, mark: process.events.length })
      return { text: refund }
    },
    async refundOutcome({ text }, timeoutMs) {
      const refund = refunds.get(text)
      if (refund === undefined) throw new Error(`${role} made no such refund`)
      return refundOutcome(process, refund.id, refund.mark, timeoutMs)
    },
    claim: (request) => claim(process, request),
    async sight() {
      // Answers come after the events of all that happened before.
      await process.call('info')
      const onions = process.events.flatMap(({ event, peer, bytes }) =>
        event === 'onion_in' || event === 'onion_out'
          ? [
              {
                dir: event === 'onion_in' ? 'in' : 'out',
                peer: `${peer}`,
                type: 513,
                packet: Number(bytes) - AROUND_PACKET,
              } as const,
            ]
          : [],
      )
      return { onions, lost: process.events.filter(({ event }) => event === 'peer_disconnected').length }
    },
  }
}

const WRONG_AMOUNT = 'LDK neither makes nor reads a request below the price of the offer (InsufficientAmount)'
const DISABLE =
  'LDK keeps no list of its offers and answers every one that it can derive: none can be switched off with an invoice_error'
const DISABLE_REFUND = 'LDK forgets a refund that is abandoned, and drops invoices for it without a word'
const STOCK = 'The routers that LDK ships'

function driver(variant: Variant, cannot: Driver['cannot']): Driver {
  return {
    name: variant.name,
    cannot,
    async prepare(tell): Promise<Availability> {
      const built = await buildLdk(tell)
      if (!built.ok) return { ok: false, reason: built.reason }
      return { ok: true, version: pinnedVersion(SOURCES, 'lightning'), how: 'built' }
    },
    async start(options) {
      const built = await buildLdk(() => undefined)
      if (!built.ok) throw new Error(built.reason)
      return startPeer(variant, join(built.dir, 'lno-ldk-peer'), options)
    },
    openChannel: (from, to, amountSat) => openChannel(ldkPeer(from), ldkPeer(to), amountSat),
  }
}

const STOCK_CANNOT: Driver['cannot'] = {
  offer_long_path: `${STOCK} make paths of one relay`,
  offer_paths: `${STOCK} make several paths only over peers that their graph knows`,
  offer_compact: `${STOCK} write a channel only where their graph has an enabled one of the introduction node`,
  offer_dummy_hops: `${STOCK} choose the number of dummy hops by themselves: paths of four hops in all`,
  offer_self_introduction: `${STOCK} begin a path at the node itself only when it is announced`,
  fetch_over: `${STOCK} send to the introduction node itself, and wait for a connection to it`,
  fetch_wrong_amount: WRONG_AMOUNT,
  offer_disable: DISABLE,
  refund_long_path: `${STOCK} make paths of one relay`,
  refund_disable: DISABLE_REFUND,
}

/** LDK over stated ways. */
export const ldk: Driver = driver(
  { name: 'ldk', mode: 'lab', madeUpPaths: true },
  {
    fetch_wrong_amount: WRONG_AMOUNT,
    offer_disable: DISABLE,
    refund_disable: DISABLE_REFUND,
    own_paths: 'here it makes the paths that it is told of: ldk-stock makes its own',
  },
)

/** LDK over the ways of its own NodeIdMessageRouter. */
export const ldkStock: Driver = driver({ name: 'ldk-stock', mode: 'stock', madeUpPaths: true }, STOCK_CANNOT)

/** The same, and as shipped to the end: a request that no channel could pay is answered with an invoice_error. */
export const ldkBare: Driver = driver({ name: 'ldk-bare', mode: 'stock', madeUpPaths: false }, STOCK_CANNOT)
