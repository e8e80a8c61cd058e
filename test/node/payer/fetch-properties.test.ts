import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PolicyFacts, sendBoth } from '../../../src/node/messenger/policy.js'
import {
  type CopyId,
  type FetchEffect,
  type FetchEvent,
  type FetchPlan,
  type FetchState,
  newFetch,
  startFetch,
  stepFetch,
} from '../../../src/node/payer/fetch-machine.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'

const ALL = GENERATIONS.map(({ name }) => name)
const PEERS = ['a', 'b', 'c']

/** Everything that decides how a request goes, but the order of events. */
interface Setting {
  readonly facts: Omit<PolicyFacts, 'worked'>
  readonly ways: readonly { readonly peer: string; readonly target: string; readonly worked: string | undefined }[]
  readonly attempts: number
}

const setting: fc.Arbitrary<Setting> = fc.record({
  facts: fc.record({
    target: fc.constantFrom<PolicyFacts['target']>('offer', '2021 offer', 'other'),
    speaks: fc.subarray(ALL, { minLength: 1 }),
    asked: fc.option(fc.subarray(ALL, { minLength: 1 }), { nil: undefined, freq: 4 }),
  }),
  ways: fc.array(
    fc.record({
      peer: fc.constantFrom(...PEERS),
      target: fc.constantFrom('x', 'y'),
      worked: fc.option(fc.constantFrom(...ALL), { nil: undefined }),
    }),
    { maxLength: 4 },
  ),
  attempts: fc.integer({ min: 1, max: 4 }),
})

/** The plans as they are made of it; none where no form is left, since nothing is asked then. */
function plansOf({ facts, ways }: Setting): readonly FetchPlan[] {
  const forms = sendBoth(facts)
  if (forms.length === 0) return []
  return ways.map(({ peer, target, worked }) => {
    const known = worked === undefined ? [] : sendBoth({ ...facts, worked })
    return {
      pathIndex: undefined,
      route: [peer, target],
      reply: 'far end',
      way: `${peer}${target}`,
      forms,
      ...(known.length > 0 && known.length < forms.length && { worked: known }),
    }
  })
}

const keyOf = ({ attempt, generation }: CopyId) => `${attempt} ${generation}`

/** A request in a world that does whatever the numbers say: what leaves, is lost, comes late, twice, or from nobody. */
class World {
  state: FetchState
  readonly log: FetchEffect[] = []
  readonly sent: CopyId[] = []
  readonly begun: Extract<FetchEffect, { do: 'begin' }>[] = []
  readonly armed = new Set<string>()
  /** Copies whose fate is not known yet. */
  readonly queued: CopyId[] = []
  readonly ends: FetchEffect[] = []
  /** The first invoice that a machine which was not over was told of. */
  firstInvoice: CopyId | undefined

  constructor(plans: readonly FetchPlan[], attempts: number) {
    this.state = newFetch(plans, attempts)
    this.#take(startFetch(plans, attempts))
  }

  #take({ state, effects }: { state: FetchState; effects: readonly FetchEffect[] }): void {
    expect(this.ends.length === 0 || effects.length === 0).toBe(true)
    this.state = state
    for (const effect of effects) {
      this.log.push(effect)
      if (effect.do === 'begin') this.begun.push(effect)
      if (effect.do === 'send') {
        const { attempt, generation } = effect
        this.sent.push({ attempt, generation })
        this.queued.push({ attempt, generation })
      }
      if (effect.do === 'arm') this.armed.add(keyOf(effect))
      if (effect.do === 'disarm') this.armed.delete(keyOf(effect))
      if (effect.do === 'finish' || effect.do === 'fail') this.ends.push(effect)
    }
  }

  tell(event: FetchEvent): void {
    if (
      event.type === 'invoice_accepted' &&
      !this.state.over &&
      this.sent.some((copy) => keyOf(copy) === keyOf(event))
    ) {
      this.firstInvoice ??= event
    }
    if (event.type === 'timed_out') this.armed.delete(keyOf(event))
    if (event.type === 'left' || event.type === 'not_sent') {
      const at = this.queued.findIndex((copy) => keyOf(copy) === keyOf(event))
      if (at >= 0) this.queued.splice(at, 1)
    }
    this.#take(stepFetch(this.state, event))
  }

  /** Whatever is possible now, or was once, picked by a number. */
  act(n: number): void {
    const any = this.sent[n % this.sent.length]
    const kind = Math.floor(n / 16) % 10
    const queued = this.queued[n % this.queued.length]
    if (kind === 0 && queued !== undefined) this.tell({ type: 'left', ...queued })
    else if (kind === 1 && queued !== undefined) {
      const code = ['QUEUE_FULL', 'CONNECT_REFUSED', 'CONNECTION_LOST'][n % 3]!
      this.tell({ type: 'not_sent', ...queued, code, why: '', formOnly: code !== 'QUEUE_FULL' && n % 2 === 0 })
    } else if (kind === 2 && this.armed.size > 0) {
      const [attempt, generation] = [...this.armed][n % this.armed.size]!.split(' ')
      this.tell({ type: 'timed_out', attempt: Number(attempt), generation: generation!, channelsOnly: n % 2 === 0 })
    } else if (kind === 3) this.tell({ type: 'peer_gone', peer: PEERS[n % PEERS.length]! })
    else if (any === undefined) return
    else if (kind === 4) this.tell({ type: 'refused', ...any, code: 'INVOICE_ERROR', why: '' })
    else if (kind === 5) this.tell({ type: 'refused', ...any, code: 'INVOICE_REFUSED', why: '' })
    else if (kind === 6) this.tell({ type: 'left', ...any })
    else if (kind === 7) this.tell({ type: 'left', attempt: 9, generation: 'obs' })
    else if (kind === 8 && n % 3 === 0) this.tell({ type: 'invoice_accepted', ...any })
    else if (kind === 9) this.tell({ type: 'invoice_accepted', attempt: any.attempt, generation: 'nobody' })
  }

  /** Nothing more comes: what waits leaves, and what is waited for runs out of time. */
  settle(): void {
    for (let i = 0; i < 100 && !this.state.over; i++) {
      if (this.queued[0] !== undefined) this.tell({ type: 'left', ...this.queued[0] })
      const [first] = this.armed
      if (first === undefined) continue
      const [attempt, generation] = first.split(' ')
      this.tell({ type: 'timed_out', attempt: Number(attempt), generation: generation! })
    }
  }
}

const story = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 40 })

function run(given: Setting, numbers: readonly number[]): World {
  const world = new World(plansOf(given), given.attempts)
  for (const n of numbers) world.act(n)
  world.settle()
  return world
}

describe('whatever peers know and answer, in whatever order, duplicated, delayed or dropped, a request', () => {
  test('ends exactly once, and waits for nothing then', () => {
    fc.assert(
      fc.property(setting, story, (given, numbers) => {
        const world = run(given, numbers)
        expect(world.state.over).toBe(true)
        expect(world.ends).toHaveLength(1)
        expect(world.log.at(-1)).toBe(world.ends[0])
        expect([...world.armed]).toEqual([])
        for (const n of numbers) world.act(n)
        expect(world.ends).toHaveLength(1)
      }),
      { numRuns: 500 },
    )
  })

  test('ends with the first valid answer, or with an error that lists every message of every attempt', () => {
    fc.assert(
      fc.property(setting, story, (given, numbers) => {
        const { ends, sent, firstInvoice, begun } = run(given, numbers)
        const [end] = ends
        if (end?.do === 'finish') {
          expect(firstInvoice && keyOf(firstInvoice)).toBe(keyOf(end))
          return
        }
        expect(firstInvoice).toBeUndefined()
        if (end?.do !== 'fail') throw new Error('no end')
        const told = new Set(end.problems.map(({ attempt, generation }) => `${attempt} ${generation}`))
        expect([...told].sort()).toEqual(sent.map(keyOf).sort())
        expect(new Set(end.problems.map(({ attempt }) => attempt)).size).toBe(begun.length)
        if (sent.length > 0) expect(end.problems).toContainEqual(end.problem)
      }),
      { numRuns: 500 },
    )
  })

  test('is sent in the forms that the policy names, each once an attempt and in order, and in what worked until it does not', () => {
    fc.assert(
      fc.property(setting, story, (given, numbers) => {
        const { begun, sent, log } = run(given, numbers)
        expect(begun.length).toBeLessThanOrEqual(given.attempts)
        for (const { attempt, plan, forms } of begun) {
          const forgotten = log
            .slice(
              0,
              log.findIndex((effect) => effect.do === 'begin' && effect.attempt === attempt),
            )
            .some((effect) => effect.do === 'forget' && effect.way === plan.way)
          expect(forms).toEqual(forgotten ? plan.forms : (plan.worked ?? plan.forms))
          const copies = sent.filter((copy) => copy.attempt === attempt).map(({ generation }) => generation)
          expect(copies).toEqual(forms.slice(0, copies.length))
        }
      }),
      { numRuns: 500 },
    )
  })

  test('goes on where an attempt brought silence alone, as long as there are any', () => {
    fc.assert(
      fc.property(setting, (given) => {
        const { begun, ends } = run(given, [])
        const leads = plansOf(given).length > 0
        expect(begun).toHaveLength(leads ? given.attempts : 0)
        expect(ends).toMatchObject([{ do: 'fail', problem: { code: leads ? 'SENT_NO_REPLY' : 'NO_ROUTE' } }])
      }),
    )
  })
})
