import type { HostingOptions } from '../../node/payments/embedded.js'
import { DEFAULT_FORWARDING } from '../../node/payments/forwarding.js'
import { MAX_EXPIRY_BLOCKS } from '../../payments/onions/index.js'
import { hostTerms } from '../../wallets/embedded/grant.js'
import type { OptionValue } from '../frame/declaration.js'
import { usage } from '../frame/exit.js'
import { parseAmount, parseCount } from './options.js'

/** Fees of a message are numbers of 32 bits. */
const MOST_FEE = 2n ** 32n - 1n

function parseFee(text: string): number {
  const msat = parseAmount(text)
  if (msat > MOST_FEE) throw usage(`${JSON.stringify(text)} is more than a fee can say`)
  return Number(msat)
}

/** Options of a node: its wallet, and what it gives and takes as a host and a relay. */
export const HOSTING = {
  wallet: {
    value: 'KIND',
    choices: ['embedded', 'none'],
    setting: true,
    summary: 'who pays and is paid (default embedded; on bitcoin none, where it would need the height of the chain)',
  },
  openTo: {
    value: 'CAPACITY',
    setting: true,
    parse: parseAmount,
    summary: 'host a channel of this capacity for everybody who asks, not for grants alone: 100000sat',
  },
  feeBase: {
    value: 'MSAT',
    setting: true,
    parse: parseFee,
    default: String(DEFAULT_FORWARDING.feeBaseMsat),
    summary: 'what passing a payment on costs',
  },
  feePpm: {
    value: 'COUNT',
    setting: true,
    parse: parseCount(0, 999_999_999),
    default: String(DEFAULT_FORWARDING.feeProportionalMillionths),
    summary: 'and of each million that is passed on',
  },
  cltvDelta: {
    value: 'BLOCKS',
    setting: true,
    parse: parseCount(1, MAX_EXPIRY_BLOCKS),
    default: String(DEFAULT_FORWARDING.cltvExpiryDelta),
    summary: 'blocks between a payment that comes in and the same going out',
  },
} as const

/** What the options say of hosting and passing on. */
export function hostingOf({
  openTo,
  feeBase,
  feePpm,
  cltvDelta,
}: { readonly [K in Exclude<keyof typeof HOSTING, 'wallet'>]: OptionValue<(typeof HOSTING)[K]> }): HostingOptions {
  return {
    forwarding: { feeBaseMsat: feeBase, feeProportionalMillionths: feePpm, cltvExpiryDelta: cltvDelta },
    ...(openTo !== undefined && { openTo: hostTerms({ capacityMsat: openTo }) }),
  }
}
