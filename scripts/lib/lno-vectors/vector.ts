import { toHex } from '../../../src/base/hex.js'
import { merkleRoot } from '../../../src/bolt12/merkle.js'
import { encodeString, type Prefix } from '../../../src/bolt12/string.js'
import { readRecords, type TlvRecord } from '../../../src/wire/tlv.js'
import { BITCOIN, NOW } from './cast.js'

/** What a reader must know besides the bytes. */
export interface Context {
  /** Unix seconds. */
  readonly now?: number
  /** Chains in use, 32 bytes each. */
  readonly chains?: readonly Uint8Array[]
  /** Over what the message came. */
  readonly arrived_on?: 'offer_path' | 'other_path' | 'no_path' | 'reply_path' | 'invreq_path'
  /** The key that is to sign, where the offer has no issuer id, or who is expected to. */
  readonly sent_to?: Uint8Array
  /** The most that the user agreed to pay. */
  readonly authorised_msat?: bigint
}

/** What every vector says of itself. */
export interface About {
  readonly description: string
  readonly valid: boolean
  /** The rule that it keeps in a way worth showing, or breaks: the only one. */
  readonly rule: string
  /** Members without which the violation cannot be seen; none: the bytes alone show it. */
  readonly needs?: readonly string[]
  /** Where the specification is silent or contradicts itself, and what was decided. */
  readonly note?: string
}

/** A vector as it is written. */
export type Written = About & { readonly [member: string]: unknown }

/** Records as the files of the specification list them. */
export function listed(records: readonly TlvRecord[]): readonly { type: number; length: number; hex: string }[] {
  return records.map(({ type, value }) => ({ type: Number(type), length: value.length, hex: toHex(value) }))
}

/** Those of a stream, up to the first that is malformed. */
export function fieldsOf(bytes: Uint8Array): ReturnType<typeof listed> {
  return listed(readRecords(bytes).records)
}

/** The context of a vector, with what all have unless it says otherwise. */
export function contextOf({ now = NOW, chains = [BITCOIN], arrived_on, sent_to, authorised_msat }: Context) {
  return {
    now,
    chains: chains.map((chain) => toHex(chain)),
    ...(arrived_on !== undefined && { arrived_on }),
    ...(sent_to !== undefined && { sent_to: toHex(sent_to) }),
    ...(authorised_msat !== undefined && { authorised_msat: String(authorised_msat) }),
  }
}

/** What a vector of a message with a text form shows of its bytes. `text`: where the string itself is at fault. */
export function shown(prefix: Prefix, bytes: Uint8Array, text?: string) {
  if (text !== undefined) return { bolt12: text }
  const { records, error } = readRecords(bytes)
  const signature = records.find(({ type }) => type === 240n)
  return {
    bolt12: encodeString(prefix, bytes),
    fields: listed(records),
    ...(error === undefined && signature && { merkle: toHex(merkleRoot(records)) }),
  }
}

/** A vector: what it says of itself, then its members. */
export function written(about: About, members: { readonly [name: string]: unknown }): Written {
  const { description, valid, rule, needs, note } = about
  return {
    description,
    valid,
    rule,
    ...(!valid && { needs: needs ?? [] }),
    ...(note !== undefined && { note }),
    ...members,
  }
}
