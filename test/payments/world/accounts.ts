import { toHex } from '../../../src/base/hex.js'
import { decodeLedgerEntry, LEDGER_KEYS } from '../../../src/payments/engine/ledger.js'
import { endsOf, inFlight, mirrored, must, show } from './invariants.js'
import type { World, WorldNode } from './world.js'

type Amounts = Map<number, bigint>
const add = (to: Amounts, node: number, amount: bigint): unknown => to.set(node, (to.get(node) ?? 0n) + amount)

const honest = ({ nodes, plan }: World): readonly WorldNode[] => nodes.filter(({ index }) => index !== plan.liar)

/** When everything is over: both ends of every channel say the same, nothing is in flight, and no money came or went. */
export function judgeEnds(world: World): void {
  for (const edge of world.plan.edges) {
    const { host, client } = endsOf(world, edge)
    must(!host === !client, () => `a channel with one end: ${show(host ?? client)}`)
    if (!host || !client) continue
    must(mirrored(host, client), () => `two ends disagree at the end: ${show(host)} ${show(client)}`)
    must(inFlight(host) === 0n, () => `an HTLC is left: ${show(host)}`)
  }
  const all = world.nodes.reduce((sum, { core }) => sum + core!.ledgerTotal(), 0n)
  must(all === 0n, () => `money came or went: ${all} msat`)
}

/** Nothing went wrong for long: what somebody has received, somebody has paid. */
export function judgeReceipts(world: World): void {
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

/** What grants gave. */
function granted(world: World, to: Amounts): void {
  for (const edge of world.plan.edges) {
    const { host, client } = endsOf(world, edge)
    if (client) add(to, edge.client, edge.balanceMsat)
    if (host) add(to, edge.host, -edge.balanceMsat)
  }
}

/** What was received, less what was paid. */
function earned(world: World, to: Amounts): void {
  for (const { node, hash } of world.invoices) {
    const receipt = world.nodes[node]!.core?.receipt(hash)
    if (receipt) add(to, node, receipt.amountMsat)
  }
  const payers = new Map(world.payments.map(({ node, payment, invoice }) => [payment.id, { node, invoice }]))
  for (const [id, { node, invoice }] of payers) {
    const state = world.nodes[node]!.core?.payment(id)
    if (state?.status !== 'paid') continue
    for (const { status, amountMsat, feeMsat } of state.parts) {
      if (status === 'paid') add(to, node, -amountMsat - feeMsat)
    }
    must(
      invoice.node === world.plan.liar || world.nodes[invoice.node]!.core?.receipt(invoice.hash) !== undefined,
      () => `paid, and nobody has it: ${show({ ...state, paths: undefined })}`,
    )
  }
}

/**
 * Nobody owns less than what grants gave him and he received, less what he paid: what is more are fees.
 * @param risks what a node may have lost all the same, msat
 */
export function judgeOwners(world: World, risks: Amounts): void {
  const fair: Amounts = new Map()
  granted(world, fair)
  earned(world, fair)
  for (const node of honest(world)) {
    judgeLedger(node)
    const more = node.core!.ledgerTotal() - (fair.get(node.index) ?? 0n)
    const risk = risks.get(node.index) ?? 0n
    must(
      more >= -risk,
      () => `${node.name} is ${-more} msat poorer than what it was given, took and paid; at stake were ${risk}`,
    )
  }
}
