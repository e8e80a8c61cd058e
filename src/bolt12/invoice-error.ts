import { bytes, tu64, utf8 } from '../wire/codec.js'
import { field, type Partially, type TlvStream } from '../wire/tlv.js'

/** `invoice_error`: why a request or an invoice was refused. It has no text form (BOLT 12, "Invoice Errors"). */
export const INVOICE_ERROR = {
  /** Type of the record that was wrong. */
  erroneous_field: /* @__PURE__ */ field(1n, tu64),
  /** A value for that record which would be accepted, encoded as there. */
  suggested_value: /* @__PURE__ */ field(3n, /* @__PURE__ */ bytes()),
  /** The reason, for people. Text of a stranger: escape it before it is shown. */
  error: /* @__PURE__ */ field(5n, utf8),
}

/** The fields of an invoice_error. */
export interface InvoiceError extends Partially<typeof INVOICE_ERROR> {}

/** An invoice_error as it was received or made. */
export interface InvoiceErrorMessage extends TlvStream<InvoiceError> {
  readonly kind: 'invoice_error'
}
