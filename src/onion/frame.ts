import { LnoError } from '../base/error.js'
import { Reader } from '../wire/reader.js'
import { Writer } from '../wire/writer.js'
import type { OnionCode } from './codes.js'

/** Length of the HMAC that follows each payload. */
export const HMAC_LENGTH = 32

/** Bytes that a payload of `length` bytes takes in a packet: its own length in front, the next HMAC behind (rule S6). */
export function framedLength(length: number): number {
  return (length < 0xfd ? 1 : length < 0x10000 ? 3 : 5) + length + HMAC_LENGTH
}

/** A payload with its length in front, as it stands in a packet: `bigsize(length) ‖ payload`. */
export function framePayload(payload: Uint8Array): Uint8Array {
  const writer = new Writer()
  writer.bigsize(BigInt(payload.length))
  writer.bytes(payload)
  return writer.finish()
}

/**
 * Takes the length off a framed payload that fills `bytes` exactly, such as the vector files show.
 * @throws LnoError `ONION_PAYLOAD_LENGTH`
 */
export function unframePayload(bytes: Uint8Array): Uint8Array {
  const { start, length } = readFrame(bytes)
  if (start + length !== bytes.length) throw badLength(`${length} bytes announced, ${bytes.length - start} there`)
  return bytes.subarray(start)
}

/**
 * Where the payload at the front of `bytes` begins, and how long it claims to be: minimal BigSize, at least 2 (rule R1).
 * @throws LnoError `ONION_PAYLOAD_LENGTH`
 */
export function readFrame(bytes: Uint8Array): { readonly start: number; readonly length: number } {
  const reader = new Reader(bytes)
  let length: bigint
  try {
    length = reader.bigsize()
  } catch (cause) {
    throw badLength('the length of the hop payload is malformed', cause)
  }
  if (length < 2n) throw badLength(`a hop payload of ${length} bytes is below the least length of 2`)
  if (length > 0xffffffffn) throw badLength(`a hop payload of ${length} bytes is larger than any packet`)
  return { start: reader.offset, length: Number(length) }
}

export function badLength(message: string, cause?: unknown): LnoError {
  return new LnoError('ONION_PAYLOAD_LENGTH' satisfies OnionCode, message, {
    spec: 'BOLT 4 Onion Decryption',
    rule: 'R1',
    ...(cause !== undefined && { cause }),
  })
}
