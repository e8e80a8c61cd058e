import fc from 'fast-check'
import { expect } from 'vitest'
import { type Answer, createWorld, type Fault, GRANT_SECRET, htlcOf, OTHER, type Who, type World } from './world.js'

const CAPACITY = 1_000_000n
const FAR = 1_000_000

type Command =
  | { readonly type: 'add'; readonly who: Who; readonly amountMsat: bigint; readonly answer: Answer }
  | { readonly type: 'answer'; readonly who: Who; readonly which: number; readonly answer: Answer }
  | { readonly type: 'deliver'; readonly who: Who; readonly count: number }
  | { readonly type: 'cut' | 'connect' | 'days' }
  /** What happens to the step after the next `steps`. */
  | { readonly type: 'fault'; readonly fault: Fault; readonly steps: number }

const who = fc.constantFrom<Who>('client', 'host')
const answer = fc.constantFrom<Answer>('fulfil', 'fail', 'malformed', 'hold')

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('add'), who, amountMsat: fc.bigInt(900n, 300_000n), answer }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('answer'), who, which: fc.nat(9), answer }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('deliver'), who, count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('cut', 'days') }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('connect') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('fault'),
      fault: fc.constantFrom<Fault>('before', 'after', 'cut'),
      steps: fc.nat(8),
    }),
  },
) as fc.Arbitrary<Command>

/** Incoming HTLCs that nobody has answered. */
function held(world: World, side: Who): readonly bigint[] {
  const entries = [...world.channel(side).kept.htlcs.values()]
  return entries.filter(({ direction, state }) => direction === 'in' && state === 'locked').map(({ htlc }) => htlc.id)
}

function run(commands: readonly Command[]): void {
  const faults = new Map<number, Fault>()
  const world = createWorld({ grantMsat: 400_000n, fault: (step) => faults.get(step) })
  let n = 0
  while (!world.open(GRANT_SECRET));
  world.connect()
  for (const step of commands) {
    switch (step.type) {
      case 'add':
        world.add(step.who, htlcOf(n++, step.amountMsat, FAR), step.answer)
        break
      case 'answer': {
        const ids = held(world, step.who)
        const id = ids[step.which % Math.max(1, ids.length)]
        if (id !== undefined) world.answer(step.who, id, step.answer)
        break
      }
      case 'deliver':
        for (let i = 0; i < step.count; i++) world.deliver(step.who)
        break
      case 'cut':
        world.cut()
        break
      case 'connect':
        if (!world.connected) world.connect()
        break
      case 'days':
        world.height = (world.height ?? 0) + 100
        break
      case 'fault':
        faults.set(world.steps + step.steps, step.fault)
        break
    }
  }
  faults.clear()
  finish(world)
  for (const side of ['client', 'host'] as const) for (const id of held(world, side)) world.answer(side, id, 'fulfil')
  finish(world)
  assertEnd(world)
}

/** Whatever happened: a connection that holds brings both sides together. */
function finish(world: World): void {
  world.cut()
  world.connect()
  world.deliverAll()
  world.assertAgreement()
}

/** Nothing is in flight, and what one paid the other got. */
function assertEnd(world: World): void {
  expect(world.hangUps).toEqual([])
  const of = (side: Who, type: string) =>
    world
      .events(side)
      .flatMap((event) => (event.type === type && 'id' in event ? [event.id] : []))
      .sort()
  for (const side of ['client', 'host'] as const) {
    const view = world.view(side)
    expect(view).toMatchObject({ status: 'up', capacityMsat: CAPACITY, inFlightInMsat: 0n, inFlightOutMsat: 0n })
    const other = OTHER[side]
    expect(of(side, 'settled_out')).toEqual(of(other, 'settled_in'))
    expect(of(side, 'returned_out')).toEqual(of(other, 'returned_in'))
    // All that was locked in has ended.
    expect(of(side, 'locked_in')).toEqual([...of(side, 'settled_in'), ...of(side, 'returned_in')].sort())
  }
}

/** Two sides, whatever they do and whatever breaks, end with the same books. */
export const twoSidesAgree = fc.property(fc.array(command, { minLength: 10, maxLength: 80, size: 'max' }), run)
