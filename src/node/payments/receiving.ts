import { isLnoError } from '../../base/error.js'
import type { PaymentCode } from '../../payments/codes.js'
import type { PaymentPaths } from '../../wallets/wallet.js'

/**
 * A wallet's paths, and as long as it has no channel at all those of a node without a wallet: on regtest offers can be tried out
 * before there is anything to be paid over.
 */
export function pathsOrUnroutable(
  wallet: PaymentPaths,
  hasChannels: () => boolean,
  unroutable: PaymentPaths | undefined,
): PaymentPaths {
  if (unroutable === undefined) return wallet
  return {
    receive: async (options) => {
      try {
        return await wallet.receive(options)
      } catch (error) {
        const isAlone = isLnoError(error) && error.code === ('NO_INBOUND' satisfies PaymentCode) && !hasChannels()
        if (!isAlone) throw error
        return unroutable.receive(options)
      }
    },
  }
}
