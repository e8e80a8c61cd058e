import fc from 'fast-check'
import { toHex } from '../../../src/base/hex.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { deliverAll, type Risks, stepOfOverride } from './heal.js'
import { judgeWorld } from './invariants.js'
import type { EdgePlan, NodePlan, Plan } from './types.js'
import { MS_A_BLOCK, type World } from './world.js'

interface InvoiceTerms {
  readonly amount: bigint
  /** Seconds. */
  readonly life: number
  /** Of the invoices of a node that share it, one is paid. */
  readonly key?: number
}

interface PayTerms {
  readonly node: number
  readonly maxFee: bigint
  readonly severalParts: boolean
}

/** Something that happens in a world. Numbers name nodes, edges and invoices modulo how many there are. */
export type Command =
  | ({ readonly do: 'invoice'; readonly node: number } & InvoiceTerms)
  | ({
      readonly do: 'pay'
      /** Counted back from the newest. */
      readonly invoice: number
      /** Under the id of an earlier payment, counted back from the newest. */
      readonly again?: number
    } & PayTerms)
  /** An invoice, and at once its payment. */
  | ({
      readonly do: 'order'
      readonly merchant: number
      /** The amount is so many eighths of what the payer can send over all its channels: much of it takes several parts. */
      readonly eighths?: number
      /** The merchant is one of those who have no channel with the payer, if there are any. */
      readonly far: boolean
    } & InvoiceTerms &
      PayTerms)
  /** As many items, each from the direction that its number names. */
  | { readonly do: 'deliver'; readonly picks: readonly number[] }
  | { readonly do: 'deliver_all' }
  | { readonly do: 'kill'; readonly node: number }
  /** The node dies when it has passed so many of the places where a process may end: around a commit, around a send. */
  | { readonly do: 'fuse'; readonly node: number; readonly points: number }
  | { readonly do: 'restart'; readonly node: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'connect' | 'open' | 'propose_override' | 'accept_override'; readonly edge: number }
  | { readonly do: 'cut'; readonly edge: number; readonly keep: number }
  /** The liar keeps what is on its disk now, or goes back to what it kept. */
  | { readonly do: 'rewind'; readonly back: boolean }
  /** What no stream does, and a channel must bear: a message on its way is lost, comes twice or in another order. */
  | {
      readonly do: 'drop' | 'duplicate' | 'swap'
      readonly edge: number
      readonly back: boolean
      readonly message: number
    }

/** What a run knows beside its world. */
export interface Run {
  readonly world: World
  readonly risks: Risks
  /** Nothing happened that may cost a channel its agreement. */
  harmless: boolean
  /** An earlier disk of the liar's. */
  kept?: ReadonlyMap<string, Uint8Array>
}

const pick = <T>(all: readonly T[], number: number): T | undefined => all[number % Math.max(1, all.length)]

export function perform(run: Run, command: Command): void {
  act(run, command)
  judgeWorld(run.world)
}

function act(run: Run, command: Command): void {
  const { world } = run
  const { net, nodes, plan } = world
  switch (command.do) {
    case 'invoice':
      makeInvoice(world, command)
      break
    case 'pay':
      pay(world, command)
      break
    case 'order':
      order(world, command)
      break
    case 'deliver':
      for (const number of command.picks) {
        const direction = pick(net.busy(), number)
        if (direction) world.deliver(...direction)
      }
      break
    case 'rewind':
      rewind(run, command.back)
      break
    case 'deliver_all':
      deliverAll(world)
      break
    case 'kill':
      world.kill(command.node % nodes.length)
      break
    case 'fuse':
      nodes[command.node % nodes.length]!.fuse = command.points
      break
    case 'restart':
      world.restart(command.node % nodes.length)
      break
    case 'advance':
      if (command.ms >= MS_A_BLOCK) run.harmless = false
      world.advance(command.ms)
      break
    default:
      actOn(run, pick(plan.edges, command.edge)!, command)
  }
}

function rewind(run: Run, back: boolean): void {
  const { world } = run
  const liar = world.nodes[world.plan.liar ?? -1]
  if (!liar) return
  if (!back) run.kept = new Map(liar.store)
  else if (run.kept) {
    world.kill(liar.index)
    liar.store = new Map(run.kept)
    world.restart(liar.index)
  }
}

function order(world: World, command: Extract<Command, { readonly do: 'order' }>): void {
  const { nodes, plan } = world
  const payer = nodes[command.node % nodes.length]!
  const near = plan.edges.flatMap(({ host, client }) =>
    host === payer.index ? [client] : client === payer.index ? [host] : [],
  )
  const far = nodes.map(({ index }) => index).filter((index) => index !== payer.index && !near.includes(index))
  const node = (command.far ? pick(far, command.merchant) : undefined) ?? command.merchant
  const sendable = (payer.core?.channels() ?? []).reduce((sum, { sendableMsat }) => sum + sendableMsat, 0n)
  const share = command.eighths === undefined ? 0n : (sendable * BigInt(command.eighths)) / 8n
  const invoice = makeInvoice(world, { ...command, node, amount: share > 0n ? share : command.amount })
  if (invoice) pay(world, { ...command, invoice: 0 })
}

function makeInvoice(world: World, { node, amount, life, key }: InvoiceTerms & { readonly node: number }) {
  const exclusive = key === undefined ? undefined : sha256(Uint8Array.of(3, key))
  return world.invoice(node % world.nodes.length, amount, life, exclusive)
}

function pay(world: World, command: PayTerms & { readonly invoice: number; readonly again?: number }): void {
  const invoice = pick([...world.invoices].reverse(), command.invoice)
  const node = command.node % world.nodes.length
  if (!invoice || invoice.node === node) return
  const before = command.again === undefined ? undefined : pick([...world.payments].reverse(), command.again)
  const id = before?.payment.id ?? toHex(sha256(encodeUtf8(`payment ${world.payments.length}`)))
  // What is asked for under a known id is not looked at: the payment is the one of before.
  world.pay(before?.node ?? node, before?.invoice ?? invoice, {
    id,
    maxFeeMsat: command.maxFee,
    severalParts: command.severalParts,
  })
}

/** What happens to a channel, or to the connection that it goes over. */
function actOn(run: Run, edge: EdgePlan, command: Extract<Command, { readonly edge: number }>): void {
  const { world } = run
  const { host, client } = edge
  switch (command.do) {
    case 'connect':
      if (!world.net.connected(host, client)) world.connect(host, client)
      break
    case 'cut':
      world.cut(host, client, command.keep)
      break
    case 'open':
      world.open(edge)
      break
    case 'propose_override':
    case 'accept_override':
      stepOfOverride(world, edge, command.do, run.risks)
      break
    default: {
      run.harmless = false
      const [from, to] = command.back ? [client, host] : [host, client]
      world.net.meddle(from, to, (messages) => meddled(messages, command.do, command.message))
    }
  }
}

function meddled(
  messages: readonly Uint8Array[],
  how: 'drop' | 'duplicate' | 'swap',
  number: number,
): readonly Uint8Array[] {
  const at = number % messages.length
  const changed = [...messages]
  const one = messages[at]!
  if (how === 'drop') changed.splice(at, 1)
  else if (how === 'duplicate') changed.splice(at, 0, one)
  else if (at + 1 < messages.length) changed.splice(at, 2, messages[at + 1]!, one)
  return changed
}

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
const COMMANDS: Readonly<
  Partial<Record<Command['do'], readonly [weight: number, fields: Record<string, fc.Arbitrary<unknown>>]>>
> = {
  order: [
    14,
    {
      merchant: number,
      far: fc.nat(2).map((n) => n > 0),
      eighths: optional(fc.constantFrom(1, 3, 4, 5, 6, 7), 1),
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
}

const arbitraryOf = (commands: typeof COMMANDS): fc.Arbitrary<Command> =>
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
  return arbitraryOf({ ...harmless, advance, rewind: [2, { back: fc.boolean() }] })
})()

const nodePlan: fc.Arbitrary<NodePlan> = fc.record({
  feeBaseMsat: fc.constantFrom(0, 1, 1_000),
  feeProportionalMillionths: fc.constantFrom(0, 100, 10_000),
  cltvExpiryDelta: fc.constantFrom(6, 40, 144),
  tellsNeighbours: fc.boolean().map((no) => !no),
})

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
    shape: fc.oneof({ weight: 3, arbitrary: tree }, { weight: 2, arbitrary: bridges }),
    terms: fc.array(edgeTerms(), { minLength: 8, maxLength: 8 }),
    nodes: fc.array(nodePlan, { minLength: 6, maxLength: 6 }),
  })
  .map(({ seed, shape, terms, nodes }) => {
    const edges = new Map<string, EdgePlan>()
    for (const [i, [host, client]] of shape.entries()) {
      const name = `${Math.min(host, client)}-${Math.max(host, client)}`
      if (host !== client && !edges.has(name)) edges.set(name, { host, client, ...terms[i]! })
    }
    const count = 1 + Math.max(...shape.flat())
    return { seed, nodes: nodes.slice(0, count), edges: [...edges.values()] }
  })

/** One of the nodes lies: most often the one with the most channels. */
export const planWithLiar: fc.Arbitrary<Plan> = fc.tuple(arbitraryPlan, fc.nat(7)).map(([plan, number]) => {
  const channels = (node: number) => plan.edges.filter(({ host, client }) => host === node || client === node).length
  const busiest = plan.nodes.reduce((best, _, node) => (channels(node) > channels(best) ? node : best), 0)
  return { ...plan, liar: number < plan.nodes.length - 2 ? number : busiest }
})

function edgeTerms(): fc.Arbitrary<Omit<EdgePlan, 'host' | 'client'>> {
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
