import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PaymentCore } from '../../../src/payments/core.js'
import {
  arbitraryCommand,
  arbitraryPlan,
  type Command,
  commandBesideLiar,
  perform,
  planWithLiar,
  type Run,
} from '../../payments/world/commands.js'
import { deliverAll, heal, healAround } from '../../payments/world/heal.js'
import { judgeNode } from '../../payments/world/invariants.js'
import { liar as liarCore } from '../../payments/world/liar.js'
import type { LoadCore, Plan } from '../../payments/world/types.js'
import { createWorld, type World } from '../../payments/world/world.js'

/** How a run is made, other than usual. */
export interface PlayOptions {
  /** In place of a `PaymentCore`. */
  readonly load?: LoadCore
  /** Hears of every message, for people who look for a defect: `console.log`. */
  readonly trace?: (line: string) => void
}

const loadCore: LoadCore = (options, records) => PaymentCore.load(options, records)

/** The liar of a plan lies, the others do not. */
function loadOf({ liar, seed }: Plan): LoadCore {
  const lying = liarCore(seed)
  return (options, records, node) => (node === liar ? lying : loadCore)(options, records, node)
}

/** A world in which the early channels of the plan are open. */
function begin(plan: Plan, { load = loadOf(plan), trace }: PlayOptions = {}): Run {
  const world = createWorld(plan, load, judgeNode, trace)
  for (const edge of plan.edges) {
    world.connect(edge.host, edge.client)
    deliverAll(world)
    if (edge.early) world.open(edge)
    deliverAll(world)
  }
  return { world, risks: new Map(), harmless: true }
}

/** A whole run: what a counter-example is made of can be given here as it was printed. */
export function play(plan: Plan, commands: Iterable<Command>, options: PlayOptions = {}): Run {
  const run = begin(plan, options)
  for (const command of commands) {
    options.trace?.(fc.stringify(command))
    perform(run, command)
  }
  end(run)
  return run
}

function end({ world, risks, harmless }: Run): void {
  if (world.plan.liar === undefined) heal(world, risks, harmless)
  else healAround(world)
}

/** A command as fast-check has them: a run without some of its commands is a run, so that counter-examples become short. */
const happens = (command: Command): fc.Command<object, Run> => ({
  check: () => true,
  run: (_, run) => perform(run, command),
  toString: () => fc.stringify(command),
})

/** What happened in a world, so that a suite in which nothing happens is seen. */
function note(world: World, seen: Map<string, number>): void {
  const add = (what: string): unknown => seen.set(what, (seen.get(what) ?? 0) + 1)
  for (const { core, told } of world.nodes) {
    for (const event of told) add(event.type)
    for (const { status, parts } of core?.payments(1000) ?? []) {
      const paid = parts.filter((part) => part.status === 'paid')
      if (paid.length > 1) add('paid in several parts')
      if (status === 'paid' && paid.length < parts.length) add('paid after a failure')
    }
  }
}

/** What 500 worlds have seen, each at least once. */
const EXPECTED = [
  'payment_paid',
  'payment_failed',
  'payment_received',
  'htlc_forwarded',
  'htlc_refused',
  'channel_errored',
  'channel_overridden',
  'paid in several parts',
  'paid after a failure',
]

export interface PaymentRuns {
  readonly cases: number
  readonly mostCommands: number
  /** Of the first case; printed with a failure. */
  readonly seed?: number
  /** Of several such tests in a file. */
  readonly name?: string
}

export function payments({ cases, mostCommands, seed, name = '' }: PaymentRuns): void {
  test(`${cases} worlds of payments keep their money${name}`, () => {
    const seen = check(arbitraryPlan, arbitraryCommand, { cases, mostCommands, ...(seed !== undefined && { seed }) })
    if (cases >= 500) expect([...seen.keys()]).toEqual(expect.arrayContaining(EXPECTED))
  })
}

/** With a node among them that signs whatever it likes. */
export function paymentsBesideLiar({ cases, mostCommands, seed, name = '' }: PaymentRuns): void {
  test(`${cases} worlds of payments keep their money although somebody lies${name}`, () => {
    const seen = check(planWithLiar, commandBesideLiar, { cases, mostCommands, ...(seed !== undefined && { seed }) })
    if (cases >= 100) expect([...seen.keys()]).toEqual(expect.arrayContaining(['payment_paid', 'channel_errored']))
  })
}

function check(
  plans: fc.Arbitrary<Plan>,
  command: fc.Arbitrary<Command>,
  { cases, mostCommands, seed }: PaymentRuns,
): ReadonlyMap<string, number> {
  const commands = fc.commands([command.map(happens)], { maxCommands: mostCommands, size: 'max' })
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(plans, commands, (plan, happening) => {
      const run = begin(plan)
      fc.modelRun(() => ({ model: {}, real: run }), happening)
      end(run)
      note(run.world, seen)
    }),
    { numRuns: cases, ...(seed !== undefined && { seed }) },
  )
  if (process.env.SEEN) console.log(Object.fromEntries(seen))
  return seen
}
