import type { Invoice, InvoiceMessage } from '../invoice.js'
import { isSignatureType } from '../ranges.js'
import { fieldName, mandatoryTypes, type ProofSelection, shownOf } from './selection.js'

/** A record of the invoice, shown or hidden. */
export interface ProofField {
  /** Undefined for a type that is not known here. */
  readonly name: keyof Invoice | undefined
  readonly type: bigint
  readonly value: Uint8Array
  /** Shown in every proof of this invoice, whatever is chosen (rule PP2). */
  readonly mandatory: boolean
}

/**
 * Why hidden fields could be found by trying values: their hashes are salted with nothing but the first record of the
 * invoice, which should be 16 bytes or more of the payer's randomness (pitfall 11). `none`: there is no metadata;
 * `short`: fewer than 16 bytes; `regular`: a pattern, no randomness. Undefined says that it looks random, which is not a
 * promise: what was drawn badly can look so, too.
 */
export type Guessable = 'none' | 'short' | 'regular' | undefined

/** What a proof would tell. */
export interface ProofPreview {
  /** Everybody who sees the proof reads these, with the preimage and the note. */
  readonly revealed: readonly ProofField[]
  /** That there are so many of them, and between which of the others they stand, shows; their types and values do not. */
  readonly hidden: readonly ProofField[]
  readonly guessable: Guessable
}

/** Bytes of metadata below which it can be tried out. */
const ENOUGH = 16

/**
 * How many different bytes, or steps from byte to byte, 16 bytes of metadata must have at least. 16 random bytes have eight
 * or fewer in one of three thousand million cases.
 */
const DISTINCT = 9

function isRegular(bytes: Uint8Array): boolean {
  const steps = bytes.subarray(1).map((byte, i) => byte - bytes[i]!)
  return new Set(bytes).size < DISTINCT || new Set(steps).size < DISTINCT
}

/** Whether what a proof of the invoice hides can be guessed. */
export function guessable({ fields: { invreq_metadata: metadata } }: InvoiceMessage): Guessable {
  if (metadata === undefined) return 'none'
  if (metadata.length < ENOUGH) return 'short'
  return isRegular(metadata) ? 'regular' : undefined
}

/**
 * What a proof would reveal and hide, before it is made (rules PP1, PP2): neither preimage nor key is needed.
 * @throws LnoError `PROOF_OPTIONS` as `createPayerProof`
 */
export function previewPayerProof(selection: ProofSelection): ProofPreview {
  const { invoice } = selection
  const shown = shownOf(selection)
  const mandatory = mandatoryTypes(invoice)
  const fields = invoice.records.map(({ type, value }): ProofField & { readonly shown: boolean } => ({
    name: fieldName(type),
    type,
    value,
    mandatory: mandatory.has(type) || isSignatureType(type),
    shown: shown.has(type) || isSignatureType(type),
  }))
  const part = (wanted: boolean) => fields.filter((field) => field.shown === wanted).map(({ shown, ...field }) => field)
  return { revealed: part(true), hidden: part(false), guessable: guessable(invoice) }
}
