import { LnoError } from '../../base/error.js'
import { located } from '../../wire/codec.js'
import { decodeTlv, encodeTlv, type Partially, type Table, type TlvRecord, type TlvStream } from '../../wire/tlv.js'
import { nodeError } from '../codes.js'

/**
 * A kind of stored value: a TLV stream of one of our own tables. An odd type may be ignored by an older program, so a new
 * field with an odd type needs no migration; an even one says "whoever does not know this must not touch it".
 */
export interface StoredRecord<T extends Table> {
  readonly name: string
  readonly table: T
  /** The bytes to store. `others` are records of newer programs to be kept: `recordsToKeep` of what was read. */
  encode(fields: Partially<T>, others?: readonly TlvRecord[]): Uint8Array
  /** @throws LnoError `STORE_CORRUPT`, its cause says where */
  decode(bytes: Uint8Array): TlvStream<Partially<T>>
  /** The records of `stored` that this program does not know; pass them to `encode` when the value is written again. */
  recordsToKeep(stored: TlvStream<Partially<T>>): readonly TlvRecord[]
}

/** Declares a kind of stored value by its table. */
export function defineRecord<T extends Table>(name: string, table: T): StoredRecord<T> {
  const known = new Set(Object.values(table).map((row) => row.type))
  return {
    name,
    table,
    encode: (fields, others = []) => encodeTlv(table, fields, others),
    decode(bytes) {
      try {
        return decodeTlv(table, bytes)
      } catch (cause) {
        if (!(cause instanceof LnoError)) throw cause
        const unreadable = nodeError('STORE_CORRUPT', `a stored ${name} is unreadable: ${cause.message}`, { cause })
        throw located(unreadable, { ...(cause.path && { path: cause.path }), offset: cause.offset ?? 0 })
      }
    },
    recordsToKeep: (stored) => stored.records.filter((record) => !known.has(record.type)),
  }
}
