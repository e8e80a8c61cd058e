import fc from 'fast-check'
import type { Command } from './commands.js'
import type { EdgePlan, NodePlan, Plan } from './types.js'
import { MS_A_BLOCK } from './world.js'

const number = fc.nat({ max: 11 })
const amount = fc.oneof(
  fc.bigInt({ min: 1n, max: 3_000n }),
  { weight: 4, arbitrary: fc.bigInt({ min: 1_000n, max: 300_000n }) },
  { weight: 2, arbitrary: fc.bigInt({ min: 100_000n, max: 4_000_000n }) },
)
const maxFee = fc.oneof({ weight: 3, arbitrary: fc.constant(100_000n) }, fc.bigInt({ min: 0n, max: 5_000n }))
const time = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1_000, 61_000, 300_000) },
  fc.constantFrom(MS_A_BLOCK, 7_200_000, 86_400_000, 7 * 86_400_000),
)
/** There once in `freq + 1` times. */
const optional = <T>(arbitrary: fc.Arbitrary<T>, freq: number) =>
  fc.oneof({ weight: freq, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const invoiceTerms = { amount, life: fc.constantFrom(600, 7200), key: optional(fc.nat({ max: 1 }), 4) }
const payTerms = { node: number, maxFee, severalParts: fc.nat(3).map((n) => n > 0) }
const meddling = { edge: number, back: fc.boolean(), message: number }

/** How often each happens, and what it is made of. */
const COMMANDS = {
  order: [
    14,
    {
      merchant: number,
      far: fc.nat(2).map((n) => n > 0),
      eighths: optional(fc.constantFrom(1, 3, 5, 6, 7), 1),
      ...invoiceTerms,
      ...payTerms,
    },
  ],
  invoice: [2, { node: number, ...invoiceTerms }],
  pay: [4, { invoice: fc.nat({ max: 3 }), again: optional(fc.nat({ max: 3 }), 2), ...payTerms }],
  deliver: [10, { picks: fc.array(number, { minLength: 1, maxLength: 25 }) }],
  deliver_all: [7, {}],
  connect: [5, { edge: number }],
  cut: [3, { edge: number, keep: fc.nat({ max: 4 }) }],
  open: [1, { edge: number }],
  kill: [1, { node: number }],
  fuse: [4, { node: number, points: fc.nat({ max: 12 }) }],
  restart: [5, { node: number }],
  advance: [2, { ms: time }],
  propose_override: [1, { edge: number }],
  accept_override: [1, { edge: number }],
  drop: [1, meddling],
  duplicate: [1, meddling],
  swap: [1, meddling],
} as const satisfies { readonly [name in Command['do']]?: Weights[string] }

type Weights = Readonly<Record<string, readonly [weight: number, fields: Record<string, fc.Arbitrary<unknown>>]>>

const arbitraryOf = (commands: Weights): fc.Arbitrary<Command> =>
  fc.oneof(
    ...Object.entries(commands).map(([name, [weight, fields]]) => ({
      weight,
      arbitrary: fc.record({ do: fc.constant(name), ...fields }) as fc.Arbitrary<unknown> as fc.Arbitrary<Command>,
    })),
  )

export const arbitraryCommand: fc.Arbitrary<Command> = arbitraryOf(COMMANDS)

/** Where one lies, nothing else happens that could be the reason of a channel's end. */
export const commandBesideLiar: fc.Arbitrary<Command> = (() => {
  const { drop: _, duplicate: _1, swap: _2, propose_override: _3, accept_override: _4, ...harmless } = COMMANDS
  const advance = [2, { ms: fc.constantFrom(1_000, 61_000, 130_000) }] as const
  const lie = { lie: fc.constantFrom(undefined, 'half', 'other path') }
  const order = [COMMANDS.order[0], { ...COMMANDS.order[1], ...lie }] as const
  const pay = [COMMANDS.pay[0], { ...COMMANDS.pay[1], ...lie }] as const
  return arbitraryOf({ ...harmless, order, pay, advance, rewind: [2, { back: fc.boolean() }] })
})()

const nodePlan: fc.Arbitrary<NodePlan> = fc.record({
  feeBaseMsat: fc.constantFrom(0, 1, 1_000),
  feeProportionalMillionths: fc.constantFrom(0, 100, 10_000),
  cltvExpiryDelta: fc.constantFrom(6, 40, 144),
  tellsNeighbours: fc.boolean().map((no) => !no),
})

type EdgeTerms = Omit<EdgePlan, 'host' | 'client'>
type Shape = readonly (readonly [host: number, client: number])[]

/** Each node but the first has a channel with an earlier one, some have more. */
const tree: fc.Arbitrary<Shape> = fc
  .record({
    earlier: fc.array(fc.tuple(number, fc.boolean()), { minLength: 2, maxLength: 5 }),
    more: fc.array(fc.tuple(number, number), { maxLength: 3 }),
  })
  .map(({ earlier, more }) => {
    const links = earlier.map(([to, hosts], i) =>
      hosts ? ([to % (i + 1), i + 1] as const) : ([i + 1, to % (i + 1)] as const),
    )
    const nodes = earlier.length + 1
    return [...links, ...more.map(([a, b]) => [a % nodes, b % nodes] as const)]
  })

/** Two who are clients, or one of them hosts, of the same two or three others: a payment can be split. */
const bridges: fc.Arbitrary<Shape> = fc
  .record({ between: fc.integer({ min: 2, max: 3 }), hosts: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }) })
  .map(({ between, hosts }) =>
    Array.from({ length: 2 * between }, (_, i) => {
      const [end, middle] = [i % 2, 2 + (i >> 1)]
      return hosts[i] ? ([end, middle] as const) : ([middle, end] as const)
    }),
  )

export const arbitraryPlan: fc.Arbitrary<Plan> = fc
  .record({
    seed: fc.nat(),
    shape: fc.oneof(tree, bridges),
    /** All channels are alike, and half of each is the client's: much can be moved. */
    alike: fc.nat(2).map((n) => n === 2),
    terms: fc.array(edgeTerms(), { minLength: 8, maxLength: 8 }),
    nodes: fc.array(nodePlan, { minLength: 6, maxLength: 6 }),
  })
  .map(({ seed, shape, alike, terms, nodes }) => {
    const edges = new Map<string, EdgePlan>()
    for (const [i, [host, client]] of shape.entries()) {
      const name = `${Math.min(host, client)}-${Math.max(host, client)}`
      if (host !== client && !edges.has(name))
        edges.set(name, { host, client, ...(alike ? halved(terms[0]!) : terms[i]!) })
    }
    const count = 1 + Math.max(...shape.flat())
    return { seed, nodes: nodes.slice(0, count), edges: [...edges.values()] }
  })

function halved(terms: EdgeTerms): EdgeTerms {
  return { ...terms, balanceMsat: terms.capacityMsat / 2n, maxAcceptedHtlcs: 20, early: true }
}

/** One of the nodes lies: most often the one with the most channels. */
export const planWithLiar: fc.Arbitrary<Plan> = fc.tuple(arbitraryPlan, fc.nat(7)).map(([plan, number]) => {
  const channels = (node: number) => plan.edges.filter(({ host, client }) => host === node || client === node).length
  const busiest = plan.nodes.reduce((best, _, node) => (channels(node) > channels(best) ? node : best), 0)
  return { ...plan, liar: number < plan.nodes.length - 2 ? number : busiest }
})

function edgeTerms(): fc.Arbitrary<EdgeTerms> {
  return fc
    .record({
      capacityMsat: fc.constantFrom(50_000n, 2_000_000n, 2_000_000n, 3_000_000n, 10_000_000n),
      /** Of the capacity, in eighths. */
      balance: fc.constantFrom(0, 1, 3, 4, 4, 4, 5, 7, 8),
      htlcMinimumMsat: fc.constantFrom(1n, 1n, 1_000n),
      maxAcceptedHtlcs: fc.constantFrom(1, 3, 20),
      inFlight: fc.constantFrom(1n, 1n, 4n),
      early: fc.nat({ max: 9 }).map((n) => n > 0),
    })
    .map(({ balance, inFlight, ...terms }) => ({
      ...terms,
      balanceMsat: (terms.capacityMsat * BigInt(balance)) / 8n,
      maxInFlightMsat: terms.capacityMsat / inFlight,
    }))
}
