import type { Counters } from '../node/messenger/tally.js'
import { withNode } from './daemon/client.js'
import { formatTime } from './daemon/text.js'
import { defineCommand } from './frame/command.js'
import { columnsOf } from './frame/text.js'

export const command = defineCommand({
  description:
    'Onion messages are counted since the node started, by wire form; 513 stands for those in which only the last hop could tell modern from modern-uncounted.',
  args: {},
  options: {},
  examples: ['lno node info', 'lno node info --json | jq -r .node_id'],
  run: (context) =>
    withNode(context, async (node) => {
      const info = await node.call('node.info', {})
      const { result, next, style, width } = context
      result(info, () =>
        columnsOf(
          [
            ['node id', info.node_id],
            ['network', info.network],
            ['addresses', info.addresses.length === 0 ? 'none: it takes no calls' : info.addresses.join(' ')],
            ['peers', String(info.peers)],
            ['offers', String(info.offers)],
            ['speaks', info.generations.join(', ')],
            ...messageRows(info.messages),
            ['wallet', info.wallet === 'none' ? noWallet(info.network) : info.wallet],
            ['data', info.data_dir],
            ['running', `since ${formatTime(info.started_at)}, process ${info.pid}, lno ${info.version}`],
          ],
          width,
          style.dim,
        ),
      )
      next(
        info.peers === 0 ? 'lno peer connect PUBKEY@HOST:PORT' : 'lno offer create --amount 10sat --description TEXT',
      )
    }),
})

/** One row a form of onion messages that passed. */
function messageRows(messages: Counters): readonly (readonly [string, string])[] {
  return Object.entries(messages).flatMap(([form, count]) => {
    const parts = (['sent', 'received', 'forwarded', 'dropped'] as const)
      .filter((what) => count[what] > 0)
      .map((what) => `${count[what]} ${what}`)
    return parts.length === 0 ? [] : [[form, parts.join(', ')] as const]
  })
}

function noWallet(network: string): string {
  return network === 'regtest'
    ? 'none: invoices are real, but nobody can pay them'
    : 'none: it relays and fetches, and cannot make offers'
}
