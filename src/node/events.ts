import { LnoError } from '../base/error.js'
import { toHex } from '../base/hex.js'
import type { ConnectionEvent } from './connections/events.js'
import type { PeerInfo } from './connections/peer.js'
import { isoTime } from './iso-time.js'
import type { MessengerEvent } from './messenger/messenger.js'
import type { IssuerEvent } from './offers/issuer-event.js'
import type { PayerEvent } from './payer/payer.js'
import type { PaymentsEvent } from './payments/events.js'
import type { ClaimerEvent } from './refunds/claimer-event.js'
import type { RefundsEvent } from './refunds/refunds.js'

/** What happens to the node as a whole. */
export type LifeEvent =
  | {
      readonly type: 'node_ready'
      readonly nodeId: string
      readonly network: string
      readonly addresses: readonly string[]
    }
  | { readonly type: 'node_stopping' }
  /** Of a log: more events of one type than are written down. */
  | { readonly type: 'events_left_out'; readonly of: string; readonly count: number }

/**
 * Everything that a node tells: `type` says what. Texts of strangers stand in it as they came and are escaped where they
 * are shown. Pings are not told.
 */
export type NodeEvent =
  | LifeEvent
  | ConnectionEvent
  | MessengerEvent
  | IssuerEvent
  | PayerEvent
  | RefundsEvent
  | PaymentsEvent
  | ClaimerEvent

export type NodeEventType = NodeEvent['type']

/** An event as a line of a log: plain data, 64-bit numbers as decimal strings, bytes as hex. */
export interface JsonEvent {
  /** The event's `type`. */
  readonly kind: NodeEventType
  /** UTC, to the millisecond: `2026-03-01T12:00:00.000Z`. */
  readonly at: string
  readonly [member: string]: unknown
}

/** A peer as it is shown. */
export interface PeerView {
  readonly node_id: string
  readonly address: string
  readonly direction: 'in' | 'out'
  /** Feature bits of its init, big-endian. */
  readonly features: string
  readonly onion_messages: PeerInfo['onionMessages']
  readonly kept: boolean
  readonly connected_at: string
  readonly bytes_in: number
  readonly bytes_out: number
}

/** The members of a peer that are shown, with the names that commands print. */
export function peerView(peer: PeerInfo): PeerView {
  return {
    node_id: peer.id,
    address: peer.address,
    direction: peer.direction,
    features: toHex(peer.features),
    onion_messages: peer.onionMessages,
    kept: peer.kept,
    connected_at: isoTime(peer.since),
    bytes_in: peer.bytesIn,
    bytes_out: peer.bytesOut,
  }
}

/** An event as plain data. `now` is Unix time in milliseconds. */
export function toJsonEvent(event: NodeEvent, now: number): JsonEvent {
  const { type, ...members } = 'peer' in event ? { ...event, peer: peerView(event.peer) } : event
  return { kind: type, at: isoTime(now), ...(plain(members) as Readonly<Record<string, unknown>>) }
}

/** Plain data with the same meaning, its members named as commands print them; what is undefined is left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return toHex(value)
  if (value instanceof LnoError) {
    const { code, message, rule } = value
    return { code, message, ...(rule !== undefined && { rule }) }
  }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[snake(name), plain(member)]])),
  )
}

/** `offerId` as it is printed: `offer_id`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
