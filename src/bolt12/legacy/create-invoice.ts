import { equalBytes } from '../../base/bytes.js'
import { publicKey } from '../../crypto/group.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../invoice.js'
import { chainFields, legacyChainOf, writtenChain } from './chains.js'
import { decodeLegacyInvoice } from './decode.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import type { LegacyInvoice, LegacyInvoiceMessage, legacyInvoiceTable } from './invoice.js'
import type { LegacyInvoiceRequestMessage } from './invoice-request.js'
import { xOnly } from './keys.js'
import { legacyLayouts } from './layout.js'
import { legacyOfferId } from './merkle.js'
import type { LegacyOfferMessage } from './offer.js'
import { refuse, signedBytes } from './options.js'
import { signLegacy } from './signature.js'

/** What an issuer adds to any invoice of 2021. */
export interface LegacyInvoiceBasics {
  /** The offer that is answered. */
  readonly offer: LegacyOfferMessage
  /** The secret of the node that is to be paid, 32 bytes: it signs. */
  readonly nodeKey: Uint8Array
  /** SHA-256 of a preimage that only this node knows, 32 bytes. */
  readonly paymentHash: Uint8Array
  /** Unix seconds. */
  readonly createdAt: bigint
  /** Seconds; default 7200. */
  readonly relativeExpiry?: number
  /** msat for the whole invoice. Needed where neither request nor offer says so, or the price has to be converted. */
  readonly amountMsat?: bigint
  /** Blocks that the last hop needs. */
  readonly cltv?: number
  /** Feature bits of the payment, big-endian. */
  readonly features?: Uint8Array
  /** As which release writes; default: as the request was written, which its sender can read. */
  readonly dialect?: LegacyDialect
  /** 32 random bytes, or `DETERMINISTIC_AUX`. */
  readonly aux: Uint8Array
}

/** How an invoice that answers a request is made. */
export interface LegacyInvoiceOptions extends LegacyInvoiceBasics {
  /** Unix seconds at which period 0 of a recurring offer begins, where the offer does not say it. */
  readonly recurrenceBasetime?: bigint
}

/** What every invoice has of its offer and its maker. */
export function basicFields(options: LegacyInvoiceBasics, amount: bigint | undefined): LegacyInvoice {
  const { offer, relativeExpiry = DEFAULT_RELATIVE_EXPIRY } = options
  if (amount === undefined) refuse('neither the request nor the offer says how much', 'amount')
  if (amount <= 0n) refuse('an invoice over nothing cannot be paid', 'amount')
  return {
    offer_id: legacyOfferId(offer.records),
    amount,
    description: offer.fields.description,
    features: options.features,
    issuer: offer.fields.issuer,
    node_id: xOnly(publicKey(options.nodeKey)),
    created_at: options.createdAt,
    payment_hash: options.paymentHash,
    relative_expiry: relativeExpiry === DEFAULT_RELATIVE_EXPIRY ? undefined : relativeExpiry,
    cltv: options.cltv,
  }
}

/** msat of an offer whose price needs no rate. */
export function priceInMsat({ fields }: LegacyOfferMessage, quantity = 1n): bigint | undefined {
  const { amount, currency } = fields
  return amount === undefined || currency !== undefined ? undefined : amount * quantity
}

/** The table by which a dialect writes invoices: `cltv` has other widths. */
export function invoiceTable(dialect: LegacyDialect = LEGACY): ReturnType<typeof legacyInvoiceTable> {
  return legacyLayouts(dialect).invoice.table as ReturnType<typeof legacyInvoiceTable>
}

/**
 * The invoice for a request of 2021, signed. The request must have been judged before (`checkLegacyRequest`). The same
 * options give the same bytes: to answer a request twice, keep them or the invoice.
 * @throws LnoError `LEGACY_OPTIONS` naming the field, `VALUE_OUT_OF_RANGE` for a `cltv` that the dialect has no room for,
 *   `BAD_SECRET`
 */
export function createLegacyInvoice(
  request: LegacyInvoiceRequestMessage,
  options: LegacyInvoiceOptions,
): LegacyInvoiceMessage {
  const { offer, dialect } = options
  const asked = request.fields
  const nodeId = offer.fields.node_id
  if (nodeId === undefined || !equalBytes(nodeId, xOnly(publicKey(options.nodeKey)))) {
    refuse('the key to sign with is not that of the offer', 'node_id')
  }
  const price = priceInMsat(offer, asked.quantity)
  const amount = options.amountMsat ?? asked.amount ?? price
  if (amount !== undefined && price !== undefined && amount < price) {
    refuse(`${amount} msat is below the ${price} msat that the offer asks for`, 'amount')
  }
  if (asked.amount !== undefined && amount !== asked.amount) {
    refuse(`${amount} msat, ${asked.amount} msat were asked for`, 'amount')
  }
  const fields: LegacyInvoice = {
    ...basicFields(options, amount),
    ...chainFields(legacyChainOf(asked), dialect?.writesChain ?? writtenChain(asked)),
    quantity: asked.quantity,
    recurrence_counter: asked.recurrence_counter,
    payer_key: asked.payer_key,
    payer_note: asked.payer_note,
    payer_info: asked.payer_info,
    replace_invoice: asked.replace_invoice,
    recurrence_basetime: options.recurrenceBasetime ?? offer.fields.recurrence_base?.basetime,
    recurrence_start: asked.recurrence_start,
  }
  return signedInvoice(fields, options)
}

/** Signs and reads back what was made. */
export function signedInvoice(
  fields: LegacyInvoice,
  { dialect, nodeKey, aux }: Pick<LegacyInvoiceBasics, 'dialect' | 'nodeKey' | 'aux'>,
): LegacyInvoiceMessage {
  const bytes = signedBytes(invoiceTable(dialect), fields, (records) =>
    signLegacy(['invoice', 'signature'], records, nodeKey, aux),
  )
  return decodeLegacyInvoice(bytes, { verifySignature: false })
}
