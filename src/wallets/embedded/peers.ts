import type { LinkId } from '../../payments/link.js'

/** A connected peer, as far as payments are concerned. */
export interface WalletPeer {
  readonly id: LinkId
  /** Feature bits of its init, big-endian. */
  readonly features: Uint8Array
}

/** Hears of connections. Both are called in the order in which it happened. */
export interface PeerListener {
  /** All messages that come from now on are of this connection. */
  up(peer: WalletPeer): void
  down(peer: LinkId): void
}

/** What carries messages for the wallet: the node's connections, or what a test has in their place. */
export interface WalletPeers {
  /**
   * Hands a whole message, type first, to a connected peer. Whatever was taken arrives in order or the connection breaks.
   * @returns false when it was not taken: the peer is gone, or takes nothing
   */
  send(peer: LinkId, message: Uint8Array): boolean
  /** Ends the connection; what was taken before leaves first. */
  hangUp(peer: LinkId, why: string): void
  /** Registers the one reader of these types. It works at once and does not throw; messages are whole, type first. */
  onMessage(types: readonly number[], receive: (peer: LinkId, message: Uint8Array) => void): void
  /** Registers the one listener. It is told of later connections, not of those in `peers()`. */
  onPeer(listener: PeerListener): void
  /** All connected peers. */
  peers(): readonly WalletPeer[]
}
