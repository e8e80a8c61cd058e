import type { SciddirOrPubkey } from '../wire/codec.js'
import type { BlindedHop, BlindedPath } from './blinded-path.js'
import { blindHops, type HopToBlind } from './build.js'
import { type EncryptedData, encodeEncryptedData } from './encrypted-data.js'
import { blindingError } from './error.js'

/**
 * Two paths as one (rule B2). The last hop of `front` must lead to the first node of `back` and hold
 * `next_path_key_override` = its `first_path_key`; that stands encrypted, so that it cannot be checked here.
 */
export function joinPaths(front: BlindedPath, back: BlindedPath): BlindedPath {
  return { ...front, path: [...front.path, ...back.path] }
}

/** Where a message goes and to whom its onion is addressed, hop by hop. */
export interface MessageRoute {
  /** The connected peer that the message is handed to, 33 bytes. */
  readonly first_node_id: Uint8Array
  /** Stands beside the onion in that message, 33 bytes. */
  readonly path_key: Uint8Array
  /** The onion is encrypted to these blinded ids; each payload holds its hop's data (rule B4). */
  readonly hops: readonly BlindedHop[]
}

/** What `joinToPath` needs. */
export interface JoinToPath {
  /** The path that somebody gave us. */
  readonly path: BlindedPath
  /**
   * Real ids of the relays between us and the path's introduction node, the first one our peer; none when the
   * introduction node is our peer itself.
   */
  readonly relays: readonly Uint8Array[]
  /** 32 bytes, fresh for every message; unused without relays. */
  readonly sessionKey: Uint8Array
  /** Id of the path's introduction node, needed when the path names it by a channel. */
  readonly introduction?: Uint8Array
  /** How a relay's data are written in the generation used; today's BOLT 4 unless given. */
  readonly encodeData?: (data: Pick<EncryptedData, 'next_node_id' | 'next_path_key_override'>) => Uint8Array
}

/**
 * A route over our own relays into a path that somebody else made (rule B6): the relays are blinded by us, the last of them
 * is told to go on with the path's own `path_key`, and the path's hops follow as they are. Without relays the path's
 * `path_key` goes straight into the message.
 * @throws LnoError `BLINDED_PATH_EMPTY`, `BLINDED_PATH_UNRESOLVED`, `BAD_POINT`, `BAD_SECRET`
 */
export function joinToPath({
  path,
  relays,
  sessionKey,
  introduction,
  encodeData = encodeEncryptedData,
}: JoinToPath): MessageRoute {
  if (path.path.length === 0) throw blindingError('BLINDED_PATH_EMPTY', 'a path without hops leads nowhere')
  const entry = introductionOf(path.first_node_id, introduction)
  if (relays.length === 0) return { first_node_id: entry, path_key: path.first_path_key, hops: path.path }
  const own = relays.map((node_id, i): HopToBlind => {
    const next = relays[i + 1]
    const data = next ? { next_node_id: next } : { next_node_id: entry, next_path_key_override: path.first_path_key }
    return { node_id, data: encodeData(data) }
  })
  const blinded = blindHops(sessionKey, own)
  return {
    first_node_id: relays[0]!,
    path_key: blinded[0]!.path_key,
    hops: [
      ...blinded.map(({ blinded_node_id, encrypted_recipient_data }) => ({
        blinded_node_id,
        encrypted_recipient_data,
      })),
      ...path.path,
    ],
  }
}

/** One hop of a payment's onion within a blinded path. */
export interface PaymentHop {
  /** To whom the layer is encrypted, 33 bytes. */
  readonly node_id: Uint8Array
  readonly encrypted_recipient_data: Uint8Array
  /** For the payload of the introduction node alone. */
  readonly current_path_key?: Uint8Array
}

/**
 * The hops of a payment over a path (rules B4, B5): the introduction node by its real id with `current_path_key` in its
 * payload, because whoever relays to it knows nothing of blinding; then the blinded ids.
 * @param introduction id of the introduction node, needed when the path names it by a channel
 * @throws LnoError `BLINDED_PATH_EMPTY`, `BLINDED_PATH_UNRESOLVED`
 */
export function paymentHops(path: BlindedPath, introduction?: Uint8Array): readonly PaymentHop[] {
  if (path.path.length === 0) throw blindingError('BLINDED_PATH_EMPTY', 'a path without hops leads nowhere')
  const entry = introductionOf(path.first_node_id, introduction)
  return path.path.map(({ blinded_node_id, encrypted_recipient_data }, i) =>
    i === 0
      ? { node_id: entry, encrypted_recipient_data, current_path_key: path.first_path_key }
      : { node_id: blinded_node_id, encrypted_recipient_data },
  )
}

function introductionOf(first: SciddirOrPubkey, resolved: Uint8Array | undefined): Uint8Array {
  if ('node_id' in first) return first.node_id
  if (resolved !== undefined) return resolved
  throw blindingError(
    'BLINDED_PATH_UNRESOLVED',
    `nobody knows which node is meant by channel ${first.short_channel_id}`,
    {
      path: ['first_node_id'],
    },
  )
}
