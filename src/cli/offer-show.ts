import { withNode } from './daemon/client.js'
import { offerText } from './daemon/offer-text.js'
import { QR, showString } from './daemon/show-string.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: { offer: { summary: 'its id or the beginning of it, or its string' } },
  options: { qr: QR },
  examples: ['lno offer show 1a2b3c4d', 'lno offer show 1a2b3c4d --qr'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, options, fail, next } = context
      const offer = await node.call('offer.show', { offer: args.offer })
      const withoutCode = await showString(context, offer, options.qr, offerText)
      if (withoutCode) return fail(withoutCode)
      next(`lno offer ${offer.active ? 'disable' : 'enable'} ${offer.offer_id.slice(0, 16)}`)
      return undefined
    }),
})
