import type { Random } from '../../base/effects.js'
import { publicKey, randomSecret } from '../../crypto/group.js'
import { chainsOf } from '../chains.js'
import { judgeMatch } from '../rules/rule.js'
import { DETERMINISTIC_AUX } from '../signature.js'
import { chainFields } from './chains.js'
import { decodeLegacyInvoiceRequest } from './decode.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import {
  LEGACY_INVOICE_REQUEST,
  type LegacyInvoiceRequest,
  type LegacyInvoiceRequestMessage,
} from './invoice-request.js'
import { legacyPayerKey, xOnly } from './keys.js'
import { legacyOfferId } from './merkle.js'
import type { LegacyOfferMessage } from './offer.js'
import { refuse, refuseBy, signedBytes } from './options.js'
import { LEGACY_REQUEST_MATCH_RULES } from './rules/request-match.js'
import { signLegacy } from './signature.js'

/** Bytes of `payer_info`, as in c-lightning. */
const PAYER_INFO_LENGTH = 16

/** What the payer adds to an offer of 2021. */
export interface LegacyInvoiceRequestOptions {
  /** Unpredictable bytes. */
  readonly random: Random
  /** msat for the whole request; needed where the offer has no amount, otherwise from its price to less than five times that. */
  readonly amountMsat?: bigint
  /** Number of items; needed exactly where the offer has a minimum or a maximum. */
  readonly quantity?: bigint
  readonly payerNote?: string
  /** Chain to pay on, 32 bytes. Default: the first chain of the offer. */
  readonly chain?: Uint8Array
  /** Feature bits of the payment, big-endian. */
  readonly features?: Uint8Array
  /** The secret that signs, 32 bytes. Default: a fresh one, or the one derived from `baseKey`. */
  readonly payerKey?: Uint8Array
  /** A secret from which the payer key is derived as c-lightning does, with `payer_info`: `legacyPayerKey` gives it again. */
  readonly baseKey?: Uint8Array
  /** Default: 16 random bytes. */
  readonly payerInfo?: Uint8Array
  /** As which release writes; default: what most of them read. */
  readonly dialect?: LegacyDialect
  /** Which period is to be paid; needed exactly where the offer recurs. */
  readonly recurrenceCounter?: number
  /** The period that is the first; needed exactly where the offer leaves that to the payer. */
  readonly recurrenceStart?: number
  /** Payment hash of an invoice that the new one shall replace. */
  readonly replaceInvoice?: Uint8Array
  /** `true` signs with zero aux: reproducible, for vectors and tests only. */
  readonly deterministicSignature?: boolean
}

/** A request of 2021 and what its payer keeps. */
export interface CreatedLegacyInvoiceRequest {
  readonly request: LegacyInvoiceRequestMessage
  /** The secret of `payer_key`, 32 bytes. */
  readonly payerKey: Uint8Array
  readonly payerInfo: Uint8Array
}

/**
 * An invoice_request of 2021 for an offer of that form, signed. Whether the offer itself may be answered is
 * `checkLegacyOffer`'s question.
 * @throws LnoError `LEGACY_OPTIONS`, or the code of the rule that the options break (`LEGACY_INVREQ_AMOUNT_MISSING`, …): no
 *   request is made that its issuer would have to refuse
 */
export function createLegacyInvoiceRequest(
  offer: LegacyOfferMessage,
  options: LegacyInvoiceRequestOptions,
): CreatedLegacyInvoiceRequest {
  const { random, dialect = LEGACY, baseKey, payerInfo = random(PAYER_INFO_LENGTH) } = options
  if (options.payerKey !== undefined && baseKey !== undefined) refuse('give payerKey or baseKey, not both', 'payer_key')
  const payerKey =
    options.payerKey ?? (baseKey === undefined ? randomSecret(random) : legacyPayerKey(baseKey, payerInfo))
  const chain = options.chain ?? chainsOf(offer.fields.chains)[0]
  if (chain === undefined) refuse('the offer is for no chain', 'chain')
  const fields: LegacyInvoiceRequest = {
    ...chainFields(chain, dialect.writesChain),
    offer_id: legacyOfferId(offer.records),
    amount: options.amountMsat,
    features: options.features,
    quantity: options.quantity,
    recurrence_counter: options.recurrenceCounter,
    payer_key: xOnly(publicKey(payerKey)),
    payer_note: options.payerNote,
    payer_info: payerInfo,
    replace_invoice: options.replaceInvoice,
    recurrence_start: options.recurrenceStart,
  }
  const aux = options.deterministicSignature ? DETERMINISTIC_AUX : random(32)
  const bytes = signedBytes(LEGACY_INVOICE_REQUEST, fields, (records) =>
    signLegacy(['invoice_request', dialect.requestTag], records, payerKey, aux),
  )
  const request = decodeLegacyInvoiceRequest(bytes, { verifySignature: false })
  // Whether the offer has expired is a question of when, and asked by whoever knows that.
  refuseBy(judgeMatch(LEGACY_REQUEST_MATCH_RULES, request, { offer, now: 0n }, LEGACY_INVOICE_REQUEST))
  return { request, payerKey, payerInfo }
}
