import type { LinkView } from '../../../src/payments/link.js'
import type { PaymentState } from '../../../src/payments/step.js'
import { judgeEnds, judgeOwners, judgeReceipts } from './accounts.js'
import { endsOf, inFlight, isWithLiar, judgeWorld, must, show } from './invariants.js'
import type { EdgePlan } from './types.js'
import { MS_A_BLOCK, type World } from './world.js'

/** Messages after which a network that is left alone must be quiet. */
const MOST_ITEMS = 20_000
/** Times that two nodes may hang up on each other before they agree. */
const MOST_CONNECTIONS = 12

/** Delivers everything, in the order of the connections, until nothing is on its way. */
export function deliverAll(world: World): void {
  let left = MOST_ITEMS
  for (let busy = world.net.busy(); busy.length > 0; busy = world.net.busy()) {
    for (const [from, to] of busy) {
      must(left-- > 0, () => 'the network never becomes quiet')
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
    if (
      world.plan.edges.every(
        (edge) => (round > 1 && isWithLiar(world, edge)) || world.net.connected(edge.host, edge.client),
      )
    ) {
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

/** Payments that have not ended. */
function unended(world: World): readonly PaymentState[] {
  return world.payments.flatMap(({ node, payment }) => {
    const state = node === world.plan.liar ? undefined : world.nodes[node]!.core?.payment(payment.id)
    return state?.status === 'sending' ? [state] : []
  })
}

/** What an override may cost a node that had HTLCs in the channel. */
export type Risks = Map<number, bigint>

/** One side of an override, and what is at stake in it. */
export function stepOfOverride(
  world: World,
  edge: EdgePlan,
  type: 'propose_override' | 'accept_override',
  risks: Risks,
): void {
  const { host, client } = endsOf(world, edge)
  let stake = inFlight(host)
  if (inFlight(client) > stake) stake = inFlight(client)
  const [by, peer] = type === 'propose_override' ? [edge.host, edge.client] : [edge.client, edge.host]
  if (!world.nodes[by]!.core) return
  const at = { peer: world.nodes[peer]!.id }
  const taken = world.step(
    by,
    type === 'propose_override' ? { type, ...at } : { type, ...at, localMsat: client?.overrideMsat ?? 0n },
  )
  if (typeof taken === 'object') return
  for (const node of [by, peer]) risks.set(node, (risks.get(node) ?? 0n) + stake)
}

/** Everybody is there again and talks; a recipient waits a minute for the rest of a set, a payer tries other ways then. */
function comeTogether(world: World): void {
  // A connection that loses messages ends, sooner or later; only then the two sides look at what they have.
  for (const { host, client } of world.plan.edges) {
    if (!world.net.isWhole(host, client)) world.cut(host, client, MOST_ITEMS)
  }
  settle(world)
  for (let minute = 0; minute < 15 && unended(world).length > 0; minute++) {
    world.advance(61_000)
    settle(world)
  }
}

/** Time goes on until every HTLC has expired, so many blocks at once. */
function outlive(world: World, blocksAtOnce: (left: number) => number): void {
  while (world.nodes.some(({ core }) => core?.channels().some((view) => inFlight(view) > 0n))) {
    const left = world.watch.lastExpiry() - world.at().height! + 1
    if (left <= 0) break
    world.advance(blocksAtOnce(left) * MS_A_BLOCK)
    settle(world)
    // What is given back is given back after a moment.
    const soon = world.at().now + 61_000
    if (!world.nodes.some(({ wakes }) => wakes.some((wake) => wake <= soon))) continue
    world.advance(61_000)
    settle(world)
  }
  world.advance(61_000)
  settle(world)
}

/** An HTLC that is left is in a channel that is errored, and a payment that has not ended is disputed there. */
function judgeLeft(world: World): void {
  for (const edge of world.plan.edges) {
    // What a liar who is gone has offered may stay for ever: it is the liar's money.
    const left = (view: LinkView) => (isWithLiar(world, edge) ? view.inFlightOutMsat : inFlight(view))
    for (const [end, view] of Object.entries(endsOf(world, edge))) {
      must(
        left(view) === 0n || view.status === 'errored' || edge[end as 'host' | 'client'] === world.plan.liar,
        () => `an HTLC outlives its time in a channel that works: ${show(endsOf(world, edge))}`,
      )
    }
  }
  for (const payment of unended(world)) {
    const out = payment.parts.filter(({ status }) => status === 'sent' || status === 'disputed')
    must(
      out.length > 0 && out.every(({ status }) => status === 'disputed'),
      () => `a payment neither ended nor disputed: ${show({ ...payment, paths: undefined })}`,
    )
  }
}

function judgeHarmless(world: World): void {
  const harmed = errored(world).filter((edge) => !isWithLiar(world, edge))
  must(harmed.length === 0, () => `errored without a reason: ${show(harmed.map((one) => endsOf(world, one)))}`)
}

/**
 * The end of every run: all nodes come back and are left alone until nothing happens any more. Then every payment is paid or
 * failed, or an HTLC of it is disputed in a channel that is errored, and overrides resolve those.
 * @param harmless nothing but the ends of connections and processes went wrong, and not for long: no channel may be errored
 */
export function heal(world: World, risks: Risks, harmless: boolean): void {
  comeTogether(world)
  if (harmless) {
    judgeHarmless(world)
    must(unended(world).length === 0, () => `payments do not end: ${show(unended(world))}`)
  }
  outlive(world, (left) => Math.ceil(left / 2))
  judgeLeft(world)
  for (let round = 0; round < 3 && errored(world).length > 0; round++) {
    for (const edge of errored(world)) {
      stepOfOverride(world, edge, 'propose_override', risks)
      deliverAll(world)
      stepOfOverride(world, edge, 'accept_override', risks)
      deliverAll(world)
    }
    settle(world)
  }
  world.advance(61_000)
  settle(world)
  must(
    errored(world).length === 0,
    () => `an override does not help: ${show(errored(world).map((one) => endsOf(world, one)))}`,
  )
  must(unended(world).length === 0, () => `payments never end: ${show(unended(world))}`)
  judgeEnds(world)
  judgeOwners(world, risks)
  if (harmless) judgeReceipts(world)
}

/** The least delta of a plan, less one: with steps as short as that a relay sees first that what it passed on has expired. */
const FEW_BLOCKS = 5

/**
 * The end of a run with a liar: whatever it did, nobody else is poorer than by what he has a claim to in his channel with the liar,
 * and the channels between the others work.
 */
export function healAround(world: World): void {
  comeTogether(world)
  judgeHarmless(world)
  outlive(world, () => FEW_BLOCKS)
  judgeHarmless(world)
  judgeLeft(world)
  const claims: Risks = new Map()
  for (const edge of world.plan.edges.filter((one) => isWithLiar(world, one))) {
    const { host, client } = endsOf(world, edge)
    const [node, view] = edge.host === world.plan.liar ? [edge.client, client] : [edge.host, host]
    claims.set(node, (claims.get(node) ?? 0n) + (view?.inFlightInMsat ?? 0n))
  }
  judgeOwners(world, claims)
}
