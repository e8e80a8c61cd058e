import fc from 'fast-check'
import { equalBytes } from '../../src/base/bytes.js'
import { isLnoError } from '../../src/base/error.js'
import { type BlindedPath, blindedPath } from '../../src/blinding/blinded-path.js'
import { expectedAmount } from '../../src/bolt12/amount.js'
import { decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../src/bolt12/decode.js'
import { INVOICE, INVOICE_FIELDS, type Invoice } from '../../src/bolt12/invoice.js'
import {
  INVOICE_REQUEST,
  INVREQ_FIELDS,
  type InvoiceRequest,
  isStandalone,
  SIGNATURE,
} from '../../src/bolt12/invoice-request.js'
import { OFFER, type Offer } from '../../src/bolt12/offer.js'
import {
  INVOICE_RANGES,
  INVREQ_RANGES,
  inRanges,
  isSignatureType,
  OFFER_RANGES,
  type TypeRange,
} from '../../src/bolt12/ranges.js'
import { signRecords } from '../../src/bolt12/signature.js'
import { bip353Name, fallbackAddress } from '../../src/bolt12/subtypes.js'
import { sha256 } from '../../src/crypto/hash.js'
import { MAX_MSAT } from '../../src/wire/amount.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { chainHash, featureBits, tu64 as tu64Codec } from '../../src/wire/codec.js'
import { encodeRecords, joinRecords, type Table, type TlvRecord } from '../../src/wire/tlv.js'
import { arbitraryFields, arbitraryOf, arbitraryUnknown, type Own } from '../../test/support/arbitrary.js'
import { node } from '../../test/support/keys.js'
import type { Kind } from './oracle.js'

/** A valid message of ours, in parts, so that a mutation can be signed anew. */
export interface Made {
  readonly kind: Kind
  readonly records: readonly TlvRecord[]
  /** Whose signature it bears, if any. */
  readonly signer?: Uint8Array
}

/** Those whose points the generators draw. */
export const NODES = Array.from({ length: 8 }, (_, i) => node(i + 1))

export function secretOf(point: Uint8Array): Uint8Array {
  const found = NODES.find(({ id }) => equalBytes(id, point))
  if (found === undefined) throw new Error('a point of which nobody knows the secret')
  return found.secret
}

/** Mostly what a signed 64-bit number holds: lightning-kmp reads no others, and each such message would say only that. */
const tu64: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 40, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 63n, max: 2n ** 64n - 1n }) },
)

/** Mostly without bits of which somebody demands something, and few with both bits of a pair. */
const features: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.uint8Array({ maxLength: 8 }), fc.nat(39))
  .map(([bits, any]) => (any === 0 ? bits : bits.map((byte) => byte & 0xaa)))
  .filter((bits) => bits[0] !== 0)

/** Paths that lead somewhere: others are no valid part of a message. */
const path: fc.Arbitrary<BlindedPath> = arbitraryOf(blindedPath).filter(({ path }) => path.length > 0)

/** Witness versions and programs on both sides of what is an address. */
const fallback = fc
  .record({
    version: fc.constantFrom(0, 0, 1, 1, 2, 16, 17, 255),
    length: fc.constantFrom(0, 1, 2, 20, 32, 33, 40, 41),
    seed: fc.nat(255),
  })
  .map(({ version, length, seed }) => ({ version, address: new Uint8Array(length).fill(seed) }))

/** Values that chance would hardly ever make. */
const OWN: Own = {
  [fallbackAddress.name]: fallback,
  [tu64Codec.name]: tu64,
  [featureBits.name]: features,
  [blindedPath.name]: path,
  [chainHash.name]: fc.constantFrom(
    chainHashOf('bitcoin'),
    chainHashOf('testnet'),
    chainHashOf('regtest'),
    new Uint8Array(32).fill(7),
  ),
  [bip353Name.name]: fc.record({
    name: fc.stringMatching(/^[0-9A-Za-z._-]{1,20}$/),
    domain: fc.stringMatching(/^[0-9A-Za-z_-]{1,10}\.[a-z]{2,5}$/),
  }),
}

/** Signatures of our own making need no verification here: it would cost more than all the rest. */
export const UNVERIFIED = { verifySignature: false } as const

const isValid = (of: () => unknown): boolean => {
  try {
    of()
    return true
  } catch (error) {
    if (!isLnoError(error)) throw error
    return false
  }
}

/** Unknown odd records of types that this message may hold beyond those of `inner`. */
const unknownIn = (table: Table, ranges: readonly TypeRange[], inner: readonly TypeRange[]) =>
  arbitraryUnknown(table).map((all) =>
    all.filter(({ type }) => inRanges(type, ranges) && !inRanges(type, inner) && !isSignatureType(type)),
  )

const amounts = fc.oneof(
  fc.constantFrom(1n, 255n, 256n, 65_535n, 65_536n, MAX_MSAT),
  fc.bigInt({ min: 1n, max: MAX_MSAT }),
)
const soon = fc.bigInt({ min: 4_000_000_000n, max: 2n ** 63n - 1n })

type OfferParts = { readonly fields: Offer; readonly unknown: readonly TlvRecord[] }

const offerParts: fc.Arbitrary<OfferParts> = fc
  .record({
    fields: arbitraryFields(OFFER, OWN),
    unknown: unknownIn(OFFER, OFFER_RANGES, []),
    amount: amounts,
    // Few: LDK reads no request for an offer in a currency.
    currency: fc.constantFrom('EUR', 'JPY', 'XAU'),
    rare: fc.nat(9),
    expiry: soon,
  })
  .map(({ fields, unknown, amount, currency, rare, expiry }) => {
    const { offer_amount, offer_currency: _, offer_absolute_expiry, offer_description = '', ...rest } = fields
    const priced = offer_amount !== undefined
    return {
      fields: {
        ...rest,
        offer_description,
        ...(priced && { offer_amount: amount }),
        ...(priced && rare === 0 && { offer_currency: currency }),
        ...(offer_absolute_expiry !== undefined && { offer_absolute_expiry: expiry }),
      },
      unknown,
    }
  })
  .filter(({ fields }) => fields.offer_chains?.length !== 0)

const offers: fc.Arbitrary<Made> = offerParts
  .map(({ fields, unknown }): Made => ({ kind: 'offer', records: encodeRecords(OFFER, fields, unknown) }))
  .filter(({ records }) => isValid(() => decodeOffer(joinRecords(records))))

const SIGNED_AS = { invoice_request: 'invoice_request', invoice: 'invoice' } as const

/** The records with the signature of `signer`, where there is one. */
export function signed({ kind, records, signer }: Made): readonly TlvRecord[] {
  const bare = records.filter(({ type }) => !isSignatureType(type))
  if (signer === undefined || !(kind in SIGNED_AS) || bare.length === 0) return records
  const of = [SIGNED_AS[kind as keyof typeof SIGNED_AS], 'signature'] as const
  const signature = signRecords(of, bare, signer, sha256(joinRecords(bare)))
  return encodeRecords(SIGNATURE, { signature }, bare)
}

const isAlone = ({ offer_issuer_id, offer_paths }: Offer) => offer_issuer_id === undefined && offer_paths === undefined

/** What a payer adds that fits the offer. */
function requestFields(offer: Offer, added: Partial<InvoiceRequest>, pick: bigint): Partial<InvoiceRequest> {
  const { invreq_chain, invreq_amount, invreq_quantity, invreq_metadata, invreq_paths, ...rest } = added
  const each = offer.offer_currency === undefined ? (offer.offer_amount ?? 0n) : 0n
  // No request can be for more than there is.
  const affordable = each === 0n ? 1000n : MAX_MSAT / each
  const most = offer.offer_quantity_max === 0n ? affordable : offer.offer_quantity_max
  const quantity = most === undefined ? undefined : (pick % (most < affordable ? most : affordable)) + 1n
  const chain = offer.offer_chains?.[Number(pick % BigInt(offer.offer_chains.length))]
  const isBitcoin = chain === undefined || equalBytes(chain, chainHashOf('bitcoin'))
  const tipped = each * (quantity ?? 1n) + (pick % 1_000_000n) + 1n
  const mustSay = offer.offer_amount === undefined || invreq_amount !== undefined
  return {
    ...rest,
    invreq_metadata:
      invreq_metadata === undefined || invreq_metadata.length === 0 ? new Uint8Array(16) : invreq_metadata,
    ...(!isBitcoin && { invreq_chain: chain }),
    ...(mustSay && { invreq_amount: tipped < MAX_MSAT ? tipped : MAX_MSAT }),
    ...(quantity !== undefined && { invreq_quantity: quantity }),
    // Paths of the payer are for requests that answer no offer; elsewhere rarely.
    ...((isAlone(offer) || pick % 20n === 0n) && invreq_paths?.length && { invreq_paths }),
  }
}

const payers = fc.constantFrom(...NODES)
const u32 = fc.integer({ min: 0, max: 0xffff_ffff }).map(BigInt)

const requests: fc.Arbitrary<Made> = fc
  .record({
    offer: offers,
    added: arbitraryFields(INVREQ_FIELDS, OWN),
    unknown: unknownIn(INVOICE_REQUEST, INVREQ_RANGES, OFFER_RANGES),
    payer: payers,
    pick: u32,
  })
  .map(({ offer, added, unknown, payer, pick }): Made => {
    const { fields } = decodeOffer(joinRecords(offer.records))
    const own = { ...requestFields(fields, added, pick), invreq_payer_id: payer.id }
    const records = encodeRecords(INVREQ_FIELDS, own as typeof added, [...offer.records, ...unknown])
    return {
      kind: 'invoice_request',
      records: signed({ kind: 'invoice_request', records, signer: payer.secret }),
      signer: payer.secret,
    }
  })
  .filter(({ records }) => isValid(() => decodeInvoiceRequest(joinRecords(records), UNVERIFIED)))

const refunds: fc.Arbitrary<Made> = fc
  .record({
    offer: arbitraryFields(OFFER, OWN),
    added: arbitraryFields(INVREQ_FIELDS, OWN),
    unknown: unknownIn(INVOICE_REQUEST, INVREQ_RANGES, []),
    payer: payers,
    amount: amounts,
    expiry: soon,
    pick: u32,
  })
  .map(({ offer, added, unknown, payer, amount, expiry, pick }): Made => {
    const { offer_description = '', offer_issuer, offer_absolute_expiry } = offer
    const { invreq_bip_353_name: _, ...rest } = requestFields({}, added, pick)
    const fields = {
      ...rest,
      offer_description,
      ...(offer_issuer !== undefined && { offer_issuer }),
      ...(offer_absolute_expiry !== undefined && { offer_absolute_expiry: expiry }),
      ...(added.invreq_chain && { invreq_chain: added.invreq_chain }),
      ...(added.invreq_quantity !== undefined && { invreq_quantity: added.invreq_quantity }),
      invreq_amount: amount,
      invreq_payer_id: payer.id,
    }
    const records = encodeRecords(INVOICE_REQUEST, fields as never, unknown)
    // Few are signed: BOLT 12 forbids it, and CLN does.
    return pick % 20n === 1n
      ? { kind: 'refund', records: signed({ kind: 'invoice_request', records, signer: payer.secret }) }
      : { kind: 'refund', records }
  })
  .filter(({ records }) => isValid(() => decodeInvoiceRequest(joinRecords(records), UNVERIFIED)))

/** Invoices for offers, and every fifth for a refund. */
const invoices: fc.Arbitrary<Made> = fc
  .record({
    request: fc.oneof({ weight: 4, arbitrary: requests }, { weight: 1, arbitrary: refunds }),
    added: arbitraryFields(INVOICE_FIELDS, OWN).filter(
      ({ invoice_paths, invoice_blindedpay }) =>
        (invoice_paths?.length ?? 0) > 0 && (invoice_blindedpay?.length ?? 0) > 0,
    ),
    unknown: unknownIn(INVOICE, INVOICE_RANGES, INVREQ_RANGES),
    issuer: payers,
    amount: amounts,
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  })
  .map(({ request, added, unknown, issuer, amount, hash }): Made => {
    const { fields } = decodeInvoiceRequest(joinRecords(request.records), UNVERIFIED)
    const ends = fields.offer_paths?.map(({ path }) => path[path.length - 1]!.blinded_node_id)
    const key = isStandalone({ fields } as never) ? issuer.id : (fields.offer_issuer_id ?? ends![0]!)
    const { invoice_paths: paths = [], invoice_blindedpay: payinfos = [] } = added
    const count = Math.min(paths.length, payinfos.length)
    const own: Invoice = {
      ...added,
      invoice_paths: paths.slice(0, count),
      invoice_blindedpay: payinfos.slice(0, count),
      invoice_created_at: added.invoice_created_at ?? 1_700_000_000n,
      invoice_payment_hash: hash,
      invoice_amount: fields.invreq_amount ?? expectedAmount(fields, fields.invreq_quantity, () => 1000n) ?? amount,
      invoice_node_id: key,
    }
    const bare = request.records.filter(({ type }) => !isSignatureType(type))
    const records = encodeRecords(INVOICE_FIELDS, own, [...bare, ...unknown])
    const signer = secretOf(key)
    return { kind: 'invoice', records: signed({ kind: 'invoice', records, signer }), signer }
  })
  .filter(({ records }) => isValid(() => decodeInvoice(joinRecords(records), UNVERIFIED)))

/** Valid messages of each kind, from the tables that declare them. */
export const MESSAGES: Readonly<Record<Kind, fc.Arbitrary<Made>>> = {
  offer: offers,
  invoice_request: requests,
  invoice: invoices,
  refund: refunds,
}
