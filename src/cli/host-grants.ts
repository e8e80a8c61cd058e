import { escapeForDisplay } from '../base/display.js'
import { withNode } from './daemon/client.js'
import { formatSat } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description: 'The grants that nobody has used yet. One that was used is a channel: lno channel list.',
  args: {},
  options: {},
  examples: ['lno host grants', 'lno host grants --json | jq -r .grants[].grant_id'],
  run: (context) =>
    withNode(context, async (node) => {
      const { result, next } = context
      const list = await node.call('host.grants', {})
      result(list, () =>
        list.grants.length === 0
          ? 'No grants.'
          : list.grants
              .map(({ grant_id: id, capacity_msat: capacity, balance_msat: balance, label }) => {
                const what = label === undefined ? '' : `  ${escapeForDisplay(label)}`
                return `${id.slice(0, 16)}  capacity ${formatSat(BigInt(capacity))}, client's balance ${formatSat(BigInt(balance))}${what}`
              })
              .join('\n'),
      )
      const first = list.grants[0]
      next(
        first === undefined ? 'lno host grant --capacity 100000sat' : `lno host revoke ${first.grant_id.slice(0, 16)}`,
      )
    }),
})
