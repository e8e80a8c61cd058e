import { parseNodeId } from '../node/addresses.js'
import { withNode } from './daemon/client.js'
import { shortId } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: { peer: { summary: 'node id of the peer' } },
  options: {},
  examples: ['lno peer disconnect 02…'],
  run: async (context) => {
    const nodeId = parseNodeId(context.args.peer)
    return withNode(context, async (node) => {
      const done = await node.call('peer.disconnect', { node_id: nodeId })
      context.result(done, () => `${shortId(nodeId)} is disconnected and forgotten.`)
      context.next('lno peer list')
    })
  },
})
