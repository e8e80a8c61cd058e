import { buildBlindedPath } from '../../blinding/build.js'
import { encodeEncryptedData, type PaymentRelay } from '../../blinding/encrypted-data.js'
import { blindingError } from '../../blinding/error.js'
import { MAX_DUMMY_HOPS } from '../../blinding/message-hops.js'
import { padToEqual } from '../../blinding/padding.js'
import { aggregateCost, constraintsAlong } from '../../blinding/payment-relay.js'
import type { InvoicePath } from '../../bolt12/create-invoice.js'
import type { SciddirOrPubkey } from '../../wire/codec.js'
import { paymentError } from '../codes.js'
import type { ForwardingTerms } from '../step.js'
import { feeOf } from './forward-terms.js'
import { onionRoom } from './room.js'

/** A relay of a path to ourselves, and what it asks for passing on to the next one. */
export interface PathRelay extends ForwardingTerms {
  /** 33 bytes. */
  readonly nodeId: Uint8Array
  /** Names the next hop in place of its node id: shorter, but the relay must know the channel. */
  readonly shortChannelId?: bigint
  /** Of the channel to the next hop, msat. */
  readonly htlcMinimumMsat: bigint
  readonly htlcMaximumMsat: bigint
}

/** What `buildPaymentPath` needs. */
export interface BuildPaymentPath {
  /** From the introduction node to our peer; none when we are the introduction node ourselves. */
  readonly relays: readonly PathRelay[]
  /** Our own, 33 bytes. */
  readonly nodeId: Uint8Array
  /** The secret by which we know what the path is for. */
  readonly pathId: Uint8Array
  /** Blocks that we want as the recipient. */
  readonly minFinalCltv: number
  /** Block height until which the path may be used (rule P2). */
  readonly usableUntil: number
  /** The least and the most that we take in one HTLC, msat. */
  readonly htlcMinimumMsat: bigint
  readonly htlcMaximumMsat: bigint
  /** 32 bytes, fresh for every path (pitfall 38). */
  readonly sessionKey: Uint8Array
  /** Hops to ourselves behind ourselves, that hide how long the path is; at most `MAX_DUMMY_HOPS`. None unless given. */
  readonly dummyHops?: number
  /** Whether the data of all hops are equally long (rule B3); true unless given. Costs room in the payer's onion. */
  readonly pad?: boolean
  /** How the path names its introduction node; its id unless given. */
  readonly firstNodeId?: SciddirOrPubkey
}

/** What a hop to ourselves asks for. */
const NOTHING: PaymentRelay = { cltv_expiry_delta: 0, fee_proportional_millionths: 0, fee_base_msat: 0 }

/**
 * A path over which we can be paid, with its payinfo (rules P1 to P4). Features are allowed to nobody: none are defined.
 * @throws LnoError `NO_INBOUND` when no amount can pass, `PAYMENT_ONION_TOO_LARGE` with `details.bytesOver` when not even a
 * payer next to the introduction node could use it, `PAYINFO_OVERFLOW`, `PAYMENT_AMOUNT`, `BLINDED_PATH_TOO_LONG`,
 * `BLINDED_PATH_DATA_TOO_LONG`, `BAD_POINT`, `BAD_SECRET`
 */
export function buildPaymentPath(options: BuildPaymentPath): InvoicePath {
  const { relays, nodeId, pathId, minFinalCltv, usableUntil, sessionKey, firstNodeId } = options
  const { dummyHops = 0, pad = true } = options
  if (!Number.isInteger(dummyHops) || dummyHops < 0 || dummyHops > MAX_DUMMY_HOPS) {
    throw blindingError('BLINDED_PATH_TOO_LONG', `${dummyHops} dummy hops, between 0 and ${MAX_DUMMY_HOPS} allowed`)
  }
  const ids = [...relays.map((relay) => relay.nodeId), nodeId, ...Array.from({ length: dummyHops }, () => nodeId)]
  const terms = [
    ...relays.map((relay) => ({ cltv_expiry_delta: relay.cltvExpiryDelta, ...feeOf(relay) })),
    ...Array.from({ length: dummyHops }, () => NOTHING),
  ]
  const cost = aggregateCost(terms, minFinalCltv)
  const constraints = constraintsAlong({
    relays: terms,
    finalMaxExpiry: usableUntil + minFinalCltv,
    minimums: [options.htlcMinimumMsat, ...relays.map(({ htlcMinimumMsat }) => htlcMinimumMsat)],
  })
  const [{ htlc_minimum_msat }] = constraints as [(typeof constraints)[number]]
  let htlc_maximum_msat = options.htlcMaximumMsat
  for (const { htlcMaximumMsat } of relays) if (htlcMaximumMsat < htlc_maximum_msat) htlc_maximum_msat = htlcMaximumMsat
  if (htlc_maximum_msat < htlc_minimum_msat) {
    throw paymentError(
      'NO_INBOUND',
      `the path takes ${htlc_minimum_msat} msat at least and ${htlc_maximum_msat} msat at most`,
    )
  }
  const data = ids.map((_, i) =>
    encodeEncryptedData({
      payment_constraints: constraints[i]!,
      ...(i === ids.length - 1 ? { path_id: pathId } : { payment_relay: terms[i]!, ...nextOf(relays[i], ids[i + 1]!) }),
    }),
  )
  const padded = pad ? padToEqual(data) : data
  const { path } = buildBlindedPath({
    hops: ids.map((node_id, i) => ({ node_id, data: padded[i]! })),
    sessionKey,
    ...(firstNodeId && { firstNodeId }),
  })
  const room = onionRoom(path)
  if (room < 0) {
    throw paymentError('PAYMENT_ONION_TOO_LARGE', `the path is ${-room} bytes too long for any payment`, {
      details: { bytesOver: -room },
    })
  }
  return { path, payinfo: { ...cost, htlc_minimum_msat, htlc_maximum_msat, features: new Uint8Array(0) } }
}

/** Exactly one of channel and node (rule P1). */
function nextOf(relay: PathRelay | undefined, next: Uint8Array) {
  return relay?.shortChannelId === undefined ? { next_node_id: next } : { short_channel_id: relay.shortChannelId }
}
