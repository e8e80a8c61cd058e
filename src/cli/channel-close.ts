import { withNode } from './daemon/client.js'
import { shortId } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'Ends a channel in which the client owns nothing and nothing is under way: spend the balance first. Nothing goes to a chain, and nothing comes from one. lno channel open wakes the same channel again.',
  args: { peer: { summary: 'node id of the other side, or the beginning of it' } },
  options: {},
  examples: ['lno channel close 02…'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next } = context
      const channel = await node.call('channel.close', { peer: args.peer })
      result(channel, () => `The channel with ${shortId(channel.peer)} is closed: nobody owes anything in it.`)
      next('lno channel list')
    }),
})
