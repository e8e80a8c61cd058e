import { concatBytes } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import { xorStream } from '../crypto/cipher.js'
import { equalSecrets } from '../crypto/equal.js'
import { hmacSha256 } from '../crypto/hash.js'
import { bytes, encode, prefixed, struct, u16 } from '../wire/codec.js'
import { Reader } from '../wire/reader.js'
import { ATTRIBUTION_LENGTH, peelAttribution, verifyAttribution } from './attribution.js'
import type { OnionCode } from './codes.js'
import { deriveKey } from './keys.js'

/** What failure message and padding add up to at least, and by custom exactly (rule FO1). */
export const FAILURE_PADDED_LENGTH = 256
/** So often the origin decrypts, however long the route (rule FO3): the longest route of small payloads. */
export const FAILURE_ROUNDS = 27
/** HMAC and the two lengths. */
const FAILURE_OVERHEAD = 36

const framed = /* @__PURE__ */ struct('failure', {
  failuremsg: /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes()),
  pad: /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ bytes()),
})

/**
 * The return packet of the erring node before any obfuscation (BOLT 4, "Returning Errors"): HMAC, message, padding. It
 * leaves the node through `wrapFailure`.
 * @param options.padTo what message and padding add up to, 256 unless given; never below it (rule FO1)
 * @throws LnoError `FAILURE_TOO_LARGE`
 */
export function buildFailure(options: {
  readonly sharedSecret: Uint8Array
  readonly failuremsg: Uint8Array
  readonly padTo?: number
}): Uint8Array {
  const { sharedSecret, failuremsg, padTo = FAILURE_PADDED_LENGTH } = options
  if (failuremsg.length > 0xffff || padTo > 0xffff) {
    throw new LnoError('FAILURE_TOO_LARGE' satisfies OnionCode, `a failure of ${failuremsg.length} bytes`, {
      spec: 'BOLT 4 Returning Errors',
      rule: 'FO1',
    })
  }
  const pad = new Uint8Array(Math.max(padTo - failuremsg.length, FAILURE_PADDED_LENGTH - failuremsg.length, 0))
  const body = encode(framed, { failuremsg, pad })
  return concatBytes(hmacSha256(deriveKey('um', sharedSecret), body), body)
}

/**
 * One layer around a return packet, put on by the erring node and by every node on the way back (rule FO2).
 * @param packet as the erring node built it, or as it came from downstream
 */
export function wrapFailure(packet: Uint8Array, sharedSecret: Uint8Array): Uint8Array {
  return xorStream(deriveKey('ammag', sharedSecret), packet)
}

/** What the origin of a payment learns from a return packet. */
export interface ReturnedFailure {
  /** Index in the route of the hop that failed; absent when no hop's HMAC fits. */
  readonly source?: number
  /** The failure message of that hop; absent when its own lengths contradict each other. */
  readonly failuremsg?: Uint8Array
  /** What the hops report, in units of 100 ms and in the order of the route, up to the last whose HMAC fits (rule FO4). */
  readonly holdTimes: readonly number[]
  /**
   * Index of the first hop whose attribution HMAC does not fit: it or its upstream neighbour altered something, or it adds
   * no attribution data at all.
   */
  readonly unverifiedFrom?: number
}

const NOBODY = /* @__PURE__ */ new Uint8Array(32)

/**
 * Reads a return packet at the origin. The work is that of 27 hops, wherever the failure comes from, so that its time does
 * not tell the failing node how far away it is (rule FO3).
 * @param options.attribution the 920 bytes of `attribution_data` that came along, if any
 * @throws LnoError `FAILURE_TRUNCATED`
 */
export function readFailure(options: {
  readonly packet: Uint8Array
  /** One for each hop, in the order of the route. */
  readonly sharedSecrets: readonly Uint8Array[]
  readonly attribution?: Uint8Array
}): ReturnedFailure {
  const { sharedSecrets } = options
  let { packet, attribution } = options
  if (packet.length < FAILURE_OVERHEAD) throw truncated(`a return packet of ${packet.length} bytes`)
  if (attribution !== undefined && attribution.length !== ATTRIBUTION_LENGTH) {
    throw truncated(`attribution data of ${attribution.length} bytes`)
  }
  const holdTimes: number[] = []
  let source: number | undefined
  let body: Uint8Array | undefined
  let unverifiedFrom: number | undefined
  for (let i = 0; i < Math.max(FAILURE_ROUNDS, sharedSecrets.length); i++) {
    const sharedSecret = sharedSecrets[i] ?? NOBODY
    const um = deriveKey('um', sharedSecret)
    packet = wrapFailure(packet, sharedSecret)
    const fits = equalSecrets(hmacSha256(um, packet.subarray(32)), packet.subarray(0, 32))
    if (attribution !== undefined && source === undefined && unverifiedFrom === undefined && i < sharedSecrets.length) {
      const layer = verifyAttribution({ attribution, sharedSecret, packet, hopsBehind: sharedSecrets.length - 1 - i })
      if (layer === undefined) unverifiedFrom = i
      else {
        holdTimes.push(layer.holdTime)
        attribution = peelAttribution(layer)
      }
    }
    if (fits && source === undefined && i < sharedSecrets.length) {
      source = i
      body = packet.subarray(32)
    }
  }
  const failuremsg = body && readBody(body)
  return {
    ...(source !== undefined && { source }),
    ...(failuremsg && { failuremsg }),
    holdTimes,
    ...(unverifiedFrom !== undefined && { unverifiedFrom }),
  }
}

/** The message in an authentic body. Whatever stands behind the padding is ignored. */
function readBody(body: Uint8Array): Uint8Array | undefined {
  try {
    return framed.read(new Reader(body)).failuremsg
  } catch {
    return undefined
  }
}

function truncated(message: string): LnoError {
  return new LnoError('FAILURE_TRUNCATED' satisfies OnionCode, message, { spec: 'BOLT 4 Returning Errors' })
}
