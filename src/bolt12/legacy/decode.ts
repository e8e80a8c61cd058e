import { type DecodeOptions, decodeStream, streamOf } from '../decode.js'
import type { Layout } from '../layout.js'
import { type EncodeStringOptions, encodeString } from '../string.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import type { LegacyKind } from './form.js'
import type { LegacyInvoiceMessage, LegacyInvoiceStream } from './invoice.js'
import type { LegacyInvoiceRequestMessage, LegacyInvoiceRequestStream } from './invoice-request.js'
import { legacyLayouts } from './layout.js'
import type { LegacyOfferMessage, LegacyOfferStream } from './offer.js'
import type { LegacyRuleCode } from './rules/common.js'

/** Any message of the form of 2021; `kind` tells which. */
export type LegacyMessage = LegacyOfferMessage | LegacyInvoiceRequestMessage | LegacyInvoiceMessage

/** How a message of 2021 is decoded. */
export interface LegacyDecodeOptions extends DecodeOptions {
  /** As which release reads; default: everything that any of them wrote. */
  readonly dialect?: LegacyDialect
}

function decode<M extends LegacyOfferStream | LegacyInvoiceRequestStream | LegacyInvoiceStream>(
  layout: Layout<M, LegacyRuleCode>,
  input: string | Uint8Array,
  options: LegacyDecodeOptions,
): M & { readonly form: '2021' } {
  return { ...decodeStream(layout, streamOf(input, layout.kind), options), form: '2021' }
}

/**
 * An offer of 2021 from its string or its TLV stream, its signature verified where there is one. One that has expired or is
 * for another chain decodes: `checkLegacyOffer` judges that.
 * @throws LnoError with the first violation: of the string (`STRING_…`), the stream (`TLV_…`), a field (`TU_…`, `WIRE_…`,
 *   `LEGACY_BAD_KEY`), a rule (`LEGACY_OFFER_…`, `AMOUNT_ABOVE_SUPPLY`)
 */
export function decodeLegacyOffer(input: string | Uint8Array, options: LegacyDecodeOptions = {}): LegacyOfferMessage {
  return decode(legacyLayouts(options.dialect ?? LEGACY).offer, input, options)
}

/**
 * An invoice_request of 2021 from its string or its TLV stream, its signature verified.
 * @throws LnoError with the first violation, as `decodeLegacyOffer`; rules have codes `LEGACY_INVREQ_…`
 */
export function decodeLegacyInvoiceRequest(
  input: string | Uint8Array,
  options: LegacyDecodeOptions = {},
): LegacyInvoiceRequestMessage {
  return decode(legacyLayouts(options.dialect ?? LEGACY).invoice_request, input, options)
}

/**
 * An invoice of 2021 from its string or its TLV stream, its signature verified. Whether it answers what was asked for is
 * `verifyLegacyInvoiceFor`'s question.
 * @throws LnoError with the first violation, as `decodeLegacyOffer`; rules have codes `LEGACY_INVOICE_…`
 */
export function decodeLegacyInvoice(
  input: string | Uint8Array,
  options: LegacyDecodeOptions = {},
): LegacyInvoiceMessage {
  return decode(legacyLayouts(options.dialect ?? LEGACY).invoice, input, options)
}

/**
 * A TLV stream as a message of 2021 of a given kind.
 * @throws LnoError as the function for that kind
 */
export function decodeLegacyAs(kind: LegacyKind, bytes: Uint8Array, options: LegacyDecodeOptions = {}): LegacyMessage {
  switch (kind) {
    case 'offer':
      return decodeLegacyOffer(bytes, options)
    case 'invoice_request':
      return decodeLegacyInvoiceRequest(bytes, options)
    case 'invoice':
      return decodeLegacyInvoice(bytes, options)
  }
}

/** The string of a message of 2021: its own bytes, never written anew. */
export function encodeLegacy({ kind, bytes }: LegacyMessage, options?: EncodeStringOptions): string {
  const prefix = ({ offer: 'lno', invoice_request: 'lnr', invoice: 'lni' } as const)[kind]
  return encodeString(prefix, bytes, options)
}
