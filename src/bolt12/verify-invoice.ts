import { hasBit, unknownEven } from '../wire/features.js'
import type { InvoicePath } from './create-invoice.js'
import type { InvoiceMessage } from './invoice.js'
import { INVOICE } from './invoice.js'
import { MIRRORED_RANGES, recordsIn } from './ranges.js'
import { INVOICE_RULES, MPP_ALLOWED, MPP_REQUIRED } from './rules/invoice.js'
import { INVOICE_MATCH_RULES, type InvoiceExpectation } from './rules/invoice-match.js'
import { type Issue, judge, judgeMatch, type ReadContext } from './rules/rule.js'
import { isWitnessProgram } from './segwit-address.js'
import type { FallbackAddress } from './subtypes.js'

/** All that an invoice is held against: what was asked for, how it came, who reads it and when. */
export interface InvoiceCounterpart extends InvoiceExpectation, ReadContext {}

/**
 * Every reason not to pay an invoice (rules IR1-IR15): form, signature, time, chain, features, and whether it is the
 * answer to `request`, by the right signer, over the right path, within `authorisedMsat`. `ok` only when there is none.
 * Nothing is taken on trust from `decodeInvoice`, except that fields and records belong to the same bytes.
 */
export function verifyInvoiceFor(
  counterpart: InvoiceCounterpart,
  invoice: InvoiceMessage,
): { readonly ok: boolean; readonly issues: readonly Issue[] } {
  const issues = [
    ...INVOICE_RULES.flatMap((rule) => judge(rule, invoice, INVOICE, counterpart).issues),
    ...judgeMatch(INVOICE_MATCH_RULES, invoice, counterpart, INVOICE),
  ]
  return { ok: issues.length === 0, issues }
}

/** Rules of `INVOICE_MATCH_RULES` that need no more of the request than the invoice repeats of it. */
const TOLD_BY_INVOICE = ['IR8', 'IR13']

/**
 * Every reason not to pay an invoice that can be seen without the request that it answers: form, signature, time, chain,
 * features, the amount that was asked for and the issuer by what the invoice repeats of its request, and `authorisedMsat`. Who
 * asked for it, and whether it is the answer to that, is not seen.
 */
export function checkInvoice(
  context: ReadContext & { readonly authorisedMsat: bigint | undefined },
  invoice: InvoiceMessage,
): { readonly ok: boolean; readonly issues: readonly Issue[] } {
  const { fields, records, bytes } = invoice
  const { authorisedMsat, ...read } = context
  const request = { kind: 'invoice_request' as const, fields, records: recordsIn(records, MIRRORED_RANGES), bytes }
  const told = INVOICE_MATCH_RULES.filter(({ id }) => TOLD_BY_INVOICE.includes(id))
  const issues = [
    ...INVOICE_RULES.flatMap((rule) => judge(rule, invoice, INVOICE, read).issues),
    ...judgeMatch(
      // Without an issuer id the signer is the end of the path that the request went over.
      told.filter(({ id }) => id !== 'IR8' || fields.offer_issuer_id !== undefined),
      invoice,
      { request, arrivedOn: 'no_path', authorisedMsat: authorisedMsat ?? 0n },
      INVOICE,
    ),
  ]
  return { ok: issues.length === 0, issues }
}

/** The paths that a payer may use, best first: those that demand no unknown feature (rules IR6, IR11). */
export function usablePaths({ fields }: InvoiceMessage, knownFeatures: readonly number[] = []): readonly InvoicePath[] {
  const payinfos = fields.invoice_blindedpay ?? []
  const known = new Set(knownFeatures)
  return (fields.invoice_paths ?? []).flatMap((path, i) => {
    const payinfo = payinfos[i]
    return payinfo && unknownEven(payinfo.features, known, 1).length === 0 ? [{ path, payinfo }] : []
  })
}

/** Whether a payment must, may or must not come in several parts (rule IR12). */
export function paymentParts({ fields }: InvoiceMessage): 'required' | 'allowed' | 'single' {
  const has = (bit: number) => hasBit(fields.invoice_features ?? new Uint8Array(0), bit)
  return has(MPP_REQUIRED) ? 'required' : has(MPP_ALLOWED) ? 'allowed' : 'single'
}

/** The fallback addresses that may be used (rule IR14); those that are no addresses are ignored. */
export function usableFallbacks({ fields }: InvoiceMessage): readonly FallbackAddress[] {
  return (fields.invoice_fallbacks ?? []).filter(({ version, address }) => isWitnessProgram(version, address))
}
