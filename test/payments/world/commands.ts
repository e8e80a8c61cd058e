import { toHex } from '../../../src/base/hex.js'
import { encodeUtf8 } from '../../../src/base/utf8.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { smallest } from '../../../src/payments/engine/msat.js'
import type { LinkView } from '../../../src/payments/link.js'
import { deliverAll, type Risks, stepOfOverride } from './heal.js'
import { judgeWorld } from './invariants.js'
import type { EdgePlan } from './types.js'
import { type HowToPay, MS_A_BLOCK, type World, type WorldInvoice, type WorldNode } from './world.js'

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
  /** What a liar does as a payer: it pays half, or over the path of an earlier invoice. */
  readonly lie?: 'half' | 'other path'
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
      /** The amount is so many eighths of what the two could move over all their channels: much of it takes several parts. */
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

/** What the one can send and the other receive over all their channels. */
function movable(payer: WorldNode, merchant: WorldNode): bigint {
  const sum = (views: readonly LinkView[] | undefined, of: 'sendableMsat' | 'receivableMsat') =>
    (views ?? []).reduce((all, view) => all + view[of], 0n)
  const out = sum(payer.core?.channels(), 'sendableMsat')
  const into = sum(merchant.core?.channels(), 'receivableMsat')
  return smallest(out, into)
}

function order(world: World, command: Extract<Command, { readonly do: 'order' }>): void {
  const { nodes, plan } = world
  const payer = nodes[command.node % nodes.length]!
  const near = plan.edges.flatMap(({ host, client }) =>
    host === payer.index ? [client] : client === payer.index ? [host] : [],
  )
  const far = nodes.map(({ index }) => index).filter((index) => index !== payer.index && !near.includes(index))
  const node = (command.far ? pick(far, command.merchant) : undefined) ?? command.merchant
  const most = movable(payer, nodes[node % nodes.length]!)
  const share = command.eighths === undefined ? 0n : (most * BigInt(command.eighths)) / 8n
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
  const how = { id, maxFeeMsat: command.maxFee, severalParts: command.severalParts }
  const lie = node === world.plan.liar ? lieOf(world, invoice, command.lie) : {}
  world.pay(before?.node ?? node, before?.invoice ?? invoice, { ...how, ...lie })
}

function lieOf(world: World, { node, options }: WorldInvoice, lie: PayTerms['lie']): Partial<HowToPay> {
  if (lie === 'half') return { amountMsat: options.amountMsat / 2n }
  const other = world.invoices.find((invoice) => invoice.node === node)
  return lie === 'other path' && other ? { paths: other.receivable.paths } : {}
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
