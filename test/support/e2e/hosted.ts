import { expect } from 'vitest'
import type { ChannelView } from '../../../src/node/methods/channel-methods.js'
import type { Lab, NodeStart, TestNode } from './lab.js'

/** Three processes: a relay that hosts a channel for a payer and one for a merchant. */
export interface Trio {
  payer: TestNode
  relay: TestNode
  merchant: TestNode
}

export type Role = keyof Trio
export const ROLES: readonly Role[] = ['payer', 'relay', 'merchant']

/** What the relay owes to its clients, msat. */
export interface Owed {
  readonly payer: bigint
  readonly merchant: bigint
}

const WALLET = ['--wallet', 'embedded']
export const CAPACITY = 1_000_000n

/** Starts one of the three, where it was before if it ran already. */
export function startRole(lab: Lab, name: string, more: NodeStart = {}): Promise<TestNode> {
  return lab.startNode(name, { ...more, more: [...WALLET, ...(more.more ?? [])] })
}

/** Starts all three and opens their channels; the payer's with a balance. */
export async function startTrio(lab: Lab, name: string, balanceMsat: bigint): Promise<Trio> {
  const nowhere = { listen: ['none'] }
  const [payer, relay, merchant] = await Promise.all([
    startRole(lab, `${name}-payer`, nowhere),
    startRole(lab, `${name}-relay`),
    startRole(lab, `${name}-merchant`, nowhere),
  ])
  await Promise.all([open(payer, relay, balanceMsat), open(merchant, relay, 0n)])
  return { payer, relay, merchant }
}

async function open(client: TestNode, host: TestNode, balanceMsat: bigint): Promise<void> {
  const { call } = await host.control()
  const { secret } = await call('host.grant', {
    capacity_msat: CAPACITY.toString(),
    balance_msat: balanceMsat.toString(),
  })
  await client.connect(host)
  await (await client.control()).call('channel.open', { peer: host.id, secret })
}

/** Kills one of them, starts it again on the same folder and address, and connects it again. */
export async function killAndRestart(lab: Lab, trio: Trio, role: Role): Promise<void> {
  const old = trio[role]
  await old.kill('SIGKILL')
  trio[role] = await startRole(lab, old.name, { listen: old.addresses.length === 0 ? ['none'] : [...old.addresses] })
  const { payer, relay, merchant } = trio
  // At once, and not when the keeper tries it again.
  if (role !== 'merchant') await reconnect(payer, relay)
  if (role !== 'payer') await reconnect(merchant, relay)
}

/** Of a node that was started again the keeper may have been quicker: no further connection is told then, and none waited for. */
async function reconnect(client: TestNode, host: TestNode): Promise<void> {
  const { call } = await client.control()
  await call('peer.connect', { node_id: host.id, address: `${host.addresses[0]}` })
}

async function sideOf(node: TestNode, peer: TestNode): Promise<ChannelView> {
  const { call } = await node.control()
  return call('channel.show', { peer: peer.id })
}

const isQuiet = ({ status, in_flight_in_msat, in_flight_out_msat }: ChannelView) =>
  status === 'up' && in_flight_in_msat === '0' && in_flight_out_msat === '0'

/** Both sides of a channel, once it is up and nothing is in it. */
async function quietChannel(client: TestNode, host: TestNode): Promise<readonly [ChannelView, ChannelView]> {
  for (;;) {
    const sides = await Promise.all([sideOf(client, host), sideOf(host, client)])
    if (sides.every(isQuiet)) return sides
    await nextTurn()
  }
}

/** Lets others work before it is asked again; how long is no matter. */
const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 20))

async function totalOf(node: TestNode): Promise<bigint> {
  const { call } = await node.control()
  const account = await call('account.list', {})
  const total = BigInt(account.total_msat)
  expect(account.entries.reduce((sum, { amount_msat }) => sum + BigInt(amount_msat), 0n)).toBe(total)
  return total
}

/**
 * Waits until all channels are up and empty; then both sides of each agree, nothing is lost, and the accounts say the same.
 * @returns what the relay owes
 */
export async function balanced({ payer, relay, merchant }: Trio): Promise<Owed> {
  const channels = await Promise.all([quietChannel(payer, relay), quietChannel(merchant, relay)])
  const [atPayer, atMerchant] = channels.map(([mine, theirs]) => {
    expect([theirs.local_msat, theirs.remote_msat]).toEqual([mine.remote_msat, mine.local_msat])
    expect(BigInt(mine.local_msat) + BigInt(mine.remote_msat)).toBe(CAPACITY)
    return BigInt(mine.local_msat)
  })
  const owed = { payer: atPayer!, merchant: atMerchant! }
  const totals = await Promise.all([payer, relay, merchant].map(totalOf))
  expect(totals).toEqual([owed.payer, -(owed.payer + owed.merchant), owed.merchant])
  return owed
}
