import { concatBytes } from '../../../src/base/bytes.js'
import type { BlindedHop } from '../../../src/blinding/blinded-path.js'
import { blindHops } from '../../../src/blinding/build.js'
import { xorStream } from '../../../src/crypto/cipher.js'
import { ecdh, publicKey } from '../../../src/crypto/group.js'
import { hmacSha256 } from '../../../src/crypto/hash.js'
import type { Generation } from '../../../src/onion/generation.js'
import { modern } from '../../../src/onion/generations/modern.js'
import { deriveKey } from '../../../src/onion/keys.js'
import { withType } from '../../../src/onion/onion-message.js'
import { encodePacket, type OnionPacket, SMALL_PACKET } from '../../../src/onion/packet.js'
import { buildOnion, type OnionHop } from '../../../src/onion/sphinx.js'
import { encodeTlv, joinRecords, type TlvRecord } from '../../../src/wire/tlv.js'

/** The two secrets of every crafted message. */
const PATH_SECRET = /* @__PURE__ */ new Uint8Array(32).fill(0x51)
const SESSION_KEY = /* @__PURE__ */ new Uint8Array(32).fill(0x52)

/** To the letter of BOLT 4: we take a last hop without encrypted data as well, because Core Lightning up to 24.05 sends it. */
export const strict: Generation = { ...modern, finalDataRequired: true }

/** One hop of a message as a careless or hostile sender makes it. */
export interface CraftedHop {
  /** Whom the sender blinds itself, by real id. */
  readonly node_id: Uint8Array
  /** The plain `encrypted_data_tlv`: fields by name, or bytes as they are. */
  readonly data?: Record<string, unknown> | Uint8Array
  /** The payload; by default nothing but the encrypted data. */
  readonly payload?: (encrypted: Uint8Array) => Uint8Array
}

/** A hop of a path that somebody else made; such hops stand behind all those of the sender's own. */
interface GivenHop extends Pick<CraftedHop, 'payload'> {
  readonly given: BlindedHop
}

/** What a message was made of. */
export interface CraftedMessage {
  /** The peer message, its type in front. */
  readonly message: Uint8Array
  readonly packetSize: number
  readonly pathSecret: Uint8Array
  readonly sessionKey: Uint8Array
  /** The hops that the sender blinded, with their data in the clear. */
  readonly blinded: readonly { readonly node_id: Uint8Array; readonly data: Uint8Array }[]
  /** All hops, as the packet is addressed to them. */
  readonly onion: readonly OnionHop[]
}

interface CraftOptions {
  readonly generation?: Generation
  readonly size?: number
  readonly associatedData?: Uint8Array
  /** Of the path that the message begins on, when the sender has no hops of its own. */
  readonly pathKey?: Uint8Array
}

/** A well-formed packet around hops that `buildOnionMessage` would not make. */
export function craftFully(hops: readonly (CraftedHop | GivenHop)[], options: CraftOptions = {}): CraftedMessage {
  const { generation = modern, size = SMALL_PACKET, associatedData } = options
  const own = hops.flatMap((hop) => {
    if ('given' in hop) return []
    const { node_id, data = {} } = hop
    return [{ node_id, data: data instanceof Uint8Array ? data : encodeTlv(generation.encryptedDataTable, data) }]
  })
  const blinded = own.length > 0 ? blindHops(PATH_SECRET, own) : []
  const onion = hops.map((hop, i): OnionHop => {
    const { blinded_node_id, encrypted_recipient_data: encrypted } = 'given' in hop ? hop.given : blinded[i]!
    return {
      node_id: blinded_node_id,
      payload: hop.payload?.(encrypted) ?? payloadOf({ encrypted_recipient_data: encrypted }, [], generation),
    }
  })
  const { packet } = buildOnion({
    sessionKey: SESSION_KEY,
    hops: onion,
    size,
    ...(associatedData && { associatedData }),
  })
  const path_key = blinded[0]?.path_key ?? options.pathKey!
  const body = generation.layout.write({ path_key, onion_message_packet: encodePacket(packet) })
  return {
    message: withType(generation.messageType, body),
    packetSize: size,
    pathSecret: PATH_SECRET,
    sessionKey: SESSION_KEY,
    blinded: own,
    onion,
  }
}

/** The bytes of such a message. */
export function craftMessage(hops: readonly CraftedHop[], options?: CraftOptions): Uint8Array {
  return craftFully(hops, options).message
}

/** A payload from fields by name and from raw records. */
export function payloadOf(
  fields: Record<string, unknown>,
  records: readonly TlvRecord[] = [],
  generation: Generation = modern,
): Uint8Array {
  return encodeTlv(generation.payloadTable, fields, records)
}

/** Records as they are given, in whatever order. */
export function rawStream(...records: readonly TlvRecord[]): Uint8Array {
  return joinRecords(records)
}

/** A packet whose outer layer decrypts to exactly `plain`: for layers that `buildOnion` would never make. */
export function rawPacket(
  plain: Uint8Array,
  nodeId: Uint8Array,
  options: { readonly sessionKey: Uint8Array; readonly associatedData?: Uint8Array },
): OnionPacket {
  const ss = ecdh(options.sessionKey, nodeId)
  const hop_payloads = xorStream(deriveKey('rho', ss), plain)
  return {
    version: 0,
    public_key: publicKey(options.sessionKey),
    hop_payloads,
    hmac: hmacSha256(deriveKey('mu', ss), concatBytes(hop_payloads, options.associatedData ?? new Uint8Array(0))),
  }
}
