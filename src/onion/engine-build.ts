import type { Random } from '../base/effects.js'
import { LnoError } from '../base/error.js'
import type { BlindedHop, BlindedPath } from '../blinding/blinded-path.js'
import { blindHops } from '../blinding/build.js'
import { blindingError } from '../blinding/error.js'
import { joinToPath, paymentHops } from '../blinding/join.js'
import { randomSecret } from '../crypto/group.js'
import { encodeRecord, encodeTlv } from '../wire/tlv.js'
import type { OnionCode } from './codes.js'
import { FIRST_CONTENT_TYPE, type HopData } from './engine-peel.js'
import type { Generation } from './generation.js'
import { withType } from './onion-message.js'
import { encodePacket, LARGE_PACKET, SMALL_PACKET } from './packet.js'
import { buildOnion, exactPacketSize, type OnionHop } from './sphinx.js'

/** What the last hop finds. At most one of the contents, whether named or as a record of type 64 or above (rule O16). */
export interface MessageContents {
  /** The way back; only where an answer is wanted (rule O7). */
  readonly reply_path?: BlindedPath
  /** Raw TLV streams of BOLT 12. */
  readonly invoice_request?: Uint8Array
  readonly invoice?: Uint8Array
  readonly invoice_error?: Uint8Array
  /** Anything else, by type and raw value. */
  readonly records?: readonly { readonly type: bigint; readonly value: Uint8Array }[]
}

/**
 * Size of the packet in bytes: `standard` is 1366 or, where that is too small, 32834 (rule O4); `exact` just what is
 * needed, up to what a peer message can hold; or any number.
 */
export type PacketSize = 'standard' | 'exact' | number

/** A message to be built. */
export interface BuildOnionMessage {
  readonly generation: Generation
  /** Ids of the nodes before the destination, our peer first; none when the destination is our peer. */
  readonly via?: readonly Uint8Array[]
  /** The node to reach, or a path that it made. */
  readonly to: Uint8Array | BlindedPath
  /** The node at the beginning of that path, when the path names it by a short channel id. */
  readonly introductionNode?: Uint8Array
  readonly contents: MessageContents
  readonly size?: PacketSize
  /** Draws the two secrets below. */
  readonly random?: Random
  /** 32 bytes for the packet, fresh for every message. Goes before `random`; for vectors. */
  readonly sessionKey?: Uint8Array
  /** 32 bytes for the blinding of our own hops. Goes before `random`; for vectors. */
  readonly pathSecret?: Uint8Array
}

/** A message ready to be sent to `firstNode`. */
export interface BuiltOnionMessage {
  readonly firstNode: Uint8Array
  readonly path_key?: Uint8Array
  /** The peer message with its type. */
  readonly message: Uint8Array
}

/**
 * An onion message along `via` to a node or over a blinded path (BOLT 4, "Onion Messages", the writer's side).
 * @throws LnoError `BLINDED_PATH_EMPTY`, `BLINDED_PATH_UNRESOLVED`, `ONION_MESSAGE_CONTENTS`, `ONION_MESSAGE_TOO_LARGE`, `ONION_TOO_LARGE` (for a
 * number as size), `BAD_POINT`, `BAD_SECRET`
 */
export function buildOnionMessage(options: BuildOnionMessage): BuiltOnionMessage {
  const { generation, contents } = options
  checkContents(generation, contents)
  const route = generation.pathBlinding === 'every hop' ? blindedRoute(options) : plainRoute(options)
  const hops = route.hops.map(({ node_id, fields }, i) => ({
    node_id,
    payload:
      i === route.hops.length - 1
        ? finalPayload(generation, fields, contents)
        : encodeTlv(generation.payloadTable, fields),
  }))
  const { packet } = buildOnion({
    sessionKey: secretOf(options.sessionKey, options.random),
    hops,
    size: packetSize(hops, options.size ?? 'standard', generation.layout.maxPacket),
  })
  const path_key = route.path_key && { path_key: route.path_key }
  const body = generation.layout.write({ ...path_key, onion_message_packet: encodePacket(packet) })
  return { firstNode: route.firstNode, ...path_key, message: withType(generation.messageType, body) }
}

/** A route as hops with the fields of their payloads; the last one still lacks the contents. */
interface Route {
  readonly firstNode: Uint8Array
  readonly path_key?: Uint8Array
  readonly hops: readonly { readonly node_id: Uint8Array; readonly fields: HopFields }[]
}
interface HopFields {
  readonly encrypted_recipient_data?: Uint8Array
  readonly next_node_id?: Uint8Array
  readonly path_key?: Uint8Array
}

function checkContents(generation: Generation, contents: MessageContents): void {
  const { reply_path, records = [], ...named } = contents
  // Rule O7: what is set must be complete, and a path without hops leads nowhere.
  if (reply_path?.path.length === 0) {
    throw blindingError('BLINDED_PATH_EMPTY', 'a reply path without hops', { path: ['reply_path'], rule: 'O7' })
  }
  for (const { type } of records) {
    const known = Object.entries(generation.payloadTable).find(([, row]) => row.type === type)
    if (known) throw unbuildable('ONION_MESSAGE_CONTENTS', `type ${type} is ${known[0]}: give it by that name`)
  }
  const payloads =
    Object.values(named).filter((value) => value !== undefined).length +
    records.filter(({ type }) => type >= FIRST_CONTENT_TYPE).length
  if (payloads > 1) throw unbuildable('ONION_MESSAGE_CONTENTS', `${payloads} payloads for one message`, 'O16')
}

function finalPayload(generation: Generation, fields: HopFields, contents: MessageContents): Uint8Array {
  const { records = [], ...named } = contents
  return encodeTlv(
    generation.payloadTable,
    { ...named, ...fields },
    records.map(({ type, value }) => encodeRecord(type, value)),
  )
}

/** Our own hops are blinded as well: nobody on the way can tell them from hops of the path behind (rule B6). */
function blindedRoute(options: BuildOnionMessage): Route {
  const { generation, via = [], to, introductionNode } = options
  const encodeData = (data: HopData) => encodeTlv(generation.encryptedDataTable, data)
  const pathSecret = () => secretOf(options.pathSecret, options.random)
  if (to instanceof Uint8Array) {
    const nodes = [...via, to]
    const blinded = blindHops(
      pathSecret(),
      nodes.map((node_id, i) => ({ node_id, data: encodeData(i < via.length ? { next_node_id: nodes[i + 1]! } : {}) })),
    )
    return { firstNode: nodes[0]!, path_key: blinded[0]!.path_key, hops: blinded.map(addressed) }
  }
  const joined = joinToPath({
    path: to,
    relays: via,
    sessionKey: via.length > 0 ? pathSecret() : UNUSED,
    ...(introductionNode && { introduction: introductionNode }),
    encodeData,
  })
  return { firstNode: joined.first_node_id, path_key: joined.path_key, hops: joined.hops.map(addressed) }
}

/** Without relays of our own nothing is blinded by us. */
const UNUSED = /* @__PURE__ */ new Uint8Array(0)

function addressed({ blinded_node_id, encrypted_recipient_data }: BlindedHop): Route['hops'][number] {
  return { node_id: blinded_node_id, fields: { encrypted_recipient_data } }
}

/** Our own hops are named in the clear; only those of a given path find encrypted orders. */
function plainRoute({ via = [], to, introductionNode }: BuildOnionMessage): Route {
  const own = to instanceof Uint8Array ? [...via, to] : via
  const given = to instanceof Uint8Array ? [] : paymentHops(to, introductionNode)
  const ids = [...own, ...given.map(({ node_id }) => node_id)]
  const hops = ids.map((node_id, i) => {
    const { encrypted_recipient_data, current_path_key } = given[i - own.length] ?? {}
    const next = ids[i + 1]
    return {
      node_id,
      fields: {
        // Behind the first hop of a given path this is a blinded id, which says nothing; the form wants one all the same.
        ...(next && { next_node_id: next }),
        ...(encrypted_recipient_data && encrypted_recipient_data.length > 0 && { encrypted_recipient_data }),
        ...(current_path_key && { path_key: current_path_key }),
      },
    }
  })
  return { firstNode: ids[0]!, hops }
}

function packetSize(hops: readonly OnionHop[], asked: PacketSize, maxPacket: number): number {
  const exact = exactPacketSize(hops.map(({ payload }) => payload.length))
  const size =
    typeof asked === 'number'
      ? asked
      : asked === 'exact' || exact > LARGE_PACKET
        ? exact
        : exact > SMALL_PACKET
          ? LARGE_PACKET
          : SMALL_PACKET
  // Pitfall 32: what no peer message can hold is refused here, softly, and not at the connection.
  const most = asked === 'standard' ? LARGE_PACKET : maxPacket
  if (size > most) {
    throw unbuildable(
      'ONION_MESSAGE_TOO_LARGE',
      `the message needs a packet of ${size} bytes, at most ${most} are allowed`,
      'O4',
    )
  }
  return size
}

function secretOf(given: Uint8Array | undefined, random: Random | undefined): Uint8Array {
  if (given !== undefined) return given
  if (random !== undefined) return randomSecret(random)
  throw new LnoError('BAD_SECRET', 'neither a secret nor a source of randomness was given')
}

function unbuildable(code: OnionCode, message: string, rule?: string): LnoError {
  return new LnoError(code, message, { spec: 'BOLT 4 Onion Messages', ...(rule !== undefined && { rule }) })
}
