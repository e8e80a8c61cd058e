import * as v from 'valibot'
import { isLnoError } from '../../base/error.js'
import type { LinkView } from '../../payments/link.js'
import type { EmbeddedWallet } from '../../wallets/embedded/embedded-wallet.js'
import { nodeError } from '../codes.js'
import { hexOf, method, none, text, u64Text } from '../control/index.js'
import type { LnoNode } from '../node-types.js'
import { paymentsError } from '../payments/codes.js'
import { nodeIdText } from './schemas.js'

/** A hosted channel as it is printed. */
export interface ChannelView {
  /** Node id of the other side. */
  readonly peer: string
  /** What we are: the host owes what the client's balance is. */
  readonly role: 'host' | 'client'
  readonly status: LinkView['status']
  readonly capacity_msat: string
  readonly local_msat: string
  readonly remote_msat: string
  readonly in_flight_in_msat: string
  readonly in_flight_out_msat: string
  readonly sendable_msat: string
  readonly receivable_msat: string
  /** Why it is errored; text of the peer, perhaps. */
  readonly trouble?: { readonly by: 'us' | 'them'; readonly code: string; readonly why: string }
  /** What would be ours by the override that is proposed. */
  readonly override_msat?: string
  /** Who owes whom, all that is under way left out: a client's balance is owed by its host. */
  readonly owes: { readonly who: 'them' | 'us' | 'nobody'; readonly msat: string }
}

/** The node's own channels. @throws LnoError `NO_HOSTED_CHANNELS` */
export function hostedBy({ hosted, wallet }: LnoNode): EmbeddedWallet {
  if (hosted !== undefined) return hosted
  const why = wallet === undefined ? 'this node has no wallet' : `the wallet of this node is ${wallet.kind}`
  throw paymentsError('NO_HOSTED_CHANNELS', why)
}

const whichChannel = v.strictObject({ peer: text(66) })

const openParams = v.strictObject({
  peer: nodeIdText,
  secret: v.optional(hexOf(32)),
  min_capacity_msat: v.optional(u64Text),
})

/**
 * `channel.open`, `channel.list`, `channel.show`, `channel.close`, `channel.override_propose`, `channel.override_accept`,
 * `channel.export`
 */
export function channelMethods(node: LnoNode) {
  /** By the peer's id or the beginning of it, at least 4 digits. */
  const find = (start: string): LinkView => {
    const peer = start.toLowerCase()
    const found =
      peer.length < 4
        ? []
        : hostedBy(node)
            .channels()
            .filter((channel) => channel.peer.startsWith(peer))
    if (found[0] !== undefined && found.length === 1) return found[0]
    const why = found.length === 0 ? 'there is no channel with such a peer' : `${found.length} peers begin with ${peer}`
    throw nodeError('PEER_NOT_FOUND', why)
  }
  return [
    method('channel.open', openParams, async ({ peer, secret, min_capacity_msat: minCapacityMsat }) => {
      const hosted = hostedBy(node)
      await reach(node, peer)
      const view = await hosted.openChannel({
        peer,
        ...(secret && { secret }),
        ...(minCapacityMsat !== undefined && { minCapacityMsat }),
      })
      return channelView(view)
    }),
    method('channel.list', none, () => ({ channels: hostedBy(node).channels().map(channelView) })),
    method('channel.show', whichChannel, ({ peer }) => channelView(find(peer))),
    method('channel.close', whichChannel, async ({ peer }) =>
      channelView(await hostedBy(node).closeChannel(find(peer).peer)),
    ),
    method(
      'channel.override_propose',
      v.strictObject({ peer: text(66), local_msat: v.optional(u64Text) }),
      async ({ peer, local_msat: localMsat }) =>
        channelView(await hostedBy(node).proposeOverride(find(peer).peer, localMsat)),
    ),
    method(
      'channel.override_accept',
      v.strictObject({ peer: text(66), local_msat: u64Text }),
      async ({ peer, local_msat: localMsat }) =>
        channelView(await hostedBy(node).acceptOverride(find(peer).peer, localMsat)),
    ),
    method('channel.export', whichChannel, async ({ peer }) => ({
      /** JSON, to be kept as it is. */
      file: await hostedBy(node).exportChannel(find(peer).peer),
    })),
  ] as const
}

/** Connects to a peer whose address is known, unless it is connected. @throws LnoError `PEER_NOT_FOUND`, as `connectPeer` */
async function reach(node: LnoNode, peer: string): Promise<void> {
  if (node.connections.peer(peer) !== undefined) return
  let failure = nodeError('PEER_NOT_FOUND', `${peer} is not connected, and its address is not known`)
  for (const address of node.addressBook.of(peer)) {
    try {
      await node.connectPeer(peer, address)
      return
    } catch (error) {
      if (!isLnoError(error)) throw error
      failure = error
    }
  }
  throw failure
}

export function channelView(link: LinkView): ChannelView {
  const { peer, status, weAreHost, localMsat, remoteMsat, trouble, overrideMsat } = link
  const owed = weAreHost ? remoteMsat : localMsat
  return {
    peer,
    role: weAreHost ? 'host' : 'client',
    status,
    capacity_msat: link.capacityMsat.toString(),
    local_msat: localMsat.toString(),
    remote_msat: remoteMsat.toString(),
    in_flight_in_msat: link.inFlightInMsat.toString(),
    in_flight_out_msat: link.inFlightOutMsat.toString(),
    sendable_msat: link.sendableMsat.toString(),
    receivable_msat: link.receivableMsat.toString(),
    ...(trouble && { trouble: { by: trouble.byUs ? 'us' : 'them', code: trouble.code, why: trouble.why } }),
    ...(overrideMsat !== undefined && { override_msat: overrideMsat.toString() }),
    owes: { who: owed === 0n ? 'nobody' : weAreHost ? 'us' : 'them', msat: owed.toString() },
  }
}
