import '../../support/use-toy.js'
import { expect, test } from 'vitest'
import type { Command } from './commands.js'
import { play } from './play.js'
import type { EdgePlan, NodePlan, Plan } from './types.js'

// Runs that failed once, as they were found and made short.

const node: NodePlan = { feeBaseMsat: 0, feeProportionalMillionths: 0, cltvExpiryDelta: 6, tellsNeighbours: true }

const channel = (host: number, client: number, terms: Partial<EdgePlan> = {}): EdgePlan => ({
  host,
  client,
  capacityMsat: 500_000n,
  balanceMsat: 250_000n,
  htlcMinimumMsat: 1n,
  maxAcceptedHtlcs: 20,
  maxInFlightMsat: 500_000n,
  early: true,
  ...terms,
})

const plan = (nodes: number, ...edges: readonly EdgePlan[]): Plan => ({
  seed: 0,
  nodes: Array.from({ length: nodes }, () => node),
  edges,
})

const order = (payer: number, merchant: number, amount = 1_000n): Command => ({
  do: 'order',
  node: payer,
  merchant,
  far: false,
  amount,
  life: 600,
  maxFee: 100_000n,
  severalParts: false,
})

/** What became of all payments, in no order. */
const outcomes = ({ world }: ReturnType<typeof play>): readonly string[] =>
  world.nodes.flatMap(({ core }) => core!.payments(100).map(({ status }) => status))

test('HTLCs that cross and a connection that breaks then leave two states of which each lacks something', () => {
  const run = play(plan(2, channel(0, 1)), [
    order(0, 1),
    order(1, 0),
    { do: 'deliver', picks: [0, 1, 0, 1] },
    { do: 'cut', edge: 0, keep: 0 },
  ])
  expect(outcomes(run)).toEqual(['paid', 'paid'])
})

test('a state adopted after a reconnect has an HTLC in it that was signed before, and it is paid', () => {
  const run = play(plan(2, channel(0, 1)), [
    order(1, 0),
    { do: 'deliver', picks: [1, 1] },
    { do: 'cut', edge: 0, keep: 0 },
    { do: 'connect', edge: 0 },
    { do: 'deliver_all' },
  ])
  expect(outcomes(run)).toEqual(['paid'])
})
