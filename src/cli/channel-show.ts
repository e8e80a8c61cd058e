import { channelText } from './daemon/channel-text.js'
import { withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

const errored = { host: 'lno channel override propose', client: 'lno channel override accept' } as const

export const command = defineCommand({
  args: { peer: { summary: 'node id of the other side, or the beginning of it' } },
  options: {},
  examples: ['lno channel show 02…'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next, width, style } = context
      const channel = await node.call('channel.show', { peer: args.peer })
      result(channel, () => channelText(channel, width, style.dim))
      next(`${channel.status === 'errored' ? errored[channel.role] : 'lno channel export'} ${channel.peer}`)
    }),
})
