import { toHex } from '../../../src/base/hex.js'
import { decodeLedgerEntry, LEDGER_KEYS } from '../../../src/payments/engine/ledger.js'
import type { LinkView } from '../../../src/payments/link.js'
import { endsOf, judgeWorld, mirrored, must, show } from './invariants.js'
import type { EdgePlan } from './types.js'
import type { World, WorldNode } from './world.js'

/** Messages after which a network that is left alone must be quiet. */
const MOST_ITEMS = 20_000
/** Times that two nodes may hang up on each other before they agree. */
const MOST_CONNECTIONS = 12

const inFlight = (view: LinkView | undefined): bigint => (view ? view.inFlightInMsat + view.inFlightOutMsat : 0n)

/** Delivers everything, in the order of the connections, until nothing is on its way. */
export function deliverAll(world: World, most = MOST_ITEMS): void {
  let left = most
  for (let busy = world.net.busy(); busy.length > 0; busy = world.net.busy()) {
    for (const [from, to] of busy) {
      if (left-- <= 0) {
        must(most < MOST_ITEMS, () => 'the network never becomes quiet')
        return
      }
      world.deliver(from, to)
    }
  }
}

/** All nodes run, all channels are connected, all messages have arrived. */
export function settle(world: World): void {
  for (const node of world.nodes) {
    node.fuse = undefined
    world.restart(node.index)
  }
  for (let round = 0; round < MOST_CONNECTIONS; round++) {
    const apart = world.plan.edges.filter(({ host, client }) => !world.net.connected(host, client))
    for (const { host, client } of apart) world.connect(host, client)
    deliverAll(world)
    if (world.plan.edges.every(({ host, client }) => world.net.connected(host, client))) {
      judgeWorld(world)
      return
    }
  }
  throw new Error('two nodes hang up on each other for ever')
}

/** The channels that are errored on either side. */
function errored(world: World): readonly EdgePlan[] {
  return world.plan.edges.filter((edge) => {
    const { host, client } = endsOf(world, edge)
    return host?.status === 'errored' || client?.status === 'errored'
  })
}

/** Payments that have not ended, and what of them is out. */
function unended(world: World) {
  return world.payments.flatMap(({ node, payment }) => {
    const state = world.nodes[node]!.core?.payment(payment.id)
    return state?.status === 'sending' ? [state] : []
  })
}

export interface HealOptions {
  /** Nothing but the ends of connections and processes went wrong, and no time passed: no channel may be errored. */
  readonly harmless: boolean
}

/** What an override may cost a node that had HTLCs in the channel. */
export type Risks = Map<number, bigint>

/** Writes down what is at stake before an override. */
export function noteRisk(world: World, edge: EdgePlan, risks: Risks): void {
  const { host, client } = endsOf(world, edge)
  let stake = inFlight(host)
  if (inFlight(client) > stake) stake = inFlight(client)
  for (const node of [edge.host, edge.client]) risks.set(node, (risks.get(node) ?? 0n) + stake)
}

/**
 * The end of every run: all nodes come back and are left alone until nothing happens any more. Then every payment is paid or
 * failed, or an HTLC of it is disputed in a channel that is errored, and overrides resolve those.
 */
export function heal(world: World, { harmless }: HealOptions, risks: Risks): void {
  // A connection that loses messages ends, sooner or later; only then the two sides look at what they have.
  for (const { host, client } of world.plan.edges) {
    if (!world.net.isWhole(host, client)) world.cut(host, client, MOST_ITEMS)
  }
  settle(world)
  // A recipient waits a minute for the rest of a set, a payer tries other ways then.
  for (let minute = 0; minute < 15 && unended(world).length > 0; minute++) {
    world.advance(61_000)
    settle(world)
  }
  if (harmless) {
    must(
      errored(world).length === 0,
      () => `errored without a reason: ${show(errored(world).map((one) => endsOf(world, one)))}`,
    )
    must(unended(world).length === 0, () => `payments do not end: ${show(unended(world))}`)
  }
  const blocks = world.watch.lastExpiry() - world.at().height! + 1
  if (blocks > 0) {
    for (const part of [Math.floor(blocks / 2), blocks - Math.floor(blocks / 2)]) {
      world.advance(part * 600_000)
      settle(world)
    }
  }
  world.advance(61_000)
  settle(world)
  for (const edge of world.plan.edges) {
    const { host, client } = endsOf(world, edge)
    if (inFlight(host) + inFlight(client) === 0n) continue
    must(
      host?.status === 'errored' && client?.status === 'errored',
      () => `an HTLC outlives its time in a channel that works: ${show(host)} ${show(client)}`,
    )
  }
  for (const payment of unended(world)) {
    const out = payment.parts.filter(({ status }) => status === 'sent' || status === 'disputed')
    must(
      out.length > 0 && out.every(({ status }) => status === 'disputed'),
      () => `a payment neither ended nor disputed: ${show({ ...payment, paths: undefined })}`,
    )
  }
  for (let round = 0; round < 3 && errored(world).length > 0; round++) {
    for (const edge of errored(world)) override(world, edge, risks)
    settle(world)
  }
  world.advance(61_000)
  settle(world)
  judgeEnd(world, risks)
  if (harmless) judgeReceipts(world)
}

/** Nothing went wrong for long: what somebody has received, somebody has paid. */
function judgeReceipts(world: World): void {
  const paid = new Set<string>()
  for (const { core } of world.nodes) {
    for (const { status, paymentHash } of core!.payments(1000)) if (status === 'paid') paid.add(toHex(paymentHash))
  }
  for (const { node, hash } of world.invoices) {
    const receipt = world.nodes[node]!.core!.receipt(hash)
    must(!receipt || paid.has(hash), () => `received, and nobody has paid: ${show(receipt)}`)
  }
}

/** The entries of a ledger count from 1, and their sum is what the node owns. */
function judgeLedger({ name, core, store }: WorldNode): void {
  const entries = [...store]
    .filter(([key]) => key >= LEDGER_KEYS.from && key < LEDGER_KEYS.to)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => decodeLedgerEntry(value))
  const sum = entries.reduce((total, { amountMsat }) => total + amountMsat, 0n)
  must(sum === core!.ledgerTotal(), () => `the ledger of ${name} adds up to ${sum}, not ${core!.ledgerTotal()}`)
  must(
    entries.every(({ seq }, i) => seq === BigInt(i + 1)),
    () => `the ledger of ${name} has gaps`,
  )
}

function override(world: World, edge: EdgePlan, risks: Risks): void {
  const [host, client] = [world.nodes[edge.host]!, world.nodes[edge.client]!]
  noteRisk(world, edge, risks)
  world.step(edge.host, { type: 'propose_override', peer: client.id })
  deliverAll(world)
  world.step(edge.client, { type: 'accept_override', peer: host.id })
  deliverAll(world)
}

/** What is left when everything is over. */
function judgeEnd(world: World, risks: Risks): void {
  must(
    errored(world).length === 0,
    () => `an override does not help: ${show(errored(world).map((one) => endsOf(world, one)))}`,
  )
  must(unended(world).length === 0, () => `payments never end: ${show(unended(world))}`)
  for (const node of world.nodes) judgeLedger(node)
  const granted = new Map<number, bigint>()
  const add = (to: Map<number, bigint>, node: number, amount: bigint): unknown =>
    to.set(node, (to.get(node) ?? 0n) + amount)
  for (const edge of world.plan.edges) {
    const { host, client } = endsOf(world, edge)
    must(!host === !client, () => `a channel with one end: ${show(host ?? client)}`)
    if (!host || !client) continue
    must(mirrored(host, client), () => `two ends disagree at the end: ${show(host)} ${show(client)}`)
    must(inFlight(host) + inFlight(client) === 0n, () => `an HTLC is left: ${show(host)}`)
    add(granted, edge.client, edge.balanceMsat)
    add(granted, edge.host, -edge.balanceMsat)
  }

  const owned = new Map(world.nodes.map(({ index, core }) => [index, core!.ledgerTotal()]))
  const all = [...owned.values()].reduce((sum, one) => sum + one, 0n)
  must(all === 0n, () => `money came or went: ${all} msat`)

  const earned = new Map<number, bigint>()
  for (const { node, hash } of world.invoices) {
    const receipt = world.nodes[node]!.core!.receipt(hash)
    if (receipt) add(earned, node, receipt.amountMsat)
  }
  const payments = new Map<string, number>()
  for (const { node, payment } of world.payments) payments.set(payment.id, node)
  for (const [id, node] of payments) {
    const state = world.nodes[node]!.core!.payment(id)
    if (state?.status !== 'paid') continue
    const paid = state.parts.filter(({ status }) => status === 'paid')
    for (const { amountMsat, feeMsat } of paid) add(earned, node, -amountMsat - feeMsat)
    const hash = toHex(state.paymentHash)
    const invoice = world.invoices.find((one) => one.hash === hash)!
    must(
      world.nodes[invoice.node]!.core!.receipt(hash) !== undefined,
      () => `paid, and nobody has it: ${show({ ...state, paths: undefined })}`,
    )
  }
  for (const { index, name } of world.nodes) {
    const fair = (granted.get(index) ?? 0n) + (earned.get(index) ?? 0n)
    const kept = owned.get(index)! - fair
    must(
      kept >= -(risks.get(index) ?? 0n),
      () =>
        `${name} is ${-kept} msat poorer than what it was given, took and paid (${risks.get(index) ?? 0n} were at stake)`,
    )
  }
}
