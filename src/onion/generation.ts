import type { BlindedPath } from '../blinding/blinded-path.js'
import type { Codec } from '../wire/codec.js'
import type { Field, Table } from '../wire/tlv.js'
import type { MessageLayout } from './onion-message.js'

type Optional<T> = Field<T, false>

/**
 * What the engine looks for in a hop's payload, by name; the numbers are the generation's own. Further fields may stand in
 * the table. Those that only one generation has are optional.
 */
export interface PayloadRoles {
  readonly reply_path: Optional<BlindedPath>
  readonly encrypted_recipient_data: Optional<Uint8Array>
  /** The three contents of BOLT 12, as raw TLV streams. */
  readonly invoice_request: Optional<Uint8Array>
  readonly invoice: Optional<Uint8Array>
  readonly invoice_error: Optional<Uint8Array>
  /** Where to go on when nothing is encrypted (generations whose forward hops are not blinded). */
  readonly next_node_id?: Optional<Uint8Array>
  readonly next_short_channel_id?: Optional<bigint>
  /** The `path_key` for an introduction node that was reached without one. */
  readonly path_key?: Optional<Uint8Array>
}

/** What the engine looks for in a hop's decrypted data, by name. */
export interface EncryptedDataRoles {
  readonly next_node_id: Optional<Uint8Array>
  readonly short_channel_id?: Optional<bigint>
  readonly path_id?: Optional<Uint8Array>
  readonly next_path_key_override?: Optional<Uint8Array>
  readonly allowed_features?: Optional<Uint8Array>
}

/**
 * One wire form of onion messages, as a value: the engine builds, peels and relays every one of them and knows none.
 */
export interface Generation {
  /** `modern`. */
  readonly name: string
  /** Type of the peer message: 513. */
  readonly messageType: number
  readonly layout: MessageLayout
  readonly payloadTable: Table & PayloadRoles
  /** Names of the payload's fields that a relaying hop may have; anything else drops the message (rule O12). */
  readonly relayFields: readonly (keyof PayloadRoles)[]
  readonly encryptedDataTable: Table & EncryptedDataRoles
  /** How a reply path stands in the payload: with or without a count of its hops. */
  readonly replyPathCodec: Codec<BlindedPath>
  /**
   * Which hops are addressed by blinded ids and find their orders encrypted: all of them, or only those of a path that
   * somebody else made, the sender's own being named in the clear.
   */
  readonly pathBlinding: 'every hop' | 'given paths'
  /** Whether a message is dropped when its last hop has no encrypted data. */
  readonly finalDataRequired: boolean
  /**
   * By what the maker of a path knows a message that came over it: the secret in its last hop, or the `path_key` with which
   * the message came there. `Deliver.path_id` holds either.
   */
  readonly pathProof: 'path_id' | 'path_key'
  /** Whether the decrypted data stand beside the payload, or take its place as a whole. */
  readonly decrypted: 'beside the payload' | 'instead of the payload'
}

/** Generations of one message type, in the order in which they are tried: what `peel` takes. */
export type Candidates = readonly [Generation, ...Generation[]]

/** Generations by the type of their message, each group in their order. */
export function byMessageType(generations: readonly Generation[]): ReadonlyMap<number, Candidates> {
  const groups = new Map<number, Candidates>()
  for (const generation of generations) {
    const { messageType } = generation
    const group = groups.get(messageType)
    groups.set(messageType, group === undefined ? [generation] : [...group, generation])
  }
  return groups
}

/** What can be told of a message by its type alone: its form or, where several share the type, the type (`513`). */
export function formOfType([first, ...others]: Candidates): string {
  return others.length === 0 ? first.name : String(first.messageType)
}
