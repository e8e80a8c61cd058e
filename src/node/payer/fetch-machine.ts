import type { AttemptPlan, NodeId } from '../messenger/routes.js'

/**
 * The life of one request: which attempt is made when, and how it ends. A pure machine; `payer.ts` makes its effects real.
 * The request bytes are the same in all attempts, so that an issuer sees one request, and at most one invoice is taken.
 */

/** Attempts at one request, unless told otherwise; Eclair makes as many. */
export const FETCH_ATTEMPTS = 3

/** Milliseconds that an attempt is waited for, from the moment at which its message left; Eclair waits as long. */
export const ATTEMPT_TIMEOUT_MS = 15_000

/** Why an attempt brought no invoice. `code` is of the stages (design: one table for node, command line and lab). */
export interface Problem {
  readonly attempt: number
  readonly code: string
  readonly why: string
}

/** Where an attempt is. */
export type AttemptState = 'queued' | 'waiting' | 'late' | 'over'

export interface Attempt {
  readonly number: number
  readonly plan: AttemptPlan
  readonly state: AttemptState
}

export interface FetchState {
  /** Ways that were not tried yet, best first; tried again from the beginning when they run out. */
  readonly plans: readonly AttemptPlan[]
  readonly left: number
  readonly attempts: readonly Attempt[]
  readonly problems: readonly Problem[]
  readonly over: boolean
}

export type FetchEvent =
  | { readonly type: 'left'; readonly attempt: number }
  /** The message will not leave: queue full, peer not connected, or it could not be made. */
  | { readonly type: 'not_sent'; readonly attempt: number; readonly code: string; readonly why: string }
  /** `channelsOnly`: its first peer says that it serves its channel peers alone. */
  | { readonly type: 'timed_out'; readonly attempt: number; readonly channelsOnly?: boolean }
  /** The first peer of an attempt's route hung up: the answer comes back over it, or not at all. */
  | { readonly type: 'peer_gone'; readonly peer: NodeId }
  | { readonly type: 'invoice_accepted'; readonly attempt: number }
  /** An answer over the right path that says no: an invoice_error, or an invoice that is not what was asked for. */
  | {
      readonly type: 'refused'
      readonly attempt: number
      readonly code: 'INVOICE_ERROR' | 'INVOICE_REFUSED'
      readonly why: string
    }
  | { readonly type: 'cancelled' }

export type FetchEffect =
  | { readonly do: 'send'; readonly attempt: number; readonly plan: AttemptPlan }
  /** Wait for the answer of an attempt. */
  | { readonly do: 'arm'; readonly attempt: number }
  | { readonly do: 'disarm'; readonly attempt: number }
  | { readonly do: 'finish'; readonly attempt: number }
  | { readonly do: 'fail'; readonly problem: Problem; readonly problems: readonly Problem[] }

export interface Step {
  readonly state: FetchState
  readonly effects: readonly FetchEffect[]
}

/** Begins a request over `plans`; with none of them it fails at once. */
export function startFetch(plans: readonly AttemptPlan[], attempts: number = FETCH_ATTEMPTS): Step {
  return nextAttempt({ plans, left: attempts, attempts: [], problems: [], over: false })
}

/** What an event makes of a request. */
export function stepFetch(state: FetchState, event: FetchEvent): Step {
  if (state.over) return { state, effects: [] }
  switch (event.type) {
    case 'left':
      return setState(state, event.attempt, ['queued'], 'waiting', [{ do: 'arm', attempt: event.attempt }])
    case 'not_sent': {
      const failed = withProblem(state, event.attempt, event.code, event.why)
      // More of the same would only wait in the same queue: whoever asks too much is told at once.
      return event.code === 'QUEUE_FULL' && !othersWait(failed) && sameFirstPeer(failed)
        ? fail(failed)
        : nextAttempt(failed)
    }
    case 'timed_out': {
      const late = setState(state, event.attempt, ['waiting'], 'late', [])
      if (late.state === state) return late
      const { code, why } = silence(event.channelsOnly)
      return nextAttempt(noted(late.state, event.attempt, code, why))
    }
    case 'peer_gone':
      return peerGone(state, event.peer)
    case 'invoice_accepted':
      return over(state, [{ do: 'finish', attempt: event.attempt }])
    case 'refused': {
      const refused = withProblem(state, event.attempt, event.code, event.why)
      // Another attempt may still bring the invoice; without one, more of the same question brings the same answer.
      return othersWait(refused) ? { state: refused, effects: disarmed(state, event.attempt) } : fail(refused)
    }
    case 'cancelled':
      return over(state, [])
  }
}

/** What it means that no answer came in time. */
export function silence(channelsOnly = false): Pick<Problem, 'code' | 'why'> {
  return channelsOnly
    ? { code: 'RELAY_CHANNELS_ONLY', why: 'no answer came in time, from a peer that serves its channel peers alone' }
    : { code: 'SENT_NO_REPLY', why: 'the message left, and no answer came in time' }
}

function othersWait(state: FetchState): boolean {
  return state.attempts.some(({ state }) => state === 'queued' || state === 'waiting')
}

/** True when no way that is left begins at another peer than those tried. */
function sameFirstPeer({ plans, attempts }: FetchState): boolean {
  const tried = new Set(attempts.map(({ plan }) => plan.route[0]))
  return plans.every(({ route }) => tried.has(route[0]))
}

function nextAttempt(state: FetchState): Step {
  if (othersWait(state)) return { state, effects: [] }
  if (state.left === 0 || (state.plans.length === 0 && state.attempts.length === 0)) return fail(state)
  const plans = state.plans.length > 0 ? state.plans : distinct(state.attempts.map(({ plan }) => plan))
  const [plan, ...rest] = plans
  if (plan === undefined) return fail(state)
  const number = state.attempts.length + 1
  return {
    state: {
      ...state,
      plans: rest,
      left: state.left - 1,
      attempts: [...state.attempts, { number, plan, state: 'queued' }],
    },
    effects: [{ do: 'send', attempt: number, plan }],
  }
}

function distinct(plans: readonly AttemptPlan[]): readonly AttemptPlan[] {
  return [...new Set(plans)]
}

function setState(
  state: FetchState,
  number: number,
  from: readonly AttemptState[],
  to: AttemptState,
  effects: readonly FetchEffect[],
): Step {
  const attempt = state.attempts.find((attempt) => attempt.number === number)
  if (attempt === undefined || !from.includes(attempt.state)) return { state, effects: [] }
  const attempts = state.attempts.map((each) => (each === attempt ? { ...attempt, state: to } : each))
  return { state: { ...state, attempts }, effects }
}

function noted(state: FetchState, attempt: number, code: string, why: string): FetchState {
  return { ...state, problems: [...state.problems, { attempt, code, why }] }
}

function withProblem(state: FetchState, attempt: number, code: string, why: string): FetchState {
  return noted(setState(state, attempt, ['queued', 'waiting', 'late'], 'over', []).state, attempt, code, why)
}

function disarmed(state: FetchState, number: number): readonly FetchEffect[] {
  const waiting = state.attempts.some((attempt) => attempt.number === number && attempt.state === 'waiting')
  return waiting ? [{ do: 'disarm', attempt: number }] : []
}

function peerGone(state: FetchState, peer: NodeId): Step {
  const lost = state.attempts.filter(
    (attempt) => attempt.plan.route[0] === peer && (attempt.state === 'waiting' || attempt.state === 'late'),
  )
  if (lost.length === 0) return { state, effects: [] }
  let next = state
  const effects: FetchEffect[] = []
  for (const { number, state: was } of lost) {
    effects.push(...disarmed(next, number))
    // One that had timed out is told of already.
    next =
      was === 'waiting'
        ? withProblem(next, number, 'SENT_NO_REPLY', 'the message left, and the peer that it went to hung up')
        : setState(next, number, ['late'], 'over', []).state
  }
  const step = nextAttempt(next)
  return { state: step.state, effects: [...effects, ...step.effects] }
}

function over(state: FetchState, last: readonly FetchEffect[]): Step {
  const effects = state.attempts.flatMap(({ number }) => disarmed(state, number))
  return { state: { ...state, over: true }, effects: [...effects, ...last] }
}

/** Which of several problems is told first: an answer says more than silence, silence more than what never left. */
const TELLING = ['INVOICE_ERROR', 'INVOICE_REFUSED', 'SENT_NO_REPLY', 'RELAY_CHANNELS_ONLY']

function fail(state: FetchState): Step {
  const rank = ({ code }: Problem) => (TELLING.includes(code) ? TELLING.indexOf(code) : TELLING.length)
  const problem =
    [...state.problems].sort((a, b) => rank(a) - rank(b) || b.attempt - a.attempt)[0] ??
    ({ attempt: 0, code: 'NO_ROUTE', why: 'no connected peer leads there' } satisfies Problem)
  return over(state, [{ do: 'fail', problem, problems: state.problems }])
}
