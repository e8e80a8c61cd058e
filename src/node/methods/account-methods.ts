import * as v from 'valibot'
import { nodeError } from '../codes.js'
import { integer, method, u64Text } from '../control/index.js'
import type { LnoNode } from '../node-types.js'
import { accountPage } from '../payments/account.js'

/** Entries in one answer unless fewer are asked for; ten thousand of them take some six megabytes. */
const MOST_ENTRIES = 10_000

const listParams = v.strictObject({
  /** The first `seq` to be listed; 1 unless given. */
  from: v.optional(u64Text),
  limit: v.optional(integer(1, MOST_ENTRIES)),
})

/** `account.list`: every change of money, oldest first, and the sum of all, which is what others owe us less what we owe. */
export function accountMethods(node: LnoNode) {
  return [
    method('account.list', listParams, async ({ from = 1n, limit = MOST_ENTRIES }) => {
      const { wallet, payments, receipts } = node
      if (wallet === undefined || receipts === undefined) {
        throw nodeError('NO_WALLET', 'without a wallet there is no account')
      }
      const { entries, more, sumMsat } = await accountPage({ wallet, payments, receipts }, from, limit)
      const { totalMsat, inFlightMsat, sendableMsat, receivableMsat } = wallet.balance()
      return {
        entries,
        /** There are more: ask again from the `seq` behind the last. */
        more,
        /** At the end exactly the sum of what was listed, whatever has moved since. */
        total_msat: (more ? totalMsat : sumMsat).toString(),
        in_flight_msat: inFlightMsat.toString(),
        sendable_msat: sendableMsat.toString(),
        receivable_msat: receivableMsat.toString(),
      }
    }),
  ] as const
}
