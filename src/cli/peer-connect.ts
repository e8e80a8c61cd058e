import { formatAddress, parsePeer } from '../node/addresses.js'
import { withNode } from './daemon/client.js'
import { shortId } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'The node keeps the peer connected from now on, after a restart too, until lno peer disconnect.',
  args: {
    peer: { summary: 'PUBKEY@HOST:PORT; a WebSocket address is PUBKEY@ws://HOST:PORT, port 9735 may be left out' },
  },
  options: {},
  examples: ['lno peer connect 02…@127.0.0.1:9735'],
  run: async (context) => {
    const { nodeId, address } = parsePeer(context.args.peer)
    return withNode(context, async (node) => {
      const peer = await node.call('peer.connect', { node_id: nodeId, address: formatAddress(address) })
      const takes = {
        yes: 'takes and passes on onion messages',
        'channels-only': 'passes on onion messages between nodes that it has channels with only',
        no: 'takes no onion messages',
      }[peer.onion_messages]
      context.result(peer, () => `Connected to ${shortId(peer.node_id)} at ${peer.address}: it ${takes}.`)
      context.next('lno peer list')
    })
  },
})
