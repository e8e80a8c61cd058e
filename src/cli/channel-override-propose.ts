import { channelText } from './daemon/channel-text.js'
import { withNode } from './daemon/client.js'
import { parseAmount } from './daemon/options.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'For the host of a channel that is errored: proposes the balance with which it goes on. Without --balance every payment that is still in it goes back to where it came from, but those whose preimage is known, which count as paid. The client has to accept it: lno channel override accept, there.',
  args: { peer: { summary: 'node id of the client, or the beginning of it' } },
  options: {
    balance: { value: 'MSAT', parse: parseAmount, summary: 'what shall be yours; the rest is what you owe the client' },
  },
  examples: ['lno channel override propose 02…', 'lno channel override propose 02… --balance 40000sat'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, options, json, result, next, note, width, style } = context
      const channel = await node.call('channel.override_propose', {
        peer: args.peer,
        ...(options.balance !== undefined && { local_msat: options.balance.toString() }),
      })
      result(channel, () => channelText(channel, width, style.dim))
      if (!json) note('The override is proposed, and in force once the client accepts it.')
      next(`lno channel show ${channel.peer}`)
    }),
})
