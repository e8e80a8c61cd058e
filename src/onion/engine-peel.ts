import { equalBytes } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import { refusedFeature } from '../blinding/allowed-features.js'
import { arrivedPathId } from '../blinding/arrival.js'
import type { BlindedPath } from '../blinding/blinded-path.js'
import { MAX_DUMMY_HOPS } from '../blinding/message-hops.js'
import { nextPathKey, type PathShare, readHopData, sharePath } from '../blinding/unblind.js'
import { decodeTlv, type TlvRecord, type TlvStream } from '../wire/tlv.js'
import type { OnionCode } from './codes.js'
import type { Candidates, Generation } from './generation.js'
import { type OnionMessage, withType } from './onion-message.js'
import { decodePacket, encodePacket, LARGE_PACKET, type OnionPacket } from './packet.js'
import { assertVersion, nextPacket, type PeeledOnion, peelOnion } from './sphinx.js'

/**
 * The largest packet that is peeled: the larger standard size. A packet of the 65498 bytes that a peer message could hold
 * hops some 750 times, each time at the cost of four multiplications to somebody (pitfall 29); none who keeps to the
 * standard sizes sends one. Every smaller size is taken, standard or not.
 */
export const MAX_PACKET_PEELED = LARGE_PACKET

/**
 * How often one message may name ourselves as its next hop. Dummy hops of our own paths do (rule B3), but so could a loop
 * that a stranger made to keep us busy (pitfall 31).
 */
export const MAX_LOCAL_HOPS = MAX_DUMMY_HOPS

/** Types from which on a payload is for the final hop alone, one of them a message (rule O16). */
export const FIRST_CONTENT_TYPE = 64n

/** Ourselves. The id is passed along with the secret because deriving it costs as much as peeling. */
export interface LocalNode {
  readonly secret: Uint8Array
  /** 33 bytes. */
  readonly node_id: Uint8Array
}

/** Where a message goes on to. A short channel id is for the caller to resolve. */
export type NextHop = { readonly next_node_id: Uint8Array } | { readonly short_channel_id: bigint }

/** To be passed on. What the next hop gets is made by `forwardMessage`, once the next hop is known to be there. */
export interface Forward {
  readonly kind: 'forward'
  /** The first of those that were tried: which of several with one type it is, only the last hop can tell. */
  readonly generation: Generation
  readonly next: NextHop
  /** How many hops to ourselves were peeled before. */
  readonly localHops: number
  readonly layer: PeeledOnion
  /** What this hop shares with the creator of the path, and the `path_key` that its data put in place of the next one. */
  readonly share?: PathShare
  readonly override?: Uint8Array
}

/** For us. */
export interface Deliver {
  readonly kind: 'deliver'
  /** The first whose tables read the payload. */
  readonly generation: Generation
  /**
   * What shows that the message came over a path and over which (rule B9): the secret that its creator put into the last hop,
   * or in generations without one the `path_key` with which it came there. Absent when no path led here.
   */
  readonly path_id?: Uint8Array
  readonly reply_path?: BlindedPath
  /** The one payload of the message: its type and raw value (rule O16). */
  readonly contents?: { readonly type: bigint; readonly value: Uint8Array }
  /** Every record of the hop's payload as received. */
  readonly records: readonly TlvRecord[]
  /** The decrypted data of the hop; absent where the generation does without and the sender did. */
  readonly data?: TlvStream<HopData>
  /** With which the message came to its last hop: the key of `blinded_node_id` is derived with it (rule IW4). */
  readonly path_key?: Uint8Array
  readonly localHops: number
}

/** To be forgotten without an answer (rules O10 to O12, O16). */
export interface Drop {
  readonly kind: 'drop'
  readonly code: string
  /** Id of the rule in the specification, where it is one. */
  readonly rule?: string
  readonly why: string
}

export type PeelDecision = Forward | Deliver | Drop

/** The roles in a decrypted hop that the engine looks at. */
export interface HopData {
  readonly next_node_id?: Uint8Array
  readonly short_channel_id?: bigint
  readonly path_id?: Uint8Array
  readonly next_path_key_override?: Uint8Array
  readonly allowed_features?: Uint8Array
}

interface HopPayload {
  readonly reply_path?: BlindedPath
  readonly encrypted_recipient_data?: Uint8Array
  readonly next_node_id?: Uint8Array
  readonly next_short_channel_id?: bigint
  readonly path_key?: Uint8Array
}

/**
 * What is to be done with an onion message (BOLT 4, "Onion Messages", the reader's side). Never throws for anything that a
 * peer can send. Cheap refusals come before multiplications: two of those are done for a message that is delivered, two
 * more by `forwardMessage` for one that is passed on.
 * @param generation one, or several of one `messageType` that differ in their tables alone: the first by which the payload
 *   can be read is taken, at the cost of one decryption for all
 * @param message the peer message, its type in front
 */
export function peel(
  generation: Generation | Candidates,
  self: LocalNode,
  message: Uint8Array,
  options: { readonly maxPacket?: number } = {},
): PeelDecision {
  try {
    const candidates = 'name' in generation ? ([generation] as const) : generation
    return peelMessage(candidates, self, message, options.maxPacket ?? MAX_PACKET_PEELED)
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    return { kind: 'drop', code: error.code, why: error.message, ...(error.rule !== undefined && { rule: error.rule }) }
  }
}

function peelMessage(candidates: Candidates, self: LocalNode, message: Uint8Array, maxPacket: number): PeelDecision {
  const [generation] = candidates
  if (message.length < 2 || message[0]! * 256 + message[1]! !== generation.messageType) {
    throw dropped('ONION_MESSAGE_MALFORMED', `not a message of type ${generation.messageType}`, 'O10')
  }
  const body = generation.layout.read(message.subarray(2))
  const size = body.onion_message_packet.length
  if (size > maxPacket)
    throw dropped('ONION_MESSAGE_TOO_LARGE', `a packet of ${size} bytes, at most ${maxPacket} are peeled`, 'O9')

  let packet = decodePacket(body.onion_message_packet)
  // Here already: what follows first is a multiplication for the path_key.
  assertVersion(packet)
  let path_key = body.path_key
  for (let localHops = 0; ; localHops++) {
    const decision = peelLayer(candidates, self, packet, path_key, localHops)
    if (decision.kind !== 'forward' || !isOurselves(decision.next, self)) return decision
    if (localHops === MAX_LOCAL_HOPS) {
      throw dropped('ONION_MESSAGE_TOO_DEEP', `more than ${MAX_LOCAL_HOPS} hops to ourselves in a row`)
    }
    packet = nextPacket(decision.layer)
    path_key = keyOfNext(decision)
  }
}

function isOurselves(next: NextHop, self: LocalNode): boolean {
  return 'next_node_id' in next && equalBytes(next.next_node_id, self.node_id)
}

function peelLayer(
  candidates: Candidates,
  self: LocalNode,
  packet: OnionPacket,
  path_key: Uint8Array | undefined,
  localHops: number,
): Forward | Deliver {
  const onionShare = path_key && sharePath(self.secret, path_key)
  const layer = peelOnion({ packet, secret: onionShare?.blinded_secret ?? self.secret })
  const { generation, payload: outer } = readPayload(candidates, layer.payload)
  if (!layer.final) checkRelayRecords(generation, outer.records)

  // An introduction node that was reached by its own id finds the path_key in its payload.
  const share = onionShare ?? (outer.fields.path_key && sharePath(self.secret, outer.fields.path_key))
  const { data, payload } = readEncrypted(generation, outer, share, layer.final)
  checkFeatures(data?.fields)

  if (!layer.final) {
    const next = nextHop(data?.fields, payload.fields)
    const override = data?.fields.next_path_key_override
    return {
      kind: 'forward',
      generation,
      next,
      localHops,
      layer,
      ...(share && { share }),
      ...(override && { override }),
    }
  }
  const { fields, records } = payload
  const key = path_key ?? outer.fields.path_key
  const path_id = generation.pathProof === 'path_key' ? key : data && arrivedPathId(data.fields)
  const contents = records.filter(({ type }) => type >= FIRST_CONTENT_TYPE)
  if (contents.length > 1) {
    // The first two say enough: a payload has room for thousands, and the reason is logged.
    const [one, two] = contents
    throw dropped(
      'ONION_MESSAGE_TWO_PAYLOADS',
      `${contents.length} payloads, of types ${one!.type}, ${two!.type}${contents.length > 2 ? ', …' : ''}`,
      'O16',
    )
  }
  return {
    kind: 'deliver',
    generation,
    ...(path_id && { path_id }),
    ...(fields.reply_path && { reply_path: fields.reply_path }),
    ...(contents[0] && { contents: { type: contents[0].type, value: contents[0].value } }),
    records,
    ...(data && { data }),
    ...(key && { path_key: key }),
    localHops,
  }
}

/** The payload by the first of the generations that can read it; why not is told by the first of all. */
function readPayload(
  [first, ...others]: Candidates,
  bytes: Uint8Array,
): { readonly generation: Generation; readonly payload: TlvStream<HopPayload> } {
  try {
    return { generation: first, payload: decodeTlv(first.payloadTable, bytes) }
  } catch (error) {
    if (!(error instanceof LnoError)) throw error
    for (const generation of others) {
      try {
        return { generation, payload: decodeTlv(generation.payloadTable, bytes) }
      } catch (other) {
        if (!(other instanceof LnoError)) throw other
      }
    }
    throw dropped('ONION_MESSAGE_PAYLOAD', `the payload is not a valid stream: ${error.message}`, 'O10', error)
  }
}

/** What the hop finds encrypted, and the payload that counts with it. */
function readEncrypted(
  generation: Generation,
  outer: TlvStream<HopPayload>,
  share: PathShare | undefined,
  final: boolean,
): { readonly data?: TlvStream<HopData>; readonly payload: TlvStream<HopPayload> } {
  const encrypted = outer.fields.encrypted_recipient_data
  const isRequired = final ? generation.finalDataRequired : share !== undefined
  if (encrypted !== undefined && share === undefined) {
    throw dropped('ONION_MESSAGE_NO_PATH_KEY', 'encrypted_recipient_data without a path_key to decrypt it', 'O10')
  }
  if (share === undefined || (encrypted === undefined && !isRequired)) return { payload: outer }
  if (generation.decrypted === 'beside the payload') {
    return { data: readHopData(share, encrypted, generation.encryptedDataTable), payload: outer }
  }
  const payload = readHopData(share, encrypted, generation.payloadTable)
  // A relay's orders at the end of the onion: somebody cut a path short.
  const { next_node_id, next_short_channel_id: short_channel_id } = payload.fields
  if (final)
    arrivedPathId({
      ...(next_node_id && { next_node_id }),
      ...(short_channel_id !== undefined && { short_channel_id }),
    })
  return { payload }
}

function checkRelayRecords(generation: Generation, records: readonly TlvRecord[]): void {
  const allowed = generation.relayFields.map((name) => generation.payloadTable[name]?.type)
  const extra = records.find(({ type }) => !allowed.includes(type))
  if (extra !== undefined) {
    throw dropped('ONION_MESSAGE_RELAY_EXTRA', `a relaying hop with a record of type ${extra.type}`, 'O12')
  }
}

/** No feature is defined for messages: none is known, none is used (rule O11). */
function checkFeatures(data: HopData | undefined): void {
  const feature = refusedFeature({ allowed: data?.allowed_features })
  if (feature !== undefined) {
    throw dropped('ONION_MESSAGE_FEATURES', `allowed_features with bit ${feature}, which is unknown`, 'O11')
  }
}

function nextHop(data: HopData | undefined, payload: HopPayload): NextHop {
  if (data?.path_id !== undefined) {
    throw dropped('ONION_MESSAGE_RELAY_PATH_ID', 'a relaying hop with a path_id', 'O12')
  }
  if (data !== undefined) {
    if (data.next_node_id !== undefined) return { next_node_id: data.next_node_id }
    if (data.short_channel_id !== undefined) return { short_channel_id: data.short_channel_id }
  } else {
    if (payload.next_short_channel_id !== undefined) return { short_channel_id: payload.next_short_channel_id }
    if (payload.next_node_id !== undefined) return { next_node_id: payload.next_node_id }
  }
  throw dropped('ONION_MESSAGE_NO_NEXT', 'a relaying hop with neither next_node_id nor short_channel_id', 'O12')
}

function keyOfNext({ share, override }: Forward): Uint8Array | undefined {
  return share && nextPathKey(share, override)
}

/** What the next hop gets: the same type, a packet of the same size, the derived `path_key` (rule O13). */
export function forwardMessage(decision: Forward): { readonly path_key?: Uint8Array; readonly message: Uint8Array } {
  const { generation, layer } = decision
  const path_key = keyOfNext(decision)
  const body: OnionMessage = {
    ...(path_key && { path_key }),
    onion_message_packet: encodePacket(nextPacket(layer)),
  }
  return { ...(path_key && { path_key }), message: withType(generation.messageType, generation.layout.write(body)) }
}

function dropped(code: OnionCode, message: string, rule?: string, cause?: unknown): LnoError {
  return new LnoError(code, message, {
    spec: 'BOLT 4 Onion Messages',
    ...(rule !== undefined && { rule }),
    ...(cause !== undefined && { cause }),
  })
}
