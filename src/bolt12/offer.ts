import { blindedPath } from '../blinding/blinded-path.js'
import { array, bytes, chainHash, featureBits, point, tu64, utf8 } from '../wire/codec.js'
import { field, type Partially, type TlvStream } from '../wire/tlv.js'

/** `offer`, text prefix `lno`, unsigned (BOLT 12, "Offers"). */
export const OFFER = {
  /** Chains that an invoice may be for, 32-byte genesis hashes as on the wire; without it: bitcoin alone. */
  offer_chains: /* @__PURE__ */ field(2n, /* @__PURE__ */ array(chainHash)),
  /** The issuer's own bytes, opaque to everybody else. */
  offer_metadata: /* @__PURE__ */ field(4n, /* @__PURE__ */ bytes()),
  /** ISO 4217 code of the currency of `offer_amount`; without it: millisatoshi. */
  offer_currency: /* @__PURE__ */ field(6n, utf8),
  /** Least amount for one item: msat, or the minor unit (cents) of `offer_currency`. */
  offer_amount: /* @__PURE__ */ field(8n, tu64),
  /**
   * What is sold; mandatory with an amount. No text of BOLT 12 has a limit but that of its message, and characters that
   * control a terminal stay in it: they are signed and hashed, so they are escaped where they are shown, not here.
   */
  offer_description: /* @__PURE__ */ field(10n, utf8),
  /** Feature bits, big-endian. */
  offer_features: /* @__PURE__ */ field(12n, featureBits),
  /** Seconds since 1970 after which the offer must not be answered. */
  offer_absolute_expiry: /* @__PURE__ */ field(14n, tu64),
  /** Blinded paths to the issuer; requests go over one of them. */
  offer_paths: /* @__PURE__ */ field(16n, /* @__PURE__ */ array(blindedPath)),
  /** Who sells, for people: `user@domain` or `domain` first. */
  offer_issuer: /* @__PURE__ */ field(18n, utf8),
  /** Most items in one invoice; 0 for any number; without it: one item, and no quantity is asked for. */
  offer_quantity_max: /* @__PURE__ */ field(20n, tu64),
  /** The key that signs invoices, 33 bytes; needed where there are no paths. */
  offer_issuer_id: /* @__PURE__ */ field(22n, point),
}

/** The fields of an offer. */
export interface Offer extends Partially<typeof OFFER> {}

/** An offer as it was received or made: fields, records with unknown ones, the original bytes. */
export interface OfferMessage extends TlvStream<Offer> {
  readonly kind: 'offer'
}
