import { fromHex } from '../../base/hex.js'
import type { EncryptedData } from '../../blinding/encrypted-data.js'
import { isPoint } from '../../crypto/group.js'
import type { TlvRecord } from '../../wire/tlv.js'
import { usage } from '../frame/exit.js'
import { showScid } from './values.js'

/** What the implementers' commands read and print: hex in, plain objects out. */

/** Hex that may be broken into lines. @throws LnoError `BAD_HEX` */
export function readHex(text: string): Uint8Array {
  return fromHex(text.replace(/\s+/g, ''))
}

/** Reads an option that holds a public key. */
export function readPoint(text: string): Uint8Array {
  const bytes = readHex(text)
  if (!isPoint(bytes)) throw usage('a public key of 33 bytes as hex is expected')
  return bytes
}

/** Records as JSON shows them. */
export function recordsJson(records: readonly TlvRecord[]) {
  return records.map(({ type, value }) => ({ type, value }))
}

/** Where a message goes on to, as JSON shows it. */
export function nextJson(next: { readonly next_node_id?: Uint8Array; readonly short_channel_id?: bigint }) {
  if (next.next_node_id !== undefined) return { next_node_id: next.next_node_id }
  return next.short_channel_id === undefined ? {} : { short_channel_id: showScid(next.short_channel_id) }
}

/** The decrypted data of a hop, as JSON shows it: amounts are strings. */
export function hopDataJson(fields: EncryptedData) {
  const { payment_relay: relay } = fields
  return {
    ...fields,
    ...nextJson(fields),
    ...(relay && { payment_relay: { ...relay, fee_base_msat: String(relay.fee_base_msat) } }),
  }
}
