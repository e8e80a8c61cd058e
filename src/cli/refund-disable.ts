import { withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'It cannot be undone: make another one instead. An invoice that came before stays as it is.',
  args: { refund: { summary: 'its id or the beginning of it, or its string' } },
  options: {},
  examples: ['lno refund disable 1a2b3c4d'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next } = context
      const refund = await node.call('refund.disable', { refund: args.refund })
      const id = refund.refund_id.slice(0, 16)
      result(refund, () => `Refund ${id} is disabled. Invoices for it are answered with an invoice_error from now on.`)
      next('lno refund list')
    }),
})
