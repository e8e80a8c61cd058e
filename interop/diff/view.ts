import { toHex } from '../../src/base/hex.js'
import type { BlindedPath } from '../../src/blinding/blinded-path.js'
import { chainHashOf } from '../../src/bolt12/chains.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../../src/bolt12/invoice.js'
import type { SciddirOrPubkey } from '../../src/wire/codec.js'
import type { Kind } from './oracle.js'

/**
 * Decoded values in the one form in which both sides are compared: field names of BOLT 12, numbers as digits, bytes as hex,
 * what is left to a default by the message filled in, no bits the same as no bitmap.
 */
export type View = string | readonly View[] | { readonly [name: string]: View }

/** A node by its id, or the channel that leads to it: the scid, with a direction at the beginning of a path. */
export function nodeView(node: SciddirOrPubkey | { next_node_id: Uint8Array } | { short_channel_id: bigint }): string {
  if ('node_id' in node) return toHex(node.node_id)
  if ('next_node_id' in node) return toHex(node.next_node_id)
  return 'direction' in node ? `${node.short_channel_id}/${node.direction}` : `${node.short_channel_id}`
}

export function pathView(path: BlindedPath): View {
  return {
    first_node_id: nodeView(path.first_node_id),
    first_path_key: toHex(path.first_path_key),
    path: path.path.map((hop) => [toHex(hop.blinded_node_id), toHex(hop.encrypted_recipient_data)]),
  }
}

const isPath = (value: object): value is BlindedPath => 'first_path_key' in value

/** Any decoded value. */
export function view(value: unknown): View {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'number') return `${value}`
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(view)
  if (typeof value !== 'object' || value === null) throw new Error(`no view of ${String(value)}`)
  if (isPath(value)) return pathView(value)
  const members = Object.entries(value).map(([name, member]) => [name, isBitmap(name) ? bits(member) : view(member)])
  return Object.fromEntries(members) as View
}

const isBitmap = (name: string) => name.endsWith('features')

function bits(bitmap: Uint8Array): string {
  const first = bitmap.findIndex((byte) => byte !== 0)
  return first < 0 ? '' : toHex(bitmap.subarray(first))
}

/** The fields of a message. */
export function fieldsView(kind: Kind, fields: object): Readonly<Record<string, View>> {
  const bitcoin = toHex(chainHashOf('bitcoin'))
  const out: Record<string, View> = {}
  // Who answers no offer has no chains of one.
  const forOffer = 'offer_issuer_id' in fields || 'offer_paths' in fields
  if (forOffer) out.offer_chains = [bitcoin]
  if (kind !== 'offer') out.invreq_chain = bitcoin
  if (kind === 'invoice') out.invoice_relative_expiry = `${DEFAULT_RELATIVE_EXPIRY}`
  for (const [name, value] of Object.entries(fields)) {
    const shown = isBitmap(name) ? bits(value) : view(value)
    if (value !== undefined && !(isBitmap(name) && shown === '')) out[name] = shown
  }
  return out
}
