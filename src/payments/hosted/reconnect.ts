import { concatBytes, equalBytes } from '../../base/bytes.js'
import { offersBlindedHosting } from '../../wire/feature-table.js'
import { decodeMessage } from '../../wire/message.js'
import type { PaymentCode } from '../codes.js'
import type { LinkContext } from '../link.js'
import { adopted } from './adopt.js'
import {
  andThen,
  announced,
  type HostedChannel,
  type HostedStep,
  type HostPolicy,
  NOT_CONNECTED,
  statePosition,
  stepTo,
  withKept,
  withLive,
} from './channel.js'
import { crossSigned } from './commit.js'
import { errorMessage, forgotten, hangUp, refuseOpening, toErrored } from './errored.js'
import { INVOKE_HOSTED_CHANNEL, LAST_CROSS_SIGNED_STATE } from './messages.js'
import { invoke, invoked, onFirstInvoke, refundScript, termsProblem } from './open.js'
import { isOverride, overrideCompleted, overrideMessage } from './override.js'
import {
  compareStates,
  fromMessage,
  type HostedState,
  isCrossSigned,
  reverse,
  sameTerms,
  stateError,
  stateHash,
  toMessage,
  verifyRemote,
} from './state.js'
import { committedState, stateDigest } from './updates.js'

/** Times that a client may ask on one connection: each answer may have 60 kilobytes. */
const MOST_INVOKES = 8

/** The peer is connected. A client asks for its channel at once; a host waits. */
export function peerUp(channel: HostedChannel, features: Uint8Array): HostedStep {
  const blinding = offersBlindedHosting(features)
  const fresh = withLive(forgotten(channel), { ...NOT_CONNECTED, blinding, stage: 'idle' })
  const { isHost, phase } = fresh.kept
  const asks = !isHost && (phase === 'opening' || phase === 'open')
  const step = asks ? stepTo(invoked(fresh), { send: [invoke(fresh)] }) : stepTo(fresh)
  return announced(channel, step)
}

/** The connection ended. What the peer has not committed is forgotten; what we did stays, to be sent again. */
export function peerDown(channel: HostedChannel): HostedStep {
  return announced(channel, stepTo(forgotten(channel)))
}

/** Both know what the other has: from here on updates go. An errored channel says so again, whoever said it first. */
function inAgreement(channel: HostedChannel, context: LinkContext): HostedStep {
  const { localUpdates, remoteUpdates } = committedState(channel.kept)
  const sentStates = [{ local: localUpdates, remote: remoteUpdates }]
  const up = withLive(channel, { stage: 'up', sentUpdates: localUpdates, sentStates })
  return stepTo(up, { send: reminders(up, context) })
}

function reminders(channel: HostedChannel, context: LinkContext): readonly Uint8Array[] {
  const { errored } = channel.kept
  if (!errored) return []
  return [errorMessage(channel, errored), ...overrideMessage(channel, context)]
}

/** Takes the client's `invoke_hosted_channel`: for a new channel, or for the one that there is. */
export function onInvoke(
  channel: HostedChannel,
  message: Uint8Array,
  context: LinkContext,
  policy: HostPolicy,
): HostedStep {
  const { kept, live } = channel
  if (live.invokes >= MOST_INVOKES) return hangUp(channel, 'a channel was asked for too often')
  const counted = withLive(channel, { invokes: live.invokes + 1 })
  if (kept.phase === 'new') return onFirstInvoke(counted, message, context, policy)
  if (!kept.isHost) return stepTo(counted)
  const { chain_hash, secret } = decodeMessage(INVOKE_HOSTED_CHANNEL, message).fields
  if (!equalBytes(chain_hash, channel.facts.chainHash)) return stepTo(counted)
  if (kept.phase === 'closed') {
    // It was closed here: whoever would get a new channel gets this one, but a grant is for a new one only.
    const offer = policy.offer(concatBytes(secret))
    if ('refused' in offer || offer.grant !== undefined) return stepTo(counted)
  }
  const { blinding, invokes } = counted.live
  const told = withLive(withKept(forgotten(counted), { phase: 'open' }), { blinding, invokes, stage: 'told' })
  return stepTo(told, { send: [toMessage(crossSigned(told.kept, context.nodeSecret))] })
}

/** Takes the peer's `last_cross_signed_state`: the later state wins, once both signatures of it are verified. */
export function onState(channel: HostedChannel, message: Uint8Array, context: LinkContext): HostedStep {
  const { kept, live } = channel
  if (live.stage !== 'invoked' && live.stage !== 'told') return stepTo(channel)
  const state = reverse(fromMessage(decodeMessage(LAST_CROSS_SIGNED_STATE, concatBytes(message)).fields))
  if (kept.phase === 'opening') return onForgottenChannel(channel, state, context)
  if (kept.phase !== 'open') return stepTo(channel)
  const committed = committedState(kept)
  const order = compareStates(state, committed)
  // Of two states that both have signed one has all updates of the other: so it is not the sum alone that counts.
  const local = Math.sign(state.localUpdates - committed.localUpdates)
  const remote = Math.sign(state.remoteUpdates - committed.remoteUpdates)
  if (local * remote < 0) return notTaken(channel, 'HOSTED_STATE', 'two states of which none is the later one', context)
  if (order > 0) return onLaterState(channel, state, context)
  if (order < 0) {
    return kept.isHost ? hangUp(channel, 'the client does not take the later state') : answered(channel, context)
  }
  // Equal counters are equal states, whatever day they were signed on.
  const same = equalBytes(stateHash({ ...state, blockDay: 0 }), stateHash({ ...committed, blockDay: 0 }))
  return same
    ? answered(channel, context)
    : notTaken(channel, 'HOSTED_STATE', 'two states with equal counters', context)
}

/** What a state of the peer's ends in when it is not taken. */
function notTaken(channel: HostedChannel, code: PaymentCode, why: string, context: LinkContext): HostedStep {
  return channel.kept.errored
    ? stepTo(channel, { send: reminders(channel, context) })
    : toErrored(channel, code, why, context)
}

/** The client answers with its own state, which may be the one that it has just adopted. */
function answered(channel: HostedChannel, context: LinkContext): HostedStep {
  const { kept } = channel
  const send = kept.isHost ? [] : [toMessage(crossSigned(kept, context.nodeSecret))]
  return andThen(stepTo(channel, { send }), (agreed) => inAgreement(agreed, context))
}

function onLaterState(channel: HostedChannel, state: HostedState, context: LinkContext): HostedStep {
  const { kept, facts } = channel
  const committed = committedState(kept)
  const fits =
    state.isHost === kept.isHost &&
    sameTerms(state.init, committed.init) &&
    equalBytes(state.refundScriptpubkey, committed.refundScriptpubkey)
  const problem = fits ? stateError(state, facts.channelId)?.message : 'a state of another channel'
  if (problem !== undefined) return notTaken(channel, 'HOSTED_STATE', problem, context)
  const digest = stateDigest(state)
  const accepted = isOverride(channel, state)
  const known = accepted || kept.signed.some((signed) => equalBytes(signed.digest, digest))
  // Signatures alone do not say for which channel they were made, so a host takes no state that it does not know to have signed: its
  // client could have got it for another node of its own. A client trusts its host anyway, and may have lost what it signed.
  if (!known && kept.isHost) return notTaken(channel, 'HOSTED_STATE', 'a state that was not signed here', context)
  const good = known ? verifyRemote(state, facts.peerId) : isCrossSigned(state, facts.nodeId, facts.peerId)
  if (!good) return notTaken(channel, 'HOSTED_SIGNATURE', 'a state that was not signed by both', context)
  const step = accepted ? overrideCompleted(channel, state) : adopted(channel, state, known)
  return andThen(step, (next) => answered(next, context))
}

/** We asked for a channel that there is: its record was lost, or the connection broke when it had been opened. */
function onForgottenChannel(channel: HostedChannel, state: HostedState, context: LinkContext): HostedStep {
  const { kept, facts } = channel
  const ours = !state.isHost && equalBytes(state.refundScriptpubkey, refundScript(facts.nodeId))
  const problem = ours
    ? termsProblem(state, kept.wish?.minCapacityMsat ?? 0n, facts.channelId)
    : 'a state of another channel'
  if (problem !== undefined) return refuseOpening(channel, problem, true)
  if (!isCrossSigned(state, facts.nodeId, facts.peerId)) {
    return refuseOpening(channel, 'a state that was not signed by both', true)
  }
  const empty: HostedState = { ...state, incoming: [], outgoing: [] }
  const begun = withKept(channel, { phase: 'open', wish: undefined, committed: empty })
  const step = adopted(begun, state, false)
  const opened = { ...step, notices: [{ type: 'opened', changeMsat: statePosition(state) } as const] }
  return andThen(opened, (next) => answered(next, context))
}
