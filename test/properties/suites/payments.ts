import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryCommand, arbitraryPlan, commandBesideLiar, planWithLiar } from '../../payments/world/arbitrary.js'
import { type Command, perform, type Run } from '../../payments/world/commands.js'
import { begin, end } from '../../payments/world/play.js'
import type { Plan } from '../../payments/world/types.js'
import type { World } from '../../payments/world/world.js'

// Worlds of nodes that pay each other while connections break, processes end, time goes by and messages are lost; what must hold of
// them at every step is in test/payments/world/.
//
// That these properties can fail was seen. Each of the following was planted alone, and 500 worlds found it:
// a preimage released before the parts add up to the total; an HTLC taken before it is committed; one given back upstream before its
// return downstream is committed, or passed on and never given back when the next channel fails; a preimage that is not stored, or not
// passed upstream; updates that were signed and forgotten with the connection; a payment that is sent and not stored; messages that
// leave before the commit; a retry for more than is left of the amount, and fees above the limit; the same hash paid under two ids;
// an invoice taken twice, and two that exclude each other; a relay that sends 1 msat more than it should; a ledger without what was
// passed on; an HTLC that expires and ends no channel. And with a liar: a preimage that does not fit; less than the invoice
// asks for; the hash of another invoice.

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

/** What hundreds of worlds have seen, each at least once. */
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

interface PaymentRuns {
  /** Worlds of one test. */
  readonly cases: number
  /** Tests, each with a seed of its own and time of its own. */
  readonly shards?: number
  readonly mostCommands: number
}

export function payments({ cases, shards = 1, mostCommands }: PaymentRuns): void {
  describe(`${cases * shards} worlds of payments keep their money`, () => {
    const seen = new Map<string, number>()
    for (let shard = 1; shard <= shards; shard++) {
      test(`${shard} of ${shards}`, () => check(arbitraryPlan, arbitraryCommand, { cases, mostCommands }, seen))
    }
    test.runIf(cases * shards >= 500)('and much happens in them', () => {
      expect([...seen.keys()]).toEqual(expect.arrayContaining(EXPECTED))
    })
  })
}

/** With a node among them that signs whatever it likes. */
export function paymentsBesideLiar({ cases, shards = 1, mostCommands }: PaymentRuns): void {
  describe(`${cases * shards} worlds of payments keep their money although somebody lies`, () => {
    const seen = new Map<string, number>()
    for (let shard = 1; shard <= shards; shard++) {
      test(`${shard} of ${shards}`, () => check(planWithLiar, commandBesideLiar, { cases, mostCommands }, seen))
    }
    test('and the lies are seen', () => {
      expect([...seen.keys()]).toEqual(expect.arrayContaining(['payment_paid', 'channel_errored']))
    })
  })
}

/** A failure prints seed and path, and the shortest plan and commands that were found: they can be given to `play` as they are. */
function check(
  plans: fc.Arbitrary<Plan>,
  command: fc.Arbitrary<Command>,
  { cases, mostCommands }: PaymentRuns,
  seen: Map<string, number>,
): void {
  const commands = fc.commands([command.map(happens)], { maxCommands: mostCommands, size: 'max' })
  fc.assert(
    fc.property(plans, commands, (plan, happening) => {
      const run = begin(plan)
      fc.modelRun(() => ({ model: {}, real: run }), happening)
      end(run)
      note(run.world, seen)
    }),
    { numRuns: cases },
  )
}
