import { LnoError } from '../../base/error.js'
import type { Address } from '../../wire/address.js'
import { decodeMessage } from '../../wire/message.js'
import { INIT } from '../../wire/messages/init.js'
import { judgeInit, type OwnInit, onionMessageRelay } from '../../wire/negotiate.js'

/** What a peer's init said, judged. */
export interface PeerInit {
  /** Both bitmaps of its init joined (BOLT 9), big-endian. */
  readonly features: Uint8Array
  /** By features 38/39 and 66/67: forwards onion messages for everyone, for its channel peers only, or not at all. */
  readonly onionMessages: 'yes' | 'channels-only' | 'no'
  /** Our own address as the peer sees it, if it said one that can be read (rule M10). Untrusted. */
  readonly remoteAddr: Address | undefined
}

/** What is known of a connected peer; a snapshot. */
export interface PeerInfo extends PeerInit {
  /** Node id, 66 lower-case hex digits. */
  readonly id: string
  /** Address as people read it. */
  readonly address: string
  /** `out`: this node called. */
  readonly direction: 'in' | 'out'
  /** Unix time in milliseconds at which its init had come. */
  readonly since: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** True when the user wants it connected. */
  readonly kept: boolean
}

/**
 * Reads a peer's init (a whole message); an error is why the two nodes do not fit (rule M8).
 * @throws LnoError when it does not have init's form
 */
export function readPeerInit(message: Uint8Array, ours: OwnInit): PeerInit | LnoError {
  const { fields } = decodeMessage(INIT, message)
  const { features, issues, close } = judgeInit({ ours, theirs: fields })
  if (close && issues[0] !== undefined) {
    return issues.length === 1
      ? issues[0]
      : new LnoError(issues[0].code, issues.map((issue) => issue.message).join('; '), { rule: 'M8', cause: issues })
  }
  const { remote_addr } = fields
  return {
    features,
    onionMessages: onionMessageRelay(features),
    remoteAddr: remote_addr === undefined || remote_addr.kind === 'opaque' ? undefined : remote_addr,
  }
}
