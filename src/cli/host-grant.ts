import { type NodeClient, withNode } from './daemon/client.js'
import { parseAmount } from './daemon/options.js'
import { formatSat } from './daemon/text.js'
import { defineCommand } from './frame/command.js'
import { usage } from './frame/exit.js'
import { columnsOf } from './frame/text.js'

export const command = defineCommand({
  description:
    'Makes a promise to host one channel, and prints its secret: whoever brings the secret first gets the channel, once. The secret is shown now and never again, since the node keeps its hash alone.\n\nA hosted channel is no bitcoin. From the moment at which the channel is opened you owe its client the balance that you grant here, and later whatever comes in over the channel; the account (lno account list) shows it as owed by you.',
  args: {},
  options: {
    capacity: { value: 'MSAT', required: true, parse: parseAmount, summary: 'how large the channel is: 100000sat' },
    balance: {
      value: 'MSAT',
      parse: parseAmount,
      default: '0',
      summary: 'what the client owns of it from the start: what you owe from then on',
    },
    label: { value: 'TEXT', summary: 'a name of your own, which nobody else sees' },
  },
  examples: [
    'lno host grant --capacity 100000sat',
    'lno host grant --capacity 100000sat --balance 5000sat --label "till 3"',
    'lno host grant --capacity 100000sat --json | jq -r .secret > grant',
  ],
  run: async (context) => {
    const { options, json, result, next, note, style, width } = context
    const { capacity, balance, label } = options
    if (capacity === 0n) throw usage('a channel of no capacity carries nothing')
    if (balance > capacity) throw usage('--balance cannot be more than --capacity')
    return withNode(context, async (node) => {
      const grant = await node.call('host.grant', {
        capacity_msat: capacity.toString(),
        balance_msat: balance.toString(),
        ...(label !== undefined && { label }),
      })
      result(grant, () => columnsOf([['secret', grant.secret]], width, style.dim))
      const owed =
        balance === 0n ? '' : ` From its opening on you owe the client ${formatSat(balance)}: trust, not bitcoin.`
      if (!json) note(`For one channel of ${formatSat(capacity)}, one time; it is not shown again.${owed}`)
      if (!json) note(`The client types: lno channel open ${await addressOf(node)} --secret -`)
      next('lno host grants')
    })
  },
})

/** How a client names this node, as far as the node knows. */
async function addressOf(node: NodeClient): Promise<string> {
  const { node_id: id, addresses } = await node.call('node.info', {})
  return `${id}@${addresses[0] ?? 'HOST:PORT'}`
}
