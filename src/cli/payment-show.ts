import { withNode } from './daemon/client.js'
import { paymentText } from './daemon/payment-text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: { payment: { summary: 'its id or the beginning of it (lno payment list)' } },
  options: {},
  examples: ['lno payment show 1a2b3c4d'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next, style, width } = context
      const payment = await node.call('payment.show', { id: args.payment })
      result(payment, () => paymentText(payment, width, style.dim))
      const id = payment.payment_id.slice(0, 16)
      if (payment.status === 'paid') next(`lno proof create ${id}`)
      else if (payment.failure !== undefined) next(`lno explain ${payment.failure.code}`)
      else next(`lno payment show ${id}`)
    }),
})
