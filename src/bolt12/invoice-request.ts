import { blindedPath } from '../blinding/blinded-path.js'
import { array, bip340sig, bytes, chainHash, featureBits, point, tu64, utf8 } from '../wire/codec.js'
import { field, type Partially, type TlvStream } from '../wire/tlv.js'
import { OFFER } from './offer.js'
import { bip353Name } from './subtypes.js'

/** What an invoice_request adds to the offer that it answers, its signature apart. */
export const INVREQ_FIELDS = {
  /** The payer's unpredictable bytes. Numerically first, so that they salt every nonce of the merkle tree. */
  invreq_metadata: /* @__PURE__ */ field(0n, /* @__PURE__ */ bytes()),
  /** Chain to pay on, 32-byte genesis hash; without it: bitcoin. */
  invreq_chain: /* @__PURE__ */ field(80n, chainHash),
  /** msat */
  invreq_amount: /* @__PURE__ */ field(82n, tu64),
  /** Feature bits, big-endian. */
  invreq_features: /* @__PURE__ */ field(84n, featureBits),
  /** Number of items. */
  invreq_quantity: /* @__PURE__ */ field(86n, tu64),
  /** The payer's key, 33 bytes, which signs the request; a fresh one where an offer is answered. */
  invreq_payer_id: /* @__PURE__ */ field(88n, point),
  /**
   * A message to the issuer. BOLT 12 limits neither its length nor its characters, as with every text: it is kept as it was
   * signed, cut nowhere, and escaped where it is shown.
   */
  invreq_payer_note: /* @__PURE__ */ field(89n, utf8),
  /** Blinded paths to the payer, where the request stands alone. */
  invreq_paths: /* @__PURE__ */ field(90n, /* @__PURE__ */ array(blindedPath)),
  /** The name by which the offer was found. */
  invreq_bip_353_name: /* @__PURE__ */ field(91n, bip353Name),
}

/** The signature record of invoice_request and invoice. */
export const SIGNATURE = {
  /** BIP-340, 64 bytes, over the merkle root of all records outside 240-1000. */
  signature: /* @__PURE__ */ field(240n, bip340sig),
}

/** `invoice_request`, text prefix `lnr` (BOLT 12, "Invoice Requests"). */
export const INVOICE_REQUEST: typeof OFFER & typeof INVREQ_FIELDS & typeof SIGNATURE = /* @__PURE__ */ Object.assign(
  {},
  OFFER,
  INVREQ_FIELDS,
  SIGNATURE,
)

/** The fields of an invoice_request; those of its offer are copies. */
export interface InvoiceRequest extends Partially<typeof INVOICE_REQUEST> {}

/** An invoice_request as it was received or made. */
export interface InvoiceRequestMessage extends TlvStream<InvoiceRequest> {
  readonly kind: 'invoice_request'
}

/**
 * True for a request that answers no offer: an "offer to send money", such as a refund. An offer cannot do without an
 * issuer id or paths, such a request has neither (rules RW8, RR13).
 */
export function isStandalone({ fields }: TlvStream<InvoiceRequest>): boolean {
  return fields.offer_issuer_id === undefined && fields.offer_paths === undefined
}
