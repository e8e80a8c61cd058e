import type { LnoError } from '../../base/error.js'
import type { PeerInfo } from './peer.js'

/**
 * What happens on connections, for logs, `lno events` and the parts of the node that care. Nothing that a stranger does
 * throws: it arrives here with a code. Texts of peers are made
 * printable (rule M12). Pings are not reported.
 */
export type ConnectionEvent =
  | { readonly type: 'peer_connected'; readonly peer: PeerInfo }
  | { readonly type: 'peer_disconnected'; readonly peer: PeerInfo; readonly error: LnoError }
  /** A call, in or out, that did not become a peer; `peerId` as far as it is known. */
  | {
      readonly type: 'connection_failed'
      readonly direction: 'in' | 'out'
      readonly address: string
      readonly peerId: string | undefined
      readonly error: LnoError
    }
  /** A peer that is kept connected could not be reached; it is called again after `retryInMs`. */
  | { readonly type: 'peer_unreachable'; readonly peerId: string; readonly error: LnoError; readonly retryInMs: number }
  /** Callers that were turned away, or failed and were not told singly, since the last such event: they are too many. */
  | { readonly type: 'callers_refused'; readonly count: number; readonly error: LnoError }
  /** An `error` or `warning` of a peer. All zeros in `channelId` (hex): it concerns the connection. */
  | {
      readonly type: 'peer_error' | 'peer_warning'
      readonly peerId: string
      readonly channelId: string
      readonly text: string
    }
  /** The peer wanted something of a channel, which this node does not have; it was told so. */
  | { readonly type: 'channel_refused'; readonly peerId: string; readonly messageType: number }
  /** Messages above the limit of their type, `count` of them since the last such event of this peer. */
  | {
      readonly type: 'messages_dropped'
      readonly peerId: string
      readonly messageType: number
      readonly count: number
      readonly error: LnoError
    }
  | { readonly type: 'handler_failed'; readonly peerId: string; readonly messageType: number; readonly error: LnoError }

/** The one sink of events. It must not throw. */
export type OnConnectionEvent = (event: ConnectionEvent) => void
