import { array, bip340sig, chainHash, featureBits, hash256, tu32, tu64, utf8 } from '../../wire/codec.js'
import { field, type Partially, type TlvStream } from '../../wire/tlv.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import { flag, pathsOf, paywindow, point32, recurrence, recurrenceBase } from './subtypes.js'

/** An offer as a dialect reads and writes it. */
export const legacyOfferTable = (dialect: LegacyDialect) => ({
  /** Chains that an invoice may be for, 32-byte genesis hashes; without it: bitcoin alone. */
  chains: field(2n, array(chainHash)),
  /** ISO 4217 code of the currency of `amount`; without it: millisatoshi. */
  currency: field(6n, utf8),
  /** Amount for one item: msat, or the minor unit of `currency`. Without it the payer chooses. */
  amount: field(8n, tu64),
  /** What is sold; mandatory. */
  description: field(10n, utf8),
  /** Feature bits, big-endian. */
  features: field(12n, featureBits),
  /** Seconds since 1970 after which the offer must not be answered. */
  absolute_expiry: field(14n, tu64),
  /** Blinded paths to the issuer. */
  paths: field(16n, pathsOf(dialect)),
  /** Who sells; c-lightning v0.10.1 calls it `vendor`. */
  issuer: field(20n, utf8),
  /** Fewest items in one invoice. With it or `quantity_max` a request says how many. */
  quantity_min: field(22n, tu64),
  /** Most items in one invoice. */
  quantity_max: field(24n, tu64),
  /** To be paid again every so often. */
  recurrence: field(26n, recurrence),
  recurrence_base: field(28n, recurrenceBase),
  /** The issuer's key, 32 bytes, which signs offer and invoices. */
  node_id: field(30n, point32),
  /** Payment hash of the invoice that this offer pays back. */
  refund_for: field(34n, hash256),
  /** The offer sends money: it is answered with an invoice. */
  send_invoice: field(54n, flag),
  recurrence_paywindow: field(64n, paywindow),
  /** Number of the last period. */
  recurrence_limit: field(66n, tu32),
  /** BIP-340, by `node_id`. */
  signature: field(240n, bip340sig),
})

/** `offer`, text prefix `lno`, in the form of c-lightning v0.10.1 to v0.12.1. */
export const LEGACY_OFFER: ReturnType<typeof legacyOfferTable> = /* @__PURE__ */ legacyOfferTable(LEGACY)

/** The fields of an offer of 2021. */
export interface LegacyOffer extends Partially<ReturnType<typeof legacyOfferTable>> {}

/** What rules and decoders see. */
export interface LegacyOfferStream extends TlvStream<LegacyOffer> {
  readonly kind: 'offer'
}

/** An offer of 2021 as it was received or made. */
export interface LegacyOfferMessage extends LegacyOfferStream {
  readonly form: '2021'
}
