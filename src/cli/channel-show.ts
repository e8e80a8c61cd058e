import type { ChannelView } from '../node/methods/channel-methods.js'
import { channelText } from './daemon/channel-text.js'
import { withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

/** What its side can do next. */
function nextOf({ status, role, peer, override_msat: override }: ChannelView): string {
  if (status !== 'errored') return `lno channel export ${peer}`
  if (role === 'host') return `lno channel override propose ${peer}`
  return override === undefined
    ? `lno channel export ${peer}`
    : `lno channel override accept ${peer} --balance ${override}`
}

export const command = defineCommand({
  args: { peer: { summary: 'node id of the other side, or the beginning of it' } },
  options: {},
  examples: ['lno channel show 02…'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next, width, style } = context
      const channel = await node.call('channel.show', { peer: args.peer })
      result(channel, () => channelText(channel, width, style.dim))
      next(nextOf(channel))
    }),
})
