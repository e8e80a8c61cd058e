import type { Table, TlvStream } from '../wire/tlv.js'
import type { Bolt12Code } from './codes.js'
import { INVOICE, type InvoiceMessage } from './invoice.js'
import { INVOICE_ERROR, type InvoiceErrorMessage } from './invoice-error.js'
import { INVOICE_REQUEST, type InvoiceRequestMessage } from './invoice-request.js'
import { OFFER, type OfferMessage } from './offer.js'
import { PAYER_PROOF, type PayerProofMessage } from './payer-proof.js'
import { INVOICE_RULES } from './rules/invoice.js'
import { INVOICE_ERROR_RULES } from './rules/invoice-error.js'
import { INVOICE_REQUEST_RULES } from './rules/invoice-request.js'
import { OFFER_RULES } from './rules/offer.js'
import { PAYER_PROOF_RULES } from './rules/payer-proof.js'
import type { Rule } from './rules/rule.js'
import type { Prefix } from './string.js'

/** Any message of BOLT 12; `kind` tells which. */
export type Bolt12Message =
  | OfferMessage
  | InvoiceRequestMessage
  | InvoiceMessage
  | InvoiceErrorMessage
  | PayerProofMessage

/** What a message is: `offer`, `invoice_request`, `invoice`, `invoice_error`, `payer_proof`. */
export type Kind = Bolt12Message['kind']

/** What every message has, in whatever form it is written. */
export interface MessageStream extends TlvStream<unknown> {
  readonly kind: Kind
}

/**
 * All that is known of one kind of message; decoder, inspector and printers are written over it. `C`: the codes of its
 * rules.
 */
export interface Layout<M extends MessageStream, C extends string = Bolt12Code> {
  readonly kind: M['kind']
  /** Of its text form; an invoice_error has none. */
  readonly prefix: Prefix | undefined
  readonly table: Table
  /** In the order in which they are judged. */
  readonly rules: readonly Rule<M, C>[]
  /** The rule under which the form of the TLV stream is reported. */
  readonly streamRule: string
  /** Rules on the encoding of fields by the name of their codec, for codecs that `field-rules.ts` does not know. */
  readonly fieldRules?: Readonly<Record<string, string>>
}

export const OFFER_LAYOUT: Layout<OfferMessage> = {
  kind: 'offer',
  prefix: 'lno',
  table: OFFER,
  rules: OFFER_RULES,
  streamRule: 'OR2',
}

export const INVOICE_REQUEST_LAYOUT: Layout<InvoiceRequestMessage> = {
  kind: 'invoice_request',
  prefix: 'lnr',
  table: INVOICE_REQUEST,
  rules: INVOICE_REQUEST_RULES,
  streamRule: 'A1.9',
}

/** BOLT 12 of March 2026 names no prefix for invoices; every implementation and the payer proofs use `lni`. */
export const INVOICE_LAYOUT: Layout<InvoiceMessage> = {
  kind: 'invoice',
  prefix: 'lni',
  table: INVOICE,
  rules: INVOICE_RULES,
  streamRule: 'A1.9',
}

export const INVOICE_ERROR_LAYOUT: Layout<InvoiceErrorMessage> = {
  kind: 'invoice_error',
  prefix: undefined,
  table: INVOICE_ERROR,
  rules: INVOICE_ERROR_RULES,
  streamRule: 'A1.9',
}

export const PAYER_PROOF_LAYOUT: Layout<PayerProofMessage> = {
  kind: 'payer_proof',
  prefix: 'lnp',
  table: PAYER_PROOF,
  rules: PAYER_PROOF_RULES,
  streamRule: 'A1.9',
}

/** The layout of a kind. The type of its messages is lost here; printers and the inspector need it no more. */
export function layoutOf(kind: Kind): Layout<never> {
  switch (kind) {
    case 'offer':
      return OFFER_LAYOUT as Layout<never>
    case 'invoice_request':
      return INVOICE_REQUEST_LAYOUT as Layout<never>
    case 'invoice':
      return INVOICE_LAYOUT as Layout<never>
    case 'invoice_error':
      return INVOICE_ERROR_LAYOUT as Layout<never>
    case 'payer_proof':
      return PAYER_PROOF_LAYOUT as Layout<never>
  }
}

/** What a string with this prefix is. */
export function kindOf(prefix: Prefix): Kind {
  switch (prefix) {
    case 'lno':
      return 'offer'
    case 'lnr':
      return 'invoice_request'
    case 'lni':
      return 'invoice'
    case 'lnp':
      return 'payer_proof'
  }
}
