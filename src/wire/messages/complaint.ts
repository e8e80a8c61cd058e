import { ascii, isZero } from '../../base/bytes.js'
import { bytes, channelId, prefixed, u16 } from '../codec.js'
import { encodeMessage, type MessageFields, message } from '../message.js'

const body = { channel_id: channelId, data: /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes()) } as const

/** BOLT 1 `error`: about one channel, or about all of them and the connection when `channel_id` is zero (rule M12). */
export const ERROR = /* @__PURE__ */ message({ type: 17, name: 'error', body })
/** BOLT 1 `warning`: the same without consequences. */
export const WARNING = /* @__PURE__ */ message({ type: 1, name: 'warning', body })
export interface Complaint extends MessageFields<typeof ERROR> {}

/** The `channel_id` of a complaint that concerns the whole connection. */
export const ALL_CHANNELS: Uint8Array = /* @__PURE__ */ new Uint8Array(32)

/** True for a complaint about all channels. */
export function concernsConnection(complaint: Complaint): boolean {
  return isZero(complaint.channel_id)
}

/** Characters of a complaint that are shown at most: one may have 65 thousand. */
export const MOST_SHOWN = 500

/**
 * A peer's text as it may be shown or logged: bytes 32 to 126 as they are, all others as `\xNN`, `\` doubled (rule M12).
 */
export function complaintText(data: Uint8Array, most = MOST_SHOWN): string {
  let text = ''
  for (const byte of data.subarray(0, most)) {
    if (byte === 0x5c) text += '\\\\'
    else if (byte >= 32 && byte <= 126) text += String.fromCharCode(byte)
    else text += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return data.length > most ? `${text}… (${data.length} bytes)` : text
}

/** Text as others may print it: what is not printable ASCII becomes `?`. */
function printable(text: string): Uint8Array {
  return ascii(text.replace(/[^\x20-\x7e]/gu, '?'))
}

/** An `error` for one channel, or for the connection. */
export function makeError(text: string, channel_id: Uint8Array = ALL_CHANNELS): Uint8Array {
  return encodeMessage(ERROR, { channel_id, data: printable(text) })
}

/** A `warning` for one channel, or for the connection. */
export function makeWarning(text: string, channel_id: Uint8Array = ALL_CHANNELS): Uint8Array {
  return encodeMessage(WARNING, { channel_id, data: printable(text) })
}
