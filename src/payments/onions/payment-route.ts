import { equalBytes } from '../../base/bytes.js'
import { isLnoError } from '../../base/error.js'
import type { BlindedHop, BlindedPath } from '../../blinding/blinded-path.js'
import { ENCRYPTED_DATA } from '../../blinding/encrypted-data.js'
import { paymentHops } from '../../blinding/join.js'
import { amountWithFee } from '../../blinding/payment-relay.js'
import { nextPathKey, readHopData, sharePath } from '../../blinding/unblind.js'
import type { InvoicePath } from '../../bolt12/create-invoice.js'
import { decodePaymentPayload, encodePaymentPayload, type PaymentPayload } from '../../onion/payment-payload.js'
import type { OnionHop } from '../../onion/sphinx.js'
import { HEIGHT_TOLERANCE } from '../block-clock.js'
import { paymentError } from '../codes.js'
import type { ForwardingTerms } from '../step.js'
import { type BlindedHopRead, blindedOutgoing, refusedBlindedHop } from './blinded-hop.js'
import { feeOf } from './forward-terms.js'
import { MAX_LOCAL_HOPS } from './read-htlc.js'

/** A relay between us and the beginning of a blinded path, with what it asks for. */
export interface ClearHop extends ForwardingTerms {
  /** 33 bytes. */
  readonly nodeId: Uint8Array
  /** The channel, or an alias of it, over which it reaches the next hop. */
  readonly shortChannelId: bigint
}

/** Which way one HTLC of a payment takes, and what shall arrive. */
export interface PaymentRoute {
  /** Our own, 32 bytes: needed where a path begins with ourselves. */
  readonly nodeSecret: Uint8Array
  /** Our own, 33 bytes. */
  readonly nodeId: Uint8Array
  /** From our peer to the node before the path's introduction node; none when that is our peer, or ourselves. */
  readonly clear: readonly ClearHop[]
  readonly path: InvoicePath
  /** Id of the introduction node, needed when the path names it by a channel. */
  readonly introduction?: Uint8Array
  /** Finds the node at the other end of a channel of ours, for a path that begins with ourselves and names one. */
  readonly peerOf?: (shortChannelId: bigint) => Uint8Array | undefined
  /** msat that arrive with this HTLC. */
  readonly amountMsat: bigint
  /** msat that arrive with all of them. */
  readonly totalMsat: bigint
  /** Block height. */
  readonly height: number
  /**
   * Blocks added to the height for the recipient (rule P6), `HEIGHT_TOLERANCE` unless given: they hide how far the HTLC has to
   * go, and make good for blocks that are found, or clocks that run ahead, meanwhile.
   */
  readonly finalDelta?: number
}

/** The hops of an onion, and the HTLC that it begins in. */
export interface PlannedHops {
  /** The peer that gets the HTLC, 33 bytes. */
  readonly first: Uint8Array
  readonly hops: readonly OnionHop[]
  /** Index in `hops` of the introduction node; -1 when we are that ourselves, and all hops are inside the path. */
  readonly introduction: number
  /** Of the HTLC to our peer: msat, and block height. */
  readonly amountMsat: bigint
  readonly cltvExpiry: number
  /** Beside the onion, when our peer is inside the path. */
  readonly pathKey?: Uint8Array
}

/**
 * What each hop of a route is told (rules P5 to P7), and what goes into it so that each gets its fee.
 * @throws LnoError `NO_PAYMENT_ROUTE` when a path that begins with ourselves leads nowhere, `BLINDED_PATH_EMPTY`,
 * `BLINDED_PATH_UNRESOLVED`, `PAYMENT_AMOUNT`, `BAD_SECRET`
 */
export function planHops(route: PaymentRoute): PlannedHops {
  const { path, payinfo } = route.path
  const { amountMsat, totalMsat, clear, finalDelta = HEIGHT_TOLERANCE } = route
  const finalExpiry = route.height + finalDelta
  const final = { amt_to_forward: amountMsat, outgoing_cltv_value: finalExpiry, total_amount_msat: totalMsat }
  const entry: Stage = {
    amountMsat: amountWithFee(amountMsat, payinfo),
    cltvExpiry: finalExpiry + payinfo.cltv_expiry_delta,
  }
  const own = introductionIsSelf(route)
  if (own) {
    if (clear.length > 0) throw unusable('a path that begins with ourselves has no hop before it')
    const inside = walkOwnHops(route, entry)
    return { ...inside, introduction: -1, hops: inside.rest.map((hop, i, all) => blindedHop(hop, i, all, final)) }
  }
  const blinded = paymentHops(path, route.introduction).map(({ node_id, ...said }, i, all) =>
    onionHop(node_id, { ...said, ...(i === all.length - 1 && final) }),
  )
  let { amountMsat: amount, cltvExpiry } = entry
  const relays: OnionHop[] = []
  for (const hop of [...clear].reverse()) {
    const { shortChannelId: short_channel_id } = hop
    const said = { amt_to_forward: amount, outgoing_cltv_value: cltvExpiry, short_channel_id }
    relays.unshift(onionHop(hop.nodeId, said))
    amount = amountWithFee(amount, feeOf(hop))
    cltvExpiry += hop.cltvExpiryDelta
  }
  const hops = [...relays, ...blinded]
  return { first: hops[0]!.node_id, hops, introduction: relays.length, amountMsat: amount, cltvExpiry }
}

/** An HTLC between two hops. */
interface Stage {
  readonly amountMsat: bigint
  readonly cltvExpiry: number
}

interface OwnHops extends Stage {
  readonly first: Uint8Array
  readonly pathKey: Uint8Array
  /** The hops behind ours. */
  readonly rest: readonly BlindedHop[]
}

function onionHop(node_id: Uint8Array, payload: PaymentPayload): OnionHop {
  return { node_id, payload: encodePaymentPayload(payload) }
}

function blindedHop(hop: BlindedHop, i: number, all: readonly BlindedHop[], final: PaymentPayload): OnionHop {
  const { blinded_node_id, encrypted_recipient_data } = hop
  return onionHop(blinded_node_id, { encrypted_recipient_data, ...(i === all.length - 1 && final) })
}

function introductionIsSelf({ path: { path }, nodeId, introduction }: PaymentRoute): boolean {
  const first = 'node_id' in path.first_node_id ? path.first_node_id.node_id : introduction
  return first !== undefined && equalBytes(first, nodeId)
}

/**
 * Goes over the hops at the front of a path that are ourselves: by the same rules as a relay, only that no HTLC comes in and
 * that our own fee stays with us.
 */
function walkOwnHops(route: PaymentRoute, entry: Stage): OwnHops {
  const { path }: { readonly path: BlindedPath } = route.path
  let stage = entry
  let pathKey = path.first_path_key
  for (const [i, { encrypted_recipient_data }] of path.path.slice(0, MAX_LOCAL_HOPS + 1).entries()) {
    if (i === path.path.length - 1) throw unusable('the path ends at ourselves')
    const { outgoing, nextKey } = readOwnHop(route, stage, pathKey, encrypted_recipient_data)
    const { next } = outgoing
    const first = 'node_id' in next ? next.node_id : route.peerOf?.(next.short_channel_id)
    if (first === undefined) throw unusable('the path goes on over a channel that is none of ours')
    stage = outgoing
    pathKey = nextKey
    if (!equalBytes(first, route.nodeId)) return { ...stage, first, pathKey, rest: path.path.slice(i + 1) }
  }
  throw unusable(`the path begins with more than ${MAX_LOCAL_HOPS} hops to ourselves`)
}

function readOwnHop(route: PaymentRoute, stage: Stage, pathKey: Uint8Array, encrypted: Uint8Array) {
  try {
    const share = sharePath(route.nodeSecret, pathKey)
    const data = readHopData(share, encrypted, ENCRYPTED_DATA).fields
    const payload = decodePaymentPayload(encodePaymentPayload({ encrypted_recipient_data: encrypted }))
    const hop: BlindedHopRead = { payload, data, final: false, ...stage, height: route.height, minFinalCltv: 0 }
    const outgoing = refusedBlindedHop(hop) ?? blindedOutgoing(hop)
    if ('failure' in outgoing) throw unusable(outgoing.why)
    return { outgoing, nextKey: nextPathKey(share, data.next_path_key_override) }
  } catch (error) {
    if (!isLnoError(error) || !error.code.startsWith('BLINDED_')) throw error
    throw unusable(error.message)
  }
}

function unusable(why: string) {
  return paymentError('NO_PAYMENT_ROUTE', `the invoice's path cannot be used: ${why}`)
}
