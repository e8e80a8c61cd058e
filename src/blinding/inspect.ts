import { equalBytes } from '../base/bytes.js'
import type { LnoError } from '../base/error.js'
import { publicKey } from '../crypto/group.js'
import { decode, type SciddirOrPubkey } from '../wire/codec.js'
import type { Partially, Table, TlvStream } from '../wire/tlv.js'
import { type BlindedHop, type BlindedPath, blindedPath } from './blinded-path.js'
import { isHopDataError, nextPathKey, type PathShare, readHopData, sharePath } from './unblind.js'

/** The Poly1305 tag behind a hop's data. */
const TAG_LENGTH = 16

/** What can be said of a path without any secret. */
export interface PathReport {
  readonly path: BlindedPath
  /** Whom to send to; by a channel and a direction where the creator wanted the path short. */
  readonly introduction: SciddirOrPubkey
  readonly path_key: Uint8Array
  readonly hops: readonly {
    readonly blinded_node_id: Uint8Array
    /** Bytes of `encrypted_recipient_data`. */
    readonly encryptedBytes: number
    /** Bytes of the data inside; undefined when there are too few for the tag, so that they can never decrypt. */
    readonly dataBytes: number | undefined
  }[]
  /** True when all hops have data of one length, as they should (rule B3). Which hops are dummies cannot be seen. */
  readonly equalLengths: boolean
}

/**
 * Describes a path as it stands on the wire.
 * @throws LnoError the codes of `blinded_path`: `WIRE_TRUNCATED`, `WIRE_BAD_POINT`, `BAD_SCIDDIR`, `WIRE_TRAILING_BYTES`
 */
export function inspectPath(bytes: Uint8Array): PathReport {
  return describePath(decode(blindedPath, bytes))
}

/** The same for a path that was read already. */
export function describePath(path: BlindedPath): PathReport {
  const hops = path.path.map(({ blinded_node_id, encrypted_recipient_data: { length } }) => ({
    blinded_node_id,
    encryptedBytes: length,
    dataBytes: length < TAG_LENGTH ? undefined : length - TAG_LENGTH,
  }))
  return {
    path,
    introduction: path.first_node_id,
    path_key: path.first_path_key,
    hops,
    equalLengths: hops.every(({ encryptedBytes }) => encryptedBytes === hops[0]!.encryptedBytes),
  }
}

/** A hop of a path as far as our secrets open it. */
export interface OpenedHop<T extends Table> {
  /** Position in the path, from 0. */
  readonly index: number
  /** The real id of its node, 33 bytes. */
  readonly node_id: Uint8Array
  readonly share: PathShare
  /** Absent when its data are refused; `error` says why. */
  readonly data?: TlvStream<Partially<T>>
  readonly error?: LnoError
  /** What its node passes on; absent with an error. */
  readonly next_path_key?: Uint8Array
  /** True when it leads to its own node again (rule B3). */
  readonly dummy: boolean
}

/** How far a path could be opened. */
export interface OpenedPath<T extends Table> {
  readonly hops: readonly OpenedHop<T>[]
  /** Hops behind those, whose nodes' secrets are not ours: they stay closed. */
  readonly closed: number
}

/** What `unblindPath` needs. */
export interface UnblindPath<T extends Table> {
  readonly path: BlindedPath
  /** Secrets of nodes, in any order; each hop takes the one that its blinded id belongs to. */
  readonly secrets: readonly Uint8Array[]
  readonly table: T
}

/**
 * Opens a path from its beginning, hop by hop, as long as a hop's node is among `secrets`: each hop's key follows from the
 * one before, so that nothing behind a closed hop can be opened. A hop with bad data ends the walk with its error.
 * @throws LnoError `BAD_SECRET`
 */
export function unblindPath<T extends Table>({ path, secrets, table }: UnblindPath<T>): OpenedPath<T> {
  const hops: OpenedHop<T>[] = []
  let path_key: Uint8Array | undefined = path.first_path_key
  for (let index = 0; index < path.path.length && path_key !== undefined; index++) {
    const hop: OpenedHop<T> | undefined = openHop(index, path.path[index]!, path_key, secrets, table)
    if (hop === undefined) break
    hops.push(hop)
    path_key = hop.next_path_key
  }
  return { hops, closed: path.path.length - hops.length }
}

function openHop<T extends Table>(
  index: number,
  { blinded_node_id, encrypted_recipient_data }: BlindedHop,
  path_key: Uint8Array,
  secrets: readonly Uint8Array[],
  table: T,
): OpenedHop<T> | undefined {
  for (const secret of secrets) {
    const share = sharePath(secret, path_key)
    if (!equalBytes(publicKey(share.blinded_secret), blinded_node_id)) continue
    const node_id = publicKey(secret)
    try {
      const data = readHopData(share, encrypted_recipient_data, table)
      const { next_node_id, next_path_key_override } = data.fields as {
        readonly next_node_id?: Uint8Array
        readonly next_path_key_override?: Uint8Array
      }
      const next_path_key = nextPathKey(share, next_path_key_override)
      const dummy = next_node_id !== undefined && equalBytes(next_node_id, node_id)
      return { index, node_id, share, data, next_path_key, dummy }
    } catch (error) {
      if (!isHopDataError(error)) throw error
      return { index, node_id, share, error, dummy: false }
    }
  }
  return undefined
}
