import { equalBytes } from '../../base/bytes.js'
import { decodeMessage, encodeMessage } from '../../wire/message.js'
import { blockDay } from '../block-clock.js'
import { type HtlcEvent, nextHtlcState } from '../htlc.js'
import type { LinkContext, LinkEvent } from '../link.js'
import {
  andThen,
  type Counters,
  type Entry,
  entryKey,
  entryOf,
  type HostedChannel,
  type HostedStep,
  isInAgreement,
  preimageFits,
  type SignedState,
  stepTo,
  type Update,
  withKept,
  withLive,
} from './channel.js'
import { hangUp, toErrored } from './errored.js'
import { STATE_UPDATE } from './messages.js'
import { type HostedState, NO_SIGNATURE, signRemote, verifyRemote } from './state.js'
import {
  addRefusal,
  applyUpdate,
  type Books,
  booksAt,
  committedState,
  defect,
  nextBooks,
  readUpdate,
  type Side,
  stateDigest,
  stateOf,
  updateMeaning,
  updateMessage,
} from './updates.js'

/** The bit of a failure code without which no node may call an HTLC malformed (BOLT 2). */
const BADONION = 0x8000

/**
 * Signed states that are remembered at most. There are some eighty pairs of counters on one connection; only with a peer that breaks it
 * often, each time after other updates, there are more.
 */
const MOST_SIGNED = 256

/** An HTLC after an event that must be possible. @throws LnoError `HOSTED_DEFECT` */
export function moved(entry: Entry, event: HtlcEvent): Entry {
  const state = nextHtlcState(entry.direction, entry.state, event)
  if (state === undefined) throw defect(`an HTLC that is ${entry.state} has no ${event}`)
  return { ...entry, state }
}

/** The HTLC that an update is about. */
function entryOfUpdate(channel: HostedChannel, side: Side, update: Update): Entry | undefined {
  const adds = update.type === 'add'
  const id = adds ? update.htlc.id : update.id
  return entryOf(channel, (side === 'ours') === adds ? 'out' : 'in', id)
}

/** True when the table lets these updates be committed: a removal of a disputed HTLC is not, an override decides about that. */
function mayCommit(channel: HostedChannel, side: Side, updates: readonly Update[]): boolean {
  return updates.every((update) => {
    const entry = entryOfUpdate(channel, side, update)
    if (entry === undefined) return false
    if (update.type === 'add' && entry.state === 'disputed') return true
    return nextHtlcState(entry.direction, entry.state, 'commit') !== undefined
  })
}

/** What is told of an HTLC that is gone. */
export function goneEvent({ direction, htlc, state }: Entry, update?: Update): LinkEvent {
  const { id } = htlc
  const { amountMsat } = htlc.terms
  if (direction === 'in') return { type: state === 'settled' ? 'settled_in' : 'returned_in', id, amountMsat }
  if (state === 'settled') return { type: 'settled_out', id, amountMsat }
  return { type: 'returned_out', id, ...(update?.type === 'fail' && { failure: update.failure }) }
}

/**
 * Makes a signed state the committed one: the first `own` uncommitted updates of ours and `remote` of the peer's are in it, and
 * their HTLCs go on in the table.
 */
export function committing(channel: HostedChannel, state: HostedState, own: number, remoteCount: number): HostedStep {
  const { kept, live } = channel
  const htlcs = new Map(kept.htlcs)
  const passing = new Map(live.htlcs)
  const events: LinkEvent[] = []
  const commit = (side: Side, update: Update) => {
    const before = entryOfUpdate(channel, side, update)
    if (before === undefined) throw defect('an update without its HTLC is committed')
    if (before.state === 'disputed') return
    const entry = moved(before, 'commit')
    const key = entryKey(entry.direction, entry.htlc.id)
    passing.delete(key)
    if (entry.state === 'locked') {
      htlcs.set(key, entry)
      if (entry.direction === 'in') events.push({ type: 'locked_in', id: entry.htlc.id, terms: entry.htlc.terms })
    } else {
      htlcs.delete(key)
      events.push(goneEvent(entry, update))
    }
  }
  for (const update of kept.own.slice(0, own)) commit('ours', update)
  for (const update of live.remote.slice(0, remoteCount)) commit('theirs', update)
  const signedTheirs = kept.signedTheirs.slice(state.remoteUpdates - committedState(kept).remoteUpdates)
  const signed = kept.signed.filter(({ local, remote }) => local > state.localUpdates || remote > state.remoteUpdates)
  const rest = kept.own.slice(own)
  const after = withLive(withKept(channel, { committed: state, own: rest, htlcs, signed, signedTheirs }), {
    remote: live.remote.slice(remoteCount),
    htlcs: passing,
    sentStates: live.sentStates.filter(({ local }) => local >= state.localUpdates),
  })
  return stepTo(after, { events })
}

/** Why a day that the peer signs is not one, if it is not: it may be a day off, and time does not go back. */
export function dayProblem(day: number, committedDay: number, height: number | undefined): string | undefined {
  if (day < committedDay - 1) return `block day ${day} lies before ${committedDay}, which was signed already`
  if (height !== undefined && day > blockDay(height) + 1) return `block day ${day}, here it is ${blockDay(height)}`
  return undefined
}

/**
 * Takes the peer's `state_update`. It counts when it signs the state after all updates, or one that we have signed before, when there
 * were fewer. The text takes the former alone; but when we add more before the peer has answered, it removes HTLCs of a state that it has
 * committed and that we must know as committed, too. A state that we have not signed does not count: of two states that lack different
 * updates neither would be the later one.
 */
export function onStateUpdate(channel: HostedChannel, message: Uint8Array, context: LinkContext): HostedStep {
  const { block_day, local_updates, remote_updates, local_sig_of_remote } = decodeMessage(STATE_UPDATE, message).fields
  const { kept, live } = channel
  if (!isInAgreement(channel)) return stepTo(channel)
  const committed = committedState(kept)
  const own = remote_updates - committed.localUpdates
  const remote = local_updates - committed.remoteUpdates
  if (own > kept.own.length || remote > live.remote.length) {
    return live.lost ? stepTo(channel) : hangUp(channel, 'a state_update counts updates that were not made')
  }
  const answered = withLive(channel, { answer: true, accepting: live.accepting && own + remote < 0 })
  const beyond = own >= 0 && remote >= 0 && own + remote > 0 && !live.lost
  const ours =
    (own === kept.own.length && remote === live.remote.length) ||
    wasSent(channel, { local: remote_updates, remote: local_updates })
  const books = beyond && ours ? booksAt(channel, own, remote) : undefined
  if (books === undefined) return stepTo(answered)
  if (
    !mayCommit(channel, 'ours', kept.own.slice(0, own)) ||
    !mayCommit(channel, 'theirs', live.remote.slice(0, remote))
  )
    return stepTo(answered)
  const wrongDay = dayProblem(block_day, committed.blockDay, context.height)
  if (wrongDay !== undefined) return hangUp(channel, wrongDay)
  const state = { ...stateOf(committed, books, block_day), remoteSigOfLocal: local_sig_of_remote.slice() }
  if (!verifyRemote(state, channel.facts.peerId)) {
    return toErrored(channel, 'HOSTED_SIGNATURE', 'the signature of a state_update is not good', context)
  }
  return committing(answered, state, own, remote)
}

/** Takes an update of the peer's; one that has no place in the sequence hangs up, one that breaks the rules errs the channel. */
export function onUpdate(channel: HostedChannel, message: Uint8Array, context: LinkContext): HostedStep {
  if (channel.kept.phase === 'closed') return hangUp(channel, 'an update of a closed channel')
  const read = readUpdate(message)
  if (!isInAgreement(channel) || read === undefined) return stepTo(channel)
  if (!equalBytes(read.channelId, channel.facts.channelId)) return hangUp(channel, 'an update of another channel')
  const { update } = read
  if (channel.kept.errored) return onUpdateWhileErrored(channel, update)
  if (isAnother(channel, update)) {
    return toErrored(channel, 'HOSTED_VIOLATION', 'another update in the place of one that was signed', context)
  }
  return update.type === 'add' ? onAdd(channel, update, context) : onRemoval(channel, update, context)
}

/** True for an update that takes the place of another one which we have signed. */
function isAnother({ kept, live }: HostedChannel, update: Update): boolean {
  const signed = kept.signedTheirs[live.remote.length]
  return signed !== undefined && !equalBytes(signed, updateMeaning(update))
}

function appended(channel: HostedChannel, update: Update): HostedChannel {
  return withLive(channel, { remote: [...channel.live.remote, update] })
}

function withPassing(channel: HostedChannel, entry: Entry): HostedChannel {
  const htlcs = new Map(channel.live.htlcs).set(entryKey(entry.direction, entry.htlc.id), entry)
  return withLive(channel, { htlcs })
}

export function withEntry(channel: HostedChannel, entry: Entry): HostedChannel {
  const htlcs = new Map(channel.kept.htlcs).set(entryKey(entry.direction, entry.htlc.id), entry)
  return withKept(channel, { htlcs })
}

function onAdd(channel: HostedChannel, update: Update & { type: 'add' }, context: LinkContext): HostedStep {
  const books = nextBooks(channel)
  const { htlc } = update
  if (htlc.id !== BigInt(books.remoteUpdates + 1)) return hangUp(channel, `an HTLC with the unexpected id ${htlc.id}`)
  const refusal = addRefusal(books, committedState(channel.kept), 'theirs', htlc.terms.amountMsat)
  if (refusal !== undefined) {
    return toErrored(channel, 'HOSTED_VIOLATION', `an HTLC outside the limits: ${refusal}`, context)
  }
  return stepTo(withPassing(appended(channel, update), { direction: 'in', htlc, state: 'proposed' }))
}

type Removal = Exclude<Update, { type: 'add' }>

/** Why a removal of one of our HTLCs breaks the rules, if it does. */
function removalProblem(entry: Entry, update: Removal): string | undefined {
  if (nextHtlcState('out', entry.state, update.type === 'fulfil' ? 'preimage' : 'fail') === undefined) {
    return `an HTLC that is ${entry.state} was removed`
  }
  if (update.type === 'fulfil') return preimageFits(update.preimage, entry.htlc) ? undefined : 'a wrong preimage'
  const { failure } = update
  return failure.type === 'malformed' && (failure.failureCode & BADONION) === 0
    ? `malformed without BADONION: ${failure.failureCode}`
    : undefined
}

/** A preimage counts at once and is stored; a failure only once it is committed. */
function removedByPeer(channel: HostedChannel, entry: Entry, update: Removal): HostedStep {
  if (update.type === 'fail') return stepTo(withPassing(channel, moved(entry, 'fail')))
  const { id, preimage, attribution } = update
  const known = { ...moved(entry, 'preimage'), preimage }
  return stepTo(withEntry(channel, known), {
    events: [{ type: 'preimage_out', id, preimage, ...(attribution && { attribution }) }],
  })
}

function onRemoval(channel: HostedChannel, update: Removal, context: LinkContext): HostedStep {
  const entry = entryOf(channel, 'out', update.id)
  if (entry === undefined || applyUpdate(nextBooks(channel), 'theirs', update) === undefined) {
    return hangUp(channel, `an update of the unknown HTLC ${update.id}`)
  }
  const problem = removalProblem(entry, update)
  if (problem !== undefined) return toErrored(channel, 'HOSTED_VIOLATION', problem, context)
  return removedByPeer(appended(channel, update), entry, update)
}

/**
 * An errored channel takes removals of HTLCs that have not expired (those that have are disputed). After any other update the peer's
 * counters cannot be followed, but preimages count.
 */
function onUpdateWhileErrored(channel: HostedChannel, update: Update): HostedStep {
  const lost = withLive(channel, { lost: true })
  if (update.type === 'add') return stepTo(lost)
  const entry = entryOf(channel, 'out', update.id)
  if (entry === undefined || removalProblem(entry, update) !== undefined) return stepTo(lost)
  const follows =
    !channel.live.lost && !isAnother(channel, update) && applyUpdate(nextBooks(channel), 'theirs', update) !== undefined
  if (follows) return removedByPeer(appended(channel, update), entry, update)
  return update.type === 'fulfil' ? removedByPeer(lost, entry, update) : stepTo(lost)
}

function wasSent({ live }: HostedChannel, { local, remote }: Counters): boolean {
  return live.sentStates.some((state) => state.local === local && state.remote === remote)
}

function countersOf({ localUpdates, remoteUpdates }: Books): Counters {
  return { local: localUpdates, remote: remoteUpdates }
}

/** Signs a state that our updates and the peer's lead to. */
function signedState(channel: HostedChannel, books: Books, { height, nodeSecret }: LinkContext): HostedStep {
  const { kept, live } = channel
  const committed = committedState(kept)
  const { local, remote } = countersOf(books)
  const isCommitted = local === committed.localUpdates && remote === committed.remoteUpdates
  const before = kept.signed.filter((state) => state.local === local && state.remote === remote).at(-1)
  const today = before?.blockDay ?? (height === undefined ? 0 : blockDay(height))
  // The peer would not go back behind a day that it has signed.
  const state = stateOf(committed, books, isCommitted ? committed.blockDay : Math.max(committed.blockDay, today))
  const message = encodeMessage(STATE_UPDATE, {
    block_day: state.blockDay,
    local_updates: local,
    remote_updates: remote,
    local_sig_of_remote: signRemote(state, nodeSecret),
  })
  const theirs = live.remote.slice(0, remote - committed.remoteUpdates).map(updateMeaning)
  const signed = withKept(channel, {
    signed: isCommitted || before?.blockDay === state.blockDay ? kept.signed : withSigned(kept.signed, state),
    signedTheirs: [...theirs, ...kept.signedTheirs.slice(theirs.length)],
  })
  return stepTo(withLive(signed, { sentStates: [...live.sentStates, { local, remote }] }), { send: [message] })
}

function withSigned(signed: readonly SignedState[], state: HostedState): readonly SignedState[] {
  const { localUpdates, remoteUpdates, blockDay } = state
  const next = { local: localUpdates, remote: remoteUpdates, blockDay, digest: stateDigest(state) }
  return [...signed, next].slice(-MOST_SIGNED)
}

/**
 * Sends updates that were not sent on this connection, and signs: what the peer's signature has committed, for the peer commits it only
 * then, and what there is now. Never the same state twice.
 */
export function flushed(channel: HostedChannel, context: LinkContext): HostedStep {
  if (!isInAgreement(channel)) return stepTo(channel)
  const { kept, live, facts } = channel
  const committed = committedState(kept)
  const unsent = kept.own.slice(Math.max(0, live.sentUpdates - committed.localUpdates))
  if (!live.answer && unsent.length === 0) return stepTo(channel)
  const quiet = withLive(channel, { answer: false, sentUpdates: committed.localUpdates + kept.own.length })
  const first =
    live.answer && !wasSent(channel, countersOf(committed)) ? signedState(quiet, committed, context) : stepTo(quiet)
  return andThen(first, (next) => {
    const books = nextBooks(next)
    if (wasSent(next, countersOf(books))) return stepTo(next)
    const signed = signedState(next, books, context)
    return { ...signed, send: [...unsent.map((update) => updateMessage(facts.channelId, update)), ...signed.send] }
  })
}

/** The committed state with both signatures, to be shown. */
export function crossSigned(kept: HostedChannel['kept'], nodeSecret: Uint8Array): HostedState {
  const committed = committedState(kept)
  return { ...committed, localSigOfRemote: signRemote({ ...committed, localSigOfRemote: NO_SIGNATURE }, nodeSecret) }
}
