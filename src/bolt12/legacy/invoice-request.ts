import { array, bip340sig, bytes, chainHash, featureBits, hash256, tu32, tu64, utf8 } from '../../wire/codec.js'
import { type Field, field, type Partially, type TlvStream } from '../../wire/tlv.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import { point32 } from './subtypes.js'

/** How a request or an invoice names its chain; the rows that a dialect does not read are not there. */
interface ChainRows {
  /** As in offers, with one chain: c-lightning up to v0.10.2. */
  readonly chains: Field<readonly Uint8Array[], false>
  /** Chain to pay on, 32-byte genesis hash; without it: bitcoin. c-lightning from v0.10.2 on. */
  readonly chain: Field<Uint8Array, false>
}

export function chainRows({ readsChains, readsChain }: LegacyDialect): ChainRows {
  return {
    ...(readsChains && { chains: field(2n, array(chainHash)) }),
    ...(readsChain && { chain: field(3n, chainHash) }),
  } as ChainRows // Which rows stand there is the dialect's matter; what they hold where they do is not.
}

/** An invoice_request as a dialect reads and writes it. */
export const legacyInvoiceRequestTable = (dialect: LegacyDialect) => ({
  ...chainRows(dialect),
  /** The merkle root of the offer that is answered. */
  offer_id: field(4n, hash256),
  /** msat */
  amount: field(8n, tu64),
  /** Feature bits of the payment, big-endian. */
  features: field(12n, featureBits),
  /** Number of items. */
  quantity: field(32n, tu64),
  /** Which period is to be paid, from 0 for the first that is. */
  recurrence_counter: field(36n, tu32),
  /** The payer's key, 32 bytes, which signs the request. */
  payer_key: field(38n, point32),
  /** A message to the issuer. */
  payer_note: field(39n, utf8),
  /** The payer's own bytes, from which it derives `payer_key` again. */
  payer_info: field(50n, bytes()),
  /** Payment hash of an invoice that the new one shall replace. */
  replace_invoice: field(56n, hash256),
  /** Number of the period that is the first to be paid. */
  recurrence_start: field(68n, tu32),
  /** BIP-340, by `payer_key`; its name in the signed tag differs between releases. */
  signature: field(240n, bip340sig),
})

/** `invoice_request`, text prefix `lnr`, in the form of c-lightning v0.10.1 to v0.12.1. */
export const LEGACY_INVOICE_REQUEST: ReturnType<typeof legacyInvoiceRequestTable> =
  /* @__PURE__ */ legacyInvoiceRequestTable(LEGACY)

/** The fields of an invoice_request of 2021. */
export interface LegacyInvoiceRequest extends Partially<ReturnType<typeof legacyInvoiceRequestTable>> {}

/** What rules and decoders see. */
export interface LegacyInvoiceRequestStream extends TlvStream<LegacyInvoiceRequest> {
  readonly kind: 'invoice_request'
}

/** An invoice_request of 2021 as it was received or made. */
export interface LegacyInvoiceRequestMessage extends LegacyInvoiceRequestStream {
  readonly form: '2021'
}
