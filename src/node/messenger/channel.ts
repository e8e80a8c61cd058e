import type { Connections } from '../connections/connections.js'
import { ONION_MESSAGE_LIMIT } from '../connections/limits.js'
import type { PeerInfo } from '../connections/peer.js'
import type { SendResult } from './outbox.js'
import type { NodeId } from './routes.js'

/** Receives one message of a peer: `payload` is what stands behind the type. It works at once and does not throw. */
export type OnMessage = (peer: NodeId, type: number, payload: Uint8Array) => void

/** A peer as far as messages are concerned: all that a node which lends us its connections has to know of one. */
export type ChannelPeer = Pick<PeerInfo, 'id' | 'onionMessages'>

/**
 * What carries raw peer messages for the onion messenger: our own connections, or the interface for custom messages of another
 * node, whose peers are then ours. Types are odd or known to both sides; nothing else is asked of the carrier.
 *
 * @example
 * ```ts
 * const readers = new Map<number, OnMessage>()
 * other.onCustomMessage = (peer, type, data) => readers.get(type)?.(peer, type, data)
 * const channel: MessageChannel = {
 *   send: (peer, type, payload) => (other.sendCustomMessage(peer, type, payload) ? 'sent' : 'not-connected'),
 *   onMessage: (types, receive) => types.forEach((type) => readers.set(type, receive)),
 *   peer: (id) => channel.peers().find((peer) => peer.id === id),
 *   peers: () => other.peers().map((id) => ({ id, onionMessages: 'yes' })),
 * }
 * const node = await createNode({ ...options, channel: () => channel })
 * ```
 */
export interface MessageChannel {
  /**
   * Hands a message to a connected peer; does not throw. After `queued`, `onLeft` is called when it has left, if ever: only a
   * carrier whose peers are told to be gone (`OnionMessenger.onPeerGone`) may answer so, since the message is waited for until then.
   * @param payload what stands behind the two bytes of the type; 65533 bytes at most
   */
  send(peer: NodeId, type: number, payload: Uint8Array, onLeft?: () => void): SendResult
  /**
   * Registers the one reader of these types; a limit that a carrier has for a peer is for all of them together. Types that nobody
   * registers never reach us and cost nothing. A carrier that cannot limit what it takes passes everything on; the engine refuses
   * what is too large before it computes anything.
   */
  onMessage(types: readonly number[], receive: OnMessage): void
  /** Undefined unless it is connected. */
  peer(peer: NodeId): ChannelPeer | undefined
  peers(): readonly ChannelPeer[]
}

/** Our own connections as a carrier: with a limit a peer in front of all computing, one costly message a turn. */
export function channelOver(connections: Pick<Connections, 'handle' | 'send' | 'peer' | 'peers'>): MessageChannel {
  return {
    send: (peer, type, payload, onLeft) => {
      const message = new Uint8Array(2 + payload.length)
      message[0] = type >> 8
      message[1] = type & 0xff
      message.set(payload, 2)
      return connections.send(peer, message, onLeft)
    },
    onMessage: (types, receive) => connections.handle(types, receive, { expensive: true, limit: ONION_MESSAGE_LIMIT }),
    peer: (id) => connections.peer(id),
    peers: () => connections.peers(),
  }
}
