import { toHex } from '../../base/hex.js'
import type { PeerMessage } from '../connections/tap.js'
import type { JsonEvent } from '../events.js'
import { isoTime } from '../iso-time.js'
import { CAPTURE_VERSION, type CaptureHeader, MAX_CAPTURE_LINE, MAX_NOTE_LENGTH } from './format.js'

/** What a capture is begun with. */
export interface CaptureOptions extends Omit<CaptureHeader, 'kind' | 'capture'> {
  /**
   * The node's own key, 32 bytes: only when the user asked for it and was told that whoever reads the capture can then act as this
   * node.
   */
  readonly nodeKey?: Uint8Array
}

/** Writes one down. `message` and `event` fit a node's `tap` and `onEvent`. */
export interface CaptureWriter {
  message(message: PeerMessage): void
  event(event: JsonEvent): void
  /** `at` is Unix milliseconds. */
  note(text: string, at: number): void
}

/** Begins a capture: its first line (and the key, if one is given) is written before this returns. */
export function captureTo(write: (line: string) => void, options: CaptureOptions): CaptureWriter {
  const { lno, network, nodeId, startedAt, nodeKey } = options
  let t = 0
  const line = (members: Readonly<Record<string, unknown>>): void => write(`${JSON.stringify(members)}\n`)
  const timed = (at: number, members: Readonly<Record<string, unknown>>): void => {
    // A clock that was set back must not make a line older than the one before it.
    t = Math.max(t, Math.floor(at - startedAt))
    line({ t, ...members })
  }

  line({ capture: CAPTURE_VERSION, lno, network, node_id: nodeId, started: isoTime(startedAt) })
  if (nodeKey !== undefined) line({ t, keys: { node_id: nodeId, node_key: toHex(nodeKey) } })
  return {
    message: ({ at, direction, peerId, bytes }) =>
      timed(at, { dir: direction, peer: peerId, type: bytes[0]! * 256 + bytes[1]!, bytes: toHex(bytes) }),
    event: (event) => {
      const at = Date.parse(event.at)
      // In UTF-8 it may be three times as long; a reader would refuse the whole file for it.
      if (JSON.stringify(event).length * 3 < MAX_CAPTURE_LINE) timed(at, { event })
      else timed(at, { note: `an event of kind ${event.kind} is left out: it is too long` })
    },
    note: (text, at) => timed(at, { note: text.slice(0, MAX_NOTE_LENGTH) }),
  }
}
