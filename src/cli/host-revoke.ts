import { withNode } from './daemon/client.js'
import { shortId } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'Takes a grant back that nobody has used. What was opened with one stays: lno channel list.',
  args: { grant: { summary: 'its id or the beginning of it (lno host grants)' } },
  options: {},
  examples: ['lno host revoke 1a2b3c4d'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next } = context
      const revoked = await node.call('host.revoke', { grant: args.grant })
      result(revoked, () => `Grant ${shortId(revoked.grant_id)} is taken back: its secret opens nothing.`)
      next('lno host grants')
    }),
})
