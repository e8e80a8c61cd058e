import type { GenerationName } from '../messenger/policy.js'
import type { AttemptPlan, NodeId } from '../messenger/routes.js'

/**
 * The life of one request: which attempt is made when, in which forms, and how it ends. A pure machine; `run.ts` makes its
 * effects real. An attempt is one message a form, its copies, all over the same way. The request bytes are the same in all
 * copies of all attempts, so that an issuer sees one request, and at most one invoice is taken.
 */

/** Attempts at one request, unless told otherwise; Eclair makes as many. */
export const FETCH_ATTEMPTS = 3

/** Milliseconds that a copy is waited for, from the moment at which it left; Eclair waits as long. */
export const ATTEMPT_TIMEOUT_MS = 15_000

/**
 * Milliseconds that a copy is waited for where it is not all that there is: other copies once an answer said no, since they left
 * right behind the one that was answered; one to an id that may be the wrong one of two, when the other can be tried. A later
 * answer still counts.
 */
export const GRACE_MS = 3_000

/** One of the ways to ask. */
export interface FetchPlan extends AttemptPlan {
  /** What is remembered of this way stands under this name. */
  readonly way: string
  /** The forms of an attempt, in order, each once. */
  readonly forms: readonly GenerationName[]
  /** What is enough because an answer came in it the last time, until none comes. */
  readonly worked?: readonly GenerationName[]
}

/** A message of an attempt. */
export interface CopyId {
  readonly attempt: number
  readonly generation: GenerationName
}

/** Why a copy brought no invoice. `code` is of the stages (design: one table for node, command line and lab). */
export interface Problem {
  /** 0: before any. */
  readonly attempt: number
  readonly generation?: GenerationName
  readonly code: string
  readonly why: string
}

/** Where a copy is: `planned` until the one before it has left. */
export type CopyState = 'planned' | 'queued' | 'waiting' | 'late' | 'over'

export interface Copy {
  readonly generation: GenerationName
  readonly state: CopyState
}

export interface Attempt {
  readonly number: number
  readonly plan: FetchPlan
  readonly copies: readonly Copy[]
}

export interface FetchState {
  /** Ways that were not tried yet, best first; tried again from the beginning when they run out. */
  readonly plans: readonly FetchPlan[]
  readonly left: number
  readonly attempts: readonly Attempt[]
  readonly problems: readonly Problem[]
  /** Ways over which the form that had worked brought nothing. */
  readonly forgotten: readonly string[]
  /** An answer said no: nothing new is sent, and what is under way is waited for a little. */
  readonly refused: boolean
  readonly over: boolean
}

export type FetchEvent =
  | ({ readonly type: 'left' } & CopyId)
  /**
   * The message will not leave: queue full, peer not connected, or it could not be made. `formOnly`: another form of it still
   * may.
   */
  | ({ readonly type: 'not_sent'; readonly code: string; readonly why: string; readonly formOnly?: boolean } & CopyId)
  /** `channelsOnly`: its first peer says that it serves its channel peers alone. */
  | ({ readonly type: 'timed_out'; readonly channelsOnly?: boolean } & CopyId)
  /** The first peer of an attempt's route hung up: the answer comes back over it, or not at all. */
  | { readonly type: 'peer_gone'; readonly peer: NodeId }
  | ({ readonly type: 'invoice_accepted' } & CopyId)
  /** An answer over the right path that says no: an invoice_error, or an invoice that is not what was asked for. */
  | ({ readonly type: 'refused'; readonly code: 'INVOICE_ERROR' | 'INVOICE_REFUSED'; readonly why: string } & CopyId)
  | { readonly type: 'cancelled' }

export type FetchEffect =
  /** A new attempt; its first copy follows. */
  | {
      readonly do: 'begin'
      readonly attempt: number
      readonly plan: FetchPlan
      readonly forms: readonly GenerationName[]
    }
  | ({ readonly do: 'send'; readonly plan: FetchPlan } & CopyId)
  /** Wait for the answer to a copy, for its whole time or the grace, whatever was armed before. */
  | ({ readonly do: 'arm'; readonly grace: boolean } & CopyId)
  | ({ readonly do: 'disarm' } & CopyId)
  /** What was remembered of this way is not so any more. */
  | { readonly do: 'forget'; readonly way: string }
  | ({ readonly do: 'finish'; readonly plan: FetchPlan } & CopyId)
  | { readonly do: 'fail'; readonly problem: Problem; readonly problems: readonly Problem[] }

export interface Step {
  readonly state: FetchState
  readonly effects: readonly FetchEffect[]
}

/** Before anything was done. */
export function newFetch(plans: readonly FetchPlan[], attempts: number = FETCH_ATTEMPTS): FetchState {
  return { plans, left: attempts, attempts: [], problems: [], forgotten: [], refused: false, over: false }
}

/** Begins a request over `plans`; with none of them it fails at once. */
export function startFetch(plans: readonly FetchPlan[], attempts?: number): Step {
  return nextAttempt(newFetch(plans, attempts))
}

/** What an event makes of a request. */
export function stepFetch(state: FetchState, event: FetchEvent): Step {
  if (state.over) return { state, effects: [] }
  switch (event.type) {
    case 'left':
      return left(state, event)
    case 'not_sent':
      return notSent(state, event)
    case 'timed_out': {
      if (copyOf(state, event)?.state !== 'waiting') return { state, effects: [] }
      const late = noted(inState(state, event, 'late'), event, silence(event.channelsOnly))
      return followed(forget(late, event), nextAttempt)
    }
    case 'peer_gone':
      return peerGone(state, event.peer)
    case 'invoice_accepted': {
      const { attempt, generation } = event
      const was = copyOf(state, event)?.state
      if (was === undefined || was === 'planned') return { state, effects: [] }
      return over(state, [{ do: 'finish', attempt, generation, plan: attemptOf(state, event)!.plan }])
    }
    case 'refused':
      return refused(state, event)
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

function attemptOf({ attempts }: FetchState, { attempt }: CopyId): Attempt | undefined {
  return attempts[attempt - 1]
}

function copyOf(state: FetchState, id: CopyId): Copy | undefined {
  return attemptOf(state, id)?.copies.find(({ generation }) => generation === id.generation)
}

function inState(state: FetchState, id: CopyId, to: CopyState): FetchState {
  const attempts = state.attempts.map((attempt) => {
    if (attempt.number !== id.attempt) return attempt
    const copies = attempt.copies.map((copy) => (copy.generation === id.generation ? { ...copy, state: to } : copy))
    return { ...attempt, copies }
  })
  return { ...state, attempts }
}

function noted(
  state: FetchState,
  { attempt, generation }: CopyId,
  { code, why }: Pick<Problem, 'code' | 'why'>,
): FetchState {
  return { ...state, problems: [...state.problems, { attempt, generation, code, why }] }
}

/** What comes after a step, its effects behind those of the step. */
function followed({ state, effects }: Step, next: (state: FetchState) => Step): Step {
  const step = next(state)
  return { state: step.state, effects: [...effects, ...step.effects] }
}

/** Copies that may still bring an answer in time. */
function outstanding(state: FetchState): readonly (CopyId & { readonly state: CopyState })[] {
  return state.attempts.flatMap(({ number, copies }) =>
    copies.flatMap((copy) =>
      copy.state === 'queued' || copy.state === 'waiting' ? [{ attempt: number, ...copy }] : [],
    ),
  )
}

function left(state: FetchState, id: CopyId): Step {
  if (copyOf(state, id)?.state !== 'queued') return { state, effects: [] }
  const { attempt, generation } = id
  const isTrial = attemptOf(state, id)?.plan.isHalfKnown === true && state.left > 0
  const armed: FetchEffect = { do: 'arm', attempt, generation, grace: state.refused || isTrial }
  return followed({ state: inState(state, id, 'waiting'), effects: [armed] }, (next) => nextCopy(next, attempt))
}

/** Sends the next copy of an attempt, if one is planned. */
function nextCopy(state: FetchState, attempt: number): Step {
  const { plan, copies } = state.attempts[attempt - 1]!
  const next = copies.find((copy) => copy.state === 'planned')
  if (next === undefined) return { state, effects: [] }
  const id = { attempt, generation: next.generation }
  return { state: inState(state, id, 'queued'), effects: [{ do: 'send', ...id, plan }] }
}

function notSent(state: FetchState, event: Extract<FetchEvent, { readonly type: 'not_sent' }>): Step {
  if (copyOf(state, event)?.state !== 'queued') return { state, effects: [] }
  const { plans } = state
  const failed = noted(
    inState({ ...state, plans: event.formOnly ? plans : sparing(plans, attemptOf(state, event)) }, event, 'over'),
    event,
    event,
  )
  // The others of this attempt would go to the same peer: only what is wrong with one form leaves them a chance.
  const step = event.formOnly ? nextCopy(failed, event.attempt) : { state: failed, effects: [] }
  // More of the same would only wait in the same queue: whoever asks too much is told at once.
  const isFull = event.code === 'QUEUE_FULL' && outstanding(step.state).length === 0 && sameFirstPeer(step.state)
  return followed(step, isFull ? fail : nextAttempt)
}

/** Ways over the peer to which nothing could be handed come last: an attempt over another one may lead there. */
function sparing(plans: readonly FetchPlan[], attempt: Attempt | undefined): readonly FetchPlan[] {
  const first = attempt?.plan.route[0]
  return [...plans].sort((a, b) => Number(a.route[0] === first) - Number(b.route[0] === first))
}

/** The one form that had worked brought nothing: it is not relied on any more. */
function forget(state: FetchState, id: CopyId): Step {
  const { way, worked } = attemptOf(state, id)!.plan
  if (worked === undefined || state.forgotten.includes(way)) return { state, effects: [] }
  return { state: { ...state, forgotten: [...state.forgotten, way] }, effects: [{ do: 'forget', way }] }
}

function refused(state: FetchState, event: Extract<FetchEvent, { readonly type: 'refused' }>): Step {
  // An answer may overtake the news that its question has left.
  const before = left(state, event)
  const was = copyOf(before.state, event)?.state
  if (was !== 'waiting' && was !== 'late') return before
  const said: FetchState = { ...noted(inState(before.state, event, 'over'), event, event), refused: true }
  const { attempt, generation } = event
  const effects: readonly FetchEffect[] = [
    ...before.effects,
    ...(was === 'waiting' ? [{ do: 'disarm', attempt, generation } as const] : []),
    // Another copy may still bring the invoice; more of the same question brings the same answer.
    ...outstanding(said).flatMap((copy): readonly FetchEffect[] =>
      copy.state === 'waiting' && !state.refused
        ? [{ do: 'arm', attempt: copy.attempt, generation: copy.generation, grace: true }]
        : [],
    ),
  ]
  return followed({ state: said, effects }, nextAttempt)
}

/** True when no way that is left begins at another peer than those tried. */
function sameFirstPeer({ plans, attempts }: FetchState): boolean {
  const tried = new Set(attempts.map(({ plan }) => plan.route[0]))
  return plans.every(({ route }) => tried.has(route[0]))
}

/** Goes on where nothing is waited for any more. */
function nextAttempt(state: FetchState): Step {
  if (outstanding(state).length > 0) return { state, effects: [] }
  if (state.refused || state.left === 0) return fail(state)
  const plans = state.plans.length > 0 ? state.plans : [...new Set(state.attempts.map(({ plan }) => plan))]
  const [plan, ...rest] = plans
  if (plan === undefined) return fail(state)
  const number = state.attempts.length + 1
  const forms = (state.forgotten.includes(plan.way) ? undefined : plan.worked) ?? plan.forms
  const copies = forms.map((generation): Copy => ({ generation, state: 'planned' }))
  const attempts = [...state.attempts, { number, plan, copies }]
  const begun: Step = {
    state: { ...state, plans: rest, left: state.left - 1, attempts },
    effects: [{ do: 'begin', attempt: number, plan, forms }],
  }
  return followed(begun, (next) => (forms.length > 0 ? nextCopy(next, number) : nextAttempt(next)))
}

function peerGone(state: FetchState, peer: NodeId): Step {
  const concerned = state.attempts.filter(({ plan }) => plan.route[0] === peer)
  let next = state
  const effects: FetchEffect[] = []
  for (const { number: attempt, copies } of concerned) {
    for (const { generation, state: was } of copies) {
      const id = { attempt, generation }
      // One that had timed out is told of already.
      if (was === 'late') next = inState(next, id, 'over')
      if (was !== 'waiting') continue
      next = noted(inState(next, id, 'over'), id, PEER_GONE)
      effects.push({ do: 'disarm', ...id })
    }
  }
  return next === state ? { state, effects: [] } : followed({ state: next, effects }, nextAttempt)
}

const PEER_GONE: Pick<Problem, 'code' | 'why'> = {
  code: 'SENT_NO_REPLY',
  why: 'the message left, and the peer that it went to hung up',
}

function over(state: FetchState, last: readonly FetchEffect[]): Step {
  const effects = outstanding(state).flatMap(({ attempt, generation, state: was }): readonly FetchEffect[] =>
    was === 'waiting' ? [{ do: 'disarm', attempt, generation }] : [],
  )
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
