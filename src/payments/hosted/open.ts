import { concatBytes, equalBytes } from '../../base/bytes.js'
import { sha256 } from '../../crypto/hash.js'
import { MAX_MSAT } from '../../wire/amount.js'
import { decodeMessage, encodeMessage } from '../../wire/message.js'
import { blockDay } from '../block-clock.js'
import { paymentError } from '../codes.js'
import type { LinkContext } from '../link.js'
import {
  type HostedChannel,
  type HostedStep,
  type HostOffer,
  type HostPolicy,
  NOT_CONNECTED,
  stepTo,
  withKept,
  withLive,
} from './channel.js'
import { dayProblem } from './commit.js'
import { forgotten, refuseOpening } from './errored.js'
import { MOST_HTLCS } from './limits.js'
import { type HostedInit, INIT_HOSTED_CHANNEL, INVOKE_HOSTED_CHANNEL, STATE_UPDATE } from './messages.js'
import { type HostedState, NO_SIGNATURE, sameTerms, signRemote, stateError, verifyRemote } from './state.js'

const NOTHING = /* @__PURE__ */ new Uint8Array(0)
const PAY_TO_WITNESS_SCRIPT_HASH = /* @__PURE__ */ Uint8Array.of(0x00, 0x20)
const PUSH_POINT = 0x21
const OP_CHECKSIG = 0xac

/** The `refund_scriptpubkey` of a client: whoever has its node's key can spend it. Nothing is ever sent there by us. */
export function refundScript(nodeId: Uint8Array): Uint8Array {
  const script = concatBytes(Uint8Array.of(PUSH_POINT), nodeId, Uint8Array.of(OP_CHECKSIG))
  return concatBytes(PAY_TO_WITNESS_SCRIPT_HASH, sha256(script))
}

/** Asks the host for the channel: a new one, or the one that there is. */
export function invoke({ facts, kept }: HostedChannel): Uint8Array {
  return encodeMessage(INVOKE_HOSTED_CHANNEL, {
    chain_hash: facts.chainHash,
    refund_scriptpubkey: refundScript(facts.nodeId),
    secret: kept.wish?.secret ?? NOTHING,
  })
}

/** What the user wants of a channel. */
export interface OpenWish {
  /** Of a grant, 32 bytes. */
  readonly secret?: Uint8Array | undefined
  readonly minCapacityMsat?: bigint | undefined
}

/**
 * Asks a peer for a channel, now or when it is connected; wakes a closed one.
 * @throws LnoError `HEIGHT_UNKNOWN`; `CHANNEL_EXISTS`, for a closed channel when there is a secret: a grant is for a new one
 */
export function openChannel(channel: HostedChannel, wish: OpenWish, { height }: LinkContext): HostedStep {
  const { kept, live } = channel
  if (height === undefined) throw paymentError('HEIGHT_UNKNOWN', 'no channel is opened while the height is unknown')
  if (kept.phase === 'open') throw paymentError('CHANNEL_EXISTS', 'with this peer there is a channel already')
  if (kept.phase === 'closed' && wish.secret !== undefined) {
    throw paymentError('CHANNEL_EXISTS', 'the closed channel with this peer is opened again without a grant')
  }
  const asked =
    kept.phase === 'closed'
      ? withKept(channel, { phase: 'open' })
      : withKept(channel, {
          isHost: false,
          phase: 'opening',
          wish: { secret: wish.secret ?? NOTHING, minCapacityMsat: wish.minCapacityMsat ?? 0n },
        })
  if (live.stage === 'off' || live.stage === 'gone' || asked.kept.isHost) return stepTo(asked)
  return stepTo(invoked(asked), { send: [invoke(asked)] })
}

/** A client's connection from the point where it has sent an invoke. */
export function invoked(channel: HostedChannel): HostedChannel {
  const { blinding, invokes } = channel.live
  return withLive(forgotten(channel), { ...NOT_CONNECTED, blinding, invokes, stage: 'invoked' })
}

function initOf({ terms, clientBalanceMsat }: HostOffer): HostedInit {
  return {
    max_htlc_value_in_flight_msat: terms.maxInFlightMsat,
    htlc_minimum_msat: terms.htlcMinimumMsat,
    max_accepted_htlcs: Math.min(terms.maxAcceptedHtlcs, MOST_HTLCS),
    channel_capacity_msat: terms.capacityMsat,
    initial_client_balance_msat: clientBalanceMsat,
    features: NOTHING,
  }
}

/** The state before any update, not signed. */
function firstState(init: HostedInit, refundScriptpubkey: Uint8Array, isHost: boolean, day: number): HostedState {
  const clients = init.initial_client_balance_msat
  const hosts = init.channel_capacity_msat - clients
  return {
    isHost,
    refundScriptpubkey,
    init,
    blockDay: day,
    localBalanceMsat: isHost ? hosts : clients,
    remoteBalanceMsat: isHost ? clients : hosts,
    localUpdates: 0,
    remoteUpdates: 0,
    incoming: [],
    outgoing: [],
    remoteSigOfLocal: NO_SIGNATURE,
    localSigOfRemote: NO_SIGNATURE,
  }
}

/** Offers a channel to one who has none, if the caller's policy says so. Of a stranger nothing is stored, and no signature is made. */
export function onFirstInvoke(
  channel: HostedChannel,
  message: Uint8Array,
  { height }: LinkContext,
  policy: HostPolicy,
): HostedStep {
  const { chain_hash, refund_scriptpubkey, secret } = decodeMessage(INVOKE_HOSTED_CHANNEL, concatBytes(message)).fields
  if (!equalBytes(chain_hash, channel.facts.chainHash)) return refuseOpening(channel, 'another chain', true)
  if (height === undefined) return refuseOpening(channel, 'the height of the chain is unknown here', true)
  const offer = policy.offer(secret)
  if ('refused' in offer) return refuseOpening(channel, offer.refused, true)
  const init = initOf(offer)
  const offered = withLive(channel, {
    stage: 'offered',
    first: firstState(init, refund_scriptpubkey, true, blockDay(height)),
    secret,
  })
  return stepTo(offered, { send: [encodeMessage(INIT_HOSTED_CHANNEL, init)] })
}

/** Takes the host's terms, if they are what was asked for, and signs the first state. */
export function onInit(channel: HostedChannel, message: Uint8Array, context: LinkContext): HostedStep {
  const { kept, live, facts } = channel
  if (kept.phase !== 'opening' || live.stage !== 'invoked') return stepTo(channel)
  const init: HostedInit = decodeMessage(INIT_HOSTED_CHANNEL, concatBytes(message)).fields
  const { height, nodeSecret } = context
  if (height === undefined) return refuseOpening(channel, 'the height of the chain is unknown here', true)
  const first = firstState(init, refundScript(facts.nodeId), false, blockDay(height))
  const problem = termsProblem(first, kept.wish?.minCapacityMsat ?? 0n, facts.channelId)
  if (problem !== undefined) return refuseOpening(channel, problem, true)
  const signed = encodeMessage(STATE_UPDATE, {
    block_day: first.blockDay,
    local_updates: 0,
    remote_updates: 0,
    local_sig_of_remote: signRemote(first, nodeSecret),
  })
  return stepTo(withLive(channel, { stage: 'joined', first }), { send: [signed] })
}

/** Why a client does not take terms. */
export function termsProblem(state: HostedState, minCapacityMsat: bigint, channelId: Uint8Array): string | undefined {
  const { init } = state
  const capacity = init.channel_capacity_msat
  // Sums of more than that would not fit the ledger.
  if (capacity > MAX_MSAT) return `a capacity of ${capacity} msat, there are ${MAX_MSAT} msat`
  if (capacity < minCapacityMsat) return `a capacity of ${capacity} msat, ${minCapacityMsat} msat were asked for`
  if (init.max_accepted_htlcs === 0 || init.htlc_minimum_msat > init.max_htlc_value_in_flight_msat) {
    return 'no HTLC would be possible'
  }
  return stateError(state, channelId)?.message
}

/** Takes the other side's signature of the first state: with it there is a channel. Undefined when none is being opened. */
export function onFirstUpdate(
  channel: HostedChannel,
  message: Uint8Array,
  { height }: LinkContext,
  policy: HostPolicy,
): HostedStep | undefined {
  const { stage, first, secret } = channel.live
  if (first === undefined || (stage !== 'offered' && stage !== 'joined')) return undefined
  const { block_day, local_updates, remote_updates, local_sig_of_remote } = decodeMessage(STATE_UPDATE, message).fields
  const { isHost, init } = first
  let grant: Uint8Array | undefined
  if (isHost) {
    // Asked again: somebody else may have used the grant since.
    const offer = policy.offer(secret ?? NOTHING)
    if ('refused' in offer) return refuseOpening(channel, offer.refused, true)
    if (!sameTerms(initOf(offer), init)) return refuseOpening(channel, 'the terms have changed', true)
    grant = offer.grant
  }
  const wrongDay = dayProblem(block_day, first.blockDay, height)
  const committed = { ...first, blockDay: block_day, remoteSigOfLocal: local_sig_of_remote.slice() }
  const good = local_updates === 0 && remote_updates === 0 && !wrongDay && verifyRemote(committed, channel.facts.peerId)
  if (!good) return refuseOpening(channel, wrongDay ?? 'the first state is not signed well', true)
  const clients = init.initial_client_balance_msat
  const opened: HostedChannel = {
    ...channel,
    kept: { isHost, phase: 'open', committed, own: [], htlcs: new Map(), signed: [], signedTheirs: [] },
    live: {
      ...channel.live,
      stage: 'up',
      first: undefined,
      secret: undefined,
      // The client has signed this state already.
      answer: isHost,
      sentStates: isHost ? [] : [{ local: 0, remote: 0 }],
    },
  }
  const changeMsat = isHost ? -clients : clients
  return stepTo(opened, { notices: [{ type: 'opened', changeMsat, ...(grant && { grant }) }] })
}
