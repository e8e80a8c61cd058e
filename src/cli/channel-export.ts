import { withNode } from './daemon/client.js'
import { shortId } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'Prints the last state of a channel that its peer has signed: balances, what is under way, and both signatures. It proves to anybody what a host owes, as long as it is the newest one. Save it before an override is accepted, and now and then.',
  args: { peer: { summary: 'node id of the other side, or the beginning of it' } },
  options: {},
  examples: ['lno channel export 02… > channel.state', 'lno channel export 02… | lno channel verify -'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, json, result, next, note } = context
      const exported = await node.call('channel.export', { peer: args.peer })
      result(JSON.parse(exported.file), () => exported.file)
      if (!json) note(`What ${shortId(args.peer)} has signed; it holds no secret.`)
      next('lno channel verify FILE')
    }),
})
