import { channelText, owesText } from './daemon/channel-text.js'
import { withNode } from './daemon/client.js'
import { parseAmount } from './daemon/options.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'For the client of a channel that is errored: takes the balance that the host has proposed, and the channel goes on. Whatever else the host had signed for is given up by it: save that first with lno channel export.',
  args: { peer: { summary: 'node id of the host, or the beginning of it' } },
  options: {
    balance: {
      value: 'MSAT',
      required: true,
      parse: parseAmount,
      summary: 'what is yours then, as lno channel show says: no other proposal is taken',
    },
  },
  examples: ['lno channel export 02… > before.state && lno channel override accept 02… --balance 40000sat'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, options, json, result, next, note, width, style } = context
      const channel = await node.call('channel.override_accept', {
        peer: args.peer,
        local_msat: options.balance.toString(),
      })
      result(channel, () => channelText(channel, width, style.dim))
      if (!json) note(`Now ${owesText(channel)}.`)
      next(`lno channel show ${channel.peer}`)
    }),
})
