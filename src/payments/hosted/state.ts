import { compareBytes, concatBytes, equalBytes } from '../../base/bytes.js'
import type { LnoError } from '../../base/error.js'
import { ecdsaSign, ecdsaVerify } from '../../crypto/ecdsa.js'
import { sha256 } from '../../crypto/hash.js'
import { encode } from '../../wire/codec.js'
import { encodeMessage } from '../../wire/message.js'
import { paymentError } from '../codes.js'
import type { HostedHtlc } from './htlc-messages.js'
import { MOST_HTLCS } from './limits.js'
import { type HostedInit, hostedInit, LAST_CROSS_SIGNED_STATE, type LastCrossSignedState } from './messages.js'

/**
 * A state of a hosted channel as one side sees it. With both signatures it is cross-signed; while one is missing, zeros stand in
 * its place. HTLCs may stand in any order: where it counts they are sorted.
 */
export interface HostedState {
  readonly isHost: boolean
  readonly refundScriptpubkey: Uint8Array
  readonly init: HostedInit
  /** Height in days of 144 blocks when it was signed. */
  readonly blockDay: number
  /** Without what is in flight. */
  readonly localBalanceMsat: bigint
  readonly remoteBalanceMsat: bigint
  /** Updates (add, fulfil, fail, malformed) that this side has made, and the other. */
  readonly localUpdates: number
  readonly remoteUpdates: number
  /** Offered by the other side. */
  readonly incoming: readonly HostedHtlc[]
  readonly outgoing: readonly HostedHtlc[]
  /** The other side's signature of this view, 64 bytes. */
  readonly remoteSigOfLocal: Uint8Array
  /** Ours of the other side's view. */
  readonly localSigOfRemote: Uint8Array
}

/** A signature that is not there yet. */
export const NO_SIGNATURE: Uint8Array = /* @__PURE__ */ new Uint8Array(64)

/** The state as the other side sees it (bLIP 17 "reverse"). Twice gives the state itself. */
export function reverse(state: HostedState): HostedState {
  return {
    ...state,
    isHost: !state.isHost,
    localBalanceMsat: state.remoteBalanceMsat,
    remoteBalanceMsat: state.localBalanceMsat,
    localUpdates: state.remoteUpdates,
    remoteUpdates: state.localUpdates,
    incoming: state.outgoing,
    outgoing: state.incoming,
    remoteSigOfLocal: state.localSigOfRemote,
    localSigOfRemote: state.remoteSigOfLocal,
  }
}

/** Sorted by their bytes, which is by id: all bodies begin with the same channel id. */
function sorted(htlcs: readonly HostedHtlc[]): readonly HostedHtlc[] {
  return [...htlcs].sort((a, b) => compareBytes(a.body, b.body))
}

/** Only in the hash of a state do integers stand with the lowest byte first. */
function littleEndian(value: bigint | number, length: number): Uint8Array {
  let left = BigInt(value)
  return Uint8Array.from({ length }, () => {
    const byte = Number(left & 0xffn)
    left >>= 8n
    return byte
  })
}

/**
 * The hash of a view, which the other side signs. The bLIP gives it by reference to a program alone, in which the order of HTLCs
 * is whatever a list has: here it is that of their bytes, and `toMessage` writes them in that order, so that a program which hashes
 * a list as it came gets the same. Of the terms only capacity and first balance are in it, and the script has no length in front:
 * a state from elsewhere counts for a channel only with the terms that the channel has (`sameTerms`). Nor is there a border
 * between the two lists: one HTLC in the other list may give the same hash, so that signatures do not prove which side offered
 * it. Whoever adopts a state must know every HTLC in it that he is to have offered.
 */
export function stateHash(state: HostedState): Uint8Array {
  const { init } = state
  return sha256(
    concatBytes(
      state.refundScriptpubkey,
      littleEndian(init.channel_capacity_msat, 8),
      littleEndian(init.initial_client_balance_msat, 8),
      littleEndian(state.blockDay, 4),
      littleEndian(state.localBalanceMsat, 8),
      littleEndian(state.remoteBalanceMsat, 8),
      littleEndian(state.localUpdates, 4),
      littleEndian(state.remoteUpdates, 4),
      ...sorted(state.incoming).map(({ body }) => body),
      ...sorted(state.outgoing).map(({ body }) => body),
      Uint8Array.of(state.isHost ? 1 : 0),
    ),
  )
}

/** Our signature of the other side's view: `local_sig_of_remote`. @throws LnoError `BAD_SECRET` */
export function signRemote(state: HostedState, nodeSecret: Uint8Array): Uint8Array {
  return ecdsaSign(stateHash(reverse(state)), nodeSecret)
}

/** True when `remoteSigOfLocal` is the peer's signature of this view. */
export function verifyRemote(state: HostedState, peerNodeId: Uint8Array): boolean {
  return ecdsaVerify(state.remoteSigOfLocal, stateHash(state), peerNodeId)
}

/**
 * True when both have signed. That alone is no reason to adopt a state: neither the nodes nor the network stand in the hash (but
 * the channel id in each HTLC), so that a node which opens two channels with a host, under two ids and on the same terms, could
 * show the host's signature of one channel's state, with its own, as the state of the other, and be paid twice. A state that is
 * not known is adopted only when its hash is one that was signed for this very channel.
 */
export function isCrossSigned(state: HostedState, nodeId: Uint8Array, peerNodeId: Uint8Array): boolean {
  return verifyRemote(state, peerNodeId) && verifyRemote(reverse(state), nodeId)
}

/** Amounts of HTLCs together, msat. */
export function sumMsat(htlcs: readonly HostedHtlc[]): bigint {
  return htlcs.reduce((sum, { terms }) => sum + terms.amountMsat, 0n)
}

/**
 * What is wrong with a state, whoever signed it: the balances and what is in flight are the capacity, no HTLC stands there twice,
 * is of another channel or was never counted, and there are not too many. Undefined when nothing is.
 * @param channel its id, 32 bytes
 */
export function stateError(state: HostedState, channel: Uint8Array): LnoError | undefined {
  const wrong = (message: string) => paymentError('HOSTED_STATE', message, { spec: 'bLIP 17' })
  const { init, incoming, outgoing } = state
  const capacity = init.channel_capacity_msat
  const sum = state.localBalanceMsat + state.remoteBalanceMsat + sumMsat(incoming) + sumMsat(outgoing)
  if (sum !== capacity) return wrong(`balances and HTLCs are ${sum} msat, the capacity is ${capacity} msat`)
  if (init.initial_client_balance_msat > capacity) return wrong('the client began with more than the capacity')
  for (const [htlcs, updates, name] of [
    [incoming, state.remoteUpdates, 'incoming'],
    [outgoing, state.localUpdates, 'outgoing'],
  ] as const) {
    if (htlcs.length > MOST_HTLCS) return wrong(`${htlcs.length} ${name} HTLCs, at most ${MOST_HTLCS} are possible`)
    if (htlcs.length > updates) return wrong(`${htlcs.length} ${name} HTLCs after ${updates} updates`)
    const seen = new Set<bigint>()
    for (const { channelId, id } of htlcs) {
      if (!equalBytes(channelId, channel)) return wrong(`an ${name} HTLC of another channel`)
      if (seen.has(id)) return wrong(`two ${name} HTLCs with the id ${id}`)
      seen.add(id)
    }
  }
  return undefined
}

/** True when two states are of a channel on the same terms, all of them. */
export function sameTerms(a: HostedInit, b: HostedInit): boolean {
  return equalBytes(encode(hostedInit, a), encode(hostedInit, b))
}

/** Positive when `a` is the later of two states of a channel in the same view: that of more updates wins a conflict. */
export function compareStates(a: HostedState, b: HostedState): number {
  return a.localUpdates + a.remoteUpdates - (b.localUpdates + b.remoteUpdates)
}

/**
 * The id of the one channel that two nodes may have. The text does not say it: the programs hash the node ids, the smaller one first.
 */
export function hostedChannelId(a: Uint8Array, b: Uint8Array): Uint8Array {
  return sha256(compareBytes(a, b) < 0 ? concatBytes(a, b) : concatBytes(b, a))
}

/** The state that a `last_cross_signed_state` tells, in its sender's view. */
export function fromMessage(message: LastCrossSignedState): HostedState {
  return {
    isHost: message.is_host,
    refundScriptpubkey: message.last_refund_scriptpubkey,
    init: message.init_hosted_channel,
    blockDay: message.block_day,
    localBalanceMsat: message.local_balance_msat,
    remoteBalanceMsat: message.remote_balance_msat,
    localUpdates: message.local_updates,
    remoteUpdates: message.remote_updates,
    incoming: message.incoming_htlcs,
    outgoing: message.outgoing_htlcs,
    remoteSigOfLocal: message.remote_sig_of_local,
    localSigOfRemote: message.local_sig_of_remote,
  }
}

/** The whole `last_cross_signed_state` of our view. @throws LnoError `HOSTED_LIMIT`, `VALUE_OUT_OF_RANGE` */
export function toMessage(state: HostedState): Uint8Array {
  return encodeMessage(LAST_CROSS_SIGNED_STATE, {
    is_host: state.isHost,
    last_refund_scriptpubkey: state.refundScriptpubkey,
    init_hosted_channel: state.init,
    block_day: state.blockDay,
    local_balance_msat: state.localBalanceMsat,
    remote_balance_msat: state.remoteBalanceMsat,
    local_updates: state.localUpdates,
    remote_updates: state.remoteUpdates,
    incoming_htlcs: sorted(state.incoming),
    outgoing_htlcs: sorted(state.outgoing),
    remote_sig_of_local: state.remoteSigOfLocal,
    local_sig_of_remote: state.localSigOfRemote,
  })
}
