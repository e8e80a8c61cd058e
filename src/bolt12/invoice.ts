import { blindedPath } from '../blinding/blinded-path.js'
import { array, featureBits, hash256, point, tu32, tu64 } from '../wire/codec.js'
import { field, type Partially, type TlvStream } from '../wire/tlv.js'
import { INVREQ_FIELDS, SIGNATURE } from './invoice-request.js'
import { OFFER } from './offer.js'
import { blindedPayinfo, fallbackAddress } from './subtypes.js'

/** What an invoice adds to the request that it answers, its signature apart. */
export const INVOICE_FIELDS = {
  /** Blinded paths to the recipient of the payment, best first. */
  invoice_paths: /* @__PURE__ */ field(160n, /* @__PURE__ */ array(blindedPath)),
  /** One a path, in the same order. */
  invoice_blindedpay: /* @__PURE__ */ field(162n, /* @__PURE__ */ array(blindedPayinfo)),
  /** Seconds since 1970. */
  invoice_created_at: /* @__PURE__ */ field(164n, tu64),
  /** Seconds after `invoice_created_at` at which it expires; without it: 7200. */
  invoice_relative_expiry: /* @__PURE__ */ field(166n, tu32),
  /** SHA-256 of the preimage that a payment reveals. */
  invoice_payment_hash: /* @__PURE__ */ field(168n, hash256),
  /** msat */
  invoice_amount: /* @__PURE__ */ field(170n, tu64),
  /** Addresses on the chain, best first. */
  invoice_fallbacks: /* @__PURE__ */ field(172n, /* @__PURE__ */ array(fallbackAddress)),
  /** Feature bits, big-endian; 16/17: payment in several parts. */
  invoice_features: /* @__PURE__ */ field(174n, featureBits),
  /** The key that signs the invoice, 33 bytes. */
  invoice_node_id: /* @__PURE__ */ field(176n, point),
}

/** `invoice`, text prefix `lni` (BOLT 12, "Invoices"). */
export const INVOICE: typeof OFFER & typeof INVREQ_FIELDS & typeof INVOICE_FIELDS & typeof SIGNATURE =
  /* @__PURE__ */ Object.assign({}, OFFER, INVREQ_FIELDS, INVOICE_FIELDS, SIGNATURE)

/** The fields of an invoice; those of offer and request are copies. */
export interface Invoice extends Partially<typeof INVOICE> {}

/** An invoice as it was received or made. */
export interface InvoiceMessage extends TlvStream<Invoice> {
  readonly kind: 'invoice'
}

/** Seconds that an invoice without `invoice_relative_expiry` is valid for. */
export const DEFAULT_RELATIVE_EXPIRY = 7200
