import { LnoError } from '../base/error.js'
import { encode } from '../wire/codec.js'
import { encodeTlv, type Table } from '../wire/tlv.js'
import type { Bolt12Code } from './codes.js'
import { decodeInvoiceError } from './decode.js'
import { INVOICE } from './invoice.js'
import { INVOICE_ERROR, type InvoiceErrorMessage } from './invoice-error.js'

/** A field of an invoice, and so of everything that it repeats. */
export type InvoiceField = keyof typeof INVOICE & string

/** Why a request is not answered with an invoice. `F`: names of the fields that it can be about. */
export interface InvoiceErrorOptions<F extends string = InvoiceField> {
  /** For people, not empty (rule EW1). */
  readonly error: string
  /** The field that was wrong, by its name. */
  readonly field?: F
  /** A value that the field could have had, in the type of that field (rule EW3). */
  readonly suggested?: unknown
}

/**
 * An invoice_error.
 * @throws LnoError `INVOICE_ERROR_EMPTY`; `INVOICE_ERROR_SUGGESTION` for a value without a field or that the field cannot hold
 */
export function createInvoiceError(options: InvoiceErrorOptions): InvoiceErrorMessage {
  return createInvoiceErrorOn(INVOICE, options)
}

/**
 * The same about a field of any table: an invoice_error names it by its number, and is itself the same in all forms.
 * @throws LnoError as `createInvoiceError`
 */
export function createInvoiceErrorOn<F extends string>(
  table: Table,
  { error, field, suggested }: InvoiceErrorOptions<F>,
): InvoiceErrorMessage {
  const row = field === undefined ? undefined : table[field]
  if (suggested !== undefined && row === undefined) {
    throw new LnoError('INVOICE_ERROR_SUGGESTION' satisfies Bolt12Code, 'a value is suggested for no field', {
      rule: 'EW3',
    })
  }
  let suggestedValue: Uint8Array | undefined
  if (suggested !== undefined && row !== undefined) {
    try {
      suggestedValue = encode(row.codec, suggested)
    } catch (cause) {
      const message = `${field} cannot hold the value that is suggested for it`
      throw new LnoError('INVOICE_ERROR_SUGGESTION' satisfies Bolt12Code, message, { rule: 'EW3', cause })
    }
  }
  const bytes = encodeTlv(INVOICE_ERROR, {
    ...(row !== undefined && { erroneous_field: row.type }),
    ...(suggestedValue !== undefined && { suggested_value: suggestedValue }),
    error,
  })
  return decodeInvoiceError(bytes)
}
