import type { Random } from '../base/effects.js'
import type { HtlcFailure, HtlcTerms } from './htlc.js'

/** Names a channel: the peer's node id, 66 hex digits. With one peer there is at most one. */
export type LinkId = string

/** What every step may use. */
export interface LinkContext {
  /** Our node's secret, 32 bytes. */
  readonly nodeSecret: Uint8Array
  readonly random: Random
  /** Unix milliseconds. */
  readonly now: number
  /** Block height, if anybody knows it. */
  readonly height: number | undefined
}

/** What a channel tells of its HTLCs; ids count within channel and direction. */
export type LinkEvent =
  /** It takes HTLCs now. */
  | { readonly type: 'up' }
  /** It takes none: the connection broke, or it is errored or closed. HTLCs in it stay. */
  | { readonly type: 'down'; readonly why: string }
  /** An incoming HTLC is committed: to be forwarded, taken or refused. Told once for each. */
  | { readonly type: 'locked_in'; readonly id: bigint; readonly terms: HtlcTerms }
  /** Our removal of an incoming HTLC is committed. */
  | { readonly type: 'settled_in' | 'returned_in'; readonly id: bigint; readonly amountMsat: bigint }
  /** The preimage of an outgoing HTLC came (it fits). It counts at once, committed or not. May be told again. */
  | {
      readonly type: 'preimage_out'
      readonly id: bigint
      readonly preimage: Uint8Array
      readonly attribution?: Uint8Array
    }
  /** An outgoing HTLC was paid, and that is committed. */
  | { readonly type: 'settled_out'; readonly id: bigint; readonly amountMsat: bigint }
  /**
   * An outgoing HTLC was given back, and that is committed, or an override decided it. Without a failure when that was forgotten, and
   * after an override, which may have given the amount away all the same; `overridden` is also what a state decided that we had forgotten.
   */
  | { readonly type: 'returned_out'; readonly id: bigint; readonly failure?: HtlcFailure; readonly overridden?: true }
  /**
   * The HTLC expired in the channel, which is errored now. An outgoing one counts as given back from here on: what it was
   * forwarded from may be failed. Who gets its amount, an override says: `settled_…` or `returned_…` follows then.
   */
  | { readonly type: 'disputed_in' | 'disputed_out'; readonly id: bigint; readonly amountMsat: bigint }

/** What a step brought. */
export interface LinkStep<S> {
  readonly state: S
  /** Whole messages for the peer, type first, in order. They leave once the state is stored. */
  readonly send: readonly Uint8Array[]
  readonly events: readonly LinkEvent[]
  /** The two sides have lost track of each other: hang up, and find together again with the next connection. Why, for the log. */
  readonly hangUp?: string
}

/** Why a channel does not take an HTLC; nothing has changed. */
export type LinkRefusal =
  /** Not connected, not in agreement yet, errored, or closed. */
  | 'down'
  | 'insufficient_balance'
  | 'below_minimum'
  /** More HTLCs, or a larger sum of them, than the other side takes at once. */
  | 'too_many_in_flight'
  /** It has a `path_key`, and the peer does not offer bits 25 and 257. */
  | 'no_blinding'
  /** Nobody knows the height. */
  | 'no_height'

/** A channel as it is seen from outside. All amounts in msat. */
export interface LinkView {
  readonly peer: LinkId
  readonly status: 'opening' | 'down' | 'up' | 'errored' | 'closed'
  readonly weAreHost: boolean
  readonly capacityMsat: bigint
  /**
   * Ours, without what is in flight. An HTLC is in flight from its add, committed or not, until its removal is committed: then
   * `settled_…` or `returned_…` is told, and what we own changes with the ledger.
   */
  readonly localMsat: bigint
  readonly remoteMsat: bigint
  readonly inFlightInMsat: bigint
  readonly inFlightOutMsat: bigint
  readonly htlcMinimumMsat: bigint
  /** What an HTLC to the peer may be at most now. */
  readonly sendableMsat: bigint
  /** What an HTLC of the peer may be at most now. */
  readonly receivableMsat: bigint
  /** The peer offers route blinding (25) and hosted channels (257). */
  readonly blinding: boolean
  /** Why it is errored. `why` may be a peer's text. */
  readonly trouble?: { readonly byUs: boolean; readonly code: string; readonly why: string }
  /** What would be ours by the override that is proposed and not accepted yet. */
  readonly overrideMsat?: bigint
}

/**
 * What the engine needs of a kind of channel: pure functions over the channel's state `S`. Updates are collected and leave with
 * one signature when `flush` is called, at the end of a step.
 */
export interface Link<S> {
  view(state: S): LinkView
  /** Offers an HTLC. Its id is the one that its events will have. */
  add(
    state: S,
    terms: HtlcTerms,
    context: LinkContext,
  ): { readonly step: LinkStep<S>; readonly id: bigint } | { readonly refused: LinkRefusal }
  /** Pays an incoming, locked HTLC; works while the channel is down. Without effect when it is disputed or gone. */
  fulfil(
    state: S,
    id: bigint,
    preimage: Uint8Array,
    attribution: Uint8Array | undefined,
    context: LinkContext,
  ): LinkStep<S>
  /** Gives an incoming, locked HTLC back; works while the channel is down. Without effect when it is disputed or gone. */
  fail(state: S, id: bigint, failure: HtlcFailure, context: LinkContext): LinkStep<S>
  /** Signs what was collected, if anything was and the channel is up. */
  flush(state: S, context: LinkContext): LinkStep<S>
}
