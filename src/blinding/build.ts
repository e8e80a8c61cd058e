import { seal } from '../crypto/cipher.js'
import { ecdh, mulPoint, mulScalar, publicKey } from '../crypto/group.js'
import type { SciddirOrPubkey } from '../wire/codec.js'
import type { BlindedHop, BlindedPath } from './blinded-path.js'
import { blindingError } from './error.js'
import { blindingFactor, pathKeyFactor, rhoOf } from './keys.js'

/** The number of hops is written in one byte. */
export const MAX_PATH_HOPS = 255

/** What fits the two bytes of length in front of a hop's encrypted data, less the tag. */
export const MAX_HOP_DATA = 65535 - 16

/** One hop of a path to be made. */
export interface HopToBlind {
  /** The real id of the node, 33 bytes. */
  readonly node_id: Uint8Array
  /** Its `encrypted_data_tlv`, encoded by the table of whatever generation it is for. */
  readonly data: Uint8Array
}

/** All that the creator of a path knows of one hop. Secret: `path_privkey` and `shared_secret` undo the blinding. */
export interface BlindedHopSecrets extends BlindedHop {
  readonly node_id: Uint8Array
  /** e, 32 bytes. */
  readonly path_privkey: Uint8Array
  /** E = e·G, 33 bytes: the `path_key` that the hop will be handed. */
  readonly path_key: Uint8Array
  /** ss = SHA256(e·N), 32 bytes. */
  readonly shared_secret: Uint8Array
  /** Key of the hop's data, 32 bytes. */
  readonly rho: Uint8Array
}

/**
 * Blinds hops one behind the other, as the creator of a path does (BOLT 4, "Route Blinding"): three multiplications a hop.
 * @param sessionKey 32 bytes, fresh for every path (pitfall 38): with it anybody can undo the blinding
 * @throws LnoError `BLINDED_PATH_EMPTY`, `BLINDED_PATH_DATA_TOO_LONG`, `BAD_POINT` (a node id), `BAD_SECRET` (the session key)
 */
export function blindHops(sessionKey: Uint8Array, hops: readonly HopToBlind[]): readonly BlindedHopSecrets[] {
  if (hops.length === 0) throw blindingError('BLINDED_PATH_EMPTY', 'a path needs at least one hop')
  let path_privkey = sessionKey
  return hops.map(({ node_id, data }, i) => {
    if (data.length > MAX_HOP_DATA) {
      throw blindingError('BLINDED_PATH_DATA_TOO_LONG', `${data.length} bytes of data for hop ${i}`, {
        path: ['hops', i],
      })
    }
    const path_key = publicKey(path_privkey)
    const shared_secret = ecdh(path_privkey, node_id)
    const rho = rhoOf(shared_secret)
    const hop = {
      node_id,
      path_privkey,
      path_key,
      shared_secret,
      rho,
      blinded_node_id: mulPoint(node_id, blindingFactor(shared_secret)),
      encrypted_recipient_data: seal(rho, data),
    }
    path_privkey = mulScalar(path_privkey, pathKeyFactor(path_key, shared_secret))
    return hop
  })
}

/** What `buildBlindedPath` needs. */
export interface BuildBlindedPath {
  /** From the introduction node to ourselves. */
  readonly hops: readonly HopToBlind[]
  /** 32 bytes, fresh for every path. */
  readonly sessionKey: Uint8Array
  /** How the path names its introduction node; its id unless a channel and direction are given (a quarter of the bytes). */
  readonly firstNodeId?: SciddirOrPubkey
}

/** A path to hand out, with what its creator knows of each hop. */
export interface BuiltBlindedPath {
  readonly path: BlindedPath
  readonly secrets: readonly BlindedHopSecrets[]
}

/**
 * A blinded path (rule B1): introduction node, `path_key`, and a blinded id with encrypted data for every node, the last
 * one included. What the data say, and that they lead from hop to hop, is the business of `messageHops` and of payments.
 * @throws LnoError as `blindHops`, and `BLINDED_PATH_TOO_LONG`
 */
export function buildBlindedPath({ hops, sessionKey, firstNodeId }: BuildBlindedPath): BuiltBlindedPath {
  if (hops.length > MAX_PATH_HOPS) {
    throw blindingError('BLINDED_PATH_TOO_LONG', `${hops.length} hops, at most ${MAX_PATH_HOPS} can be written`)
  }
  const secrets = blindHops(sessionKey, hops)
  const first = secrets[0]!
  return {
    path: {
      first_node_id: firstNodeId ?? { node_id: first.node_id },
      first_path_key: first.path_key,
      path: secrets.map(({ blinded_node_id, encrypted_recipient_data }) => ({
        blinded_node_id,
        encrypted_recipient_data,
      })),
    },
    secrets,
  }
}
