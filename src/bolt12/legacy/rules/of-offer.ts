import { equalBytes } from '../../../base/bytes.js'
import { chainsOf } from '../../chains.js'
import { legacyChainOf } from '../chains.js'
import { legacyOfferId } from '../merkle.js'
import type { LegacyOfferMessage } from '../offer.js'
import { nameOf } from './common.js'

/** An answer to an offer of 2021, be it a request or the invoice that claims money: both name the offer alike. */
interface Answer {
  readonly offer_id?: Uint8Array
  readonly chains?: readonly Uint8Array[]
  readonly chain?: Uint8Array
}

/** It is for another offer. */
export function offerProblem({ offer_id: id }: Answer, offer: LegacyOfferMessage): string | undefined {
  return id !== undefined && equalBytes(id, legacyOfferId(offer.records))
    ? undefined
    : 'offer_id is not that of the offer'
}

/** It comes too late. @param now Unix seconds */
export function expiryProblem({ fields }: LegacyOfferMessage, now: bigint): string | undefined {
  const { absolute_expiry: expiry } = fields
  return expiry !== undefined && now > expiry ? `the offer expired at ${expiry}, it is ${now} now` : undefined
}

/** It is for a chain that the offer does not name. */
export function chainProblem(answer: Answer, { fields }: LegacyOfferMessage): string | undefined {
  const chain = legacyChainOf(answer)
  return chainsOf(fields.chains).some((offered) => equalBytes(offered, chain))
    ? undefined
    : `the offer is not for ${nameOf(chain)}`
}
