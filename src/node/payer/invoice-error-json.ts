import { isLnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import { INVOICE } from '../../bolt12/invoice.js'
import type { InvoiceErrorMessage } from '../../bolt12/invoice-error.js'
import { LEGACY_INVOICE_REQUEST } from '../../bolt12/legacy/invoice-request.js'
import { decode } from '../../wire/codec.js'
import type { Table } from '../../wire/tlv.js'
import type { Bolt12Form } from '../bolt12-form.js'

/** An invoice_error for programs. `error` is text of a stranger: escape it before it is shown. */
export interface InvoiceErrorJson {
  readonly error: string
  /** Type of the field that was wrong, and its name if it has one here. */
  readonly erroneous_field?: string
  readonly field?: string
  /** What would be accepted: the bytes, and as a number or text where the field is one. */
  readonly suggested_value?: string
  readonly suggested?: string
}

/** Whose numbers an invoice_error names fields by: one number is another field in each form. */
const FIELDS: Readonly<Record<Bolt12Form, Table>> = { modern: INVOICE, '2021': LEGACY_INVOICE_REQUEST }

/**
 * The field by its name, the suggestion as that field's value.
 * @param form that of the request which it answers
 */
export function invoiceErrorJson({ fields }: InvoiceErrorMessage, form: Bolt12Form): InvoiceErrorJson {
  const { error = '', erroneous_field: type, suggested_value: bytes } = fields
  const row = Object.entries(FIELDS[form]).find(([, { type: own }]) => own === type)
  let suggested: string | undefined
  if (row !== undefined && bytes !== undefined) {
    try {
      const value: unknown = decode(row[1].codec, bytes)
      if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string') suggested = String(value)
    } catch (unreadable) {
      if (!isLnoError(unreadable)) throw unreadable
    }
  }
  return {
    error,
    ...(type !== undefined && { erroneous_field: type.toString() }),
    ...(row && { field: row[0] }),
    ...(bytes && { suggested_value: toHex(bytes) }),
    ...(suggested !== undefined && { suggested }),
  }
}
