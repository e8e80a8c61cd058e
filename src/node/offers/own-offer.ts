import { toHex } from '../../base/hex.js'
import { encodeOffer, type OfferOptions } from '../../bolt12/create-offer.js'
import { decodeOffer } from '../../bolt12/decode.js'
import type { LegacyOfferOptions } from '../../bolt12/legacy/create-offer.js'
import { decodeLegacyOffer } from '../../bolt12/legacy/decode.js'
import { isLegacyStream } from '../../bolt12/legacy/form.js'
import { legacyOfferId } from '../../bolt12/legacy/merkle.js'
import type { LegacyOfferMessage } from '../../bolt12/legacy/offer.js'
import { offerId } from '../../bolt12/merkle.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { encodeString } from '../../bolt12/string.js'
import type { TlvRecord } from '../../wire/tlv.js'
import type { NodeId } from '../messenger/routes.js'
import type { StoredOffer } from './record.js'

/** What is the issuer's own affair about an offer, whatever its form. */
interface Kept {
  /** The user's name for it. */
  readonly label?: string
  /** Answered for one request at a time, until its invoice is paid. */
  readonly singleUse?: boolean
}

/** What an offer of ours shall be. */
export interface NewOffer extends Kept, Omit<OfferOptions, 'paths' | 'issuerId' | 'chains' | 'metadata' | 'records'> {
  /** Relays of each path, introduction node first, ourselves left out; empty: a path that begins at ourselves. */
  readonly routes?: readonly (readonly NodeId[])[]
  /** Hops to ourselves behind each path, to hide how long it is. */
  readonly dummyHops?: number
  /**
   * With paths: also name a key as issuer, made for this offer alone; a single use always has one. Without paths the node's
   * own id stands there.
   */
  readonly issuerKey?: boolean
}

/** What an offer of ours in the form of 2021 shall be: it names this node, for that form has no paths that anyone follows. */
export interface NewLegacyOffer
  extends Kept,
    Pick<
      LegacyOfferOptions,
      'description' | 'amountMsat' | 'issuer' | 'quantityMin' | 'quantityMax' | 'absoluteExpiry'
    > {}

/** An offer of ours. */
export interface OwnOffer {
  readonly form: 'modern'
  /** Merkle root of its fields: 64 hex digits, as Core Lightning names offers. */
  readonly id: string
  readonly text: string
  readonly offer: OfferMessage
  readonly stored: StoredOffer
}

/** An offer of ours in the form of 2021. */
export interface OwnLegacyOffer {
  readonly form: '2021'
  /** Merkle root of its fields by the rule of that time: 64 hex digits, by which requests name it. */
  readonly id: string
  readonly text: string
  readonly offer: LegacyOfferMessage
  readonly stored: StoredOffer
}

/** An offer of ours in either form. */
export type AnyOwnOffer = OwnOffer | OwnLegacyOffer

export function ownOffer(offer: OfferMessage, stored: StoredOffer): OwnOffer {
  return { form: 'modern', id: offerIdOf(offer.records), text: encodeOffer(offer), offer, stored }
}

export function ownLegacyOffer(offer: LegacyOfferMessage, stored: StoredOffer): OwnLegacyOffer {
  const id = toHex(legacyOfferId(offer.records))
  return { form: '2021', id, text: encodeString('lno', offer.bytes), offer, stored }
}

/**
 * An offer as it was stored. Its bytes say in which form it is.
 * @throws LnoError for bytes that are no offer
 */
export function readOwnOffer(stored: StoredOffer): AnyOwnOffer {
  if (!isLegacyStream('offer', stored.offer)) return ownOffer(decodeOffer(stored.offer), stored)
  // It was made and signed here.
  return ownLegacyOffer(decodeLegacyOffer(stored.offer, { verifySignature: false }), stored)
}

/** The id of an offer, or of the offer that a request repeats. A request without any field of an offer has none: ''. */
export function offerIdOf(records: readonly TlvRecord[]): string {
  const id = offerId(records)
  return id === undefined ? '' : toHex(id)
}
