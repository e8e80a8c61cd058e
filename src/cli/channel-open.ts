import { toHex } from '../base/hex.js'
import { channelText, owesText } from './daemon/channel-text.js'
import { withNode } from './daemon/client.js'
import { parseAmount, parseVia } from './daemon/options.js'
import { defineCommand } from './frame/command.js'
import { GRANT_SECRET, readGrantSecret } from './secrets.js'

export const command = defineCommand({
  description:
    'Asks a peer to host a channel for this node, with the secret of a grant (lno host grant), or without one where the host opens channels to everybody. The host says how large it is; --min-capacity refuses less.\n\nA hosted channel is no bitcoin: what is yours in it is what the host owes you, and it can refuse to pay. Use it with a host that you trust with the amount.\n\nThe secret is best given by --secret-file, or with --secret - in answer to a question or through a pipe: what stands in a command line can be seen by others.',
  args: { peer: { summary: 'PUBKEY@HOST:PORT, or the id alone of a peer that is connected' } },
  options: {
    ...GRANT_SECRET,
    minCapacity: { value: 'MSAT', parse: parseAmount, summary: 'refuse a channel smaller than this' },
  },
  examples: [
    'lno channel open 02…@127.0.0.1:9747 --secret -',
    'lno channel open 02… --secret-file grant --min-capacity 50000sat',
  ],
  run: async (context) => {
    const { args, options, json, result, next, note, width, style } = context
    const { node_id: peer, address } = parseVia(args.peer)
    const secret = await readGrantSecret(context, options)
    return withNode(context, async (node) => {
      if (address !== undefined) await node.call('peer.connect', { node_id: peer, address })
      const channel = await node.call('channel.open', {
        peer,
        ...(secret && { secret: toHex(secret) }),
        ...(options.minCapacity !== undefined && { min_capacity_msat: options.minCapacity.toString() }),
      })
      result(channel, () => channelText(channel, width, style.dim))
      if (!json) note(`Now ${owesText(channel)}.`)
      next(BigInt(channel.sendable_msat) > 0n ? 'lno pay lno1…' : 'lno receive')
    })
  },
})
