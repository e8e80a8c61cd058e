import { encodeRecord, joinRecords, readRecords, type TlvRecord } from '../wire/tlv.js'
import { MAX_HOP_DATA } from './build.js'
import { blindingError } from './error.js'

const PADDING_TYPE = 1n
/** From this many bytes on a BigSize takes three. */
const LONG = 0xfd

/**
 * The same data, all equally long (rule B3): hops then do not tell by their length what they say, nor which one is the last.
 * Padding that is there already is replaced. A record of padding takes 2 to 254 bytes, or 257 and more, never 1, 255 or
 * 256, so that the common length is at times a little above the longest.
 * @param data `encrypted_data_tlv` streams of any generation in which type 1 is padding
 * @param least bytes that each shall have at least, to hide even the longest
 * @throws LnoError the TLV stream's codes of form, `BLINDED_PATH_DATA_TOO_LONG`
 */
export function padToEqual(data: readonly Uint8Array[], least = 0): readonly Uint8Array[] {
  const streams = data.map((bytes) => {
    const { records, error } = readRecords(bytes)
    if (error) throw error
    const kept = records.filter(({ type }) => type !== PADDING_TYPE)
    return { records: kept, length: kept.reduce((sum, record) => sum + record.bytes.length, 0) }
  })
  let target = Math.max(least, ...streams.map(({ length }) => length))
  while (streams.some(({ length }) => !fillable(target - length))) target++
  if (target > MAX_HOP_DATA) {
    throw blindingError(
      'BLINDED_PATH_DATA_TOO_LONG',
      `${target} bytes of data for each hop, at most ${MAX_HOP_DATA} fit`,
    )
  }
  return streams.map(({ records, length }) => joinRecords(withPadding(records, target - length)))
}

/** Whether a record of padding can take exactly `bytes` bytes, type and length included. */
function fillable(bytes: number): boolean {
  return bytes !== 1 && bytes !== LONG + 2 && bytes !== LONG + 3
}

function withPadding(records: readonly TlvRecord[], bytes: number): readonly TlvRecord[] {
  if (bytes === 0) return records
  const padding = encodeRecord(PADDING_TYPE, new Uint8Array(bytes < LONG + 2 ? bytes - 2 : bytes - 4))
  const behind = records.findIndex(({ type }) => type > PADDING_TYPE)
  const at = behind < 0 ? records.length : behind
  return [...records.slice(0, at), padding, ...records.slice(at)]
}
