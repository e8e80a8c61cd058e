import { equalSecrets } from '../crypto/equal.js'
import type { EncryptedData } from './encrypted-data.js'
import { blindingError } from './error.js'

/** What the last hop of a path says about where it leads. */
export type ArrivalData = Pick<EncryptedData, 'path_id' | 'next_node_id' | 'short_channel_id'>

/**
 * The `path_id` with which something arrived at the end of a path, or undefined when it has none.
 * @throws LnoError `BLINDED_PATH_CUT_SHORT` when it ended at a hop that goes on: a dummy hop of ours, or a relay's
 */
export function arrivedPathId(data: ArrivalData): Uint8Array | undefined {
  if (data.next_node_id !== undefined || data.short_channel_id !== undefined) {
    throw blindingError('BLINDED_PATH_CUT_SHORT', 'it ended at a hop that was to pass it on', { rule: 'B9' })
  }
  return data.path_id
}

/**
 * Refuses what did not arrive over the path that was made for this purpose (rule B9; pitfalls 20 to 22). Takes no time that
 * tells how much of a guess was right.
 * @param expected the `path_id` of that path
 * @throws LnoError `BLINDED_PATH_CUT_SHORT`, `BLINDED_PATH_WRONG_PURPOSE`
 */
export function assertPathId(data: ArrivalData, expected: Uint8Array): void {
  const arrived = arrivedPathId(data)
  if (arrived === undefined || !equalSecrets(arrived, expected)) {
    throw blindingError('BLINDED_PATH_WRONG_PURPOSE', 'it came over no path that was made for this', { rule: 'B9' })
  }
}

/** True for data of a dummy hop: a hop of ours that leads to ourselves (rule B3). */
export function isDummyHop(data: ArrivalData, ownNodeId: Uint8Array): boolean {
  return data.next_node_id !== undefined && equalSecrets(data.next_node_id, ownNodeId)
}
