import { withNode } from './daemon/client.js'
import { refundText } from './daemon/refund-text.js'
import { QR, showString } from './daemon/show-string.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: { refund: { summary: 'its id or the beginning of it, or its string' } },
  options: { qr: QR },
  examples: ['lno refund show 1a2b3c4d', 'lno refund show 1a2b3c4d --json | jq -r .invoice.bolt12'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, options, fail, next } = context
      const refund = await node.call('refund.show', { refund: args.refund })
      const withoutCode = await showString(context, refund, options.qr, refundText)
      if (withoutCode) return fail(withoutCode)
      const id = refund.refund_id.slice(0, 16)
      const over = refund.invoice === undefined ? 'lno refund list' : `lno invoice show ${id}`
      next(refund.status === 'open' ? `lno refund disable ${id}` : over)
      return undefined
    }),
})
