import { isLnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { nodeError } from '../codes.js'
import type { OnionMessenger } from '../messenger/messenger.js'
import { type AttemptPlan, type NodeId, planAttempts, type ReplyStart, type Target } from '../messenger/routes.js'

/** Paths of one offer that ways are looked for to: more than attempts are ever made, less than a stranger can write into it. */
export const MAX_PATHS_TRIED = 16

/** What ways are looked for in. */
export interface Surroundings {
  readonly messenger: Pick<OnionMessenger, 'known' | 'deafPeers' | 'introductionOf'>
  /** Peers whose address is known, connected or not. */
  readonly dialable: readonly NodeId[]
  /** Peers to go over first. */
  readonly via: readonly NodeId[]
}

/** Where a message may enter on its way to somebody. */
export interface WaysIn {
  readonly paths: readonly BlindedPath[]
  /** Ids of which one is right: where only the x coordinate of a key is known there are two. */
  readonly nodeIds: readonly Uint8Array[]
  /** Where answers shall begin; at the far end unless given. */
  readonly back?: Exclude<ReplyStart, 'self'>
}

/**
 * The ways to the issuer of an offer, best first: over the offer's paths where it has some, else to its issuer id (rule OR12).
 * @throws LnoError as `waysTo`
 */
export function waysFor({ fields }: OfferMessage, surroundings: Surroundings): readonly AttemptPlan[] {
  return waysTo(pathsOrId(fields.offer_paths, fields.offer_issuer_id), surroundings)
}

/** Over paths where there are some, and then never to the id. */
export function pathsOrId(paths: readonly BlindedPath[] | undefined, nodeId: Uint8Array | undefined): WaysIn {
  return { paths: paths ?? [], nodeIds: paths === undefined && nodeId !== undefined ? [nodeId] : [] }
}

/**
 * The ways to whoever made `paths` or is one of `nodeIds`, best first. Connected peers come before those that can be called.
 * Empty when nothing is known that leads there.
 * @throws LnoError `UNRESOLVED_SCID` when none of the paths begins at a node that is known; `PEER_HAS_NO_ONION_MESSAGES`
 *   when only peers lead there that take none
 */
export function waysTo(
  { paths, nodeIds, back }: WaysIn,
  { messenger, dialable, via }: Surroundings,
): readonly AttemptPlan[] {
  const deaf = messenger.deafPeers()
  const known = messenger.known(via)
  const more = dialable.filter((peer) => !known.peers.includes(peer) && !deaf.includes(peer))
  const direct = likeliest(nodeIds.map(toHex), {
    certain: [known.self, ...known.peers, ...deaf],
    heardOf: [...via, ...dialable, ...known.links.flat()],
  })
  const targets = targetsOf(paths, direct, messenger)
  const ways = planAttempts(targets, { ...known, peers: [...known.peers, ...more] }, back).map(
    (way): AttemptPlan => (way.pathIndex === undefined && direct.length > 1 ? { ...way, isHalfKnown: true } : way),
  )
  if (ways.length > 0 || deaf.length === 0) return ways
  const who = targets.some(({ introduction }) => deaf.includes(introduction))
    ? 'the node that is to be reached first'
    : 'every connected peer'
  throw nodeError('PEER_HAS_NO_ONION_MESSAGES', `${who} takes no onion messages`)
}

/** Of ids of which one is right: that of a node that has shown it, else all, those first that somebody told of. */
function likeliest(
  ids: readonly NodeId[],
  { certain, heardOf }: { readonly certain: readonly NodeId[]; readonly heardOf: readonly NodeId[] },
): readonly NodeId[] {
  const shown = ids.filter((id) => certain.includes(id))
  if (shown.length > 0) return shown
  return [...ids].sort((a, b) => Number(heardOf.includes(b)) - Number(heardOf.includes(a)))
}

function targetsOf(
  paths: readonly BlindedPath[],
  nodeIds: readonly NodeId[],
  messenger: Surroundings['messenger'],
): readonly Target[] {
  let unresolved: unknown
  const overPaths = paths.flatMap((path, pathIndex) => {
    try {
      return [{ pathIndex, introduction: messenger.introductionOf(path) }]
    } catch (error) {
      if (!isLnoError(error)) throw error
      unresolved = error
      return []
    }
  })
  const targets = [...overPaths, ...nodeIds.map((introduction) => ({ pathIndex: undefined, introduction }))]
  if (targets.length === 0 && unresolved !== undefined) throw unresolved
  return targets.slice(0, MAX_PATHS_TRIED)
}
