import { escapeForDisplay } from '../base/display.js'
import { withNode } from './daemon/client.js'
import { formatMsat } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: {},
  options: { open: { summary: 'only those that wait for an invoice' } },
  examples: ['lno refund list', 'lno refund list --json | jq -r .refunds[].bolt12'],
  run: (context) =>
    withNode(context, async (node) => {
      const { options, result, next, style } = context
      const list = await node.call('refund.list', {})
      const refunds = list.refunds.filter(({ status }) => status === 'open' || !options.open)
      result({ refunds }, () =>
        refunds.length === 0
          ? 'No refunds.'
          : refunds
              .map((refund) => {
                const what = escapeForDisplay(refund.label ?? refund.description)
                const paint = refund.status === 'open' || refund.status === 'answered' ? style.good : style.warn
                const state = paint(refund.status.padEnd(8))
                return `${refund.refund_id.slice(0, 16)}  ${state}  ${formatMsat(BigInt(refund.amount_msat))}  ${what}`
              })
              .join('\n'),
      )
      const first = refunds[0]
      next(
        first === undefined
          ? 'lno refund create --amount 10sat --description TEXT'
          : `lno refund show ${first.refund_id.slice(0, 16)}`,
      )
    }),
})
