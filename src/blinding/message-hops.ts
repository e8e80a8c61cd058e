import type { HopToBlind } from './build.js'
import { type EncryptedData, encodeEncryptedData } from './encrypted-data.js'
import { blindingError } from './error.js'
import { padToEqual } from './padding.js'

/** Writes a hop's data as a generation of onion messages has them. */
export type EncodeHopData = (data: EncryptedData) => Uint8Array

/**
 * The data of one hop of a path for messages, once it is known that they may stand there.
 * @throws LnoError `BLINDED_PATH_FOR_PAYMENTS` (rule O1), `BLINDED_PATH_NO_NEXT` (rule O2), `BLINDED_PATH_NOT_VIABLE` when
 * the last hop is told to go on or another one has a `path_id` (its relay would drop the message, rule O12)
 */
export function messageHopData(
  data: EncryptedData,
  { final, encodeData = encodeEncryptedData }: { readonly final: boolean; readonly encodeData?: EncodeHopData },
): Uint8Array {
  if (data.payment_relay !== undefined || data.payment_constraints !== undefined) {
    throw blindingError('BLINDED_PATH_FOR_PAYMENTS', 'a path for messages with fees or limits of payments', {
      rule: 'O1',
    })
  }
  const goesOn = data.next_node_id !== undefined || data.short_channel_id !== undefined
  if (!final && !goesOn) {
    throw blindingError('BLINDED_PATH_NO_NEXT', 'a hop that is not the last without next_node_id or short_channel_id', {
      rule: 'O2',
    })
  }
  if (final && goesOn) throw blindingError('BLINDED_PATH_NOT_VIABLE', 'the last hop is told to go on', { rule: 'B1' })
  if (!final && data.path_id !== undefined) {
    throw blindingError('BLINDED_PATH_NOT_VIABLE', 'a path_id in a hop that is not the last', { rule: 'O12' })
  }
  return encodeData(data)
}

/**
 * How many dummy hops a path gets at most. Each costs us as much work as a message, so that a node limits how often a message
 * may name it in a row (pitfall 31); paths of its own must stay within.
 */
export const MAX_DUMMY_HOPS = 10

/** What `messageHops` needs. */
export interface MessageHops {
  /** Real ids from the introduction node to ourselves, at least our own; 33 bytes each. */
  readonly nodeIds: readonly Uint8Array[]
  /** The secret by which we know the path again; without one anybody could have made it (rule B9). */
  readonly pathId?: Uint8Array
  /** Channels by which hop i shall find hop i + 1, in place of the node id: shorter, but the hop must know the channel. */
  readonly channels?: readonly (bigint | undefined)[]
  /**
   * Hops to ourselves behind ourselves, to hide how long the path is (rule B3). Only for a path whose relays pass on to us:
   * a relay sees nothing of them, we peel them one by one. At most `MAX_DUMMY_HOPS`.
   */
  readonly dummyHops?: number
  /** Whether all hops get data of one length; true unless told otherwise (a generation may not know padding). */
  readonly pad?: boolean
  readonly encodeData?: EncodeHopData
}

/**
 * The hops of a path for messages to ourselves, viable by construction: each names the one behind it (rules B1, O1, O2).
 * `buildBlindedPath` blinds them.
 *
 * A dummy hop is a hop to ourselves that names ourselves as the next; nothing marks it, because nobody else can read it.
 * That all of them were gone through needs no count (pitfall 28): the `path_id` stands in the very last hop only, whose
 * `path_key` follows from the dummy hops before it and our own secret, so that nobody can begin behind them; and a message
 * that ends at one of them shows a hop that goes on and no `path_id`, which `assertPathId` refuses.
 * @throws LnoError `BLINDED_PATH_EMPTY`, `BLINDED_PATH_TOO_LONG`, `BLINDED_PATH_DATA_TOO_LONG`
 */
export function messageHops(options: MessageHops): readonly HopToBlind[] {
  const { nodeIds, pathId, channels = [], dummyHops = 0, pad = true, encodeData } = options
  const self = nodeIds[nodeIds.length - 1]
  if (self === undefined) throw blindingError('BLINDED_PATH_EMPTY', 'a path needs at least the node that it ends at')
  if (!Number.isInteger(dummyHops) || dummyHops < 0 || dummyHops > MAX_DUMMY_HOPS) {
    throw blindingError('BLINDED_PATH_TOO_LONG', `${dummyHops} dummy hops, between 0 and ${MAX_DUMMY_HOPS} allowed`)
  }
  const ids = [...nodeIds, ...Array.from({ length: dummyHops }, () => self)]
  const data = ids.map((_, i) => {
    const next = ids[i + 1]
    const channel = i < nodeIds.length - 1 ? channels[i] : undefined
    const final = next === undefined
    const said = final
      ? { ...(pathId && { path_id: pathId }) }
      : channel === undefined
        ? { next_node_id: next }
        : { short_channel_id: channel }
    return messageHopData(said, { final, ...(encodeData && { encodeData }) })
  })
  const padded = pad ? padToEqual(data) : data
  return ids.map((node_id, i) => ({ node_id, data: padded[i]! }))
}
