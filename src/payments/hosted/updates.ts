import { ascii, concatBytes } from '../../base/bytes.js'
import { LnoError } from '../../base/error.js'
import { sha256 } from '../../crypto/hash.js'
import { decodeMessage, encodeMessage, messageType } from '../../wire/message.js'
import { paymentError } from '../codes.js'
import type { LinkRefusal } from '../link.js'
import type { HostedChannel, Kept, Update } from './channel.js'
import {
  addMessage,
  type HostedHtlc,
  readHtlc,
  UPDATE_ADD_HTLC,
  UPDATE_FAIL_HTLC,
  UPDATE_FAIL_MALFORMED_HTLC,
  UPDATE_FULFILL_HTLC,
} from './htlc-messages.js'
import { MOST_HTLCS } from './limits.js'
import { type HostedState, NO_SIGNATURE, sumMsat, toMessage } from './state.js'

/** What updates change of a state. */
export type Books = Pick<
  HostedState,
  'localBalanceMsat' | 'remoteBalanceMsat' | 'localUpdates' | 'remoteUpdates' | 'incoming' | 'outgoing'
>

/** Whose update it is. */
export type Side = 'ours' | 'theirs'

function mirror(books: Books): Books {
  return {
    localBalanceMsat: books.remoteBalanceMsat,
    remoteBalanceMsat: books.localBalanceMsat,
    localUpdates: books.remoteUpdates,
    remoteUpdates: books.localUpdates,
    incoming: books.outgoing,
    outgoing: books.incoming,
  }
}

/**
 * The books after an update: an add debits the adder, a fulfil credits the receiver, a fail gives back. Undefined when the HTLC is
 * not there, or is more than the adder has.
 */
export function applyUpdate(books: Books, side: Side, update: Update): Books | undefined {
  if (side === 'theirs') {
    const mirrored = applyUpdate(mirror(books), 'ours', update)
    return mirrored && mirror(mirrored)
  }
  const localUpdates = books.localUpdates + 1
  if (update.type === 'add') {
    const localBalanceMsat = books.localBalanceMsat - update.htlc.terms.amountMsat
    if (localBalanceMsat < 0n) return undefined
    return { ...books, localUpdates, localBalanceMsat, outgoing: [...books.outgoing, update.htlc] }
  }
  const removed = books.incoming.find(({ id }) => id === update.id)
  if (removed === undefined) return undefined
  const incoming = books.incoming.filter((htlc) => htlc !== removed)
  const { amountMsat } = removed.terms
  return update.type === 'fulfil'
    ? { ...books, localUpdates, incoming, localBalanceMsat: books.localBalanceMsat + amountMsat }
    : { ...books, localUpdates, incoming, remoteBalanceMsat: books.remoteBalanceMsat + amountMsat }
}

function applyAll(books: Books | undefined, side: Side, updates: readonly Update[]): Books | undefined {
  return updates.reduce<Books | undefined>((after, update) => after && applyUpdate(after, side, update), books)
}

/** @throws LnoError `HOSTED_DEFECT` when balances and HTLCs are not the capacity */
export function assertConserved(books: Books, capacityMsat: bigint): void {
  const { localBalanceMsat, remoteBalanceMsat, incoming, outgoing } = books
  const sum = localBalanceMsat + remoteBalanceMsat + sumMsat(incoming) + sumMsat(outgoing)
  if (sum !== capacityMsat || localBalanceMsat < 0n || remoteBalanceMsat < 0n) {
    throw defect(`balances and HTLCs are ${sum} msat, the capacity is ${capacityMsat} msat`)
  }
}

export function defect(what: string): LnoError {
  return paymentError('HOSTED_DEFECT', what)
}

export function isDefect(error: unknown): boolean {
  return error instanceof LnoError && error.code === 'HOSTED_DEFECT'
}

/** The state that is committed. @throws LnoError `HOSTED_DEFECT` when there is none */
export function committedState(kept: Kept): HostedState {
  if (kept.committed === undefined) throw defect('a channel without a state')
  return kept.committed
}

/**
 * The books at the first `own` updates of ours and `remote` of the peer's that are not committed; all of them without numbers.
 * Undefined when these do not go together: a state of which no signature is taken.
 */
export function booksAt(
  { kept, live }: HostedChannel,
  own: number = kept.own.length,
  remote: number = live.remote.length,
): Books | undefined {
  const committed = committedState(kept)
  // Ours first: the peer removes what we added.
  const books = applyAll(applyAll(committed, 'ours', kept.own.slice(0, own)), 'theirs', live.remote.slice(0, remote))
  if (books === undefined) return undefined
  assertConserved(books, committed.init.channel_capacity_msat)
  return books.incoming.length <= MOST_HTLCS && books.outgoing.length <= MOST_HTLCS ? books : undefined
}

/**
 * The books after all updates of both sides.
 * @throws LnoError `HOSTED_DEFECT` when there are none: every update was checked against them when it came
 */
export function nextBooks(channel: HostedChannel): Books {
  const books = booksAt(channel)
  if (books === undefined) throw defect('updates that were taken do not go together')
  return books
}

/**
 * The books by which our own adds are judged, beside `heldBooks`: without the peer's uncommitted updates, which it may yet forget. So
 * our sequence of updates stands for itself, whatever the peer does.
 */
export function ownBooks(channel: HostedChannel): Books {
  const books = booksAt(channel, undefined, 0)
  if (books === undefined) throw defect('our own updates do not go together')
  return books
}

/**
 * The books as they are told: what is added counts at once, what is removed when that is committed, so that an HTLC is in flight until
 * it is settled or returned for good and balances are never counted on that may yet be forgotten. Our own adds are judged by them, too.
 * A peer that spends what it was paid before that is committed goes below nothing in them: then all updates count, and `ownBooks` keeps
 * our adds from leaning on its own.
 */
export function heldBooks(channel: HostedChannel): Books {
  const { kept, live } = channel
  const adds = (updates: readonly Update[]) => updates.filter(({ type }) => type === 'add')
  const books = applyAll(applyAll(committedState(kept), 'ours', adds(kept.own)), 'theirs', adds(live.remote))
  return books ?? nextBooks(channel)
}

/** The unsigned state of some books. */
export function stateOf(committed: HostedState, books: Books, blockDay: number): HostedState {
  const { localBalanceMsat, remoteBalanceMsat, localUpdates, remoteUpdates, incoming, outgoing } = books
  const money = { localBalanceMsat, remoteBalanceMsat, localUpdates, remoteUpdates, incoming, outgoing }
  return { ...committed, ...money, blockDay, remoteSigOfLocal: NO_SIGNATURE, localSigOfRemote: NO_SIGNATURE }
}

/**
 * What tells a state of this channel from every other one, signatures apart. Unlike the hash that is signed it holds the terms and the
 * side that offered each HTLC; the channel is that in whose record it stands.
 */
export function stateDigest(state: HostedState): Uint8Array {
  return sha256(toMessage({ ...state, remoteSigOfLocal: NO_SIGNATURE, localSigOfRemote: NO_SIGNATURE }))
}

/** Room for what we add (`ours`) or the peer (`theirs`): the largest HTLC, or why there can be none. */
export function roomFor(books: Books, { init }: HostedState, side: Side): bigint | LinkRefusal {
  const { outgoing, localBalanceMsat } = side === 'ours' ? books : mirror(books)
  if (outgoing.length >= Math.min(MOST_HTLCS, init.max_accepted_htlcs)) return 'too_many_in_flight'
  const inFlight = init.max_htlc_value_in_flight_msat - sumMsat(outgoing)
  if (localBalanceMsat < inFlight) return localBalanceMsat
  return inFlight
}

/** Why an HTLC of this amount may not be added, if it may not. */
export function addRefusal(
  books: Books,
  committed: HostedState,
  side: Side,
  amountMsat: bigint,
): LinkRefusal | undefined {
  if (amountMsat <= 0n || amountMsat < committed.init.htlc_minimum_msat) return 'below_minimum'
  const room = roomFor(books, committed, side)
  if (typeof room === 'string') return room
  if (amountMsat <= room) return undefined
  const balance = side === 'ours' ? books.localBalanceMsat : books.remoteBalanceMsat
  return amountMsat > balance ? 'insufficient_balance' : 'too_many_in_flight'
}

/** The whole message of an update. */
export function updateMessage(channelId: Uint8Array, update: Update): Uint8Array {
  if (update.type === 'add') return addMessage(update.htlc)
  const named = { channel_id: channelId, id: update.id }
  if (update.type === 'fulfil') {
    return encodeMessage(UPDATE_FULFILL_HTLC, {
      ...named,
      payment_preimage: update.preimage,
      ...(update.attribution && { attribution_data: update.attribution }),
    })
  }
  const { failure } = update
  return failure.type === 'malformed'
    ? encodeMessage(UPDATE_FAIL_MALFORMED_HTLC, {
        ...named,
        sha256_of_onion: failure.sha256OfOnion,
        failure_code: failure.failureCode,
      })
    : encodeMessage(UPDATE_FAIL_HTLC, {
        ...named,
        reason: failure.reason,
        ...(failure.attribution && { attribution_data: failure.attribution }),
      })
}

/** What an update does to the books, 32 bytes: its HTLC, and for a removal whether it is paid. */
export function updateMeaning(update: Update): Uint8Array {
  const message = update.type === 'add' ? addMessage(update.htlc) : ascii(`${update.type} ${update.id}`)
  return sha256(message)
}

/** Reads an update and the channel that it names; undefined for a message of another type. @throws LnoError of `decodeMessage` */
export function readUpdate(
  message: Uint8Array,
): { readonly channelId: Uint8Array; readonly update: Update } | undefined {
  // A copy: what is kept of it outlives the buffer that it came in.
  const bytes = concatBytes(message)
  switch (messageType(bytes)) {
    case UPDATE_ADD_HTLC.type: {
      const htlc: HostedHtlc = readHtlc(bytes)
      return { channelId: htlc.channelId, update: { type: 'add', htlc } }
    }
    case UPDATE_FULFILL_HTLC.type: {
      const { channel_id, id, payment_preimage, attribution_data } = decodeMessage(UPDATE_FULFILL_HTLC, bytes).fields
      const update: Update = {
        type: 'fulfil',
        id,
        preimage: payment_preimage,
        ...(attribution_data && { attribution: attribution_data }),
      }
      return { channelId: channel_id, update }
    }
    case UPDATE_FAIL_HTLC.type: {
      const { channel_id, id, reason, attribution_data } = decodeMessage(UPDATE_FAIL_HTLC, bytes).fields
      const attribution = attribution_data && { attribution: attribution_data }
      return { channelId: channel_id, update: { type: 'fail', id, failure: { type: 'fail', reason, ...attribution } } }
    }
    case UPDATE_FAIL_MALFORMED_HTLC.type: {
      const { channel_id, id, sha256_of_onion, failure_code } = decodeMessage(UPDATE_FAIL_MALFORMED_HTLC, bytes).fields
      const failure = { type: 'malformed', sha256OfOnion: sha256_of_onion, failureCode: failure_code } as const
      return { channelId: channel_id, update: { type: 'fail', id, failure } }
    }
    default:
      return undefined
  }
}
