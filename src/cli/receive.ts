import { isLnoError } from '../base/error.js'
import { type NodeClient, withNode } from './daemon/client.js'
import { makeOffer } from './daemon/make-offer.js'
import { parseExpiry, parsePath, parsePrice } from './daemon/options.js'
import { formatSat } from './daemon/text.js'
import { defineCommand } from './frame/command.js'

export const command = defineCommand({
  description:
    'Makes an offer and shows it, in a terminal with its QR code: who scans or pastes it pays this node. It works for any number of payments unless --single-use says otherwise; lno offer list has it afterwards.\n\nUnless --path says something else, its paths begin at the hosts of your channels: payers reach you over them, and learn who your hosts are but not who you are. Without a channel nothing can be received: lno channel open.',
  args: {},
  options: {
    amount: { value: 'MSAT', parse: parsePrice, summary: '10000 (msat) or 10sat; without, the payer chooses' },
    description: { value: 'TEXT', summary: 'what is paid for; needed with an amount' },
    expiry: { value: 'WHEN', parse: parseExpiry, summary: '1h, 7d, 2027-01-31, or Unix seconds' },
    label: { value: 'TEXT', summary: 'a name of your own, which nobody else sees' },
    singleUse: { summary: 'for one payment only' },
    path: {
      value: 'A,B',
      many: true,
      parse: parsePath,
      summary: 'node ids of a way to this node, its first node first (default: each of your hosts)',
    },
    noQr: { summary: 'no QR code' },
  },
  examples: ['lno receive', 'lno receive --amount 10sat --description "One cup of coffee" --single-use'],
  run: async (context) => {
    const { options, io, json, warn, next } = context
    const { amount, expiry, path, noQr, ...said } = options
    return withNode(context, async (node) => {
      const { hosts, receivableMsat } = await waysIn(node)
      const paths = path.length > 0 ? path : hosts.map((host) => [host])
      const wanted = { ...said, amountMsat: amount, expiresAt: expiry?.(io.now()), paths }
      const offer = await makeOffer(context, node, wanted, !noQr && !json && io.stdout.isTTY)
      if (receivableMsat === 0n) warn('no channel is up over which anything could come: lno channel open')
      else if (amount !== undefined && amount > receivableMsat) {
        warn(`your channels can take ${formatSat(receivableMsat)} now, which is less than the amount`)
      }
      next(`lno offer show ${offer.offer_id.slice(0, 16)}`)
    })
  },
})

/** The hosts whose channels are up, and how much may come over all channels. @throws LnoError `NO_WALLET` */
async function waysIn(
  node: NodeClient,
): Promise<{ readonly hosts: readonly string[]; readonly receivableMsat: bigint }> {
  const { receivable_msat: receivable } = await node.call('account.list', { limit: 1 })
  // Wallets of other programs have none.
  const { channels } = await node.call('channel.list', {}).catch((error: unknown) => {
    if (isLnoError(error, 'NO_HOSTED_CHANNELS')) return { channels: [] }
    throw error
  })
  const hosts = channels.filter(({ role, status }) => role === 'client' && status === 'up').map(({ peer }) => peer)
  return { hosts, receivableMsat: BigInt(receivable) }
}
