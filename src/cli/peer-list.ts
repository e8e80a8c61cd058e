import { withNode } from './daemon/client.js'
import { formatTime } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: {},
  options: {},
  examples: ['lno peer list', 'lno peer list --json | jq -r .peers[].node_id'],
  run: (context) =>
    withNode(context, async (node) => {
      const list = await node.call('peer.list', {})
      const { result, next, style } = context
      result(list, () => {
        if (list.peers.length === 0) return 'No peers.'
        return list.peers
          .map((peer) => {
            const kept = peer.kept ? ', kept connected' : ''
            if (!peer.connected) return `${peer.node_id}\n  ${style.warn('not connected')} ${peer.address}${kept}`
            const side = peer.direction === 'in' ? 'called us' : 'called by us'
            const onion = { yes: '', 'channels-only': ', relays to its channels only', no: ', no onion messages' }
            const since = formatTime(peer.connected_at)
            return `${peer.node_id}\n  ${peer.address} since ${since} (${side}${kept}${onion[peer.onion_messages]})`
          })
          .join('\n')
      })
      next(list.peers.length === 0 ? 'lno peer connect PUBKEY@HOST:PORT' : 'lno fetch lno1…')
    }),
})
