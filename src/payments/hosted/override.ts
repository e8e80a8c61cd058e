import { equalBytes } from '../../base/bytes.js'
import { decodeMessage, encodeMessage } from '../../wire/message.js'
import { blockDay } from '../block-clock.js'
import { paymentError } from '../codes.js'
import type { LinkContext, LinkEvent } from '../link.js'
import { overridden, unexplained } from './adopt.js'
import { announced, type HostedChannel, type HostedStep, isInAgreement, stepTo, withKept, withLive } from './channel.js'
import { dayProblem, goneEvent } from './commit.js'
import { hangUp } from './errored.js'
import { STATE_OVERRIDE, STATE_UPDATE } from './messages.js'
import { type HostedState, signRemote, verifyRemote } from './state.js'
import { committedState, nextBooks, stateDigest, stateOf } from './updates.js'

/**
 * Updates that either side may have signed beyond what the other knows: twenty adds and twenty removals that were forgotten with a
 * connection, and twenty removals since.
 */
const BEYOND = 64
/** What a client lets its host count on by at most: counters end at 2^32. */
const MOST_BEYOND = 65536

/** The balance that the default override gives us: of every HTLC whose preimage we know the amount goes to its receiver. */
export function defaultBalance(channel: HostedChannel): bigint {
  const { incoming, outgoing, localBalanceMsat } = committedState(channel.kept)
  let local = localBalanceMsat
  for (const [direction, htlcs] of [
    ['in', incoming],
    ['out', outgoing],
  ] as const) {
    for (const { id, terms } of htlcs) {
      const paid = channel.kept.htlcs.get(`${direction} ${id}`)?.preimage !== undefined
      if (paid === (direction === 'in')) local += terms.amountMsat
    }
  }
  return local
}

function withoutHtlcs(channel: HostedChannel, localMsat: bigint, local: number, remote: number, day: number) {
  const committed = committedState(channel.kept)
  const remoteBalanceMsat = committed.init.channel_capacity_msat - localMsat
  const books = { localBalanceMsat: localMsat, remoteBalanceMsat, localUpdates: local, remoteUpdates: remote }
  return stateOf(committed, { ...books, incoming: [], outgoing: [] }, day)
}

function assertErrored({ kept }: HostedChannel, isHost: boolean): void {
  if (kept.phase !== 'open') throw paymentError('CHANNEL_UNKNOWN', 'there is no open channel with this peer')
  if (kept.isHost !== isHost) {
    throw paymentError('OVERRIDE_NOT_YOURS', `you are the ${kept.isHost ? 'host' : 'client'} of this channel`)
  }
  if (!kept.errored) throw paymentError('CHANNEL_NOT_ERRORED', 'the channel is not errored')
}

/** The message of the override that the host has proposed, if it has. */
export function overrideMessage({ kept }: HostedChannel, { nodeSecret }: LinkContext): readonly Uint8Array[] {
  const { override, isHost } = kept
  if (override === undefined || !isHost) return []
  return [
    encodeMessage(STATE_OVERRIDE, {
      block_day: override.blockDay,
      local_balance_msat: override.localBalanceMsat,
      local_updates: override.localUpdates,
      remote_updates: override.remoteUpdates,
      local_sig_of_remote: signRemote(override, nodeSecret),
    }),
  ]
}

/**
 * States what an errored channel is to be, by its host. The counters exceed all that may have been signed, so that no other state can
 * win against it, and those of an override that was proposed before: one at most is ever accepted.
 * @param localMsat what the host would own; by default every HTLC goes back, but those whose preimage it knows
 * @throws LnoError `CHANNEL_UNKNOWN`, `OVERRIDE_NOT_YOURS`, `CHANNEL_NOT_ERRORED`, `OVERRIDE_BALANCE`
 */
export function proposeOverride(
  channel: HostedChannel,
  localMsat: bigint | undefined,
  context: LinkContext,
): HostedStep {
  assertErrored(channel, true)
  const committed = committedState(channel.kept)
  const balance = localMsat ?? defaultBalance(channel)
  const capacity = committed.init.channel_capacity_msat
  if (balance < 0n || balance > capacity) {
    throw paymentError('OVERRIDE_BALANCE', `${balance} msat, the capacity is ${capacity} msat`)
  }
  const books = nextBooks(channel)
  const before = channel.kept.override
  const local = Math.max(books.localUpdates, before?.localUpdates ?? 0) + BEYOND
  const remote = Math.max(books.remoteUpdates, before?.remoteUpdates ?? 0) + BEYOND
  const day = Math.max(committed.blockDay, context.height === undefined ? 0 : blockDay(context.height))
  const proposed = withKept(channel, { override: withoutHtlcs(channel, balance, local, remote, day) })
  const connected = channel.live.stage !== 'off' && channel.live.stage !== 'gone'
  return stepTo(proposed, {
    send: connected ? overrideMessage(proposed, context) : [],
    notices: [{ type: 'override_proposed', localMsat: balance, byUs: true }],
  })
}

/** Keeps what the host proposes, for the user to accept. */
export function onOverride(channel: HostedChannel, message: Uint8Array, { height }: LinkContext): HostedStep {
  const { kept, facts } = channel
  if (kept.isHost || kept.phase !== 'open' || !kept.errored) return stepTo(channel)
  const fields = decodeMessage(STATE_OVERRIDE, message).fields
  const committed = committedState(kept)
  const capacity = committed.init.channel_capacity_msat
  if (fields.local_balance_msat > capacity) return hangUp(channel, 'an override beyond the capacity')
  const local = fields.remote_updates
  const remote = fields.local_updates
  const localMsat = capacity - fields.local_balance_msat
  const before = kept.override
  if (before && local <= before.localUpdates && remote <= before.remoteUpdates) return stepTo(channel)
  const books = nextBooks(channel)
  const newest = {
    local: Math.max(books.localUpdates, before?.localUpdates ?? 0),
    remote: Math.max(books.remoteUpdates, before?.remoteUpdates ?? 0),
  }
  const counted = (count: number, than: number) => count > than && count <= than + MOST_BEYOND
  if (!counted(local, newest.local) || !counted(remote, newest.remote)) {
    return hangUp(channel, 'an override with counters that are not free')
  }
  const wrongDay = dayProblem(fields.block_day, committed.blockDay, height)
  if (wrongDay !== undefined) return hangUp(channel, wrongDay)
  const override: HostedState = {
    ...withoutHtlcs(channel, localMsat, local, remote, fields.block_day),
    remoteSigOfLocal: fields.local_sig_of_remote.slice(),
  }
  if (!verifyRemote(override, facts.peerId)) return hangUp(channel, 'the signature of an override is not good')
  return stepTo(withKept(channel, { override }), {
    notices: [{ type: 'override_proposed', localMsat, byUs: false }],
  })
}

/** The channel after an override that both have signed. All its HTLCs are resolved. */
function resolved(channel: HostedChannel, state: HostedState): HostedStep {
  const events = [...channel.kept.htlcs.values()].map((entry): LinkEvent => {
    const event = goneEvent(overridden(entry))
    return event.type === 'returned_out' ? { ...event, overridden: true } : event
  })
  const changeMsat = unexplained(channel, state, events)
  const kept = {
    committed: state,
    own: [],
    htlcs: new Map(),
    signed: [],
    signedTheirs: [],
    errored: undefined,
    override: undefined,
  }
  const next = withLive(withKept(channel, kept), {
    remote: [],
    htlcs: new Map(),
    lost: false,
    sentUpdates: state.localUpdates,
    sentStates: [],
    answer: true,
  })
  return stepTo(next, { events, notices: [{ type: 'overridden', changeMsat }] })
}

/**
 * Accepts the override that the host proposed: from here on it is the state of the channel.
 * @param localMsat what would be ours by it, as the user saw it
 * @throws LnoError `CHANNEL_UNKNOWN`, `OVERRIDE_NOT_YOURS`, `CHANNEL_NOT_ERRORED`, `OVERRIDE_MISSING`, `OVERRIDE_OTHER`
 */
export function acceptOverride(channel: HostedChannel, localMsat: bigint): HostedStep {
  assertErrored(channel, false)
  const { override } = channel.kept
  if (override === undefined) throw paymentError('OVERRIDE_MISSING', 'the host has not proposed an override')
  if (override.localBalanceMsat !== localMsat) {
    throw paymentError(
      'OVERRIDE_OTHER',
      `by the override that the host has proposed ${override.localBalanceMsat} msat would be yours, not ${localMsat}`,
    )
  }
  const accepting = isInAgreement(channel)
  return announced(channel, resolved(withLive(channel, { accepting }), override))
}

/** True for the override that we proposed as the host, whoever has signed it. */
export function isOverride({ kept }: HostedChannel, state: HostedState): boolean {
  const { override, isHost, errored, phase } = kept
  if (!override || !isHost || !errored || phase !== 'open') return false
  return equalBytes(stateDigest(override), stateDigest(state))
}

/** The client has signed the override. Undefined when the message is about something else. */
export function onOverrideAccepted(channel: HostedChannel, message: Uint8Array): HostedStep | undefined {
  const { block_day, local_updates, remote_updates, local_sig_of_remote } = decodeMessage(STATE_UPDATE, message).fields
  const { override, isHost, errored } = channel.kept
  if (!override || !isHost || !errored) return undefined
  if (override.localUpdates !== remote_updates || override.remoteUpdates !== local_updates) return undefined
  const state = { ...override, remoteSigOfLocal: local_sig_of_remote.slice() }
  if (block_day !== override.blockDay || !verifyRemote(state, channel.facts.peerId)) {
    return hangUp(channel, 'the signature of an override is not good')
  }
  return overrideCompleted(channel, state)
}

/** @param state the override with the client's signature, verified */
export function overrideCompleted(channel: HostedChannel, state: HostedState): HostedStep {
  return resolved(withLive(channel, { stage: 'up' }), state)
}
