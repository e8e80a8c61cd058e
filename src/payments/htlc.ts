/** What an HTLC promises (BOLT 2 `update_add_htlc`), without the channel that it is in. */
export interface HtlcTerms {
  /** msat */
  readonly amountMsat: bigint
  /** 32 bytes. */
  readonly paymentHash: Uint8Array
  /** Block height. */
  readonly cltvExpiry: number
  /** The onion packet, 1366 bytes. */
  readonly onion: Uint8Array
  /** `path_key` beside the onion, 33 bytes: the receiver is inside a blinded path. */
  readonly pathKey?: Uint8Array
}

/** How an HTLC is given back: by an encrypted failure, or by a node that could not read its onion (rules E1, E2). */
export type HtlcFailure =
  | {
      readonly type: 'fail'
      /** The return packet, encrypted for the origin. */
      readonly reason: Uint8Array
      /** `attribution_data`, 920 bytes (rule E4). */
      readonly attribution?: Uint8Array
    }
  | {
      readonly type: 'malformed'
      /** 32 bytes; may be zeros. */
      readonly sha256OfOnion: Uint8Array
      /** With `BADONION` set. */
      readonly failureCode: number
    }

/** Which way money goes in a channel: `out` are the HTLCs that we offered. */
export type Direction = 'in' | 'out'

/**
 * States of an HTLC in one channel, from the side that keeps the table. A state is *committed* when both sides have signed it.
 *
 * - `proposed`: added, not yet committed. Of the other side's it is forgotten when the connection breaks.
 * - `locked`: committed. Only now is an incoming one forwarded or taken.
 * - `fulfilled`, `failed`: its removal is under way, not committed. The preimage of an outgoing one counts from now on.
 * - `disputed`: the channel is errored and it expired; an override resolves it.
 * - `settled`, `returned`: gone for good, paid or given back.
 */
export type HtlcState = 'proposed' | 'locked' | 'fulfilled' | 'failed' | 'disputed' | 'settled' | 'returned'

/**
 * What moves an HTLC.
 *
 * - `commit`: a state was cross-signed that has it (or its removal) in it.
 * - `preimage`, `fail`: the receiver removes it.
 * - `forget`: the connection broke before the other side's last updates were committed.
 * - `dispute`: it expired while it was in the channel.
 * - `override_paid`, `override_returned`: an override gave its amount to the receiver, or to the one who offered it.
 */
export type HtlcEvent = 'commit' | 'preimage' | 'fail' | 'forget' | 'dispute' | 'override_paid' | 'override_returned'

type Moves = Readonly<Partial<Record<HtlcEvent, HtlcState>>>

/**
 * The table. An event without an entry is impossible in that state: for a peer's message it is a violation, for a step of ours
 * a defect.
 */
export const HTLC_STATES: Readonly<Record<Direction, Readonly<Record<HtlcState, Moves>>>> = {
  out: {
    proposed: {
      commit: 'locked',
      forget: 'proposed', // signed by us, so it is offered again and never dropped
      dispute: 'disputed',
      override_paid: 'settled',
      override_returned: 'returned',
    },
    locked: {
      preimage: 'fulfilled',
      fail: 'failed',
      forget: 'locked',
      dispute: 'disputed',
      override_paid: 'settled',
      override_returned: 'returned',
    },
    fulfilled: {
      commit: 'settled',
      forget: 'fulfilled', // the preimage is known, whatever the other side remembers
      preimage: 'fulfilled',
      dispute: 'disputed',
      override_paid: 'settled',
      override_returned: 'returned',
    },
    failed: {
      commit: 'returned',
      forget: 'locked', // the other side may yet do otherwise
      dispute: 'disputed',
      override_paid: 'settled',
      override_returned: 'returned',
    },
    disputed: { override_paid: 'settled', override_returned: 'returned' },
    settled: {},
    returned: {},
  },
  in: {
    proposed: { commit: 'locked', forget: 'returned', override_paid: 'settled', override_returned: 'returned' },
    locked: {
      preimage: 'fulfilled',
      fail: 'failed',
      forget: 'locked',
      dispute: 'disputed',
      override_paid: 'settled',
      override_returned: 'returned',
    },
    fulfilled: {
      commit: 'settled',
      forget: 'fulfilled', // sent again
      dispute: 'disputed',
      override_paid: 'settled',
      override_returned: 'returned',
    },
    failed: {
      commit: 'returned',
      forget: 'failed',
      dispute: 'disputed',
      override_paid: 'settled',
      override_returned: 'returned',
    },
    disputed: { override_paid: 'settled', override_returned: 'returned' },
    settled: {},
    returned: {},
  },
}

/** The state after an event, or undefined when the event is impossible in that state. */
export function nextHtlcState(direction: Direction, state: HtlcState, event: HtlcEvent): HtlcState | undefined {
  return HTLC_STATES[direction][state][event]
}
