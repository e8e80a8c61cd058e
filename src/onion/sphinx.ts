import { concatBytes, isZero } from '../base/bytes.js'
import { isLnoError, LnoError } from '../base/error.js'
import { keyStream, xorStream } from '../crypto/cipher.js'
import { equalSecrets } from '../crypto/equal.js'
import { ecdh, mulPoint, mulScalar, publicKey } from '../crypto/group.js'
import { hmacSha256 } from '../crypto/hash.js'
import type { OnionCode } from './codes.js'
import { badLength, framedLength, framePayload, HMAC_LENGTH, readFrame } from './frame.js'
import { deriveKey, ephemeralTweak } from './keys.js'
import { type OnionPacket, PACKET_OVERHEAD, SMALL_PACKET } from './packet.js'

const NO_BYTES = /* @__PURE__ */ new Uint8Array(0)

/** One hop of a packet to be built. */
export interface OnionHop {
  /** 33 bytes: the node's id, or its blinded id. */
  readonly node_id: Uint8Array
  /** What the hop will find, without its length in front; at least 2 bytes. */
  readonly payload: Uint8Array
}

/** What `buildOnion` needs. */
export interface BuildOnion {
  /** 32 bytes, fresh for every packet (pitfall 38): the same key twice uses each stream twice. */
  readonly sessionKey: Uint8Array
  readonly hops: readonly OnionHop[]
  /** The payment hash of a payment; none for a message (rule S8). */
  readonly associatedData?: Uint8Array
  /** Bytes of the whole packet; 1366 unless given. */
  readonly size?: number
}

/** A packet to send, with what its maker needs to read answers. */
export interface BuiltOnion {
  readonly packet: OnionPacket
  /** One for each hop, in order: a failure that comes back is decrypted with them. */
  readonly sharedSecrets: readonly Uint8Array[]
}

/** Bytes of the smallest packet that holds payloads of these lengths. */
export function exactPacketSize(payloadLengths: readonly number[]): number {
  return payloadLengths.reduce((sum, length) => sum + framedLength(length), PACKET_OVERHEAD)
}

/**
 * A Sphinx packet (BOLT 4, "Packet Construction") that each of `hops` peels with its own key.
 * @throws LnoError `ONION_NO_HOPS`, `ONION_PAYLOAD_LENGTH`, `ONION_TOO_LARGE`, `BAD_POINT` (a node id), `BAD_SECRET` (the
 * session key)
 */
export function buildOnion(options: BuildOnion): BuiltOnion {
  const { sessionKey, hops, associatedData = NO_BYTES, size = SMALL_PACKET } = options
  if (hops.length === 0) throw new LnoError('ONION_NO_HOPS' satisfies OnionCode, 'a packet needs at least one hop')
  for (const { payload } of hops) {
    if (payload.length < 2) throw badLength(`a hop payload of ${payload.length} bytes is below the least length of 2`)
  }
  const room = size - PACKET_OVERHEAD
  const needed = exactPacketSize(hops.map(({ payload }) => payload.length))
  if (needed > size) {
    throw new LnoError(
      'ONION_TOO_LARGE' satisfies OnionCode,
      `the payloads need ${needed} bytes, the packet has ${size}`,
      {
        spec: 'BOLT 4 Packet Construction',
        rule: 'S6',
      },
    )
  }

  const { ephemeralKey, sharedSecrets } = walkKeys(sessionKey, hops)
  const filler = makeFiller(hops, sharedSecrets, room)
  let payloads = keyStream(deriveKey('pad', sessionKey), room) // rule S5: what is behind the last hop looks like the rest
  let hmac: Uint8Array = new Uint8Array(HMAC_LENGTH)
  for (let i = hops.length - 1; i >= 0; i--) {
    const { payload } = hops[i]!
    const shift = framedLength(payload.length)
    payloads.copyWithin(shift, 0)
    payloads.set(framePayload(payload))
    payloads.set(hmac, shift - HMAC_LENGTH)
    payloads = xorStream(deriveKey('rho', sharedSecrets[i]!), payloads)
    if (i === hops.length - 1) payloads.set(filler, room - filler.length)
    hmac = hmacSha256(deriveKey('mu', sharedSecrets[i]!), concatBytes(payloads, associatedData))
  }
  return { packet: { version: 0, public_key: ephemeralKey, hop_payloads: payloads, hmac }, sharedSecrets }
}

/** The first ephemeral key and every hop's shared secret (rules S2, S4): two multiplications a hop. */
function walkKeys(sessionKey: Uint8Array, hops: readonly OnionHop[]) {
  const ephemeralKey = publicKey(sessionKey)
  const sharedSecrets: Uint8Array[] = []
  let secret = sessionKey
  let key = ephemeralKey
  for (let i = 0; i < hops.length; i++) {
    if (i > 0) {
      secret = mulScalar(secret, ephemeralTweak(key, sharedSecrets[i - 1]!))
      key = publicKey(secret)
    }
    sharedSecrets.push(ecdh(secret, hops[i]!.node_id))
  }
  return { ephemeralKey, sharedSecrets }
}

/**
 * What will stand at the end of the last hop's payloads (rule S7): each hop before it shifts zeros in and covers them with
 * its stream, and the HMACs must be made over the outcome.
 */
function makeFiller(hops: readonly OnionHop[], sharedSecrets: readonly Uint8Array[], room: number): Uint8Array {
  const relays = hops.slice(0, -1)
  const filler = new Uint8Array(relays.reduce((sum, { payload }) => sum + framedLength(payload.length), 0))
  let filled = 0
  relays.forEach(({ payload }, i) => {
    const shift = framedLength(payload.length)
    const stream = keyStream(deriveKey('rho', sharedSecrets[i]!), room + shift)
    const start = room - filled
    filled += shift
    for (let at = 0; at < filled; at++) filler[at]! ^= stream[start + at]!
  })
  return filler
}

/** What a node needs to peel its layer. */
export interface PeelOnion {
  readonly packet: OnionPacket
  /**
   * 32 bytes: the node's secret, or, when a `path_key` came with the packet, `blindedSecret` of it (rule R2). Tweaking the
   * own secret is a product of two scalars; tweaking the packet's key instead would cost a further point multiplication.
   */
  readonly secret: Uint8Array
  /** The payment hash of a payment; none for a message (rule S8). */
  readonly associatedData?: Uint8Array
}

/** One layer of a packet. */
export interface PeeledOnion {
  /** What was meant for us, without its length in front; a view. */
  readonly payload: Uint8Array
  /** 32 bytes; a failure is encrypted with it. */
  readonly sharedSecret: Uint8Array
  /** True when the packet ends here (rule R4). */
  readonly final: boolean
  /** The packet's own key, from which `nextPacket` makes that of the next hop. */
  readonly public_key: Uint8Array
  /** What the next hop gets; meaningless when `final`. */
  readonly next_hop_payloads: Uint8Array
  readonly next_hmac: Uint8Array
}

/**
 * Takes one layer off (BOLT 4, "Onion Decryption"), with a single point multiplication; what the next hop needs costs
 * another and is left to `nextPacket`, for a packet that is really forwarded.
 * @throws LnoError `ONION_VERSION`, `ONION_KEY`, `ONION_HMAC`, `ONION_PAYLOAD_LENGTH` (rule R1), `BAD_SECRET`
 */
export function peelOnion({ packet, secret, associatedData = NO_BYTES }: PeelOnion): PeeledOnion {
  const { public_key, hop_payloads, hmac } = packet
  assertVersion(packet)
  const sharedSecret = sharedWith(public_key, secret)
  const mac = hmacSha256(
    deriveKey('mu', sharedSecret),
    associatedData.length === 0 ? hop_payloads : concatBytes(hop_payloads, associatedData),
  )
  if (!equalSecrets(mac, hmac)) throw refused('ONION_HMAC', 'the HMAC of the onion packet is wrong')

  const rho = deriveKey('rho', sharedSecret)
  // The length stands in the first bytes: knowing it, one pass over the payloads and the zeros shifted in is enough.
  const { start, length } = readFrame(xorStream(rho, hop_payloads.subarray(0, LONGEST_BIGSIZE)))
  const shift = start + length + HMAC_LENGTH
  if (shift > hop_payloads.length) {
    throw badLength(
      `a hop payload of ${length} bytes with its HMAC does not fit ${hop_payloads.length} bytes of payloads`,
    )
  }
  const padded = new Uint8Array(hop_payloads.length + shift)
  padded.set(hop_payloads)
  const unwrapped = xorStream(rho, padded)
  const next_hmac = unwrapped.subarray(start + length, shift)
  return {
    payload: unwrapped.subarray(start, start + length),
    sharedSecret,
    final: isZero(next_hmac),
    public_key,
    next_hop_payloads: unwrapped.subarray(shift),
    next_hmac,
  }
}

const LONGEST_BIGSIZE = 9

/** All that can be told of a packet before anything is computed. @throws LnoError `ONION_VERSION` @internal */
export function assertVersion({ version }: OnionPacket): void {
  if (version !== 0) throw refused('ONION_VERSION', `onion packet of version ${version}`)
}

/** The packet for the next hop, as long as the one that came (rule R4). Costs one point multiplication. */
export function nextPacket(peeled: PeeledOnion): OnionPacket {
  const { public_key, sharedSecret } = peeled
  return {
    version: 0,
    public_key: mulPoint(public_key, ephemeralTweak(public_key, sharedSecret)),
    hop_payloads: peeled.next_hop_payloads,
    hmac: peeled.next_hmac,
  }
}

function sharedWith(key: Uint8Array, secret: Uint8Array): Uint8Array {
  try {
    return ecdh(secret, key)
  } catch (error) {
    if (!isLnoError(error, 'BAD_POINT')) throw error
    throw refused('ONION_KEY', 'the public key of the onion packet is not a point of secp256k1', error)
  }
}

function refused(code: OnionCode, message: string, cause?: unknown): LnoError {
  return new LnoError(code, message, {
    spec: 'BOLT 4 Onion Decryption',
    rule: 'R1',
    ...(cause !== undefined && { cause }),
  })
}
