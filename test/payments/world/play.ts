import fc from 'fast-check'
import { PaymentCore } from '../../../src/payments/core.js'
import { type Command, perform, type Run } from './commands.js'
import { deliverAll, heal, healAround } from './heal.js'
import { judgeNode } from './invariants.js'
import { liar as liarCore } from './liar.js'
import type { LoadCore, Plan } from './types.js'
import { createWorld } from './world.js'

interface PlayOptions {
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
export function begin(plan: Plan, { trace }: PlayOptions = {}): Run {
  const world = createWorld(plan, loadOf(plan), judgeNode, trace)
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

/** What every run ends with, and what must hold then. */
export function end({ world, risks, harmless }: Run): void {
  if (world.plan.liar === undefined) heal(world, risks, harmless)
  else healAround(world)
}
