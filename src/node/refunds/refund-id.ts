import { MIRRORED_RANGES, recordsIn } from '../../bolt12/ranges.js'
import { sha256 } from '../../crypto/hash.js'
import { joinRecords, type TlvRecord } from '../../wire/tlv.js'

/**
 * The id of a stand-alone invoice_request: SHA-256 of its records without signatures, wherever they stand, since an invoice
 * holds copies of them (rule IR7). The specification knows none; Core Lightning names its own in the same way.
 * @returns 32 bytes, or undefined when there is no such record
 */
export function refundId(records: readonly TlvRecord[]): Uint8Array | undefined {
  const mirrored = recordsIn(records, MIRRORED_RANGES)
  return mirrored.length === 0 ? undefined : sha256(joinRecords(mirrored))
}
