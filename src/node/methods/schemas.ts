import * as v from 'valibot'
import { isLnoError } from '../../base/error.js'
import { type PeerAddress, parseAddress, parseNodeId } from '../addresses.js'
import { text } from '../control/index.js'
import type { GenerationName } from '../messenger/policy.js'
import { MAX_ROUTE_HOPS, type NodeId } from '../messenger/routes.js'
import { parseScidLink } from '../scids.js'

/** Text read by one of our parsers, whose sentence says what is wrong. */
function parsed<T>(most: number, parse: (given: string) => T) {
  return v.pipe(
    text(most),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value)
      } catch (error) {
        if (!isLnoError(error)) throw error
        addIssue({ message: error.message })
        return NEVER
      }
    }),
  )
}

/** A node id: 66 hex digits. */
export const nodeIdText = parsed(66, parseNodeId)

/** `HOST:PORT`, `ws://…` or `wss://…`. */
export const addressText = parsed(300, (given) => parseAddress(given))

/** `SCID=ID1,ID2`. */
const scidText = parsed(200, parseScidLink)

/** Name of a form of onion messages, one of those that are known here. */
export function generationName(known: readonly GenerationName[]) {
  return v.pipe(
    text(64),
    v.check((name) => known.includes(name), `no form of onion messages: known are ${known.join(', ')}`),
  )
}

/** Longest string of an offer or a refund: the longest message in bech32, with room for `+` and spaces. */
export const MAX_STRING_TEXT = 120_000

/** Peers to go over first. */
export const viaPeers = v.pipe(
  v.array(v.strictObject({ node_id: nodeIdText, address: v.optional(addressText) })),
  v.maxLength(16),
)

/** What `viaPeers` read, as the node takes it. */
export function viaOf(via: v.InferOutput<typeof viaPeers>): readonly (NodeId | PeerAddress)[] {
  return via.map(({ node_id: nodeId, address }) => (address === undefined ? nodeId : { nodeId, address }))
}

/** Channels to learn of: `SCID=ID1,ID2`. */
export const scidTexts = v.pipe(v.array(scidText), v.maxLength(64))

/** Paths of one offer or refund: a reader tries a few at most, and each makes its text longer by some 250 characters. */
const MAX_PATHS = 16

/** The relays of each path to us, ourselves left out. */
export const pathTexts = v.pipe(
  v.array(v.pipe(v.array(nodeIdText), v.maxLength(MAX_ROUTE_HOPS))),
  v.maxLength(MAX_PATHS),
)
