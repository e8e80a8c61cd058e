import { equalBytes } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import type { BlindedPath } from '../blinding/blinded-path.js'
import { publicKey } from '../crypto/group.js'
import { encodeRecords, joinRecords, type TlvRecord } from '../wire/tlv.js'
import { chainName } from './chains.js'
import type { Bolt12Code } from './codes.js'
import { decodeStream } from './decode.js'
import { DEFAULT_RELATIVE_EXPIRY, INVOICE_FIELDS, type Invoice, type InvoiceMessage } from './invoice.js'
import { type InvoiceRequestMessage, SIGNATURE } from './invoice-request.js'
import { INVOICE_LAYOUT } from './layout.js'
import { INVOICE_RANGES, inRanges, isSignatureType, MIRRORED_RANGES } from './ranges.js'
import { requestChain } from './rules/invoice-request.js'
import { isWitnessProgram } from './segwit-address.js'
import { signRecords } from './signature.js'
import type { BlindedPayinfo, FallbackAddress } from './subtypes.js'

/** A path to be paid over, and what it costs. */
export interface InvoicePath {
  readonly path: BlindedPath
  readonly payinfo: BlindedPayinfo
}

/** What the issuer adds to a request. */
export interface InvoiceOptions {
  /** Unix seconds. */
  readonly createdAt: bigint
  /** SHA-256 of a preimage that only the recipient of the payment knows, 32 bytes (rule IW3). */
  readonly paymentHash: Uint8Array
  /** At least one, best first (rule IW9). */
  readonly paths: readonly InvoicePath[]
  /** msat: what the offer asks for, after conversion and times the quantity. Needed where the request has no amount. */
  readonly expectedMsat?: bigint
  /** Seconds; default 7200. */
  readonly relativeExpiry?: number
  /** Feature bits, big-endian: 16 when a payment must come in several parts, 17 when it may (rule IW6). */
  readonly features?: Uint8Array
  /** On-chain addresses, most preferred first. */
  readonly fallbacks?: readonly FallbackAddress[]
  /**
   * The secret that signs, 32 bytes: of `offer_issuer_id`; or of an offer without one the blinded secret of the last hop
   * of the path that the request came over (rule IW4).
   */
  readonly signingKey: Uint8Array
  /** 32 random bytes, or `DETERMINISTIC_AUX`. */
  readonly aux: Uint8Array
  /** Experimental records of the range 3 000 000 000 to 3 999 999 999. */
  readonly extra?: readonly TlvRecord[]
}

function refuse(message: string, field: keyof Invoice, rule: string): never {
  throw new LnoError('INVOICE_OPTIONS' satisfies Bolt12Code, message, {
    path: [field],
    rule,
    spec: 'BOLT 12 Requirements For Invoices',
  })
}

/**
 * The invoice for a request, signed. Every field of the request but signatures is copied as received (rule IW2); nothing
 * is signed that was not rebuilt from it (pitfall 12). The request must have been judged before.
 * @throws LnoError `INVOICE_OPTIONS` naming field and rule, `BAD_SECRET`
 */
export function createInvoice(request: InvoiceRequestMessage, options: InvoiceOptions): InvoiceMessage {
  const { paths, relativeExpiry = DEFAULT_RELATIVE_EXPIRY, features, fallbacks, extra = [] } = options
  const amount = request.fields.invreq_amount ?? options.expectedMsat
  if (amount === undefined) refuse('neither the request nor the offer says how much', 'invoice_amount', 'IW2')
  if (amount === 0n) refuse('an invoice over nothing cannot be paid', 'invoice_amount', 'IW1')
  if (options.expectedMsat !== undefined && amount < options.expectedMsat) {
    refuse(`${amount} msat is below the ${options.expectedMsat} msat that the offer asks for`, 'invoice_amount', 'IW1')
  }
  if (paths.length === 0) refuse('an invoice needs a path to be paid over', 'invoice_paths', 'IW9')
  if (paths.some(({ path }) => path.path.length === 0)) refuse('a path without hops', 'invoice_paths', 'IW9')
  const nodeId = publicKey(options.signingKey)
  const issuer = request.fields.offer_issuer_id
  if (issuer !== undefined && !equalBytes(issuer, nodeId)) {
    refuse('the offer has an issuer id, and the key to sign with is another', 'invoice_node_id', 'IW4')
  }
  const ends = request.fields.offer_paths?.map(({ path }) => path.at(-1)?.blinded_node_id)
  if (issuer === undefined && ends && !ends.some((end) => end !== undefined && equalBytes(end, nodeId))) {
    refuse(
      'the offer has no issuer id, and the key to sign with is that of no end of its paths',
      'invoice_node_id',
      'IW4',
    )
  }
  // Chains without a name here may have other addresses than bitcoin's.
  if (chainName(requestChain(request.fields)) !== undefined) {
    const bad = fallbacks?.findIndex(({ version, address }) => !isWitnessProgram(version, address)) ?? -1
    if (bad >= 0) refuse(`fallback ${bad} is no witness version with its program`, 'invoice_fallbacks', 'IW8')
  }
  for (const { type } of extra) {
    if (inRanges(type, INVOICE_RANGES) && !inRanges(type, MIRRORED_RANGES) && !isSignatureType(type)) continue
    throw new LnoError('INVOICE_OPTIONS' satisfies Bolt12Code, `type ${type} is not free for an invoice to add`, {
      tlvType: type,
      rule: 'T8',
    })
  }
  const mirrored = request.records.filter(({ type }) => !isSignatureType(type))
  const records = encodeRecords(
    INVOICE_FIELDS,
    {
      invoice_paths: paths.map(({ path }) => path),
      invoice_blindedpay: paths.map(({ payinfo }) => payinfo),
      invoice_created_at: options.createdAt,
      ...(relativeExpiry !== DEFAULT_RELATIVE_EXPIRY && { invoice_relative_expiry: relativeExpiry }), // rule IW7
      invoice_payment_hash: options.paymentHash,
      invoice_amount: amount,
      ...(fallbacks !== undefined && fallbacks.length > 0 && { invoice_fallbacks: fallbacks }),
      ...(features !== undefined && features.length > 0 && { invoice_features: features }),
      invoice_node_id: nodeId,
    },
    [...mirrored, ...extra],
  )
  const signature = signRecords(['invoice', 'signature'], records, options.signingKey, options.aux)
  const bytes = joinRecords(encodeRecords(SIGNATURE, { signature }, records))
  return decodeStream(INVOICE_LAYOUT, bytes, { verifySignature: false })
}
