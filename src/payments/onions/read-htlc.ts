import { equalBytes } from '../../base/bytes.js'
import { isLnoError, type LnoError } from '../../base/error.js'
import { ENCRYPTED_DATA } from '../../blinding/encrypted-data.js'
import { MAX_DUMMY_HOPS } from '../../blinding/message-hops.js'
import { isHopDataError, nextPathKey, type PathShare, readHopData, sharePath } from '../../blinding/unblind.js'
import { ecdh } from '../../crypto/group.js'
import { sha256 } from '../../crypto/hash.js'
import { decodePacket, encodePacket, type OnionPacket, SMALL_PACKET } from '../../onion/packet.js'
import { decodePaymentPayload, type PaymentPayload } from '../../onion/payment-payload.js'
import { nextPacket, type PeeledOnion, peelOnion } from '../../onion/sphinx.js'
import { readRecords, type TlvStream } from '../../wire/tlv.js'
import type { HtlcTerms } from '../htlc.js'
import type { ForwardingTerms } from '../step.js'
import { type BlindedHopRead, blindedOutgoing, type Outgoing, refusedBlindedHop } from './blinded-hop.js'
import { clearOutgoing } from './clear-hop.js'
import { NO_TERMS, refusedForward } from './forward-terms.js'
import { badPayload, type HtlcPlace, type HtlcPosition, type Refusal } from './refusal.js'

/** How often one HTLC may name ourselves as its next hop: dummy hops of our own paths do, and so could a stranger's loop. */
export const MAX_LOCAL_HOPS = MAX_DUMMY_HOPS

/** What `readHtlc` needs. */
export interface ReadHtlcOptions {
  readonly terms: HtlcTerms
  /** 32 bytes. */
  readonly nodeSecret: Uint8Array
  /** 33 bytes. */
  readonly nodeId: Uint8Array
  /** Block height; while nobody knows it, everything is refused. */
  readonly height: number | undefined
  /** Blocks that we want as the recipient. */
  readonly minFinalCltv: number
  /** Our own terms. Without them an HTLC is passed on that pays nothing, but never one that costs us something. */
  readonly forwarding?: ForwardingTerms
}

/** It is for us: one part of what a path of ours was made for. Whether that was promised is for the caller to say. */
export interface ReceivedPart extends HtlcPlace {
  readonly type: 'receive'
  readonly sharedSecret: Uint8Array
  /** From the end of the path; only with our own one anything is due to us. */
  readonly pathId: Uint8Array | undefined
  /** `amt_to_forward`, msat: what counts towards the total. The HTLC holds this or more. */
  readonly amountMsat: bigint
  /** `total_amount_msat`. */
  readonly totalMsat: bigint
  /** Of the HTLC, block height. */
  readonly expiry: number
}

/** It is to be passed on. */
export interface ForwardHtlc extends HtlcPlace, Outgoing {
  readonly type: 'forward'
  readonly sharedSecret: Uint8Array
  /** Of the HTLC that came in: msat, and block height. */
  readonly incomingMsat: bigint
  readonly incomingExpiry: number
  /** The packet for the next hop, 1366 bytes. */
  readonly onion: Uint8Array
  /** Goes beside it, 33 bytes, when the next hop is inside a blinded path. */
  readonly pathKey?: Uint8Array
}

/** It is to be given back, by `refuseHtlc`. */
export interface RefusedHtlc extends HtlcPlace {
  readonly type: 'refuse'
  readonly refusal: Refusal
}

export type ReadHtlc = ReceivedPart | ForwardHtlc | RefusedHtlc

/**
 * What is to be done with an HTLC that came in (BOLT 4, reader of `payload`): rules P8 to P14. Never throws for anything that a
 * peer can send. Dummy hops of our own paths are peeled here; place and shared secret stay those of the layer that came.
 *
 * Of the recipient's rules those about the promise are left: the caller knows what `pathId` stands for.
 * @throws LnoError `BAD_SECRET` when `nodeSecret` is none
 */
export function readHtlc(options: ReadHtlcOptions): ReadHtlc {
  const { terms, nodeId, height, forwarding = NO_TERMS } = options
  let htlc = terms
  let place: HtlcPlace | undefined
  for (let localHops = 0; ; localHops++) {
    const layer = readLayer(htlc, options)
    place ??= layer.place
    const refuse = (refusal: Refusal): RefusedHtlc => ({ type: 'refuse', ...place!, refusal })
    if ('refusal' in layer) return refuse(layer.refusal)
    if (height === undefined) {
      return refuse({ failure: 'temporary_node_failure', data: {}, why: 'the height of the chain is not known' })
    }
    const sharedSecret = place.sharedSecret!
    if ('receive' in layer) {
      return { type: 'receive', ...place, ...layer.receive, sharedSecret, expiry: terms.cltvExpiry }
    }
    const { outgoing, peeled, share, override } = layer
    const local = 'node_id' in outgoing.next && equalBytes(outgoing.next.node_id, nodeId)
    const { amountMsat: incomingMsat, cltvExpiry: incomingExpiry } = htlc
    const amounts = { ...outgoing, position: layer.place.position, incomingMsat, incomingExpiry }
    const refusal = local
      ? localHops < MAX_LOCAL_HOPS
        ? undefined
        : badPayload(10n, `more than ${MAX_LOCAL_HOPS} hops to ourselves in a row`)
      : refusedForward(amounts, forwarding, height)
    if (refusal !== undefined) return refuse(refusal)
    const onion = encodePacket(nextPacket(peeled))
    const pathKey = share && nextPathKey(share, override)
    const { next, amountMsat, cltvExpiry } = outgoing
    if (!local) {
      return {
        type: 'forward',
        ...place,
        sharedSecret,
        incomingMsat,
        incomingExpiry,
        next,
        amountMsat,
        cltvExpiry,
        onion,
        ...(pathKey && { pathKey }),
      }
    }
    htlc = { amountMsat, paymentHash: terms.paymentHash, cltvExpiry, onion, ...(pathKey && { pathKey }) }
  }
}

/** One layer of the onion, read. */
type Layer = { readonly place: HtlcPlace } & (
  | { readonly refusal: Refusal }
  | { readonly receive: Pick<ReceivedPart, 'pathId' | 'amountMsat' | 'totalMsat'> }
  | {
      readonly outgoing: Outgoing
      readonly peeled: PeeledOnion
      readonly share?: PathShare
      readonly override?: Uint8Array
    }
)

function readLayer(htlc: HtlcTerms, options: ReadHtlcOptions): Layer {
  const { nodeSecret } = options
  const onionHash = sha256(htlc.onion)
  const unread: HtlcPlace = {
    position: htlc.pathKey === undefined ? 'clear' : 'inside',
    final: false,
    onionHash,
  }
  if (htlc.onion.length !== SMALL_PACKET) {
    return { place: unread, refusal: unreadable('invalid_onion_version', onionHash, 'an onion of another size') }
  }
  const packet = decodePacket(htlc.onion)

  let outer: PathShare | undefined
  let peeled: PeeledOnion
  try {
    outer = htlc.pathKey && sharePath(nodeSecret, htlc.pathKey)
    peeled = peelOnion({ packet, secret: outer?.blinded_secret ?? nodeSecret, associatedData: htlc.paymentHash })
  } catch (error) {
    return refusedPacket(error, unread, packet, outer?.blinded_secret ?? nodeSecret)
  }

  const { final, sharedSecret } = peeled
  let payload: TlvStream<PaymentPayload>
  try {
    payload = decodePaymentPayload(peeled.payload)
  } catch (error) {
    if (!isLnoError(error)) throw error
    const place = { position: positionOf(htlc, peeled.payload), final, sharedSecret, onionHash }
    return { place, refusal: unreadablePayload(error) }
  }

  const { encrypted_recipient_data: encrypted, current_path_key: ownKey } = payload.fields
  const position: HtlcPosition = outer ? 'inside' : ownKey ? 'introduction' : 'clear'
  const place = { position, final, sharedSecret, onionHash }
  const seen = { payload, final, amountMsat: htlc.amountMsat, cltvExpiry: htlc.cltvExpiry, height: options.height ?? 0 }

  if (encrypted === undefined) {
    if (position !== 'clear') {
      return { place, refusal: badPayload(10n, 'a path_key came without data to decrypt', 'P14') }
    }
    const outgoing = clearOutgoing(seen)
    return 'failure' in outgoing ? { place, refusal: outgoing } : { place, outgoing, peeled }
  }
  if (outer && ownKey) {
    return { place, refusal: badPayload(12n, 'a path_key stands beside the onion and another in it', 'P8') }
  }
  if (position === 'clear') return { place, refusal: badPayload(12n, 'blinded data came without a path_key', 'P8') }

  let share: PathShare
  let hop: BlindedHopRead
  try {
    share = outer ?? sharePath(nodeSecret, ownKey!)
    const data = readHopData(share, encrypted, ENCRYPTED_DATA).fields
    hop = { ...seen, data, minFinalCltv: options.minFinalCltv }
  } catch (error) {
    if (!isHopDataError(error)) throw error
    return { place, refusal: badPayload(10n, error.message, 'P8') }
  }
  const refusal = refusedBlindedHop(hop)
  if (refusal !== undefined) return { place, refusal }
  if (final) {
    const { amt_to_forward, total_amount_msat } = payload.fields
    return {
      place,
      receive: { pathId: hop.data.path_id, amountMsat: amt_to_forward!, totalMsat: total_amount_msat! },
    }
  }
  const outgoing = blindedOutgoing(hop)
  if ('failure' in outgoing) return { place, refusal: outgoing }
  const { next_path_key_override: override } = hop.data
  return { place, outgoing, peeled, share, ...(override && { override }) }
}

/** Who finds a `current_path_key` is the introduction node, even if nothing else in the payload makes sense. */
function positionOf(htlc: HtlcTerms, payload: Uint8Array): HtlcPosition {
  if (htlc.pathKey !== undefined) return 'inside'
  return readRecords(payload).records.some(({ type }) => type === 12n) ? 'introduction' : 'clear'
}

const PACKET_FAILURES = {
  ONION_VERSION: 'invalid_onion_version',
  ONION_KEY: 'invalid_onion_key',
  ONION_HMAC: 'invalid_onion_hmac',
} as const

function refusedPacket(error: unknown, place: HtlcPlace, packet: OnionPacket, secret: Uint8Array): Layer {
  if (!isLnoError(error)) throw error
  const failure = PACKET_FAILURES[error.code as keyof typeof PACKET_FAILURES]
  if (failure !== undefined) return { place, refusal: unreadable(failure, place.onionHash, error.message, error.rule) }
  if (error.code === 'ONION_PAYLOAD_LENGTH') {
    // The HMAC fits, so that the sender can be told.
    return { place: { ...place, sharedSecret: ecdh(secret, packet.public_key) }, refusal: unreadablePayload(error) }
  }
  if (!isHopDataError(error)) throw error
  return { place, refusal: unreadable('invalid_onion_blinding', place.onionHash, error.message, 'P8') }
}

function unreadable(
  failure: 'invalid_onion_version' | 'invalid_onion_key' | 'invalid_onion_hmac' | 'invalid_onion_blinding',
  onionHash: Uint8Array,
  why: string,
  rule?: string,
): Refusal {
  return { failure, data: { sha256_of_onion: onionHash }, why, ...(rule !== undefined && { rule }) }
}

function unreadablePayload(error: LnoError): Refusal {
  return badPayload(error.tlvType ?? 0n, error.message, error.rule, Math.min(error.offset ?? 0, 0xffff))
}
