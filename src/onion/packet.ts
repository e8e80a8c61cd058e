import { LnoError } from '../base/error.js'
import type { OnionCode } from './codes.js'

/** What a packet has beside its payloads: version (1), public key (33), HMAC (32). */
export const PACKET_OVERHEAD = 66
/** Size of a payment's packet, and the smaller standard size of onion messages (rules S1, O4). */
export const SMALL_PACKET = 1366
/** The larger standard size of onion messages (rule O4). */
export const LARGE_PACKET = 32834

/** A Sphinx packet of BOLT 4 ("Packet Structure"). Only its form is known: whether it is any good shows when it is peeled. */
export interface OnionPacket {
  readonly version: number
  /** Ephemeral public key, 33 bytes. */
  readonly public_key: Uint8Array
  /** `hop_payloads`, of any length: 1300 bytes for a payment. */
  readonly hop_payloads: Uint8Array
  /** 32 bytes. */
  readonly hmac: Uint8Array
}

/**
 * The parts of a packet of any size, as views of `bytes` (rule S1). Version and key are looked at by `peelOnion`.
 * @throws LnoError `ONION_TRUNCATED`
 */
export function decodePacket(bytes: Uint8Array): OnionPacket {
  if (bytes.length < PACKET_OVERHEAD) {
    throw new LnoError(
      'ONION_TRUNCATED' satisfies OnionCode,
      `an onion packet has at least ${PACKET_OVERHEAD} bytes, not ${bytes.length}`,
      { offset: bytes.length, spec: 'BOLT 4 Packet Structure', rule: 'S1' },
    )
  }
  const end = bytes.length - 32
  return {
    version: bytes[0]!,
    public_key: bytes.subarray(1, 34),
    hop_payloads: bytes.subarray(34, end),
    hmac: bytes.subarray(end),
  }
}

/** The bytes of a packet: `hop_payloads.length + 66` of them. */
export function encodePacket(packet: OnionPacket): Uint8Array {
  const out = new Uint8Array(packet.hop_payloads.length + PACKET_OVERHEAD)
  out[0] = packet.version
  out.set(packet.public_key, 1)
  out.set(packet.hop_payloads, 34)
  out.set(packet.hmac, out.length - 32)
  return out
}
