import { equalBytes } from '../base/bytes.js'
import { LnoError } from '../base/error.js'
import type { BlindedPath } from '../blinding/blinded-path.js'
import { encodeRecord, encodeTlv } from '../wire/tlv.js'
import { chainHashOf } from './chains.js'
import type { Bolt12Code } from './codes.js'
import { minorUnitDecimals } from './currency.js'
import { decodeOffer } from './decode.js'
import { OFFER, type Offer, type OfferMessage } from './offer.js'
import { type EncodeStringOptions, encodeString } from './string.js'

/** Who sells, where a domain vouches for it. */
export interface IssuerName {
  /** A domain that the issuer controls. */
  readonly domain: string
  /** In front of the domain: `user@domain`. */
  readonly user?: string
  /** Free text behind it. */
  readonly name?: string
}

/** What an offer is made of. Amounts are msat, times seconds since 1970. */
export interface OfferOptions {
  /** Least price of one item in msat. Without it and without `price` the payer chooses the amount. */
  readonly amountMsat?: bigint
  /** Least price of one item in another currency: ISO 4217 code and minor units (cents). */
  readonly price?: { readonly currency: string; readonly amount: bigint }
  /** What is paid for; mandatory with a price. */
  readonly description?: string
  readonly issuer?: string | IssuerName
  /** Public key (33 bytes) that will sign invoices; mandatory without paths, better left out with them. */
  readonly issuerId?: Uint8Array
  /** Blinded paths to the issuer. */
  readonly paths?: readonly BlindedPath[]
  /** The issuer has unannounced channels only: paths are mandatory and must begin at other nodes. */
  readonly privateOnly?: boolean
  /** Most items in one invoice, at least 1; `unlimited` for any number. Left out: a single item. */
  readonly quantityMax?: bigint | 'unlimited'
  /** After this second the offer must not be answered. */
  readonly absoluteExpiry?: bigint
  /** Chain hashes that invoices may be for; bitcoin alone unless given. */
  readonly chains?: readonly Uint8Array[]
  /** The issuer's own bytes. */
  readonly metadata?: Uint8Array
  /** Feature bits, big-endian. */
  readonly features?: Uint8Array
  /** Further records, of odd types that this table does not know. */
  readonly records?: readonly { readonly type: bigint; readonly value: Uint8Array }[]
}

function refuse(option: keyof OfferOptions, message: string, rule: string): never {
  throw new LnoError('OFFER_OPTIONS' satisfies Bolt12Code, message, {
    path: [option],
    rule,
    spec: 'BOLT 12 Requirements For Offers',
  })
}

/** rule OW2: bitcoin alone goes without saying. */
function chainsField(chains: readonly Uint8Array[] | undefined): readonly Uint8Array[] | undefined {
  if (chains === undefined) return undefined
  if (chains.length === 0) refuse('chains', 'an offer is for at least one chain', 'OW2')
  const distinct = chains.filter((chain, i) => chains.findIndex((other) => equalBytes(other, chain)) === i)
  return distinct.length === 1 && equalBytes(distinct[0]!, chainHashOf('bitcoin')) ? undefined : distinct
}

/** rules OW3-OW6 */
function priceFields(options: OfferOptions): Pick<Offer, 'offer_amount' | 'offer_currency' | 'offer_description'> {
  const { amountMsat, price, description } = options
  const text = description === undefined ? {} : { offer_description: description }
  if (price && amountMsat !== undefined) refuse('price', 'give amountMsat or price, not both', 'OW4')
  const amount = price?.amount ?? amountMsat
  if (amount === undefined) return text
  if (amount <= 0n) refuse(price ? 'price' : 'amountMsat', 'a price is above 0; without one the payer chooses', 'OW3')
  // A reader takes any text as a currency; a writer gives only what every reader can make something of.
  if (price && minorUnitDecimals(price.currency) === undefined) {
    refuse('price', 'the currency is not an ISO 4217 code (three capital letters)', 'OW4')
  }
  if (!description) refuse('description', 'an offer with a price says what is paid for', 'OW5')
  return { ...text, offer_amount: amount, ...(price && { offer_currency: price.currency }) }
}

/** rule OW12: `user@domain`, or `domain`, first, then a space. */
function issuerField(issuer: string | IssuerName | undefined): string | undefined {
  if (issuer === undefined || typeof issuer === 'string') return issuer
  const { domain, user, name } = issuer
  if (!/^[0-9A-Za-z._-]+$/.test(domain)) refuse('issuer', 'the domain has a character that no domain has', 'OW12')
  if (user !== undefined && !/^[0-9A-Za-z._+-]+$/.test(user)) {
    refuse('issuer', 'the user has a character that cannot stand in front of an @', 'OW12')
  }
  return `${user === undefined ? '' : `${user}@`}${domain}${name === undefined ? '' : ` ${name}`}`
}

/** rule OW13: a known maximum is never 0, which means that none is known. */
function quantityField(quantityMax: OfferOptions['quantityMax']): bigint | undefined {
  if (quantityMax === 'unlimited') return 0n
  if (quantityMax !== undefined && quantityMax < 1n) {
    refuse('quantityMax', "a maximum is at least 1; 'unlimited' stands for none", 'OW13')
  }
  return quantityMax
}

/** rules OW10, OW11 */
function reachField({ paths, privateOnly, issuerId }: OfferOptions): readonly BlindedPath[] | undefined {
  const some = paths !== undefined && paths.length > 0 ? paths : undefined
  if (privateOnly) {
    if (!some) refuse('paths', 'a node without public channels is reached by paths only', 'OW10')
    const own = (path: BlindedPath) =>
      issuerId !== undefined && 'node_id' in path.first_node_id && equalBytes(path.first_node_id.node_id, issuerId)
    if (some.some(own)) refuse('paths', 'a path of a node without public channels begins at another node', 'OW10')
  }
  if (!some && issuerId === undefined) refuse('issuerId', 'an offer without paths names its issuer id', 'OW11')
  return some
}

/**
 * Makes an offer as BOLT 12 wants one written (rules OW1-OW13). The same options give the same bytes.
 * @returns the message, and its string in lower case
 * @throws LnoError `OFFER_OPTIONS` with the rule and the option in `path`; what no reader would accept is refused with the
 *   reader's code (`OFFER_TYPE_OUT_OF_RANGE`, `AMOUNT_ABOVE_SUPPLY`, …)
 */
export function createOffer(options: OfferOptions): { readonly offer: OfferMessage; readonly text: string } {
  const { metadata, features, absoluteExpiry, issuerId } = options
  const fields: Offer = {
    ...priceFields(options),
    ...present('offer_chains', chainsField(options.chains)),
    ...present('offer_metadata', metadata),
    ...present('offer_features', features?.some((byte) => byte !== 0) ? features : undefined),
    ...present('offer_absolute_expiry', absoluteExpiry),
    ...present('offer_paths', reachField(options)),
    ...present('offer_issuer', issuerField(options.issuer)),
    ...present('offer_quantity_max', quantityField(options.quantityMax)),
    ...present('offer_issuer_id', issuerId),
  }
  const others = (options.records ?? []).map(({ type, value }) => encodeRecord(type, value))
  const offer = decodeOffer(encodeTlv(OFFER, fields, others)) // what we write, we must be able to read (rule OW1)
  return { offer, text: encodeOffer(offer) }
}

function present<K extends keyof Offer>(name: K, value: Offer[K] | undefined): Pick<Offer, K> | undefined {
  return value === undefined ? undefined : ({ [name]: value } as Pick<Offer, K>)
}

/** The string of an offer: its own bytes, never written anew. */
export function encodeOffer(offer: OfferMessage, options?: EncodeStringOptions): string {
  return encodeString('lno', offer.bytes, options)
}
