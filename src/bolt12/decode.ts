import { LnoError } from '../base/error.js'
import { located } from '../wire/codec.js'
import { Reader, type Touched } from '../wire/reader.js'
import { readFields, readRecords } from '../wire/tlv.js'
import type { Bolt12Code } from './codes.js'
import { ruleOfFieldError } from './field-rules.js'
import type { InvoiceMessage } from './invoice.js'
import type { InvoiceErrorMessage } from './invoice-error.js'
import type { InvoiceRequestMessage } from './invoice-request.js'
import {
  type Bolt12Message,
  INVOICE_ERROR_LAYOUT,
  INVOICE_LAYOUT,
  INVOICE_REQUEST_LAYOUT,
  type Kind,
  kindOf,
  type Layout,
  type MessageStream,
  OFFER_LAYOUT,
  PAYER_PROOF_LAYOUT,
} from './layout.js'
import type { OfferMessage } from './offer.js'
import type { PayerProofMessage } from './payer-proof.js'
import { errorOf, judge, type Rule } from './rules/rule.js'
import { decodeString, type Prefix } from './string.js'

/** How a message is decoded. */
export interface DecodeOptions {
  /** `false` leaves the signature unread, for who checks it later (one verification costs more than all the rest). */
  readonly verifySignature?: boolean
  /** Counts the bytes looked at, for who bounds the work of hostile input. */
  readonly touched?: Touched
}

/** The error for a string of another kind than the wanted one. */
export function wrongKind(prefix: Prefix, wanted: Kind): LnoError {
  const message = `${prefix}1… is a string of kind ${kindOf(prefix)}, not ${wanted}`
  return new LnoError('STRING_WRONG_KIND' satisfies Bolt12Code, message, { offset: 0, spec: 'BOLT 12 Encoding' })
}

/**
 * The stream of a message of that kind, from its string or as it is.
 * @throws LnoError of the string layer, `STRING_WRONG_KIND`
 */
export function streamOf(input: string | Uint8Array, wanted: Kind): Uint8Array {
  if (typeof input !== 'string') return input
  const { prefix, bytes } = decodeString(input)
  if (kindOf(prefix) !== wanted) throw wrongKind(prefix, wanted)
  return bytes
}

/**
 * Decodes a stream by its layout, layer after layer: TLV, fields, rules that need the bytes alone, signature. The first
 * violation is thrown.
 * @param rules those of the layout, or some of them
 */
export function decodeStream<M extends MessageStream, C extends string = Bolt12Code>(
  layout: Layout<M, C>,
  bytes: Uint8Array,
  options: DecodeOptions = {},
  rules: readonly Rule<M, C>[] = layout.rules,
): M {
  const { records, error } = readRecords(bytes, 0, options.touched)
  if (error) throw located(error, { rule: error.rule ?? 'M4' })
  const { fields, errors } = readFields(layout.table, records, 0, options.touched)
  const message = { kind: layout.kind, fields, records, bytes } as MessageStream as M
  const refuseBy = (rule: Rule<M, C>) => {
    const issue = judge(rule, message, layout.table, undefined).issues[0]
    if (issue) throw errorOf(issue)
  }
  for (const rule of rules) if (rule.layer === 'tlv' && rule.phase === 'form') refuseBy(rule)
  const first = errors[0]
  if (first) throw located(first, { rule: first.rule ?? ruleOfFieldError(first, layout) })
  for (const rule of rules) if (rule.layer === undefined && rule.phase === 'form') refuseBy(rule)
  if (options.verifySignature !== false) for (const rule of rules) if (rule.phase === 'signature') refuseBy(rule)
  return message
}

/**
 * An offer from its string or its TLV stream. An expired offer, or one for another chain, decodes: `checkOffer` judges
 * that.
 * @throws LnoError with the first violation: of the string (`STRING_…`), of the stream (`TLV_…`, `BIGSIZE_NOT_MINIMAL`), of a
 *   field (`TU_…`, `WIRE_…`, `BAD_SCIDDIR`), of a rule (`OFFER_…`, `AMOUNT_ABOVE_SUPPLY`)
 */
export function decodeOffer(input: string | Uint8Array, options?: DecodeOptions): OfferMessage {
  return decodeStream(OFFER_LAYOUT, streamOf(input, 'offer'), options)
}

/**
 * An invoice_request from its string or its TLV stream; a signature is verified where there is one.
 * @throws LnoError with the first violation, as `decodeOffer`; rules have codes `INVREQ_…`
 */
export function decodeInvoiceRequest(input: string | Uint8Array, options?: DecodeOptions): InvoiceRequestMessage {
  return decodeStream(INVOICE_REQUEST_LAYOUT, streamOf(input, 'invoice_request'), options)
}

/**
 * An invoice from its string or its TLV stream, its signature verified. Whether it is the right one to pay is not judged:
 * that needs offer and request.
 * @throws LnoError with the first violation, as `decodeOffer`; rules have codes `INVOICE_…`
 */
export function decodeInvoice(input: string | Uint8Array, options?: DecodeOptions): InvoiceMessage {
  return decodeStream(INVOICE_LAYOUT, streamOf(input, 'invoice'), options)
}

/**
 * An invoice_error from its TLV stream; it has no text form.
 * @throws LnoError with the first violation of stream, field or rule
 */
export function decodeInvoiceError(bytes: Uint8Array, options?: DecodeOptions): InvoiceErrorMessage {
  return decodeStream(INVOICE_ERROR_LAYOUT, bytes, options)
}

/**
 * An invoice_error as it comes in an onion message. LDK (0.2.7) and lightning-kmp (1.8.4) write the length of the stream in
 * front of it, which BOLT 12 does not. So bytes that are no invoice_error, and begin with the number of those that follow,
 * are read behind that number. No bytes are both: a stream with a reason begins with 1, 3 or 5 and is longer than that, but
 * for the five bytes behind a reason of four, which begin with 4.
 * @throws LnoError as `decodeInvoiceError`, for the bytes as they are
 */
export function decodeArrivedInvoiceError(bytes: Uint8Array): InvoiceErrorMessage {
  try {
    return decodeInvoiceError(bytes)
  } catch (error) {
    const stream = behindLength(bytes)
    if (stream === undefined) throw error
    try {
      return decodeInvoiceError(stream)
    } catch {
      throw error
    }
  }
}

/** What follows a bigsize that counts it exactly. */
function behindLength(bytes: Uint8Array): Uint8Array | undefined {
  const reader = new Reader(bytes)
  try {
    return reader.bigsize() === BigInt(reader.remaining) ? reader.rest() : undefined
  } catch {
    return undefined
  }
}

/**
 * A payer_proof from its string or its TLV stream, both of its signatures verified: what decodes, proves. `verifyPayerProof`
 * gives all reasons instead of the first.
 * @throws LnoError with the first violation, as `decodeOffer`; rules have codes `PROOF_…`
 */
export function decodePayerProof(input: string | Uint8Array, options?: DecodeOptions): PayerProofMessage {
  return decodeStream(PAYER_PROOF_LAYOUT, streamOf(input, 'payer_proof'), options)
}

/**
 * Whatever a BOLT 12 string holds; its prefix decides.
 * @throws LnoError as the function for that kind
 */
export function decodeAny(text: string, options?: DecodeOptions): Bolt12Message {
  const { prefix, bytes } = decodeString(text)
  return decodeAs(kindOf(prefix), bytes, options)
}

/**
 * A TLV stream as a message of a given kind.
 * @throws LnoError as the function for that kind
 */
export function decodeAs(kind: Kind, bytes: Uint8Array, options?: DecodeOptions): Bolt12Message {
  switch (kind) {
    case 'offer':
      return decodeOffer(bytes, options)
    case 'invoice_request':
      return decodeInvoiceRequest(bytes, options)
    case 'invoice':
      return decodeInvoice(bytes, options)
    case 'invoice_error':
      return decodeInvoiceError(bytes, options)
    case 'payer_proof':
      return decodePayerProof(bytes, options)
  }
}
