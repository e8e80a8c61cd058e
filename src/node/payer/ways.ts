import { isLnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { nodeError } from '../codes.js'
import type { OnionMessenger } from '../messenger/messenger.js'
import { type AttemptPlan, type NodeId, planAttempts } from '../messenger/routes.js'

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

/**
 * The ways to the issuer of an offer, best first: over the offer's paths where it has some, else to its issuer id (rule OR12).
 * @throws LnoError as `waysTo`
 */
export function waysFor({ fields }: OfferMessage, surroundings: Surroundings): readonly AttemptPlan[] {
  return waysTo(fields.offer_paths, fields.offer_issuer_id, surroundings)
}

/**
 * The ways to whoever made `paths`, best first, or to the node where there are none. Connected peers come before those that can
 * be called. Empty when nothing is known that leads there.
 * @throws LnoError `UNRESOLVED_SCID` when none of the paths begins at a node that is known; `PEER_HAS_NO_ONION_MESSAGES`
 *   when only peers lead there that take none
 */
export function waysTo(
  paths: readonly BlindedPath[] | undefined,
  nodeId: Uint8Array | undefined,
  { messenger, dialable, via }: Surroundings,
): readonly AttemptPlan[] {
  const deaf = messenger.deafPeers()
  const known = messenger.known(via)
  const more = dialable.filter((peer) => !known.peers.includes(peer) && !deaf.includes(peer))
  const targets = targetsOf(paths, nodeId, messenger)
  const ways = planAttempts(targets, { ...known, peers: [...known.peers, ...more] })
  if (ways.length > 0 || deaf.length === 0) return ways
  const who = targets.some(({ introduction }) => deaf.includes(introduction))
    ? 'the node that is to be reached first'
    : 'every connected peer'
  throw nodeError('PEER_HAS_NO_ONION_MESSAGES', `${who} takes no onion messages`)
}

function targetsOf(
  paths: readonly BlindedPath[] | undefined,
  nodeId: Uint8Array | undefined,
  messenger: Surroundings['messenger'],
): readonly { readonly pathIndex: number | undefined; readonly introduction: NodeId }[] {
  if (paths === undefined) return nodeId ? [{ pathIndex: undefined, introduction: toHex(nodeId) }] : []
  let unresolved: unknown
  const targets = paths.flatMap((path, pathIndex) => {
    try {
      return [{ pathIndex, introduction: messenger.introductionOf(path) }]
    } catch (error) {
      if (!isLnoError(error)) throw error
      unresolved = error
      return []
    }
  })
  if (targets.length === 0) throw unresolved
  return targets.slice(0, MAX_PATHS_TRIED)
}
