import { encodeString } from '../../../src/bolt12/string.js'
import { ALICE, BITCOIN, BOB, NOW, OFFER_PATH, pathsValue, REGTEST, SCID_PATH, SECOND_PATH, TESTNET } from './cast.js'
import { type Records, sorted } from './records.js'

/** The offers that the requests of the vectors answer. Their records are copied as they are (rule RW1). */
const tea = [10, 'tea'] as const
const issuer = [22, ALICE.id] as const
const price = [8, 100_000n] as const

/** The payer chooses the amount. */
export const OPEN: Records = [tea, issuer]
export const BARE: Records = [issuer]
export const PRICED: Records = [price, tea, issuer]
export const COUNTED: Records = [price, tea, [20, 5n], issuer]
export const UNLIMITED: Records = [price, tea, [20, 0n], issuer]
/** One item costs almost all bitcoin: eleven of them do not fit 64 bits. */
export const DEAR: Records = [[8, 2_000_000_000_000_000_000n], tea, [20, 0n], issuer]
export const EURO: Records = [[6, 'EUR'], [8, 250n], tea, issuer]
export const HIDDEN: Records = [tea, [16, pathsValue(OFFER_PATH.path)]]
export const HIDDEN_TWICE: Records = [tea, [16, pathsValue(OFFER_PATH.path, SECOND_PATH.path)]]
export const BY_CHANNEL: Records = [tea, [16, pathsValue(SCID_PATH)]]
export const BOTH: Records = [tea, [16, pathsValue(OFFER_PATH.path)], issuer]
export const ON_TESTNET: Records = [[2, TESTNET], tea, issuer]
export const ON_TWO_CHAINS: Records = [[2, Uint8Array.of(...BITCOIN, ...TESTNET)], tea, issuer]
export const ON_REGTEST: Records = [[2, REGTEST], tea, issuer]
export const WITH_METADATA: Records = [[4, 'hex:c0ffee'], tea, issuer]
export const WITH_UNKNOWN: Records = [tea, issuer, [33, 'hex:010203'], [79, ''], [1_000_000_001, 'hex:04']]
export const WITH_FEATURES: Records = [tea, [12, 'hex:02'], issuer]
export const UNTIL_NOW: Records = [tea, [14, BigInt(NOW)], issuer]
export const EXPIRED: Records = [tea, [14, BigInt(NOW - 1)], issuer]
/** Bob's, whose id has an odd Y. */
export const BOBS: Records = [tea, [22, BOB.id]]

/** The string of an offer. */
export function offerString(records: Records): string {
  return encodeString('lno', sorted(records))
}
