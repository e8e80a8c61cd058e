import type { LnoError } from '../../base/error.js'
import { paymentError } from '../codes.js'
import type { LinkId } from '../link.js'
import { type Candidate, findCandidates, type RouteQuery } from './candidates.js'
import { largest, smallest } from './msat.js'
import type { Turn } from './state.js'

/** One HTLC to be sent. */
export interface PlannedPart {
  readonly candidate: Candidate
  /** msat that arrive, and that it costs beyond. */
  readonly amountMsat: bigint
  readonly feeMsat: bigint
}

/**
 * Chooses the HTLCs of a payment, or of what is left of one: one if any way takes it all, the cheapest; else several, if the
 * invoice allows it.
 * @throws LnoError `NO_PAYMENT_ROUTE`, `PAYMENT_FEE_LIMIT`, `PAYMENT_DELAY_LIMIT`, `PAYMENT_ONION_TOO_LARGE`, `HEIGHT_UNKNOWN`
 */
export function planParts(turn: Turn, query: RouteQuery): readonly PlannedPart[] {
  if (turn.height === undefined) throw paymentError('HEIGHT_UNKNOWN', 'nobody knows the height of the chain')
  if (query.maxParts <= 0) throw paymentError('NO_PAYMENT_ROUTE', 'enough ways were tried')
  const { candidates, refused } = findCandidates(turn, turn.height, query)
  const plans = [single(candidates, query), ...(query.severalParts ? [several(turn, candidates, query)] : [])]
  const found = plans.filter((plan) => plan !== undefined)
  const affordable = found.find((plan) => feeOf(plan) <= query.maxFeeMsat)
  if (affordable) return affordable
  throw found[0] ? feeLimit(feeOf(found[0]), query) : (refused[0] ?? noRoute(candidates, query))
}

function feeOf(parts: readonly PlannedPart[]): bigint {
  return parts.reduce((sum, { feeMsat }) => sum + feeMsat, 0n)
}

function feeLimit(fee: bigint, { maxFeeMsat }: RouteQuery): LnoError {
  return paymentError(
    'PAYMENT_FEE_LIMIT',
    `the fees would be ${fee} msat, at most ${maxFeeMsat} msat are allowed (--max-fee)`,
    {
      details: { feeMsat: fee, maxFeeMsat },
    },
  )
}

function noRoute(candidates: readonly Candidate[], { amountMsat, paths, severalParts }: RouteQuery): LnoError {
  if (candidates.length === 0) {
    return paymentError(
      'NO_PAYMENT_ROUTE',
      `no channel leads to the beginning of any of the invoice's ${paths.length} paths`,
    )
  }
  const most = largest(0n, ...candidates.map(({ mostMsat }) => mostMsat))
  const how = severalParts ? ', not in several parts either' : ', and the invoice takes no second part'
  const message = `no way for ${amountMsat} msat: the most that can be sent in one part is ${most} msat${how}`
  return paymentError('NO_PAYMENT_ROUTE', message, { details: { amountMsat, mostMsat: most } })
}

function single(candidates: readonly Candidate[], { amountMsat }: RouteQuery): readonly PlannedPart[] | undefined {
  let best: PlannedPart | undefined
  for (const candidate of candidates) {
    if (candidate.mostMsat < amountMsat || candidate.leastMsat > amountMsat) continue
    const part = planned(candidate, amountMsat)
    if (best === undefined || part.feeMsat < best.feeMsat) best = part
  }
  return best && [best]
}

function planned(candidate: Candidate, amountMsat: bigint): PlannedPart {
  return { candidate, amountMsat, feeMsat: candidate.cost(amountMsat) - amountMsat }
}

/** Several parts: first as if a path took its maximum once, then as if each HTLC could have it. */
function several(turn: Turn, candidates: readonly Candidate[], query: RouteQuery): readonly PlannedPart[] | undefined {
  const cheapest = [...candidates].sort((a, b) => Number(rate(a, query) - rate(b, query)))
  return fill(turn, cheapest, query, true) ?? fill(turn, cheapest, query, false)
}

/** Millionths that a way costs of what it can take. */
function rate(candidate: Candidate, { amountMsat }: RouteQuery): bigint {
  const amount = candidate.mostMsat < amountMsat ? candidate.mostMsat : amountMsat
  return ((candidate.cost(amount) - amount) * 1_000_000n) / amount
}

function fill(
  turn: Turn,
  candidates: readonly Candidate[],
  { amountMsat, maxParts, paths, slots }: RouteQuery,
  pathsOnce: boolean,
): readonly PlannedPart[] | undefined {
  const least = smallest(amountMsat, ...candidates.map(({ leastMsat }) => leastMsat))
  const budgets = new Map<LinkId, bigint>()
  const pathLeft = paths.map(({ payinfo }) => payinfo.htlc_maximum_msat)
  const parts: PlannedPart[] = []
  let left = amountMsat
  for (const candidate of candidates) {
    if (left === 0n || parts.length === maxParts) break
    const { peer, path } = candidate
    if (parts.filter((part) => part.candidate.peer === peer).length === slots.get(peer)) continue
    const budget = budgets.get(peer) ?? turn.links.view(peer)?.localMsat ?? 0n
    let amount = smallest(left, candidate.mostMsat, candidate.arriving(budget), ...(pathsOnce ? [pathLeft[path]!] : []))
    // No rest that is too small for any way.
    if (amount < left && left - amount < least) amount = left - least
    if (amount < candidate.leastMsat) continue
    const part = planned(candidate, amount)
    parts.push(part)
    budgets.set(peer, budget - amount - part.feeMsat)
    pathLeft[path] = pathLeft[path]! - amount
    left -= amount
  }
  return left === 0n ? parts : undefined
}
