import { equalBytes } from '../../base/bytes.js'
import { sha256 } from '../../crypto/hash.js'
import type { Direction, HtlcFailure, HtlcState } from '../htlc.js'
import type { LinkId, LinkStep } from '../link.js'
import type { HostTerms } from '../step.js'
import type { HostedHtlc } from './htlc-messages.js'
import { type HostedState, hostedChannelId, sumMsat } from './state.js'

/** What never changes about a channel, and is known without it. */
export interface ChannelFacts {
  readonly nodeId: Uint8Array
  readonly peerId: Uint8Array
  /** The peer's node id in hex. */
  readonly peer: LinkId
  /** 32 bytes. */
  readonly channelId: Uint8Array
  readonly chainHash: Uint8Array
}

/** One update, without the side that made it. A side's updates are a sequence that never changes once it was signed. */
export type Update =
  | { readonly type: 'add'; readonly htlc: HostedHtlc }
  | {
      readonly type: 'fulfil'
      readonly id: bigint
      readonly preimage: Uint8Array
      readonly attribution?: Uint8Array
    }
  | { readonly type: 'fail'; readonly id: bigint; readonly failure: HtlcFailure }

/** How many updates of each side a state has in it: it says which state of the channel it is. */
export interface Counters {
  readonly local: number
  readonly remote: number
}

/** A state that we have signed: signed again, it has the same day. */
export interface SignedState extends Counters {
  readonly blockDay: number
  /** `stateDigest` of it. */
  readonly digest: Uint8Array
}

/** An HTLC and where it is in the table of states. */
export interface Entry {
  readonly direction: Direction
  readonly htlc: HostedHtlc
  readonly state: HtlcState
  /** Known, and it fits. */
  readonly preimage?: Uint8Array
}

/**
 * - `new`: nothing that is stored: a stranger, or one who was offered a channel.
 * - `opening`: we asked for it.
 * - `open`: there is a cross-signed state.
 * - `closed`: so, too; the record stays, so that no old state of it can ever be shown again as a new one.
 */
export type Phase = 'new' | 'opening' | 'open' | 'closed'

/** Why a channel takes no HTLC any more. */
export interface Errored {
  readonly byUs: boolean
  /** One of `PAYMENT_CODES`. */
  readonly code: string
  /** Of the peer's error: as it came, made printable. */
  readonly why: string
  /** Unix milliseconds. */
  readonly at: number
}

/** The part of a channel that is stored. */
export interface Kept {
  readonly isHost: boolean
  readonly phase: Phase
  /** While `opening`: what was asked for. */
  readonly wish?: { readonly secret: Uint8Array; readonly minCapacityMsat: bigint } | undefined
  /**
   * The last state that the peer has signed for us, and that we have signed or may sign: both from then on. Our own signature of it
   * stands in it only where it is shown.
   */
  readonly committed?: HostedState
  /** Updates of ours that are not in it, oldest first. Never dropped, changed or reordered: they may have been signed. */
  readonly own: readonly Update[]
  /** The HTLCs of `committed` and those that `own` adds, by `entryKey`. */
  readonly htlcs: ReadonlyMap<string, Entry>
  /** The states beyond the committed one that we have signed: only these may the peer show as later ones. */
  readonly signed: readonly SignedState[]
  /**
   * What the peer's uncommitted updates do, oldest first, as far as we have signed them (`updateMeaning`). It forgets nothing with the
   * connection: under these counters we never sign anything else.
   */
  readonly signedTheirs: readonly Uint8Array[]
  readonly errored?: Errored | undefined
  /** The last override that was proposed, in our view; with the client it has the host's signature. */
  readonly override?: HostedState | undefined
}

/**
 * How far the two sides are on this connection.
 *
 * - `off`: there is none; `gone`: it is given up and about to end.
 * - `idle`: connected; a host waits for an invoke.
 * - `invoked`: the client waits for an init or a state.
 * - `offered`: the host waits for the client's signature of the first state; `joined`: the client for the host's.
 * - `told`: the host waits for the client's state.
 * - `up`: they agree about the committed state.
 */
export type Stage = 'off' | 'gone' | 'idle' | 'invoked' | 'offered' | 'joined' | 'told' | 'up'

/** The part that ends with the connection. */
export interface Live {
  readonly stage: Stage
  /** The peer offers route blinding and hosted channels. */
  readonly blinding: boolean
  /** The peer's updates that are not committed, oldest first. */
  readonly remote: readonly Update[]
  /** HTLCs that they move: the peer's that are proposed, ours that are failed. They stand before those of `Kept`. */
  readonly htlcs: ReadonlyMap<string, Entry>
  /** How many of our updates, counted from the channel's beginning, were sent on this connection. */
  readonly sentUpdates: number
  /** The states that we have signed on it, oldest first, from the committed one on: each has the updates of those before it. */
  readonly sentStates: readonly Counters[]
  /** A state_update came that asks for ours. */
  readonly answer: boolean
  /** The channel is errored and the peer made an update that does not count: its counters cannot be followed any more. */
  readonly lost: boolean
  /** We have accepted an override on it and the host has not answered: an error of the host's is older than that. */
  readonly accepting: boolean
  readonly invokes: number
  /** While `offered` or `joined`: the state that is to be signed, without signatures. */
  readonly first?: HostedState | undefined
  /** While `offered`: what the client named. */
  readonly secret?: Uint8Array | undefined
}

/** A hosted channel as one side has it. */
export interface HostedChannel {
  readonly facts: ChannelFacts
  readonly kept: Kept
  readonly live: Live
}

/** What a host would give to whoever names a secret (or none, an empty one). */
export interface HostOffer {
  readonly terms: HostTerms
  /** msat that the client owns from the start. */
  readonly clientBalanceMsat: bigint
  /** SHA-256 of the secret, where the offer is a grant: to be used up with the notice `opened`. */
  readonly grant?: Uint8Array
}

/** What the caller decides for the machine. Asked for the same secret again within a step, it must say the same. */
export interface HostPolicy {
  offer(secret: Uint8Array): HostOffer | { readonly refused: string }
}

/** What else happened, for the caller's books and for people. */
export type HostedNotice =
  /** There is a channel now. `changeMsat`: what we own in it from the start, negative when we host it. */
  | { readonly type: 'opened'; readonly changeMsat: bigint; readonly grant?: Uint8Array }
  /** It is not opened; nothing of it is stored. */
  | { readonly type: 'refused'; readonly code: string; readonly why: string; readonly byUs: boolean }
  | { readonly type: 'errored'; readonly errored: Errored }
  /** `localMsat`: what we would own of the capacity. */
  | { readonly type: 'override_proposed'; readonly localMsat: bigint; readonly byUs: boolean }
  /**
   * Our position changed by this beyond what the events of its HTLCs say: an override stated another balance
   * than they make, or a state was adopted that we had forgotten. Zero is told for an override, too.
   */
  | { readonly type: 'overridden' | 'adjusted'; readonly changeMsat: bigint }
  | { readonly type: 'closed' }

/** What a step of a hosted channel brought. */
export interface HostedStep extends LinkStep<HostedChannel> {
  readonly notices: readonly HostedNotice[]
}

export const NOT_CONNECTED: Live = {
  stage: 'off',
  blinding: false,
  remote: [],
  htlcs: new Map(),
  sentUpdates: 0,
  sentStates: [],
  answer: false,
  lost: false,
  accepting: false,
  invokes: 0,
}

/** @param nodeId ours; 33 bytes, as `peerId` */
export function channelFacts(
  nodeId: Uint8Array,
  peerId: Uint8Array,
  peer: LinkId,
  chainHash: Uint8Array,
): ChannelFacts {
  return { nodeId, peerId, peer, channelId: hostedChannelId(nodeId, peerId), chainHash }
}

/** No channel yet: what there is of every peer. Nothing of it is stored while its phase is `new`. */
export function noChannel(facts: ChannelFacts): HostedChannel {
  return {
    facts,
    kept: { isHost: true, phase: 'new', own: [], htlcs: new Map(), signed: [], signedTheirs: [] },
    live: NOT_CONNECTED,
  }
}

export function entryKey(direction: Direction, id: bigint): string {
  return `${direction} ${id}`
}

/** The HTLC as it is now, uncommitted updates of the peer included. */
export function entryOf({ kept, live }: HostedChannel, direction: Direction, id: bigint): Entry | undefined {
  const key = entryKey(direction, id)
  return live.htlcs.get(key) ?? kept.htlcs.get(key)
}

/** True while HTLCs may be added. */
export function isUp({ kept, live }: HostedChannel): boolean {
  return live.stage === 'up' && kept.phase === 'open' && kept.errored === undefined
}

/** True while updates go over the connection: of an errored channel, too. */
export function isInAgreement({ kept, live }: HostedChannel): boolean {
  return live.stage === 'up' && kept.phase === 'open'
}

/**
 * What we own, less what we owe, by the committed state, msat: a client's balance and what it has in flight; for a host the same
 * of its client, negative.
 */
export function positionMsat({ kept }: HostedChannel): bigint {
  return kept.committed === undefined ? 0n : statePosition(kept.committed)
}

export function statePosition(state: HostedState): bigint {
  return state.isHost
    ? -(state.remoteBalanceMsat + sumMsat(state.incoming))
    : state.localBalanceMsat + sumMsat(state.outgoing)
}

export function preimageFits(preimage: Uint8Array, { terms }: HostedHtlc): boolean {
  return equalBytes(sha256(preimage), terms.paymentHash)
}

export function withKept(channel: HostedChannel, kept: Partial<Kept>): HostedChannel {
  return { ...channel, kept: { ...channel.kept, ...kept } }
}

export function withLive(channel: HostedChannel, live: Partial<Live>): HostedChannel {
  return { ...channel, live: { ...channel.live, ...live } }
}

/** A step to this state, with what it brings besides. */
export function stepTo(state: HostedChannel, rest: Partial<Omit<HostedStep, 'state'>> = {}): HostedStep {
  return { send: [], events: [], notices: [], ...rest, state }
}

/** One step after another. Nothing follows a hang-up. */
export function andThen(first: HostedStep, next: (state: HostedChannel) => HostedStep): HostedStep {
  if (first.hangUp !== undefined) return first
  const second = next(first.state)
  return {
    ...second,
    send: [...first.send, ...second.send],
    events: [...first.events, ...second.events],
    notices: [...first.notices, ...second.notices],
  }
}

/** Adds to a step whether it made the channel take HTLCs, or no more. */
export function announced(before: HostedChannel, step: HostedStep, why = 'the connection ended'): HostedStep {
  const now = isUp(step.state)
  if (isUp(before) === now) return step
  const reason = step.state.kept.errored?.why ?? step.hangUp ?? why
  return { ...step, events: [...step.events, now ? { type: 'up' } : { type: 'down', why: reason }] }
}
