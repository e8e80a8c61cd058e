import { escapeForDisplay } from '../base/display.js'
import { withNode } from './daemon/client.js'
import { parseCount } from './daemon/options.js'
import { formatMsat, formatTime } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  args: {},
  options: {
    limit: { value: 'COUNT', parse: parseCount(1, 10_000), default: '20', summary: 'at most so many, the newest' },
    issued: { summary: 'only those that this node made' },
    fetched: { summary: 'only those that it asked for' },
  },
  examples: ['lno invoice list', 'lno invoice list --issued --limit 100'],
  run: (context) =>
    withNode(context, async (node) => {
      const { options, result, next } = context
      const only = options.issued === options.fetched ? undefined : options.issued ? 'issued' : 'fetched'
      const list = await node.call('invoice.list', {
        limit: options.limit,
        ...(only && ({ direction: only } as const)),
      })
      result(list, () =>
        list.invoices.length === 0
          ? 'No invoices.'
          : list.invoices
              .map((invoice) => {
                const amount = invoice.amount_msat === undefined ? '' : `  ${formatMsat(BigInt(invoice.amount_msat))}`
                const code = invoice.direction === 'fetched' && invoice.code !== undefined ? ` ${invoice.code}` : ''
                const state = `${invoice.direction} ${invoice.status}${escapeForDisplay(code)}`
                return `${invoice.id.slice(0, 16)}  ${formatTime(invoice.created_at)}  ${state}${amount}`
              })
              .join('\n'),
      )
      const first = list.invoices[0]
      next(first === undefined ? 'lno fetch lno1…' : `lno invoice show ${first.id.slice(0, 16)}`)
    }),
})
