import { equalBytes } from '../base/bytes.js'
import type { Random } from '../base/effects.js'
import { LnoError } from '../base/error.js'
import type { BlindedPath } from '../blinding/blinded-path.js'
import { publicKey, randomSecret } from '../crypto/group.js'
import { encodeRecords, joinRecords, type Partially, type TlvRecord } from '../wire/tlv.js'
import { chainHashOf } from './chains.js'
import type { Bolt12Code } from './codes.js'
import { decodeStream } from './decode.js'
import {
  INVOICE_REQUEST,
  INVREQ_FIELDS,
  type InvoiceRequest,
  type InvoiceRequestMessage,
  SIGNATURE,
} from './invoice-request.js'
import { INVOICE_REQUEST_LAYOUT } from './layout.js'
import { OFFER, type OfferMessage } from './offer.js'
import { INVREQ_RANGES, inRanges, isSignatureType, OFFER_RANGES, recordsIn } from './ranges.js'
import { errorOf, judge } from './rules/rule.js'
import { DETERMINISTIC_AUX, signRecords } from './signature.js'
import type { Bip353Name } from './subtypes.js'

/** Bytes of `invreq_metadata` made here: unguessable, so that omitted fields of a proof cannot be searched for (pitfall 11). */
const METADATA_LENGTH = 16

/** What the payer adds to an offer. */
export interface InvoiceRequestOptions {
  /** 32 bytes at a time, unpredictable. */
  readonly random: Random
  /** msat for the whole request; needed where the offer has no amount, otherwise at least its price. */
  readonly amountMsat?: bigint
  /** Number of items; needed exactly where the offer has a maximum. */
  readonly quantity?: bigint
  readonly payerNote?: string
  /** Chain to pay on, 32 bytes; left out of the request when it is bitcoin. Default: the first chain of the offer. */
  readonly chain?: Uint8Array
  /** Feature bits, big-endian. */
  readonly features?: Uint8Array
  /** Under which the offer was found (rule RW13). */
  readonly bip353Name?: Bip353Name
  /** The payer's secret, 32 bytes. Default: a fresh one, which unlinks this request from all others (rule RW5). */
  readonly payerKey?: Uint8Array
  /** Default: 16 random bytes (rule RW10). */
  readonly metadata?: Uint8Array
  /** Experimental records of the range 2 000 000 000 to 2 999 999 999. */
  readonly extra?: readonly TlvRecord[]
  /** `true` signs with zero aux: reproducible, for vectors and tests only (rule A2.7). */
  readonly deterministicSignature?: boolean
}

/** A request and the secret without which its invoice cannot be proven to have been ours. */
export interface CreatedInvoiceRequest {
  readonly request: InvoiceRequestMessage
  /** 32 bytes; keep them before the request is sent. */
  readonly payerKey: Uint8Array
}

const BITCOIN = () => chainHashOf('bitcoin')

function refuse(message: string, field: keyof InvoiceRequest, rule: string): never {
  throw new LnoError('INVREQ_OPTIONS' satisfies Bolt12Code, message, {
    path: [field],
    rule,
    spec: 'BOLT 12 Requirements For Invoice Requests',
  })
}

/**
 * An invoice_request for an offer, signed. Every field of the offer is copied as received, unknown ones too (rule RW1).
 * Whether the offer itself may be answered is `checkOffer`'s question.
 * @throws LnoError `INVREQ_OPTIONS` or the code of the rule that the options break (`INVREQ_AMOUNT_MISSING`,
 *   `INVREQ_QUANTITY_ABOVE_MAX`, …): no request is made that its issuer would have to refuse
 */
export function createInvoiceRequest(offer: OfferMessage, options: InvoiceRequestOptions): CreatedInvoiceRequest {
  const { random, payerKey = randomSecret(random), metadata = random(METADATA_LENGTH) } = options
  const chain = options.chain ?? offer.fields.offer_chains?.[0] ?? BITCOIN()
  const own: Partially<typeof INVREQ_FIELDS> = {
    invreq_metadata: metadata,
    invreq_payer_id: publicKey(payerKey),
    ...(!equalBytes(chain, BITCOIN()) && { invreq_chain: chain }), // rule RW2
    ...(options.amountMsat !== undefined && { invreq_amount: options.amountMsat }),
    ...(options.quantity !== undefined && { invreq_quantity: options.quantity }),
    ...(options.payerNote !== undefined && { invreq_payer_note: options.payerNote }),
    ...(options.features !== undefined && { invreq_features: options.features }),
    ...(options.bip353Name !== undefined && { invreq_bip_353_name: options.bip353Name }),
  }
  if (metadata.length === 0) refuse('invreq_metadata must be unpredictable, not empty', 'invreq_metadata', 'RW10')
  const records = encodeRecords(INVREQ_FIELDS, own, [
    ...recordsIn(offer.records, OFFER_RANGES),
    ...extraRecords(options),
  ])
  const aux = options.deterministicSignature ? DETERMINISTIC_AUX : random(32)
  const signature = signRecords(['invoice_request', 'signature'], records, payerKey, aux)
  const bytes = joinRecords(encodeRecords(SIGNATURE, { signature }, records))
  const request = decodeStream(INVOICE_REQUEST_LAYOUT, bytes, { verifySignature: false })
  judgeReadable(request, chain)
  return { request, payerKey }
}

/** A request that answers no offer: it offers to send money, as a refund or an ATM does. */
export interface StandaloneRequestOptions {
  readonly random: Random
  /** What the money is for (rule RW7). */
  readonly description: string
  /** msat */
  readonly amountMsat: bigint
  /** Who sends, for people. */
  readonly issuer?: string
  /** Unix seconds after which no invoice is accepted. */
  readonly absoluteExpiry?: bigint
  /** Paths on which invoices are taken. Without: they are sent to the payer id directly (rule RR14). */
  readonly paths?: readonly BlindedPath[]
  /** Chain to pay on, 32 bytes; default bitcoin. */
  readonly chain?: Uint8Array
  readonly payerNote?: string
  /** The payer's secret: an identity here, so that whoever answers knows whom. Default: a fresh one. */
  readonly payerKey?: Uint8Array
  readonly metadata?: Uint8Array
}

/**
 * A stand-alone invoice_request. It is not signed (rule RW8) and has none of the fields that only an offer may set.
 * @throws LnoError `INVREQ_OPTIONS`, or the code of the rule that the options break
 */
export function createStandaloneRequest(options: StandaloneRequestOptions): CreatedInvoiceRequest {
  const { random, payerKey = randomSecret(random), metadata = random(METADATA_LENGTH), chain = BITCOIN() } = options
  if (options.description === '')
    refuse('a request that answers no offer must say what it is for', 'offer_description', 'RW7')
  if (options.amountMsat === 0n) refuse('a request to send nothing cannot be paid', 'invreq_amount', 'RW7')
  if (metadata.length === 0) refuse('invreq_metadata must be unpredictable, not empty', 'invreq_metadata', 'RW10')
  const records = encodeRecords(INVOICE_REQUEST, {
    invreq_metadata: metadata,
    offer_description: options.description,
    ...(options.absoluteExpiry !== undefined && { offer_absolute_expiry: options.absoluteExpiry }),
    ...(options.issuer !== undefined && { offer_issuer: options.issuer }),
    ...(!equalBytes(chain, BITCOIN()) && { invreq_chain: chain }),
    invreq_amount: options.amountMsat,
    invreq_payer_id: publicKey(payerKey),
    ...(options.payerNote !== undefined && { invreq_payer_note: options.payerNote }),
    ...(options.paths !== undefined && { invreq_paths: options.paths }),
  })
  return { request: decodeStream(INVOICE_REQUEST_LAYOUT, joinRecords(records)), payerKey }
}

function extraRecords({ extra = [] }: InvoiceRequestOptions): readonly TlvRecord[] {
  for (const { type } of extra) {
    const reserved = Object.values({ ...OFFER, ...INVREQ_FIELDS }).some((field) => field.type === type)
    const inside = inRanges(type, INVREQ_RANGES) && !inRanges(type, OFFER_RANGES) && !isSignatureType(type)
    if (inside && !reserved) continue
    throw new LnoError('INVREQ_OPTIONS' satisfies Bolt12Code, `type ${type} is not free for a request to add`, {
      tlvType: type,
      rule: 'RW9',
    })
  }
  return extra
}

/** The rules that an issuer would judge by the bytes: whoever breaks one learns it here, before anything is sent. */
function judgeReadable(request: InvoiceRequestMessage, chain: Uint8Array): void {
  const context = { now: 0n, chains: [chain], features: { invreq_features: allBits(request.fields.invreq_features) } }
  for (const rule of INVOICE_REQUEST_LAYOUT.rules) {
    if (rule.phase !== 'read') continue
    const issue = judge(rule, request, INVOICE_REQUEST_LAYOUT.table, context).issues[0]
    if (issue !== undefined) throw errorOf(issue)
  }
}

/** Which features are understood is the issuer's matter, not the writer's: all that are set count as known here. */
function allBits(bitmap: Uint8Array | undefined): readonly number[] {
  return bitmap === undefined ? [] : Array.from({ length: bitmap.length * 8 }, (_, bit) => bit)
}
