import { concatBytes } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import { xorStream } from '../crypto/cipher.js'
import { equalSecrets } from '../crypto/equal.js'
import { hmacSha256 } from '../crypto/hash.js'
import type { OnionCode } from './codes.js'
import { deriveKey } from './keys.js'

/** Hops that attribution data have room for. */
export const ATTRIBUTION_HOPS = 20
const TIMES = 4 * ATTRIBUTION_HOPS
const HMAC = 4
/** 20 hold times of 4 bytes, then 20 + 19 + … + 1 HMACs of 4 bytes (rule FO4). */
export const ATTRIBUTION_LENGTH = TIMES + (HMAC * ATTRIBUTION_HOPS * (ATTRIBUTION_HOPS + 1)) / 2

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0)

/** Offset of `hmac_x_y`: block x begins with that for the greatest distance and has one less than the block before. */
function hmacAt(x: number, y: number): number {
  const before = x * ATTRIBUTION_HOPS - (x * (x - 1)) / 2
  return TIMES + HMAC * (before + ATTRIBUTION_HOPS - 1 - x - y)
}

/** The HMAC that block 0 holds for a node with `y` hops behind it: packet, `y + 1` hold times, `y` HMACs downstream. */
function hmacFor(um: Uint8Array, data: Uint8Array, packet: Uint8Array, y: number): Uint8Array {
  const downstream: Uint8Array[] = []
  for (let x = 1; x <= y; x++) downstream.push(data.subarray(hmacAt(x, y - x), hmacAt(x, y - x) + HMAC))
  return hmacSha256(um, concatBytes(packet, data.subarray(0, 4 * (y + 1)), ...downstream)).subarray(0, HMAC)
}

/**
 * `attribution_data` as a node sends them upstream (BOLT 4, "Returning Errors" and "Hold times for successful payments").
 * Only a node that got no `path_key` with its HTLC may add them (rule E4).
 * @throws LnoError `FAILURE_TRUNCATED` when `downstream` has another length than 920
 */
export function addAttribution(options: {
  /** What came from downstream; absent at the erring or final node, or when the next node sent none. */
  readonly downstream?: Uint8Array
  readonly sharedSecret: Uint8Array
  /** How long the HTLC was held, in units of 100 ms. */
  readonly holdTime: number
  /** The return packet before this node's own layer; absent for a payment that succeeded. */
  readonly packet?: Uint8Array
}): Uint8Array {
  const { downstream, sharedSecret, holdTime, packet = NO_BYTES } = options
  if (downstream !== undefined && downstream.length !== ATTRIBUTION_LENGTH) {
    throw new LnoError(
      'FAILURE_TRUNCATED' satisfies OnionCode,
      `attribution data of ${downstream.length} bytes, not ${ATTRIBUTION_LENGTH}`,
      { spec: 'BOLT 4 Returning Errors', rule: 'FO4' },
    )
  }
  const data = new Uint8Array(ATTRIBUTION_LENGTH)
  if (downstream !== undefined) {
    data.set(downstream.subarray(0, TIMES - 4), 4)
    // What was hmac_x_y is now hmac_(x+1)_y; the first of each block has become too far away and is dropped.
    for (let x = 0; x < ATTRIBUTION_HOPS - 1; x++) {
      data.set(
        downstream.subarray(hmacAt(x, ATTRIBUTION_HOPS - 2 - x), hmacAt(x, 0) + HMAC),
        hmacAt(x + 1, ATTRIBUTION_HOPS - 2 - x),
      )
    }
  }
  new DataView(data.buffer).setUint32(0, Math.min(Math.max(Math.round(holdTime), 0), 0xffffffff))
  const um = deriveKey('um', sharedSecret)
  for (let y = 0; y < ATTRIBUTION_HOPS; y++) data.set(hmacFor(um, data, packet, y), hmacAt(0, y))
  return xorStream(deriveKey('ammagext', sharedSecret), data)
}

/** Attribution data with one node's layer taken off. */
export interface AttributionLayer {
  /** In units of 100 ms. */
  readonly holdTime: number
  readonly data: Uint8Array
}

/**
 * Takes a node's layer off and checks its HMAC for the place that it has in the route; undefined when that is wrong.
 * @param options.packet the return packet without this node's layer; absent for a payment that succeeded
 * @param options.hopsBehind how many hops of the route follow this one
 */
export function verifyAttribution(options: {
  readonly attribution: Uint8Array
  readonly sharedSecret: Uint8Array
  readonly packet?: Uint8Array
  readonly hopsBehind: number
}): AttributionLayer | undefined {
  const { attribution, sharedSecret, packet = NO_BYTES, hopsBehind } = options
  if (attribution.length !== ATTRIBUTION_LENGTH || hopsBehind >= ATTRIBUTION_HOPS) return undefined
  const data = xorStream(deriveKey('ammagext', sharedSecret), attribution)
  const at = hmacAt(0, hopsBehind)
  const expected = hmacFor(deriveKey('um', sharedSecret), data, packet, hopsBehind)
  if (!equalSecrets(expected, data.subarray(at, at + HMAC))) return undefined
  return { holdTime: new DataView(data.buffer, data.byteOffset).getUint32(0), data }
}

/** The attribution data as the next hop downstream sent them, but for the HMACs that were dropped on the way. */
export function peelAttribution({ data }: AttributionLayer): Uint8Array {
  const out = new Uint8Array(ATTRIBUTION_LENGTH)
  out.set(data.subarray(4, TIMES))
  for (let x = 0; x < ATTRIBUTION_HOPS - 1; x++) {
    out.set(
      data.subarray(hmacAt(x + 1, ATTRIBUTION_HOPS - 2 - x), hmacAt(x + 1, 0) + HMAC),
      hmacAt(x, ATTRIBUTION_HOPS - 2 - x),
    )
  }
  return out
}

/**
 * The hold times of a payment that succeeded, in the order of the route and in units of 100 ms, up to the first hop whose
 * HMAC is wrong.
 */
export function readHoldTimes(attribution: Uint8Array, sharedSecrets: readonly Uint8Array[]): readonly number[] {
  const holdTimes: number[] = []
  for (const [i, sharedSecret] of sharedSecrets.entries()) {
    const layer = verifyAttribution({ attribution, sharedSecret, hopsBehind: sharedSecrets.length - 1 - i })
    if (layer === undefined) break
    holdTimes.push(layer.holdTime)
    attribution = peelAttribution(layer)
  }
  return holdTimes
}
