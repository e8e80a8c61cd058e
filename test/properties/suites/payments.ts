import fc from 'fast-check'
import { test } from 'vitest'
import { PaymentCore } from '../../../src/payments/core.js'
import { arbitraryCommand, arbitraryPlan, type Command, perform, type Run } from '../../payments/world/commands.js'
import { deliverAll, heal } from '../../payments/world/heal.js'
import { judgeNode } from '../../payments/world/invariants.js'
import type { LoadCore, Plan } from '../../payments/world/types.js'
import { createWorld } from '../../payments/world/world.js'

const load: LoadCore = (options, records) => PaymentCore.load(options, records)

/** A world in which the early channels of the plan are open. */
export function begin(plan: Plan, loadCore: LoadCore = load, trace?: (line: string) => void): Run {
  const world = createWorld(plan, loadCore, judgeNode, trace)
  for (const edge of plan.edges) {
    world.connect(edge.host, edge.client)
    if (edge.early) {
      deliverAll(world)
      world.open(edge)
    }
    deliverAll(world)
  }
  return { world, risks: new Map(), harmless: true }
}

/** A whole run: what a counter-example is made of can be given here as it was printed. */
export function play(
  plan: Plan,
  commands: Iterable<Command>,
  loadCore: LoadCore = load,
  trace?: (line: string) => void,
): Run {
  const run = begin(plan, loadCore, trace)
  for (const command of commands) {
    trace?.(fc.stringify(command))
    perform(run, command)
  }
  heal(run.world, run, run.risks)
  return run
}

/** A command as fast-check has them: a run without some of its commands is a run, so that counter-examples become short. */
class Happens implements fc.Command<object, Run> {
  constructor(readonly command: Command) {}
  check(): boolean {
    return true
  }
  run(_model: object, run: Run): void {
    perform(run, this.command)
  }
  toString(): string {
    return fc.stringify(this.command)
  }
}

export interface PaymentRuns {
  readonly cases: number
  readonly mostCommands: number
  /** Of the first case; printed with a failure. */
  readonly seed?: number
  readonly loadCore?: LoadCore
}

export function payments({ cases, mostCommands, seed, loadCore }: PaymentRuns): void {
  test(`${cases} worlds of payments, with faults, keep their money`, () => {
    const commands = fc.commands([arbitraryCommand.map((command) => new Happens(command))], {
      maxCommands: mostCommands,
      size: 'max',
    })
    fc.assert(
      fc.property(arbitraryPlan, commands, (plan, happening) => {
        const run = begin(plan, loadCore)
        fc.modelRun(() => ({ model: {}, real: run }), happening)
        heal(run.world, run, run.risks)
      }),
      { numRuns: cases, ...(seed !== undefined && { seed }) },
    )
  })
}
