import { toHex } from '../../../src/base/hex.js'
import { sha256 } from '../../../src/crypto/hash.js'
import type { LinkView } from '../../../src/payments/link.js'
import type { PaymentState } from '../../../src/payments/step.js'
import type { EdgePlan } from './types.js'
import type { World, WorldNode } from './world.js'

export function must(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Error(what())
}

export const show = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? `${inner}` : inner instanceof Uint8Array ? toHex(inner).slice(0, 16) : inner,
  )

/** What a channel is worth to its owner: what the other side owes, less what is owed to it. */
export function positionOf(view: LinkView): bigint {
  return view.weAreHost ? -(view.remoteMsat + view.inFlightInMsat) : view.localMsat + view.inFlightOutMsat
}

const total = <T>(all: readonly T[], of: (one: T) => bigint): bigint => all.reduce((sum, one) => sum + of(one), 0n)

function judgePayment(node: WorldNode, payment: PaymentState): void {
  const where = () => `payment at ${node.name}: ${show({ ...payment, paths: undefined, invoice: undefined })}`
  const live = payment.parts.filter(({ status }) => status !== 'failed')
  must(
    total(live, ({ amountMsat }) => amountMsat) <= payment.amountMsat,
    () => `more than the amount is out: ${where()}`,
  )
  must(
    total(live, ({ feeMsat }) => feeMsat) <= payment.maxFeeMsat,
    () => `more than the fees allowed are out: ${where()}`,
  )
  if (payment.status === 'failed') must(live.length === 0, () => `failed with parts out: ${where()}`)
  if (payment.status === 'paid') {
    must(payment.preimage !== undefined, () => `paid without a preimage: ${where()}`)
    const hash = toHex(sha256(payment.preimage))
    must(hash === toHex(payment.paymentHash), () => `paid with a preimage that does not fit: ${where()}`)
  }
}

/** What holds of one node after each of its steps, by its own view. */
export function judgeNode({ plan }: World, node: WorldNode, stored: boolean): void {
  const { core } = node
  if (!core || node.index === plan.liar) return
  const views = core.channels()
  for (const view of views) {
    const parts = [view.localMsat, view.remoteMsat, view.inFlightInMsat, view.inFlightOutMsat]
    must(
      parts.every((part) => part >= 0n) && total(parts, (part) => part) === view.capacityMsat,
      () => `${node.name} does not account for its channel: ${show(view)}`,
    )
  }
  const positions = total(views, positionOf)
  must(
    core.ledgerTotal() === positions,
    () => `the ledger of ${node.name} says ${core.ledgerTotal()}, its channels ${positions}: ${show(views)}`,
  )
  if (!stored) return
  for (const payment of core.payments(1000)) judgePayment(node, payment)
}

/** After a block: an HTLC that expired unanswered has ended its channel. */
export function judgeExpiry({ plan, nodes, watch, at }: World, node: WorldNode): void {
  if (!node.core || node.index === plan.liar) return
  for (const peer of watch.expired(node.index, at().height!)) {
    const view = node.core.channel(nodes[peer]!.id)
    must(view?.status === 'errored', () => `an HTLC of ${node.name} has expired in a channel that works: ${show(view)}`)
  }
}

/** msat, both ways. */
export const inFlight = (view: LinkView | undefined): bigint => (view ? view.inFlightInMsat + view.inFlightOutMsat : 0n)

export const isWithLiar = ({ plan }: World, { host, client }: EdgePlan): boolean =>
  host === plan.liar || client === plan.liar

const viewOf = (world: World, node: number, peer: number): LinkView | undefined =>
  world.nodes[node]!.core?.channel(world.nodes[peer]!.id)

/** Both ends of a channel, by their own views. */
export function endsOf(
  world: World,
  { host, client }: EdgePlan,
): { readonly host?: LinkView; readonly client?: LinkView } {
  const [a, b] = [viewOf(world, host, client), viewOf(world, client, host)]
  return { ...(a && { host: a }), ...(b && { client: b }) }
}

export function mirrored(host: LinkView, client: LinkView): boolean {
  return (
    host.weAreHost &&
    !client.weAreHost &&
    host.capacityMsat === client.capacityMsat &&
    host.localMsat === client.remoteMsat &&
    host.remoteMsat === client.localMsat &&
    host.inFlightInMsat === client.inFlightOutMsat &&
    host.inFlightOutMsat === client.inFlightInMsat
  )
}

/** What holds of the whole network between two commands. */
export function judgeWorld(world: World): void {
  const nameOf = (a: number, b: number): string => `${Math.min(a, b)}-${Math.max(a, b)}`
  const busy = new Set(world.net.busy().map(([from, to]) => nameOf(from, to)))
  for (const edge of world.plan.edges) {
    const quiet = world.net.isUp(edge.host, edge.client) && !busy.has(nameOf(edge.host, edge.client))
    if (isWithLiar(world, edge)) continue
    if (!quiet || !world.net.isWhole(edge.host, edge.client)) continue
    const { host, client } = endsOf(world, edge)
    if (host?.status !== 'up' || client?.status !== 'up') continue
    must(mirrored(host, client), () => `two ends disagree: ${show(host)} ${show(client)}`)
  }
  judgeReceipts(world)
  const paid = new Map<string, string>()
  for (const { node, payment } of world.payments) {
    const state = world.nodes[node]!.core?.payment(payment.id)
    if (state?.status !== 'paid' || node === world.plan.liar) continue
    const hash = `${node}/${toHex(state.paymentHash)}`
    must((paid.get(hash) ?? state.id) === state.id, () => `paid under two ids at ${world.nodes[node]!.name}`)
    paid.set(hash, state.id)
  }
}

/** At most one receipt for a hash, and for all invoices that share a key; none for less than was asked for. */
function judgeReceipts(world: World): void {
  const told = new Set<string>()
  for (const node of world.nodes) {
    if (node.index === world.plan.liar) continue
    for (const event of node.told) {
      if (event.type !== 'payment_received') continue
      const hash = toHex(event.receipt.paymentHash)
      must(!told.has(hash), () => `received twice: ${hash}`)
      told.add(hash)
    }
  }
  const keys = new Set<string>()
  for (const { node, hash, options } of world.invoices) {
    if (node === world.plan.liar) continue
    const receipt = world.nodes[node]!.core?.receipt(hash)
    if (!receipt) continue
    must(toHex(sha256(receipt.preimage)) === hash, () => `a receipt with another preimage: ${show(receipt)}`)
    must(receipt.amountMsat >= options.amountMsat, () => `received too little: ${show(receipt)}`)
    if (!options.exclusive) continue
    const key = `${node}/${toHex(options.exclusive)}`
    must(!keys.has(key), () => `two of the invoices that exclude each other were paid: ${key}`)
    keys.add(key)
  }
}
