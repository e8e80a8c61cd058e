import { equalBytes } from '../../base/bytes.js'
import { publicKey } from '../../crypto/group.js'
import { encodeTlv } from '../../wire/tlv.js'
import { chainHashOf } from '../chains.js'
import { minorUnitDecimals } from '../currency.js'
import { decodeLegacyOffer } from './decode.js'
import { xOnly } from './keys.js'
import { LEGACY_OFFER, type LegacyOffer, type LegacyOfferMessage } from './offer.js'
import { refuse, signedBytes } from './options.js'
import { signLegacy } from './signature.js'
import type { LegacyPaywindow, LegacyRecurrence, LegacyRecurrenceBase } from './subtypes.js'

/** What an offer of 2021 is made of. Amounts are msat, times seconds since 1970. */
export interface LegacyOfferOptions {
  /** The issuer's secret, 32 bytes: its x coordinate stands in the offer, and it signs. */
  readonly nodeKey: Uint8Array
  /** 32 random bytes, or `DETERMINISTIC_AUX`. */
  readonly aux: Uint8Array
  /** `false` leaves the signature out, as these releases allow. */
  readonly sign?: boolean
  /** What is paid for. */
  readonly description: string
  /** Price of one item in msat. Without it and without `price` the payer chooses the amount. */
  readonly amountMsat?: bigint
  /** Price of one item in another currency: ISO 4217 code and minor units (cents). */
  readonly price?: { readonly currency: string; readonly amount: bigint }
  readonly issuer?: string
  /** Fewest items in one invoice. */
  readonly quantityMin?: bigint
  /** Most items in one invoice. */
  readonly quantityMax?: bigint
  /** After this second the offer must not be answered. */
  readonly absoluteExpiry?: bigint
  /** Chain hashes that invoices may be for; bitcoin alone unless given. */
  readonly chains?: readonly Uint8Array[]
  /** Feature bits, big-endian. */
  readonly features?: Uint8Array
  /** The offer sends money: it is answered with an invoice. */
  readonly sendInvoice?: boolean
  /** Payment hash of the invoice that is paid back; the offer sends money then. */
  readonly refundFor?: Uint8Array
  readonly recurrence?: LegacyRecurrence
  readonly recurrenceBase?: LegacyRecurrenceBase
  readonly recurrencePaywindow?: LegacyPaywindow
  readonly recurrenceLimit?: number
}

function chainsField(chains: readonly Uint8Array[] | undefined): readonly Uint8Array[] | undefined {
  if (chains === undefined) return undefined
  if (chains.length === 0) refuse('an offer is for at least one chain', 'chains')
  return chains.length === 1 && equalBytes(chains[0]!, chainHashOf('bitcoin')) ? undefined : chains
}

/**
 * Makes an offer in the form of 2021. The same options give the same bytes.
 * @throws LnoError `LEGACY_OPTIONS` with the field in `path`, or the code of the rule that the options break
 *   (`LEGACY_OFFER_QUANTITY_RANGE`, …); `BAD_SECRET`
 */
export function createLegacyOffer(options: LegacyOfferOptions): LegacyOfferMessage {
  const { price, amountMsat, quantityMin, quantityMax } = options
  if (price !== undefined && amountMsat !== undefined) refuse('give amountMsat or price, not both', 'amount')
  if (price !== undefined && minorUnitDecimals(price.currency) === undefined) {
    refuse('the currency is not an ISO 4217 code (three capital letters)', 'currency')
  }
  const amount = price?.amount ?? amountMsat
  if (amount !== undefined && amount <= 0n) refuse('a price is above 0; without one the payer chooses', 'amount')
  if (quantityMin === 0n || quantityMax === 0n) refuse('no offer sells 0 items', 'quantity_max')
  const none = new Uint8Array(0)
  const fields: LegacyOffer = {
    chains: chainsField(options.chains),
    currency: price?.currency,
    amount,
    description: options.description,
    features: options.features,
    absolute_expiry: options.absoluteExpiry,
    issuer: options.issuer,
    quantity_min: quantityMin,
    quantity_max: quantityMax,
    recurrence: options.recurrence,
    recurrence_base: options.recurrenceBase,
    node_id: xOnly(publicKey(options.nodeKey)),
    refund_for: options.refundFor,
    send_invoice: options.sendInvoice || options.refundFor !== undefined ? none : undefined,
    recurrence_paywindow: options.recurrencePaywindow,
    recurrence_limit: options.recurrenceLimit,
  }
  const bytes =
    options.sign === false
      ? encodeTlv(LEGACY_OFFER, fields)
      : signedBytes(LEGACY_OFFER, fields, (records) =>
          signLegacy(['offer', 'signature'], records, options.nodeKey, options.aux),
        )
  return decodeLegacyOffer(bytes, { verifySignature: false })
}
