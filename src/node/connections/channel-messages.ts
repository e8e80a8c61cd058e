import { Reader } from '../../wire/reader.js'

/**
 * Messages of BOLT 2 that a peer may send to a node without channels in good faith: it wants one, or believes that there
 * is one. Where in the payload the id of that channel stands: behind the chain hash of `open_channel` (32) and
 * `open_channel2` (64), where it is the temporary one, and first in `channel_reestablish` (136).
 */
const CHANNEL_ID_AT: ReadonlyMap<number, number> = new Map([
  [32, 32],
  [64, 32],
  [136, 0],
])

/**
 * The id (32 bytes) to which such a message is answered with an `error`, so that the peer gives up that channel and not
 * the connection; undefined for all other messages.
 * @throws LnoError `WIRE_TRUNCATED`
 */
export function refusedChannelId(messageType: number, payload: Uint8Array): Uint8Array | undefined {
  const offset = CHANNEL_ID_AT.get(messageType)
  if (offset === undefined) return undefined
  const reader = new Reader(payload)
  reader.take(offset)
  return reader.take(32)
}
