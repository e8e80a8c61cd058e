import { withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'Undoes lno offer disable.',
  args: { offer: { summary: 'its id or the beginning of it, or its string' } },
  options: {},
  examples: ['lno offer enable 1a2b3c4d'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next } = context
      const offer = await node.call('offer.enable', { offer: args.offer })
      const id = offer.offer_id.slice(0, 16)
      result(offer, () => `Offer ${id} is enabled. Requests for it are answered with invoices again.`)
      next(`lno offer disable ${id}`)
    }),
})
