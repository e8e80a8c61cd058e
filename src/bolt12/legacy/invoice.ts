import { array, bip340sig, bytes, featureBits, hash256, tu32, tu64, utf8 } from '../../wire/codec.js'
import { field, type Partially, type TlvStream } from '../../wire/tlv.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import { chainRows } from './invoice-request.js'
import { capacities, cltvOf, fallbacksOf, flag, legacyPayinfo, pathsOf, point32 } from './subtypes.js'

/** An invoice as a dialect reads and writes it. */
export const legacyInvoiceTable = (dialect: LegacyDialect) => ({
  ...chainRows(dialect),
  /** The merkle root of the offer that was answered. */
  offer_id: field(4n, hash256),
  /** msat */
  amount: field(8n, tu64),
  /** What is sold. */
  description: field(10n, utf8),
  /** Feature bits of the payment, big-endian. */
  features: field(12n, featureBits),
  /** Blinded paths to the recipient of the payment. */
  paths: field(16n, pathsOf(dialect)),
  /** What the paths cost. */
  blindedpay: field(18n, array(legacyPayinfo)),
  /** msat, one a path. */
  blinded_capacities: field(19n, capacities),
  /** Who sells; c-lightning v0.10.1 calls it `vendor`. */
  issuer: field(20n, utf8),
  /** Who is paid, 32 bytes: an ordinary payment to this node, not a blinded one. */
  node_id: field(30n, point32),
  /** Number of items. */
  quantity: field(32n, tu64),
  /** Payment hash of the invoice that is paid back. */
  refund_for: field(34n, hash256),
  recurrence_counter: field(36n, tu32),
  /** The key that asked, 32 bytes. */
  payer_key: field(38n, point32),
  /** What the payer wrote. */
  payer_note: field(39n, utf8),
  /** Seconds since 1970; c-lightning v0.10.0 called it `timestamp`. */
  created_at: field(40n, tu64),
  /** SHA-256 of the preimage that a payment reveals. */
  payment_hash: field(42n, hash256),
  /** Seconds after `created_at` at which it expires; without it: 7200. */
  relative_expiry: field(44n, tu32),
  /** Blocks that the last hop needs. */
  cltv: field(46n, cltvOf(dialect)),
  /** Addresses on the chain, best first. */
  fallbacks: field(48n, fallbacksOf(dialect)),
  /** The payer's own bytes, as in the request. */
  payer_info: field(50n, bytes()),
  /** BIP-340 by the `payer_key` of the invoice that is paid back. */
  refund_signature: field(52n, bip340sig),
  /** The invoice answers an offer to send money. */
  send_invoice: field(54n, flag),
  replace_invoice: field(56n, hash256),
  /** Seconds since 1970 at which period 0 begins. */
  recurrence_basetime: field(64n, tu64),
  recurrence_start: field(68n, tu32),
  /** BIP-340, by `node_id`. */
  signature: field(240n, bip340sig),
})

/** `invoice`, text prefix `lni`, in the form of c-lightning v0.10.1 to v0.12.1. */
export const LEGACY_INVOICE: ReturnType<typeof legacyInvoiceTable> = /* @__PURE__ */ legacyInvoiceTable(LEGACY)

/** The fields of an invoice of 2021. */
export interface LegacyInvoice extends Partially<ReturnType<typeof legacyInvoiceTable>> {}

/** What rules and decoders see. */
export interface LegacyInvoiceStream extends TlvStream<LegacyInvoice> {
  readonly kind: 'invoice'
}

/** An invoice of 2021 as it was received or made. */
export interface LegacyInvoiceMessage extends LegacyInvoiceStream {
  readonly form: '2021'
}
