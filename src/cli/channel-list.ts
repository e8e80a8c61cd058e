import { channelLines, sumText } from './daemon/channel-text.js'
import { withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'The channels of the node, and of each who owes whom: a balance of a hosted channel is a promise of its host.',
  args: {},
  options: {},
  examples: ['lno channel list', 'lno channel list --json | jq -r .channels[].peer'],
  run: (context) =>
    withNode(context, async (node) => {
      const { result, next, width } = context
      const list = await node.call('channel.list', {})
      const { channels } = list
      result(list, () =>
        channels.length === 0
          ? 'No channels.'
          : [...channels.map((channel) => channelLines(channel, width)), sumText(channels, width)].join('\n'),
      )
      const first = channels[0]
      next(first === undefined ? 'lno channel open PUBKEY@HOST:PORT' : `lno channel show ${first.peer}`)
    }),
})
