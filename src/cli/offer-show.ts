import { withNode } from './daemon/client.js'
import { offerText } from './daemon/offer-text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: { offer: { summary: 'its id or the beginning of it, or its string' } },
  options: {},
  examples: ['lno offer show 1a2b3c4d'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next, style, width } = context
      const offer = await node.call('offer.show', { offer: args.offer })
      result(offer, () => offerText(offer, width, style.dim))
      next(`lno offer ${offer.active ? 'disable' : 'enable'} ${offer.offer_id.slice(0, 16)}`)
    }),
})
