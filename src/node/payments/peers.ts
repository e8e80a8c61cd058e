import type { WalletPeers } from '../../wallets/embedded/peers.js'
import type { ConnectionEvent, Connections } from '../connections/index.js'

/** Peers of the embedded wallet, over the node's connections. */
export interface ConnectionPeers extends WalletPeers {
  /** Is told of everything that happens on the connections. */
  onConnectionEvent(event: ConnectionEvent): void
}

type Used = Pick<Connections, 'handle' | 'send' | 'hangUp' | 'peers'>

/**
 * The node's connections as carriers of hosted channels. There is no limit that drops messages: one that is missing leaves a
 * gap, and the wallet hangs up on whoever sends more than it can store. Each message has public-key work behind it, and its turn.
 * @param connections as they are when the first message is sent
 */
export function connectionPeers(connections: () => Used): ConnectionPeers {
  let told: (event: ConnectionEvent) => void = () => undefined
  return {
    send: (peer, message) => {
      const result = connections().send(peer, message)
      return result === 'sent' || result === 'queued'
    },
    hangUp: (peer, why) => connections().hangUp(peer, why),
    onMessage: (types, receive) =>
      connections().handle(
        types,
        (peer, type, payload) => {
          const message = new Uint8Array(2 + payload.length)
          message[0] = type >> 8
          message[1] = type & 0xff
          message.set(payload, 2)
          receive(peer, message)
        },
        { expensive: true },
      ),
    onPeer: ({ up, down }) => {
      told = (event) => {
        if (event.type === 'peer_connected') up(event.peer)
        if (event.type === 'peer_disconnected') down(event.peer.id)
      }
    },
    peers: () => connections().peers(),
    onConnectionEvent: (event) => told(event),
  }
}
