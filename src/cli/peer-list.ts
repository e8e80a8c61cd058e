import type { PeerGenerations } from '../node/methods/peer-methods.js'
import { withNode } from './daemon/client.js'
import { formatTime } from './daemon/text.js'
import { defineCommand } from './frame/command.js'
import { wrap } from './frame/text.js'

export const command = defineCommand({
  description:
    'Of each peer: where it is, who called, whether its features say that it takes onion messages (39), and in which wire forms it has sent some, with the last time. Features do not tell forms apart; 513 stands where only the last hop of a message could tell which of two it was.',
  args: {},
  options: {},
  examples: ['lno peer list', 'lno peer list --json | jq -r .peers[].node_id'],
  run: (context) =>
    withNode(context, async (node) => {
      const list = await node.call('peer.list', {})
      const { result, next, style, width } = context
      result(list, () => {
        if (list.peers.length === 0) return 'No peers.'
        return list.peers
          .map((peer) => {
            const kept = peer.kept ? ', kept connected' : ''
            const forms = formsText(peer.generations, width)
            if (!peer.connected) {
              return `${peer.node_id}\n  ${style.warn('not connected')} ${peer.address}${kept}${forms}`
            }
            const side = peer.direction === 'in' ? 'called us' : 'called by us'
            const onion = { yes: '', 'channels-only': ', relays to its channels only', no: ', no onion messages' }
            const since = formatTime(peer.connected_at)
            return `${peer.node_id}\n  ${peer.address} since ${since} (${side}${kept}${onion[peer.onion_messages]})${forms}`
          })
          .join('\n')
      })
      next(list.peers.length === 0 ? 'lno peer connect PUBKEY@HOST:PORT' : 'lno fetch lno1…')
    }),
})

/** Which wire forms of onion messages a peer has shown to speak: its features say at most that it takes some. */
function formsText({ advertised, proven }: PeerGenerations, width: number): string {
  const said =
    advertised === undefined
      ? []
      : [advertised.length === 0 ? 'not advertised' : `advertised (${advertised.join(', ')})`]
  const seen = proven.map(({ name, last }) => `${name} last seen ${formatTime(last)}`)
  const parts = [...said, ...seen]
  return parts.length === 0 ? '' : `\n  ${wrap(`onion messages: ${parts.join('; ')}`, width - 2, '    ')}`
}
