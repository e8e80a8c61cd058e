import { fromHex } from '../../base/hex.js'
import type { ChannelKind } from '../channel-kind.js'
import type { LinkId } from '../link.js'
import type { CoreOptions } from '../step.js'
import { channelFacts, type HostedChannel, noChannel, positionMsat } from './channel.js'
import { closeChannel } from './close.js'
import { crossSigned } from './commit.js'
import { onTick } from './expire.js'
import { exportState } from './export.js'
import { hostedLink } from './link.js'
import { openChannel } from './open.js'
import { acceptOverride, proposeOverride } from './override.js'
import { receive } from './receive.js'
import { peerDown, peerUp } from './reconnect.js'
import { channelFromRecord, channelRecord } from './records.js'

/** Hosted channels as the core keeps them. */
export function hostedChannels({ chainHash }: CoreOptions, nodeId: Uint8Array): ChannelKind<HostedChannel> {
  const facts = (peer: LinkId) => channelFacts(nodeId, fromHex(peer), peer, chainHash)
  return {
    ...hostedLink,
    none: (peer) => noChannel(facts(peer)),
    stored: ({ kept }) => kept.phase !== 'new',
    encode: (channel) => channelRecord(channel)!,
    decode: (bytes, peer) => channelFromRecord(facts(peer), bytes),
    same: (a, b) => a.kept === b.kept,
    position: positionMsat,
    exported: (channel, nodeSecret) =>
      channel.kept.committed === undefined
        ? undefined
        : exportState({
            chainHash,
            nodeId,
            peerNodeId: channel.facts.peerId,
            state: crossSigned(channel.kept, nodeSecret),
          }),
    connected: peerUp,
    disconnected: peerDown,
    receive: (channel, message, policy, context) => receive(channel, message, context, policy),
    tick: onTick,
    open: openChannel,
    close: closeChannel,
    proposeOverride,
    acceptOverride,
  }
}
