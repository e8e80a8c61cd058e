import { channelText, owesText } from './daemon/channel-text.js'
import { withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'For the client of a channel that is errored: takes the balance that the host has proposed, and the channel goes on. Whatever else the host had signed for is given up by it: save that first with lno channel export.',
  args: { peer: { summary: 'node id of the host, or the beginning of it' } },
  options: {},
  examples: ['lno channel export 02… > before.state && lno channel override accept 02…'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, json, result, next, note, width, style } = context
      const channel = await node.call('channel.override_accept', { peer: args.peer })
      result(channel, () => channelText(channel, width, style.dim))
      if (!json) note(`Now ${owesText(channel)}.`)
      next(`lno channel show ${channel.peer}`)
    }),
})
