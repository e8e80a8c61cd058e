import { isLnoError, LnoError } from '../base/error.js'
import { open } from '../crypto/cipher.js'
import { ecdh, mulPoint, mulScalar } from '../crypto/group.js'
import { decodeTlv, type Partially, type Table, type TlvStream } from '../wire/tlv.js'
import { blindingError } from './error.js'
import { blindingFactor, pathKeyFactor, rhoOf } from './keys.js'

/** What a node and the creator of a path through it share, and nobody else can know. Secret. */
export interface PathShare {
  /** The `path_key` that the node was handed, 33 bytes. */
  readonly path_key: Uint8Array
  /** SHA-256 of ECDH of `path_key` and the node's secret, 32 bytes. */
  readonly shared_secret: Uint8Array
  /** The secret of the node's `blinded_node_id`; peels onions that are addressed to it (rule R2), signs for it (IW4). */
  readonly blinded_secret: Uint8Array
}

/**
 * What follows from a `path_key` for the node that was handed it. Costs one multiplication of a point; keep the result for
 * the onion, the data and the next key.
 * @throws LnoError `BLINDED_DATA_BAD_PATH_KEY`, `BAD_SECRET` (the node's own secret)
 */
export function sharePath(nodeSecret: Uint8Array, path_key: Uint8Array): PathShare {
  const shared_secret = sharedWith(nodeSecret, path_key)
  return { path_key, shared_secret, blinded_secret: mulScalar(nodeSecret, blindingFactor(shared_secret)) }
}

function sharedWith(nodeSecret: Uint8Array, path_key: Uint8Array): Uint8Array {
  try {
    return ecdh(nodeSecret, path_key)
  } catch (cause) {
    if (!isLnoError(cause, 'BAD_POINT')) throw cause
    throw blindingError('BLINDED_DATA_BAD_PATH_KEY', 'the path_key is not a point of secp256k1', { rule: 'B7', cause })
  }
}

/** The secret of the node's blinded id under `path_key`: `HMAC("blinded_node_id", ss) · nodeSecret`. Throws as `sharePath`. */
export function blindedSecret(nodeSecret: Uint8Array, path_key: Uint8Array): Uint8Array {
  return sharePath(nodeSecret, path_key).blinded_secret
}

/** The plaintext of a hop's `encrypted_recipient_data`, or undefined when it was not made for this share. */
export function openData(share: PathShare, encryptedRecipientData: Uint8Array): Uint8Array | undefined {
  return open(rhoOf(share.shared_secret), encryptedRecipientData)
}

/**
 * Decrypts and reads a hop's data by the table of whatever generation it is of. Every failure has a code of the family
 * `BLINDED_DATA_…` (rule B7): whoever answers treats them alike, so that a prober cannot tell them apart.
 * @throws LnoError `BLINDED_DATA_MISSING`, `BLINDED_DATA_UNDECRYPTABLE`, `BLINDED_DATA_UNPARSABLE`,
 * `BLINDED_DATA_UNKNOWN_EVEN`
 */
export function readHopData<T extends Table>(
  share: PathShare,
  encryptedRecipientData: Uint8Array | undefined,
  table: T,
): TlvStream<Partially<T>> {
  if (encryptedRecipientData === undefined) {
    throw blindingError('BLINDED_DATA_MISSING', 'the hop has no encrypted_recipient_data', { rule: 'B7' })
  }
  const plain = openData(share, encryptedRecipientData)
  if (plain === undefined) {
    throw blindingError('BLINDED_DATA_UNDECRYPTABLE', 'encrypted_recipient_data does not decrypt', { rule: 'B7' })
  }
  try {
    return decodeTlv(table, plain)
  } catch (cause) {
    if (!(cause instanceof LnoError)) throw cause
    throw blindingError(
      cause.code === 'TLV_UNKNOWN_EVEN' ? 'BLINDED_DATA_UNKNOWN_EVEN' : 'BLINDED_DATA_UNPARSABLE',
      `the data of the hop cannot be read: ${cause.message}`,
      {
        path: ['encrypted_recipient_data', ...(cause.path ?? [])],
        ...(cause.tlvType !== undefined && { tlvType: cause.tlvType }),
        ...(cause.offset !== undefined && { offset: cause.offset }),
        rule: 'B7',
        cause,
      },
    )
  }
}

/** True for the errors by which a hop's data are refused, whatever the reason (rule B7). */
export function isHopDataError(error: unknown): error is LnoError {
  return isLnoError(error) && error.code.startsWith('BLINDED_DATA_')
}

/**
 * The `path_key` for the next hop (rule B8): the override that the hop's data hold, else the one derived from our own.
 * Deriving costs one multiplication of a point, so ask only when something is passed on.
 */
export function nextPathKey(share: PathShare, override?: Uint8Array): Uint8Array {
  return override ?? mulPoint(share.path_key, pathKeyFactor(share.path_key, share.shared_secret))
}

/** What `unblindHop` needs. */
export interface UnblindHop<T extends Table> {
  /** 32 bytes, the node's own secret. */
  readonly nodeSecret: Uint8Array
  /** As it came: in the message, in the HTLC, or in the payload of an introduction node. */
  readonly path_key: Uint8Array
  /** As it stood in the payload; undefined when there was none. */
  readonly encryptedRecipientData: Uint8Array | undefined
  /** `ENCRYPTED_DATA`, or the table of another generation. Its override is the field `next_path_key_override`. */
  readonly table: T
}

/** A hop of a blinded path, as its node reads it. */
export interface UnblindedHop<T extends Table> {
  readonly data: TlvStream<Partially<T>>
  readonly share: PathShare
  readonly next_path_key: Uint8Array
}

/**
 * All that a node learns from its hop. The parts (`sharePath`, `readHopData`, `nextPathKey`) are there for whoever must
 * peel an onion in between or may not need the next key.
 * @throws LnoError `BLINDED_DATA_…` (`isHopDataError`), `BAD_SECRET`
 */
export function unblindHop<T extends Table>(hop: UnblindHop<T>): UnblindedHop<T> {
  const share = sharePath(hop.nodeSecret, hop.path_key)
  const data = readHopData(share, hop.encryptedRecipientData, hop.table)
  const { next_path_key_override } = data.fields as { readonly next_path_key_override?: Uint8Array }
  return { data, share, next_path_key: nextPathKey(share, next_path_key_override) }
}
