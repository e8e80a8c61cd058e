import type { AttemptPlan, NodeId } from '../messenger/routes.js'
import type { Problem } from '../payer/fetch-machine.js'

/**
 * The life of one claim: over which way the invoice leaves, and how it ends. A pure machine; `claimer.ts` makes its effects
 * real. Nobody acknowledges an invoice, so silence is how it goes well: the next way is taken only where a message did not
 * leave, or may have been lost with its peer. All ways carry the same bytes, so that there is one invoice to be paid.
 */

/** Ways that are tried, unless told otherwise: as many as a fetch tries. */
export const CLAIM_ATTEMPTS = 3

/**
 * Milliseconds that an invoice_error is waited for, from the moment at which the invoice left. A payer that refuses does so when
 * it has verified a signature; two relays each way add a second or two where they hold messages back.
 */
export const CLAIM_WAIT_MS = 5_000

interface Attempt {
  readonly number: number
  readonly plan: AttemptPlan
  readonly state: 'queued' | 'waiting' | 'over'
}

export interface ClaimState {
  /** Ways that were not tried yet, best first. */
  readonly plans: readonly AttemptPlan[]
  readonly left: number
  readonly attempts: readonly Attempt[]
  readonly problems: readonly Problem[]
  readonly over: boolean
}

export type ClaimEvent =
  | { readonly type: 'left'; readonly attempt: number }
  | { readonly type: 'not_sent'; readonly attempt: number; readonly code: string; readonly why: string }
  /** No invoice_error came in time. `channelsOnly`: the first peer says that it serves its channel peers alone. */
  | { readonly type: 'quiet'; readonly attempt: number; readonly channelsOnly?: boolean }
  /** The first peer of a way hung up: what it had not passed on is lost, and no invoice_error comes back over it. */
  | { readonly type: 'peer_gone'; readonly peer: NodeId }
  /** An invoice_error over the reply path of any attempt. */
  | { readonly type: 'refused'; readonly attempt: number; readonly why: string }
  | { readonly type: 'cancelled' }

export type ClaimEffect =
  | { readonly do: 'send'; readonly attempt: number; readonly plan: AttemptPlan }
  | { readonly do: 'arm'; readonly attempt: number }
  | { readonly do: 'disarm'; readonly attempt: number }
  | { readonly do: 'finish'; readonly attempt: number }
  | { readonly do: 'fail'; readonly problem: Problem; readonly problems: readonly Problem[] }

export interface ClaimStep {
  readonly state: ClaimState
  readonly effects: readonly ClaimEffect[]
}

/** Begins a claim over `plans`; with none of them it fails at once. */
export function startClaim(plans: readonly AttemptPlan[], attempts: number = CLAIM_ATTEMPTS): ClaimStep {
  return next({ plans: distinctWays(plans), left: attempts, attempts: [], problems: [], over: false })
}

/** What an event makes of a claim. */
export function stepClaim(state: ClaimState, event: ClaimEvent): ClaimStep {
  if (state.over) return { state, effects: [] }
  switch (event.type) {
    case 'left':
      return isIn(state, event.attempt, 'queued')
        ? { state: inState(state, event.attempt, 'waiting'), effects: [{ do: 'arm', attempt: event.attempt }] }
        : { state, effects: [] }
    case 'not_sent':
      return isIn(state, event.attempt, 'queued')
        ? next(inState(noted(state, event), event.attempt, 'over'))
        : { state, effects: [] }
    case 'quiet': {
      const { attempt, channelsOnly } = event
      if (!isIn(state, attempt, 'waiting')) return { state, effects: [] }
      if (!channelsOnly) return over(inState(state, attempt, 'over'), [{ do: 'finish', attempt }])
      return next(inState(noted(state, { attempt, ...CHANNELS_ONLY }), attempt, 'over'))
    }
    case 'peer_gone': {
      const lost = state.attempts.find(({ plan, state }) => plan.route[0] === event.peer && state === 'waiting')
      if (lost === undefined) return { state, effects: [] }
      const step = next(inState(noted(state, { attempt: lost.number, ...PEER_GONE }), lost.number, 'over'))
      return { state: step.state, effects: [{ do: 'disarm', attempt: lost.number }, ...step.effects] }
    }
    case 'refused':
      return fail(noted(state, { ...event, code: 'INVOICE_ERROR' }))
    case 'cancelled':
      return over(state, [])
  }
}

/** What the silence of a peer means that serves its channel peers alone. */
export const CHANNELS_ONLY: Pick<Problem, 'code' | 'why'> = {
  code: 'RELAY_CHANNELS_ONLY',
  why: 'the message left to a peer that serves its channel peers alone',
}

/** What it means that the peer which the message went to is gone. */
export const PEER_GONE: Pick<Problem, 'code' | 'why'> = {
  code: 'CONNECTION_LOST',
  why: 'the message left, and the peer that it went to hung up',
}

/** One plan a way in: where the reply path begins decides only how an invoice_error comes back. */
function distinctWays(plans: readonly AttemptPlan[]): readonly AttemptPlan[] {
  const seen = new Set<string>()
  return plans.filter(({ pathIndex, route }) => {
    const way = `${pathIndex}/${route.join()}`
    if (seen.has(way)) return false
    seen.add(way)
    return true
  })
}

function isIn({ attempts }: ClaimState, number: number, state: Attempt['state']): boolean {
  return attempts.some((attempt) => attempt.number === number && attempt.state === state)
}

function inState(state: ClaimState, number: number, to: Attempt['state']): ClaimState {
  const attempts = state.attempts.map((each) => (each.number === number ? { ...each, state: to } : each))
  return { ...state, attempts }
}

function noted(state: ClaimState, { attempt, code, why }: Problem): ClaimState {
  return { ...state, problems: [...state.problems, { attempt, code, why }] }
}

function next(state: ClaimState): ClaimStep {
  const [plan, ...plans] = state.plans
  if (plan === undefined || state.left === 0) return fail(state)
  const number = state.attempts.length + 1
  const attempts = [...state.attempts, { number, plan, state: 'queued' as const }]
  return {
    state: { ...state, plans, left: state.left - 1, attempts },
    effects: [{ do: 'send', attempt: number, plan }],
  }
}

function over(state: ClaimState, last: readonly ClaimEffect[]): ClaimStep {
  const armed = state.attempts.filter((attempt) => attempt.state === 'waiting')
  const effects = armed.map(({ number }): ClaimEffect => ({ do: 'disarm', attempt: number }))
  return { state: { ...state, over: true }, effects: [...effects, ...last] }
}

/** Which problem is told first: an answer says more than a message that left, and that more than what never did. */
const TELLING = ['INVOICE_ERROR', CHANNELS_ONLY.code, PEER_GONE.code]

function fail(state: ClaimState): ClaimStep {
  const rank = ({ code }: Problem) => (TELLING.includes(code) ? TELLING.indexOf(code) : TELLING.length)
  const problem =
    [...state.problems].sort((a, b) => rank(a) - rank(b) || b.attempt - a.attempt)[0] ??
    ({ attempt: 0, code: 'NO_ROUTE', why: 'no connected peer leads there' } satisfies Problem)
  return over(state, [{ do: 'fail', problem, problems: state.problems }])
}
