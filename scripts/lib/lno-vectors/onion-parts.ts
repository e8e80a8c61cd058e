import type { BlindedPath } from '../../../src/blinding/blinded-path.js'
import type { TlvRecord } from '../../../src/wire/tlv.js'
import { type Actor, BOB, BOB_ALICE, DAVE, messagePath, OFFER_PATH, OFFER_PATH_ID, REPLY_PATH_ID } from './cast.js'
import { hidden, invoiceBytes } from './make-invoice.js'
import { requestBytes } from './make-request.js'
import * as offers from './offers.js'
import { type CraftedHop, type CraftedMessage, craftFully, payloadOf } from './onion-craft.js'
import { craft } from './records.js'
import type { About } from './vector.js'

/** What a node does with a message; `ignore`: it is well-formed and for us, but came over the wrong path or says nothing fit. */
export type Does = 'forward' | 'deliver' | 'ignore' | 'drop'

/** What the last node holds against a message that it can read. */
export interface Purpose {
  /** The secret of the path over which it must come; null: over no path of ours. */
  readonly pathId: Uint8Array | null
  /** Types of contents that may come that way. */
  readonly contents: readonly number[]
}

/** An onion message and what becomes of it. */
export interface MessageSpec {
  /** Who gets it first. */
  readonly at: Actor
  readonly message: Uint8Array | CraftedMessage
  /** What each node does in turn. */
  readonly does: readonly Does[]
  readonly purpose?: Purpose
  /** The path that it was sent over, where the recipient gave one. */
  readonly path?: BlindedPath
  /** True when a channel must be known to find the way. */
  readonly channels?: boolean
}

/** One line of a list of vectors. */
export type MessageLine = readonly [rule: string, description: string, spec: MessageSpec, more?: Pick<About, 'note'>]

/** What the messages of the vectors are made of: the same requests, invoices and paths as in the other files. */

/** For the offer over Bob, and for the one without a path. */
export const REQUEST = requestBytes({ offer: offers.HIDDEN })
export const OPEN_REQUEST = requestBytes({})
export const INVOICE = invoiceBytes(hidden(OFFER_PATH))
export const INVOICE_ERROR = craft([5, 'sold out'])

/** Dave's reply path over Bob, and the same with Bob named by his channel with Alice. */
export const REPLY_PATH = messagePath({ via: [BOB], to: DAVE, pathId: REPLY_PATH_ID, seed: 0x0c }).path
export const REPLY_PATH_BY_CHANNEL: BlindedPath = {
  ...REPLY_PATH,
  first_node_id: { short_channel_id: BOB_ALICE.scid, direction: 1 },
}

/** What Alice asks of a request for her offer with a path, and of one for an offer without; what Dave asks of a reply. */
export const FOR_OFFER: Purpose = { pathId: OFFER_PATH_ID, contents: [64] }
export const FOR_OPEN_OFFER: Purpose = { pathId: null, contents: [64] }
export const FOR_REPLY: Purpose = { pathId: REPLY_PATH_ID, contents: [66, 68] }

/** The payload of a last hop. */
export const last =
  (fields: Record<string, unknown>, records: readonly TlvRecord[] = []) =>
  (encrypted_recipient_data: Uint8Array): Uint8Array =>
    payloadOf({ encrypted_recipient_data, ...fields }, records)

/** A relay of the sender's that passes on to the next one. */
export function relay(self: Actor, next: Actor, more: Record<string, unknown> = {}): CraftedHop {
  return { node_id: self.id, data: { next_node_id: next.id, ...more } }
}

/** The message over relays to a node that is addressed by its id. */
export function direct(
  nodes: readonly Actor[],
  fields: Record<string, unknown>,
  records: readonly TlvRecord[] = [],
  size?: number,
): CraftedMessage {
  const hops = nodes.map((node, i): CraftedHop => {
    const next = nodes[i + 1]
    return next ? relay(node, next) : { node_id: node.id, payload: last(fields, records) }
  })
  return craftFully(hops, { ...(size !== undefined && { size }) })
}

/** The message over a path that its recipient gave, behind relays of the sender's. */
export function over(
  path: BlindedPath,
  fields: Record<string, unknown>,
  relays: readonly CraftedHop[] = [],
  size?: number,
): CraftedMessage {
  const end = path.path.length - 1
  const given = path.path.map((hop, i) => (i === end ? { given: hop, payload: last(fields) } : { given: hop }))
  return craftFully([...relays, ...given], { pathKey: path.first_path_key, ...(size !== undefined && { size }) })
}

/** The last relay before a path: it hands on the path's own key. */
export function intoPath(self: Actor, entry: Actor, path: BlindedPath): CraftedHop {
  return relay(self, entry, { next_path_key_override: path.first_path_key })
}
