import { isLnoError } from '../../src/base/error.js'
import { toHex } from '../../src/base/hex.js'
import { type JsonObject, type JsonValue, pathJson } from '../../src/bolt12/json.js'
import type { Kind } from '../../src/bolt12/layout.js'
import { formOf } from '../../src/cli/show/form.js'
import { showScid } from '../../src/cli/show/values.js'
import { type Deliver, FIRST_CONTENT_TYPE, forwardMessage, type LocalNode, peel } from '../../src/onion/engine-peel.js'
import { byMessageType, type Candidates, formOfType } from '../../src/onion/generation.js'
import { GENERATIONS } from '../../src/onion/generations/all.js'
import { chainHashOf, chainName, isNetworkName } from '../../src/wire/chains.js'
import { featureName } from '../../src/wire/feature-table.js'
import { joinFeatures, listBits } from '../../src/wire/features.js'
import { decodeMessage } from '../../src/wire/message.js'
import { complaintText, ERROR, INIT, WARNING } from '../../src/wire/messages/index.js'
import { rows } from '../../src/wire/tlv.js'
import type { OnionView } from './story.js'

const FORMS = byMessageType(GENERATIONS)

/** A packet of any size is opened: a report is made once, of what the lab itself sent. */
const ANY_SIZE = 65535

/** Contents that BOLT 12 defines, by the name of their record. */
const CONTENTS: readonly Kind[] = ['invoice_request', 'invoice', 'invoice_error']

/** The type of a peer message. */
export const typeOf = (message: Uint8Array): number => message[0]! * 256 + message[1]!

export function isOnionMessage(message: Uint8Array): boolean {
  return FORMS.has(typeOf(message))
}

/** What can be said of a message without a key. Never throws: what cannot be decoded is said as `undecodable`. */
export function openPlain(message: Uint8Array): JsonObject | undefined {
  try {
    switch (typeOf(message)) {
      case INIT.type: {
        const { globalfeatures, features, networks, remote_addr } = decodeMessage(INIT, message).fields
        return {
          features: listBits(joinFeatures(globalfeatures, features)).map((bit) => `${bit} ${featureName(bit)}`),
          ...(networks && { networks: networks.map((hash) => chainName(hash) ?? toHex(hash)) }),
          ...(remote_addr && { remote_addr: plainJson(remote_addr) }),
        }
      }
      case ERROR.type:
      case WARNING.type: {
        const def = typeOf(message) === ERROR.type ? ERROR : WARNING
        const { channel_id, data } = decodeMessage(def, message).fields
        return { channel_id: toHex(channel_id), text: complaintText(data) }
      }
      default:
        return undefined
    }
  } catch (error) {
    if (!isLnoError(error)) throw error
    return { undecodable: error.message, code: error.code }
  }
}

/** An onion message opened with the key of the node that it reached. */
export interface Opened {
  readonly view: OnionView
  /** What that node has to send on. */
  readonly forwards?: Uint8Array
}

/** When and where a message was read: for rules of BOLT 12 that need to know. */
export interface Reading {
  /** Unix milliseconds. */
  readonly at: number
  /** As the header of a capture names it. */
  readonly network: string
}

/** Opens an onion message (`isOnionMessage`), if its receiver's key is there. Never throws. */
export function openOnion(message: Uint8Array, self: LocalNode | undefined, reading: Reading): Opened {
  const candidates = FORMS.get(typeOf(message))
  if (candidates === undefined) throw new Error('not an onion message')
  const seen = { packet: packetSize(candidates, message), form: formOfType(candidates) }
  if (self === undefined) return { view: { kind: 'sealed', ...seen } }
  const decision = peel(candidates, self, message, { maxPacket: ANY_SIZE })
  if (decision.kind === 'drop') {
    const { code, why, rule } = decision
    return { view: { kind: 'drop', ...seen, code, why, ...(rule !== undefined && { rule }) } }
  }
  const { localHops } = decision
  if (decision.kind === 'deliver') {
    const form = decision.generation.name
    return { view: { kind: 'deliver', ...seen, form, localHops, ...delivered(decision, reading) } }
  }
  const next =
    'next_node_id' in decision.next ? toHex(decision.next.next_node_id) : showScid(decision.next.short_channel_id)
  return { view: { kind: 'forward', ...seen, localHops, next }, forwards: forwardMessage(decision).message }
}

function packetSize([{ layout }]: Candidates, message: Uint8Array): number {
  try {
    return layout.read(message.subarray(2)).onion_message_packet.length
  } catch {
    return 0
  }
}

function delivered({ generation, path_id, reply_path, contents, records }: Deliver, reading: Reading) {
  const known = rows(generation.payloadTable)
  const others = records.filter(({ type }) => !known.has(type) && type < FIRST_CONTENT_TYPE)
  const kind = CONTENTS.find((name) => name === (contents && known.get(contents.type)?.[0]))
  return {
    ...(path_id && { [generation.pathProof]: toHex(path_id) }),
    ...(reply_path && { reply_path: pathJson(reply_path) }),
    ...(contents && { contents: opened(contents, kind, reading) }),
    ...(others.length > 0 && {
      others: others.map(({ type, value }) => ({ type: String(type), value: toHex(value) })),
    }),
  }
}

function opened({ type, value }: NonNullable<Deliver['contents']>, kind: Kind | undefined, { at, network }: Reading) {
  const head = { type: String(type), size: value.length }
  if (kind === undefined) return { ...head, hex: toHex(value) }
  const chains = isNetworkName(network) ? [chainHashOf(network)] : []
  const given = { kind, bytes: value }
  return {
    ...head,
    object: formOf(given)
      .inspect(given, { now: BigInt(Math.floor(at / 1000)), chains })
      .json(),
  }
}

/** Plain data of any shape as JSON: bytes as hex, 64-bit numbers as digits. */
export function plainJson(value: unknown): JsonValue {
  if (value instanceof Uint8Array) return toHex(value)
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(plainJson)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, plainJson(member)]])),
    )
  }
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}
