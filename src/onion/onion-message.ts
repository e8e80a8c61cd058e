import { LnoError } from '../base/error.js'
import { Reader } from '../wire/reader.js'
import { Writer } from '../wire/writer.js'
import type { OnionCode } from './codes.js'

/** What stands in the peer message that carries an onion message. */
export interface OnionMessage {
  /** 33 bytes; absent only where a generation does without. Whether it is a point shows when it is used. */
  readonly path_key?: Uint8Array
  readonly onion_message_packet: Uint8Array
}

/** How a generation writes its peer message, without the two bytes of the type in front. */
export interface MessageLayout {
  /** @throws LnoError `ONION_MESSAGE_MALFORMED` */
  readonly read: (body: Uint8Array) => OnionMessage
  readonly write: (message: OnionMessage) => Uint8Array
  /** The largest packet, in bytes, that fits a peer message of 65535 bytes beside all that may stand there. */
  readonly maxPacket: number
}

/** The largest packet that fits a peer message of 65535 bytes behind type, `path_key` and length. */
export const LARGEST_PACKET = 65535 - 2 - 33 - 2

/** `path_key`, length, packet: type 513 of BOLT 4, and 387 before it. Bytes behind the packet are ignored. */
export const KEY_LENGTH_PACKET: MessageLayout = {
  read: (body) => {
    const reader = new Reader(body)
    try {
      return { path_key: reader.take(33), onion_message_packet: reader.take(reader.uint(2)) }
    } catch (cause) {
      throw malformed('an onion message that ends too early', cause)
    }
  },
  write: ({ path_key, onion_message_packet }) => {
    if (path_key === undefined) throw malformed('an onion message without path_key')
    const writer = new Writer()
    writer.bytes(path_key)
    writer.uint(onion_message_packet.length, 2)
    writer.bytes(onion_message_packet)
    return writer.finish()
  },
  maxPacket: LARGEST_PACKET,
}

/** A peer message with its type in front. */
export function withType(type: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(2 + body.length)
  out[0] = type >> 8
  out[1] = type & 0xff
  out.set(body, 2)
  return out
}

/** @internal */
export function malformed(message: string, cause?: unknown): LnoError {
  return new LnoError('ONION_MESSAGE_MALFORMED' satisfies OnionCode, message, {
    spec: 'BOLT 4 Onion Messages',
    ...(cause !== undefined && { cause }),
  })
}
