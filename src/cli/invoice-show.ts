import { escapeForDisplay } from '../base/display.js'
import { withNode } from './daemon/client.js'
import { formatMsat, formatTime } from './daemon/text.js'
import { defineCommand } from './frame/command.js'
import { columnsOf } from './frame/text.js'

/** Why an invoice that this node made or asked for cannot be paid. */
const UNPAYABLE = {
  modern: 'no: it was made without a wallet, to try things out on regtest',
  '2021': 'no: in the form of 2021 it is paid in the clear to the node id, and no wallet here takes such payments',
} as const

export const command = defineCommand({
  args: { invoice: { summary: 'its id or payment hash, or the beginning of one' } },
  options: {},
  examples: ['lno invoice show 1a2b3c4d'],
  run: (context) =>
    withNode(context, async (node) => {
      const { args, result, next, style, width } = context
      const invoice = await node.call('invoice.show', { id: args.invoice })
      result(invoice, () => {
        const rows: (readonly [string, string])[] = [
          ['id', invoice.id],
          ['direction', invoice.direction === 'issued' ? 'made by this node' : 'asked for by this node'],
          ['status', invoice.status],
          ...(invoice.amount_msat === undefined ? [] : [['amount', formatMsat(BigInt(invoice.amount_msat))] as const]),
          ...(invoice.payment_hash === undefined ? [] : [['payment hash', invoice.payment_hash] as const]),
          ['made', formatTime(invoice.created_at)],
          ...(invoice.expires_at === undefined ? [] : [['expires', formatTime(invoice.expires_at)] as const]),
        ]
        if (invoice.direction === 'issued') {
          if (invoice.offer_id !== undefined) rows.push(['offer', invoice.offer_id])
          if (invoice.refund_id !== undefined) rows.push(['refund', invoice.refund_id])
          if (invoice.invoice_error !== undefined) {
            rows.push(['the payer says', escapeForDisplay(invoice.invoice_error)])
          }
          if (invoice.payer_note !== undefined) rows.push(['payer note', escapeForDisplay(invoice.payer_note)])
          if (!invoice.payable) {
            rows.push(['can be paid', style.warn(UNPAYABLE[invoice.form])])
          }
        } else {
          if (invoice.refund_id !== undefined) rows.push(['refund', invoice.refund_id])
          if (invoice.description !== undefined) rows.push(['for', escapeForDisplay(invoice.description)])
          if (invoice.generation !== undefined) rows.push(['came as', escapeForDisplay(invoice.generation)])
          if (invoice.form === '2021') rows.push(['can be paid', style.warn(UNPAYABLE[invoice.form])])
          if (invoice.code !== undefined) rows.push(['failed with', escapeForDisplay(invoice.code)])
        }
        const text = invoice.bolt12 === undefined ? '' : `\n\n${invoice.bolt12}`
        return `${columnsOf(rows, width, style.dim)}${text}`
      })
      const code = invoice.direction === 'fetched' ? invoice.code : undefined
      next(code === undefined ? 'lno explain INVOICE' : `lno explain ${escapeForDisplay(code)}`)
    }),
})
