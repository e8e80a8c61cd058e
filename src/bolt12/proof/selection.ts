import { LnoError } from '../../base/error.js'
import { rows } from '../../wire/tlv.js'
import { INVOICE, type Invoice, type InvoiceMessage } from '../invoice.js'
import { isSignatureType } from '../ranges.js'
import type { ProofCode } from './codes.js'
import { isShown } from './markers.js'

/** A field of the invoice by its name in the specification, or by its type: `'offer_description'`, `10n`. */
export type FieldChoice = keyof Invoice | bigint

/** Which invoice, and how much of it. */
export interface ProofSelection {
  /** The invoice that was paid. */
  readonly invoice: InvoiceMessage
  /** What to show besides the fields that every proof shows (rule PP2). Each must be in the invoice. */
  readonly include?: readonly FieldChoice[]
}

/** Shown by every proof (rule PP2); `invoice_features` only where the invoice has it. */
const MANDATORY: readonly (keyof Invoice)[] = [
  'invreq_payer_id',
  'invoice_payment_hash',
  'invoice_features',
  'invoice_node_id',
]

/** What the proof cannot be made of; `option` is what the caller would change. */
export function refuse(option: string, message: string, rule: string, tlvType?: bigint): never {
  throw new LnoError('PROOF_OPTIONS' satisfies ProofCode, message, {
    path: [option],
    rule,
    spec: 'BOLT 12 Payer Proofs',
    ...(tlvType !== undefined && { tlvType }),
  })
}

/** Types that every proof of this invoice shows. */
export function mandatoryTypes({ records }: InvoiceMessage): ReadonlySet<bigint> {
  const types = MANDATORY.map((name) => INVOICE[name].type)
  return new Set(types.filter((type) => records.some((record) => record.type === type)))
}

/**
 * Types of the records that a proof shows, signatures apart (rules PP1, PP2).
 * @throws LnoError `PROOF_OPTIONS` for metadata, for a field that the invoice does not have, or that nobody knows
 */
export function shownOf({ invoice, include = [] }: ProofSelection): ReadonlySet<bigint> {
  const shown = new Set(mandatoryTypes(invoice))
  for (const choice of include) {
    const type = typeOf(choice)
    const name = typeof choice === 'string' ? choice : `type ${type}`
    if (type === 0n) refuse('include', 'invreq_metadata would give all hidden fields away', 'PP1', type)
    if (!invoice.records.some((record) => record.type === type)) {
      refuse('include', `the invoice has no ${name}`, 'PP3', type)
    }
    if (isSignatureType(type)) {
      if (type === INVOICE.signature.type) continue // always shown
      refuse('include', `${name} is a signature, which only the payer's own proof could hold`, 'PP3', type)
    }
    if (!isShown(type)) refuse('include', `${name} is outside of what a proof can show`, 'PP9', type)
    shown.add(type)
  }
  return shown
}

function typeOf(choice: FieldChoice): bigint {
  if (typeof choice === 'bigint') return choice
  if (!Object.hasOwn(INVOICE, choice)) refuse('include', 'no field of an invoice has that name', 'PP3')
  return INVOICE[choice].type
}

/** The name of a type of the invoice, if it is known. */
export function fieldName(type: bigint): keyof Invoice | undefined {
  return rows(INVOICE).get(type)?.[0] as keyof Invoice | undefined
}
