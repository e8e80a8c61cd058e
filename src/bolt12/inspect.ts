import { LnoError } from '../base/error.js'
import type { WireCode } from '../wire/codes.js'
import { readFields, readRecords, type TlvRecord } from '../wire/tlv.js'
import { wrongKind } from './decode.js'
import { ruleOfField, ruleOfFieldError } from './field-rules.js'
import type { Invoice } from './invoice.js'
import type { InvoiceError } from './invoice-error.js'
import { type Bolt12Message, type Kind, kindOf, type Layout, layoutOf } from './layout.js'
import { OFFER, type OfferMessage } from './offer.js'
import type { PayerProof } from './payer-proof.js'
import { ELSEWHERE } from './rules/elsewhere.js'
import { OFFER_RULES } from './rules/offer.js'
import {
  type Issue,
  issueOf,
  judge,
  type ReadContext,
  type Rule,
  type RuleOutcome,
  type Verdict,
} from './rules/rule.js'
import { decodeString } from './string.js'

/** What could be made out of a text or of bytes. */
export interface Inspection {
  /** Undefined when not even that can be told. */
  readonly kind: Kind | undefined
  /** The fields that could be read, under their names in the specification. */
  readonly fields: Readonly<Partial<Invoice & PayerProof & InvoiceError>>
  /** The records up to the first that is malformed. */
  readonly records: readonly TlvRecord[]
  /** The TLV stream; empty when the string could not be read. */
  readonly bytes: Uint8Array
  /** All that is wrong, outermost layer first; of unknown even types the first 64. */
  readonly issues: readonly Issue[]
  /** Every rule of this kind of message with its verdict. */
  readonly rules: readonly RuleOutcome[]
}

/** How a message is inspected. */
export interface InspectOptions {
  /** What bytes hold, or what a text must hold; a text tells by itself. */
  readonly as?: Kind
  /** Who reads, and when. Without it rules of phase `read` are not checked. */
  readonly context?: ReadContext
}

const STRING_RULES = ['A1.4', 'A1.5', 'A1.6', 'A1.7', 'A1.8']

function outcome(id: string, verdict: Verdict, issues: readonly Issue[] = []): RuleOutcome {
  return { rule: { id, phase: 'form' }, verdict, issues }
}

function coded(error: unknown): LnoError {
  if (error instanceof LnoError) return error
  throw error // a fault of ours, not of the input
}

/** The verdicts of a kind's rules when a layer in front of them failed. */
function unchecked(layout: Layout<never>): RuleOutcome[] {
  return layout.rules.map((rule) => ({ rule, verdict: 'not_checked', issues: [] }))
}

/** Rules that only a counterpart can show to be kept. */
function elsewhere(kind: Kind): RuleOutcome[] {
  return ELSEWHERE[kind].map((rule) => ({ rule, verdict: 'not_checked', issues: [] }))
}

interface Found {
  readonly issues: Issue[]
  readonly rules: RuleOutcome[]
}

/** The rules of the encoding of fields: one outcome a rule id, over all the fields that it governs. */
function fieldOutcomes(layout: Layout<never>, records: readonly TlvRecord[], issues: readonly Issue[]): RuleOutcome[] {
  const verdicts = new Map<string, Verdict>()
  for (const { type } of Object.values(layout.table)) {
    const id = ruleOfField(layout.table, type)
    if (id === undefined) continue
    const present = records.some((record) => record.type === type)
    if (present || !verdicts.has(id)) verdicts.set(id, present ? 'ok' : 'not_applicable')
  }
  for (const issue of issues) if (issue.rule !== undefined) verdicts.set(issue.rule, 'failed')
  return [...verdicts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, verdict]) =>
      outcome(
        id,
        verdict,
        issues.filter((issue) => issue.rule === id),
      ),
    )
}

function inspectStream(layout: Layout<never>, bytes: Uint8Array, options: InspectOptions, found: Found) {
  const { records, error } = readRecords(bytes)
  const { fields, errors } = readFields(layout.table, records)
  const message = { kind: layout.kind, fields, records, bytes } as Bolt12Message as never
  const judged = (rule: Rule<never>) => {
    const result = judge(rule, message, layout.table, options.context)
    found.issues.push(...result.issues)
    found.rules.push(result)
  }

  for (const rule of layout.rules) if (rule.layer === 'tlv') judged(rule)
  const ofStream = [error, ...errors.filter(({ code }) => code === ('TLV_UNKNOWN_EVEN' satisfies WireCode))]
    .filter((each) => each !== undefined)
    .map((each) => issueOf(each, 'tlv', each.rule ?? 'M4'))
  found.issues.push(...ofStream)
  found.rules.push(outcome(layout.streamRule, ofStream.length === 0 ? 'ok' : 'failed', ofStream))

  const ofFields = errors
    .filter(({ code }) => code !== ('TLV_UNKNOWN_EVEN' satisfies WireCode))
    .map((each) => issueOf(each, 'field', each.rule ?? ruleOfFieldError(each, layout.table)))
  found.issues.push(...ofFields)
  found.rules.push(...fieldOutcomes(layout, records, ofFields))

  // What is missing cannot be told from what could not be read: such rules have no verdict.
  const unreadable = new Set(ofFields.map(({ field }) => field))
  for (const rule of layout.rules) {
    if (rule.layer === 'tlv') continue
    const blocked =
      error !== undefined ||
      [rule.field, ...(rule.reads ?? [])].some((name) => name !== undefined && unreadable.has(name))
    if (blocked) found.rules.push({ rule, verdict: 'not_checked', issues: [] })
    else judged(rule)
  }
  return { fields, records }
}

/**
 * Looks at any BOLT 12 string, or at the bytes of a stream whose kind `as` names, and says all that can be said: what was
 * readable, every issue, every rule with its verdict. Never throws for what it is given.
 */
export function inspect(input: string | Uint8Array, options: InspectOptions = {}): Inspection {
  const found: Found = { issues: [], rules: [] }
  const text = typeof input === 'string' ? inspectString(input, options.as, found) : undefined
  const kind = text?.kind ?? options.as
  const bytes = text?.bytes ?? (typeof input === 'string' ? new Uint8Array(0) : input)
  if (kind === undefined || (typeof input === 'string' && found.issues.length > 0)) {
    if (kind !== undefined) found.rules.push(...unchecked(layoutOf(kind)), ...elsewhere(kind))
    return { kind, fields: {}, records: [], bytes, ...found }
  }
  const { fields, records } = inspectStream(layoutOf(kind), bytes, options, found)
  found.rules.push(...elsewhere(kind))
  return { kind, fields, records, bytes, ...found }
}

/** The string layer: what it holds, if that can be told. */
function inspectString(text: string, wanted: Kind | undefined, found: Found) {
  try {
    const { prefix, bytes } = decodeString(text)
    const kind = kindOf(prefix)
    found.rules.push(...STRING_RULES.map((id) => outcome(id, 'ok')))
    if (wanted !== undefined && wanted !== kind) found.issues.push(issueOf(wrongKind(prefix, wanted), 'string'))
    return { kind, bytes }
  } catch (error) {
    const issue = issueOf(coded(error), 'string')
    found.issues.push(issue)
    for (const id of STRING_RULES) {
      found.rules.push(id === issue.rule ? outcome(id, 'failed', [issue]) : outcome(id, 'not_checked'))
    }
    return undefined
  }
}

/** `inspect` for what must be an offer: `inspectOffer('lno1…').issues`. Never throws for what it is given. */
export function inspectOffer(input: string | Uint8Array, context?: ReadContext): Inspection {
  return inspect(input, { as: 'offer', ...(context && { context }) })
}

/**
 * Whether an offer may be answered by this reader, now (rules OR1-OR10). What only the bytes decide was refused by
 * `decodeOffer` already; it is judged again, as an offer may be made otherwise.
 */
export function checkOffer(
  offer: OfferMessage,
  context: ReadContext,
): { readonly ok: boolean; readonly issues: readonly Issue[] } {
  const issues = OFFER_RULES.flatMap((rule) => judge(rule, offer, OFFER, context).issues)
  return { ok: issues.length === 0, issues }
}
