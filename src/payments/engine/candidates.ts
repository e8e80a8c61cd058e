import { compareBytes } from '../../base/bytes.js'
import { LnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import { amountToForward, amountWithFee } from '../../blinding/payment-relay.js'
import type { InvoicePath } from '../../bolt12/create-invoice.js'
import { MAX_MSAT } from '../../wire/amount.js'
import { paymentError } from '../codes.js'
import type { ForwardingTerm } from '../hosted/messages.js'

import type { LinkId, LinkView } from '../link.js'
import { type ClearHop, MAX_EXPIRY_BLOCKS, onionRoom, planHops } from '../onions/index.js'
import type { PaymentPart } from '../step.js'
import { largest, smallest } from './msat.js'
import type { Turn } from './state.js'

/** What a way is looked for. */
export interface RouteQuery {
  /** msat that are still to arrive. */
  readonly amountMsat: bigint
  /** msat of the whole payment. */
  readonly totalMsat: bigint
  /** msat that the fees may be. */
  readonly maxFeeMsat: bigint
  readonly paths: readonly InvoicePath[]
  readonly severalParts: boolean
  /** HTLCs that there may be. */
  readonly maxParts: number
  /** Parts so far: of those that failed something is learnt. */
  readonly parts: readonly PaymentPart[]
  /** How many HTLCs fit channels that refused more of them in this step. */
  readonly slots: ReadonlyMap<LinkId, number>
}

/** A channel of ours and a path of the invoice that it leads to. */
export interface Candidate {
  readonly peer: LinkId
  /** Index of the invoice's path. */
  readonly path: number
  readonly clear: readonly ClearHop[]
  /** Node id of the path's introduction node. */
  readonly introduction: Uint8Array
  /** What may arrive by one HTLC, msat. */
  readonly leastMsat: bigint
  readonly mostMsat: bigint
  /** What the HTLC in our channel must have for an amount to arrive. */
  cost(amountMsat: bigint): bigint
  /** The most that arrives of an HTLC of this size. */
  arriving(htlcMsat: bigint): bigint
}

/** All ways that there are, and why others are none. */
export interface Candidates {
  readonly candidates: readonly Candidate[]
  /** Reasons of which the first is told when nothing is left. */
  readonly refused: readonly LnoError[]
}

/** Finds the ways from our channels that are up to the paths of an invoice: directly, or through a peer that told of its neighbours. */
export function findCandidates(turn: Turn, height: number, query: RouteQuery): Candidates {
  const candidates: Candidate[] = []
  const refused: LnoError[] = []
  const orRefused = <T>(find: () => readonly T[]): readonly T[] => {
    try {
      return find()
    } catch (error) {
      if (!(error instanceof LnoError)) throw error
      refused.push(error)
      return []
    }
  }
  for (const [index, path] of query.paths.entries()) {
    for (const start of orRefused(() => startsOf(turn, height, path, query))) {
      const view = turn.links.view(start.peer)
      if (view?.status !== 'up' || query.slots.get(start.peer) === 0) continue
      candidates.push(...orRefused(() => candidate(turn, view, start, index, path, query)))
    }
  }
  return { candidates, refused }
}

/** Where a way to a path's introduction node can begin. */
interface Start {
  readonly peer: LinkId
  readonly introduction: Uint8Array
  /** What the peer asks for passing on to the introduction node, if it is not that itself. */
  readonly via?: ForwardingTerm
  /** The path begins with ourselves. */
  readonly own: boolean
}

function startsOf(turn: Turn, height: number, path: InvoicePath, query: RouteQuery): readonly Start[] {
  const { state } = turn
  const introduction = introductionOf(turn, path)
  if (introduction === undefined) return []
  const hex = toHex(introduction)
  if (hex === state.nodeHex) {
    const { first } = planHops(ownRoute(turn, height, path, introduction, query, query.amountMsat))
    return [{ peer: toHex(first), introduction, own: true }]
  }
  const through = [...state.neighbours.leadingTo(hex)].map(([peer, via]) => ({ peer, introduction, via, own: false }))
  return [{ peer: hex, introduction, own: false }, ...through]
}

function introductionOf({ state, links }: Turn, { path }: InvoicePath): Uint8Array | undefined {
  const first = path.first_node_id
  if ('node_id' in first) return first.node_id
  const peer = links.peerOf(first.short_channel_id)
  const ends =
    peer === undefined ? state.neighbours.named(first.short_channel_id) : ([state.nodeId, fromHex(peer)] as const)
  return ends && [...ends].sort(compareBytes)[first.direction]
}

function ownRoute(
  { state, links }: Turn,
  height: number,
  path: InvoicePath,
  introduction: Uint8Array,
  query: RouteQuery,
  amountMsat: bigint,
) {
  const { nodeSecret } = state.options
  return {
    nodeSecret,
    nodeId: state.nodeId,
    clear: [],
    path,
    introduction,
    peerOf: links.peerIdOf,
    amountMsat,
    totalMsat: query.totalMsat,
    height,
  }
}

/**
 * None when the channel and path together take nothing.
 * @throws LnoError when the path must not be used at all
 */
function candidate(
  turn: Turn,
  view: LinkView,
  { peer, introduction, via, own }: Start,
  index: number,
  path: InvoicePath,
  query: RouteQuery,
): readonly Candidate[] {
  const { payinfo } = path
  const delay = payinfo.cltv_expiry_delta + (via?.cltv_expiry_delta ?? 0)
  if (delay > MAX_EXPIRY_BLOCKS) {
    throw paymentError(
      'PAYMENT_DELAY_LIMIT',
      `path ${index} takes ${delay} blocks, at most ${MAX_EXPIRY_BLOCKS} are allowed`,
      {
        rule: 'P4',
        details: { path: index, blocks: delay, most: MAX_EXPIRY_BLOCKS },
      },
    )
  }
  const room = onionRoom(path.path, {
    clearHops: via ? 1 : 0,
    ownHops: own ? 1 : 0,
    amountMsat: query.amountMsat,
    totalMsat: query.totalMsat,
  })
  if (room < 0) {
    throw paymentError('PAYMENT_ONION_TOO_LARGE', `the onion over path ${index} is ${-room} bytes too long`, {
      details: { bytesOver: -room, path: index },
      spec: 'BOLT 4 Packet Construction',
    })
  }
  const upper = (amountMsat: bigint) => {
    const into = amountWithFee(amountMsat, payinfo)
    return via ? amountWithFee(into, via) : into
  }
  // A path whose fees overflow is not used, however small the part.
  if (overflows(() => upper(query.amountMsat))) {
    throw paymentError('PAYMENT_FEE_LIMIT', `the fees of path ${index} are more money than there is`, {
      rule: 'P4',
      details: { path: index },
    })
  }
  const arriving = (htlcMsat: bigint) => {
    try {
      let amount = amountToForward(via ? amountToForward(htlcMsat, via) : htlcMsat, payinfo)
      while (amount > 0n && upper(amount) > htlcMsat) amount -= 1n // what is rounded up is a millisatoshi or two
      return amount
    } catch (error) {
      if (!(error instanceof LnoError)) throw error
      return 0n // it does not even pay the fee
    }
  }
  const mostMsat = smallest(
    arriving(view.sendableMsat),
    payinfo.htlc_maximum_msat,
    learnt(query, peer, index),
    ...(via ? [arriving(amountWithFee(smallest(via.htlc_maximum_msat, MAX_MSAT), via))] : []),
  )
  const leastMsat = largest(payinfo.htlc_minimum_msat, view.htlcMinimumMsat, via?.htlc_minimum_msat ?? 0n, 1n)
  if (mostMsat < leastMsat) return []
  const clear = via ? [clearHop(peer, via)] : []
  const exact = (amountMsat: bigint) =>
    planHops(ownRoute(turn, turn.height!, path, introduction, query, amountMsat)).amountMsat
  return [{ peer, path: index, clear, introduction, leastMsat, mostMsat, cost: own ? exact : upper, arriving }]
}

function overflows(cost: () => bigint): boolean {
  try {
    return cost() > MAX_MSAT
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    return true
  }
}

function clearHop(peer: LinkId, via: ForwardingTerm): ClearHop {
  return {
    nodeId: fromHex(peer),
    shortChannelId: via.short_channel_id,
    feeBaseMsat: via.fee_base_msat,
    feeProportionalMillionths: via.fee_proportional_millionths,
    cltvExpiryDelta: via.cltv_expiry_delta,
  }
}

/** What failed over this way bounds the next try: half of it when smaller parts may do, else it is not tried again. */
function learnt({ parts, severalParts }: RouteQuery, peer: LinkId, path: number): bigint {
  return parts.reduce((most, part) => {
    if (part.peer !== peer || part.path !== path || part.status === 'sent' || part.status === 'paid') return most
    const next = severalParts && part.status === 'failed' ? part.amountMsat / 2n : 0n
    return smallest(next, most)
  }, MAX_MSAT)
}
