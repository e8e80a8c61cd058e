import type { HostedNotice, HostPolicy } from './hosted/channel.js'
import type { Link, LinkContext, LinkId, LinkStep } from './link.js'
import type { CoreOptions } from './step.js'

/** What else happens to a channel, for the books and for people. */
export type ChannelNotice = HostedNotice

/** What a step of a channel brought. */
export interface ChannelStep<S> extends LinkStep<S> {
  readonly notices: readonly ChannelNotice[]
}

/**
 * A kind of channels: beyond what the engine needs of a `Link`, all that the core needs to open, keep and end one. Pure functions; `S`
 * is the state of the channel with one peer, whether there is one or not.
 */
export interface ChannelKind<S> extends Link<S> {
  /** The state with a peer with whom there is nothing. */
  none(peer: LinkId): S
  /** False while there is nothing that would have to be stored. */
  stored(state: S): boolean
  encode(state: S): Uint8Array
  /** @throws LnoError the TLV stream's codes */
  decode(bytes: Uint8Array, peer: LinkId): S
  /** True when both are stored as the same. */
  same(a: S, b: S): boolean
  /** msat: what the peer owes us by the committed state, less what we owe. */
  position(state: S): bigint

  /**
   * The state as the peer has signed it, for a file: what a client can show of what its host owes.
   * @throws LnoError when there is none
   */
  exported(state: S, nodeSecret: Uint8Array): string

  connected(state: S, features: Uint8Array, context: LinkContext): ChannelStep<S>
  disconnected(state: S, context: LinkContext): ChannelStep<S>
  /** Takes a whole message, type first. Never throws for what a peer sends. */
  receive(state: S, message: Uint8Array, policy: HostPolicy, context: LinkContext): ChannelStep<S>
  /** The chain is higher. */
  tick(state: S, context: LinkContext): ChannelStep<S>

  /** @throws LnoError when the channel is not in a state for that, as the three below */
  open(
    state: S,
    wish: { readonly secret?: Uint8Array; readonly minCapacityMsat?: bigint },
    context: LinkContext,
  ): ChannelStep<S>
  close(state: S, context: LinkContext): ChannelStep<S>
  proposeOverride(state: S, localMsat: bigint | undefined, context: LinkContext): ChannelStep<S>
  acceptOverride(state: S, localMsat: bigint, context: LinkContext): ChannelStep<S>
}

/** Makes a kind of channels for a node. */
export type MakeChannelKind<S> = (options: CoreOptions, nodeId: Uint8Array) => ChannelKind<S>
