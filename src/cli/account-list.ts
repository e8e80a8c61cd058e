import { accountCsv, accountLines } from './daemon/account-text.js'
import { type NodeClient, withNode } from './daemon/client.js'
import { defineCommand } from './frame/command.js'
import { usage } from './frame/exit.js'

export const command = defineCommand({
  description:
    'Every change of money that this node has seen, oldest first: balances granted, what was received and sent, what was passed on for others and what that brought. Their sum is what others owe you less what you owe them, at every moment.\n\nWith --csv as RFC 4180 has it, for a spreadsheet: amounts in msat with their sign, control characters of texts escaped, and texts that a spreadsheet would run as a formula with an apostrophe in front.',
  args: {},
  options: { csv: { summary: 'as CSV' } },
  examples: ['lno account list', 'lno account list --csv > account.csv', 'lno account list --json | jq -r .total_msat'],
  run: async (context) => {
    const { options, io, json, result, next } = context
    if (options.csv && json) throw usage('--csv or --json, not both')
    return withNode(context, async (node) => {
      const account = await wholeAccount(node)
      // Not through the frame, which would end the last line in another way than all others.
      if (options.csv) io.stdout.write(accountCsv(account.entries))
      else {
        result(account, () => accountLines(account.entries, BigInt(account.total_msat)))
        next('lno channel list')
      }
    })
  },
})

/** All entries, which come in answers of a bounded size, and the sum as the last answer says it. */
async function wholeAccount(node: NodeClient) {
  let account = await node.call('account.list', {})
  while (account.more) {
    const { entries } = account
    const from = (BigInt(entries.at(-1)?.seq ?? 0) + 1n).toString()
    const next = await node.call('account.list', { from })
    if (next.entries.length === 0) break
    account = { ...next, entries: [...entries, ...next.entries] }
  }
  const { more: _, ...whole } = account
  return whole
}
