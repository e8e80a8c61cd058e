import type { PeerRef } from '../driver.js'
import type { Chain } from './btcd.js'

/** A node that holds money of the chain and opens channels with it. */
export interface ChannelPeer extends PeerRef {
  /** A segwit address of its wallet. */
  newAddress(): Promise<string>
  /** Resolves when it has seen the whole chain, and at least so much of its own is confirmed. */
  caughtUp(sat: bigint): Promise<void>
  /** Begins an announced channel with a connected peer; returns its funding outpoint, `TXID:VOUT`. */
  openChannel(to: PeerRef, sat: bigint): Promise<string>
  /** Waits until the channel may be used; returns its scid. */
  channel(point: string, timeoutMs: number): Promise<string>
  /** Waits until gossip has told it of a channel, and of what both its sides ask for. */
  knowsChannel(scid: string, timeoutMs: number): Promise<void>
  connect(to: PeerRef): Promise<void>
}

/** Which nodes there are, and which channels between them. */
export interface Topology {
  readonly nodes: readonly string[]
  readonly channels: readonly ChannelPlan[]
}

export interface ChannelPlan {
  /** Who pays for it. */
  readonly from: string
  readonly to: string
  readonly sat: bigint
}

/** A channel as it stands. */
export interface OpenChannel extends ChannelPlan {
  /** `BLOCKxTXxOUTPUT` */
  readonly scid: string
  /** `TXID:VOUT` */
  readonly point: string
}

/** Satoshi of a channel for which no other amount is given. */
const CHANNEL_SAT = 1_000_000n

/** Satoshi that a funder gets beyond a channel: fees, and what anchors hold back. */
const SPARE_SAT = 200_000n

/** BOLT 7: a channel is announced when its funding transaction has so many confirmations. */
const ANNOUNCED_AFTER = 6

/** Milliseconds for each step of many nodes; they take a second or two. */
const STEP_MS = 120_000

/**
 * Reads `A-B,B-C:5000000,D`: channels, each with its satoshi where it is not a million; a name alone is a node without.
 * @throws Error what is wrong with it
 */
export function readTopology(text: string): Topology {
  const nodes: string[] = []
  const channels: ChannelPlan[] = []
  const name = (node: string) => {
    if (!nodes.includes(node)) nodes.push(node)
    return node
  }
  for (const part of text.split(',')) {
    const found = /^([A-Za-z]\w*)(?:-([A-Za-z]\w*)(?::(\d+))?)?$/.exec(part.trim())
    if (found === null) throw new Error(`'${part}' is no channel such as A-B or A-B:2000000, and no node`)
    const [, from = '', to, sat] = found
    if (from === to) throw new Error(`'${part}': a node has no channel with itself`)
    name(from)
    if (to !== undefined) channels.push({ from, to: name(to), sat: sat === undefined ? CHANNEL_SAT : BigInt(sat) })
  }
  return { nodes, channels }
}

/**
 * Funds the nodes that pay, opens all channels, and mines until every node knows all of them. Nodes are connected along
 * their channels.
 */
export async function openTopology(
  chain: Chain,
  topology: Topology,
  peers: ReadonlyMap<string, ChannelPeer>,
): Promise<readonly OpenChannel[]> {
  const peer = (name: string): ChannelPeer => {
    const found = peers.get(name)
    if (found === undefined) throw new Error(`no node ${name}`)
    return found
  }
  const { channels } = topology
  if (channels.length === 0) return []

  // An output a channel: none waits for the change of another.
  const funders = [...new Set(channels.map(({ from }) => from))]
  const owned = (name: string) => channels.filter(({ from }) => from === name)
  const payments = await Promise.all(
    channels.map(async ({ from, sat }) => ({ address: await peer(from).newAddress(), sat: sat + SPARE_SAT })),
  )
  await chain.fund(payments)
  await chain.mine(1)
  await Promise.all(
    [...peers].map(([name, each]) =>
      each.caughtUp(funders.includes(name) ? owned(name).reduce((sum, { sat }) => sum + sat + SPARE_SAT, 0n) : 0n),
    ),
  )
  const points = new Map<ChannelPlan, string>()
  for (const plan of channels) {
    await peer(plan.from).connect(peer(plan.to))
    points.set(plan, await peer(plan.from).openChannel(peer(plan.to), plan.sat))
  }
  await chain.mine(ANNOUNCED_AFTER)
  const open = await Promise.all(
    [...points].map(async ([plan, point]) => ({ ...plan, point, scid: await peer(plan.from).channel(point, STEP_MS) })),
  )
  // Gossip runs along connections, which are along the channels.
  const joined = groups(topology)
  await Promise.all(
    [...peers].flatMap(([name, each]) =>
      open
        .filter(({ from }) => joined.get(name) === joined.get(from))
        .map(({ scid }) => each.knowsChannel(scid, STEP_MS)),
    ),
  )
  return open
}

/** A number for each node: the same for nodes between which there is a way. */
function groups({ nodes, channels }: Topology): ReadonlyMap<string, number> {
  const group = new Map(nodes.map((name, index) => [name, index]))
  for (const { from, to } of channels) {
    const [kept, gone] = [group.get(from), group.get(to)]
    if (kept !== undefined) for (const [name, number] of group) if (number === gone) group.set(name, kept)
  }
  return group
}
