import type { BlindedPath } from '../blinding/blinded-path.js'
import { type BlindedHopSecrets, buildBlindedPath } from '../blinding/build.js'
import { messageHops } from '../blinding/message-hops.js'
import { encodeTlv } from '../wire/tlv.js'
import type { Generation } from './generation.js'

/** A way back to ourselves, in the form of one generation. */
export interface BuildReplyPath {
  readonly generation: Generation
  /** Real ids from the introduction node to ourselves, at least our own; 33 bytes each. */
  readonly nodeIds: readonly Uint8Array[]
  /** 32 bytes, fresh for every path: c-lightning takes no other length. Unused where the generation has no such secret. */
  readonly pathId: Uint8Array
  /** 32 bytes, fresh for every path. */
  readonly sessionKey: Uint8Array
}

/** What goes into `reply_path`, and how an answer is known by it. */
export interface BuiltReplyPath {
  readonly path: BlindedPath
  /** The `path_id` with which `peel` delivers what came over this path. */
  readonly proof: Uint8Array
}

/**
 * A reply path (rule O7). Never give two generations the same secrets: the same key would then encrypt two different texts.
 * @throws LnoError `BLINDED_PATH_EMPTY`, `BLINDED_PATH_TOO_LONG`, `BAD_POINT`, `BAD_SECRET`
 */
export function buildReplyPath({ generation, nodeIds, pathId, sessionKey }: BuildReplyPath): BuiltReplyPath {
  const hops = messageHops({
    nodeIds,
    ...(generation.pathProof === 'path_id' && { pathId }),
    pad: 'padding' in generation.encryptedDataTable,
    encodeData: (data) => encodeTlv(generation.encryptedDataTable, data),
  })
  const { path, secrets } = buildBlindedPath({ hops, sessionKey })
  return { path: inForm(generation, path, nodeIds[0]!), proof: proofOf(generation, pathId, secrets) }
}

/**
 * Where the sender's own hops are not blinded, neither is the first of a path; and where a path is known by its last `path_key`,
 * its last hop has nothing to find.
 */
function inForm({ pathBlinding, pathProof }: Generation, path: BlindedPath, first: Uint8Array): BlindedPath {
  const last = path.path.length - 1
  return {
    ...path,
    path: path.path.map(({ blinded_node_id, encrypted_recipient_data }, i) => ({
      blinded_node_id: i === 0 && pathBlinding === 'given paths' ? first : blinded_node_id,
      encrypted_recipient_data: i === last && pathProof === 'path_key' ? new Uint8Array(0) : encrypted_recipient_data,
    })),
  }
}

function proofOf({ pathProof }: Generation, pathId: Uint8Array, secrets: readonly BlindedHopSecrets[]): Uint8Array {
  return pathProof === 'path_id' ? pathId : secrets[secrets.length - 1]!.path_key
}
