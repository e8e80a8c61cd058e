import { withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'Invoices that were sent before stay as they are.',
  args: { offer: { summary: 'its id or the beginning of it, or its string' } },
  options: {},
  examples: ['lno offer disable 1a2b3c4d'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next } = context
      const offer = await node.call('offer.disable', { offer: args.offer })
      const id = offer.offer_id.slice(0, 16)
      result(offer, () => `Offer ${id} is disabled. Requests for it are answered with an invoice_error from now on.`)
      next(`lno offer enable ${id}`)
    }),
})
