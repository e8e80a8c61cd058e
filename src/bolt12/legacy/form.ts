import type { TlvRecord } from '../../wire/tlv.js'
import { readRecords } from '../../wire/tlv.js'
import type { Kind } from '../layout.js'
import { kindOf } from '../layout.js'
import { decodeString } from '../string.js'

/** The kinds of message that the form of 2021 has. An invoice_error is in every form the same. */
export type LegacyKind = 'offer' | 'invoice_request' | 'invoice'

/** Types of the 32-byte keys, one of which every message of 2021 has: node id and payer key. */
const KEYS: Readonly<Record<LegacyKind, readonly bigint[]>> = {
  offer: [30n],
  invoice_request: [38n],
  invoice: [30n, 38n],
}

/** True for a kind that the form of 2021 has. */
export function isLegacyKind(kind: Kind | undefined): kind is LegacyKind {
  return kind !== undefined && Object.hasOwn(KEYS, kind)
}

/**
 * Whether records are those of a message of 2021: both forms have the same prefixes, and are told apart by a key of 32
 * bytes in record 30 or 38. In today's form neither type is known, and an unknown even type is refused.
 */
export function isLegacyRecords(kind: LegacyKind, records: readonly TlvRecord[]): boolean {
  return records.some(({ type, value }) => value.length === 32 && KEYS[kind].includes(type))
}

/** The same of a stream, as far as it can be read. Never throws. */
export function isLegacyStream(kind: Kind, bytes: Uint8Array): boolean {
  return isLegacyKind(kind) && isLegacyRecords(kind, readRecords(bytes).records)
}

/** The same of a BOLT 12 string. Never throws: what is no such string is none of 2021 either. */
export function isLegacyString(text: string): boolean {
  try {
    const { prefix, bytes } = decodeString(text)
    return isLegacyStream(kindOf(prefix), bytes)
  } catch {
    return false
  }
}
