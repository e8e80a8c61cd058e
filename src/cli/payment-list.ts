import { withNode } from './daemon/client.js'
import { parseCount } from './daemon/options.js'
import { paymentLine } from './daemon/payment-text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: {},
  options: {
    limit: { value: 'COUNT', parse: parseCount(1, 10_000), default: '20', summary: 'at most so many, the newest' },
  },
  examples: ['lno payment list', 'lno payment list --json | jq -r .payments[].payment_id'],
  run: (context) =>
    withNode(context, async (node) => {
      const { options, result, next, style } = context
      const list = await node.call('payment.list', { limit: options.limit })
      result(list, () =>
        list.payments.length === 0
          ? 'No payments.'
          : list.payments.map((payment) => paymentLine(payment, style)).join('\n'),
      )
      const first = list.payments[0]
      next(first === undefined ? 'lno pay lno1…' : `lno payment show ${first.payment_id.slice(0, 16)}`)
    }),
})
