import type { TlvRecord } from '../wire/tlv.js'
import { type Found, inspectStream, inspectString, unchecked } from './inspect-stream.js'
import type { Invoice } from './invoice.js'
import type { InvoiceError } from './invoice-error.js'
import { type Kind, layoutOf } from './layout.js'
import { OFFER, type OfferMessage } from './offer.js'
import type { PayerProof } from './payer-proof.js'
import { ELSEWHERE } from './rules/elsewhere.js'
import { OFFER_RULES } from './rules/offer.js'
import { type Issue, judge, type ReadContext, type RuleOutcome } from './rules/rule.js'

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

/** Rules that only a counterpart can show to be kept. */
function elsewhere(kind: Kind): RuleOutcome[] {
  return ELSEWHERE[kind].map((rule) => ({ rule, verdict: 'not_checked', issues: [] }))
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
  const { fields, records } = inspectStream(layoutOf(kind), bytes, options.context, found)
  found.rules.push(...elsewhere(kind))
  return { kind, fields, records, bytes, ...found }
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
