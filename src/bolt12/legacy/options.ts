import { LnoError } from '../../base/error.js'
import { encodeRecords, joinRecords, type Partially, type Table, type TlvRecord } from '../../wire/tlv.js'
import { errorOf, type Issue } from '../rules/rule.js'
import type { LegacyCode } from './codes.js'
import { SPEC } from './rules/common.js'

/** What the makers of messages have in common. */

/** @throws LnoError `LEGACY_OPTIONS` */
export function refuse(message: string, field: string): never {
  throw new LnoError('LEGACY_OPTIONS' satisfies LegacyCode, message, { path: [field], spec: SPEC })
}

/** Throws the first issue, if there is one. */
export function refuseBy(issues: readonly Issue[]): void {
  const issue = issues[0]
  if (issue !== undefined) throw errorOf(issue)
}

/** The bytes of fields, with the signature over them that `sign` makes. */
export function signedBytes<T extends Table>(
  table: T,
  fields: Partially<T>,
  sign: (records: readonly TlvRecord[]) => Uint8Array,
): Uint8Array {
  const records = encodeRecords(table, fields)
  // Every table that is signed has the field; what of a generic one it may hold, no type can tell.
  const signature = encodeRecords(table, { signature: sign(records) } as unknown as Partially<T>)
  return joinRecords([...records, ...signature])
}
