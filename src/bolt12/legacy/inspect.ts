import type { TlvRecord } from '../../wire/tlv.js'
import { wrongKind } from '../decode.js'
import { type Found, inspectStream, inspectString, unchecked } from '../inspect-stream.js'
import type { RuleInfo } from '../rules/rule.js'
import { type Issue, issueOf, type ReadContext, type RuleOutcome } from '../rules/rule.js'
import { LEGACY, type LegacyDialect } from './dialect.js'
import { isLegacyKind, type LegacyKind } from './form.js'
import type { LegacyInvoice } from './invoice.js'
import type { LegacyInvoiceRequest } from './invoice-request.js'
import { legacyLayoutOf } from './layout.js'
import type { LegacyOffer } from './offer.js'
import { releasesOf } from './releases.js'
import { LEGACY_INVOICE_MATCH_RULES } from './rules/invoice-match.js'
import { LEGACY_REQUEST_MATCH_RULES } from './rules/request-match.js'
import { LEGACY_SENT_INVOICE_RULES } from './rules/sent-invoice-match.js'

/** Any field of a message of 2021: one name is one kind of value in all of them. */
export type LegacyFields = Readonly<LegacyOffer & LegacyInvoiceRequest & LegacyInvoice>

/** What could be made out of a text or of bytes, read as of 2021. */
export interface LegacyInspection {
  readonly form: '2021'
  /** Undefined when not even that can be told, or the kind is not one that this form has. */
  readonly kind: LegacyKind | undefined
  /** The fields that could be read, under the names of their time. */
  readonly fields: LegacyFields
  /** The records up to the first that is malformed. */
  readonly records: readonly TlvRecord[]
  /** The TLV stream; empty when the string could not be read. */
  readonly bytes: Uint8Array
  /** All that is wrong, outermost layer first. */
  readonly issues: readonly Issue[]
  /** Every rule of this kind of message with its verdict. */
  readonly rules: readonly RuleOutcome[]
  /** From which releases it can come, where it could be read: `c-lightning v0.10.1 to v0.12.1`. */
  readonly releases: string | undefined
}

/** How a message is inspected. */
export interface LegacyInspectOptions {
  /** What bytes hold, or what a text must hold; a text tells by itself. */
  readonly as?: LegacyKind
  /** Who reads, and when. Without it rules of phase `read` are not checked. */
  readonly context?: ReadContext
  /** As which release reads; default: everything that any of them wrote. */
  readonly dialect?: LegacyDialect
}

/** Rules that only a counterpart can show to be kept. */
function elsewhere(kind: LegacyKind, fields: LegacyFields): RuleOutcome[] {
  const ofInvoice = fields.send_invoice === undefined ? LEGACY_INVOICE_MATCH_RULES : LEGACY_SENT_INVOICE_RULES
  const rules: Readonly<Record<LegacyKind, readonly Pick<RuleInfo<string>, 'id' | 'phase' | 'field'>[]>> = {
    offer: [],
    invoice_request: LEGACY_REQUEST_MATCH_RULES,
    invoice: ofInvoice,
  }
  return rules[kind].map((rule) => ({ rule, verdict: 'not_checked', issues: [] }))
}

/** What the string layer says of a text. */
function ofText(text: string, { as }: LegacyInspectOptions, found: Found) {
  const read = inspectString(text, as, found)
  if (read === undefined || isLegacyKind(read.kind)) return read as { kind: LegacyKind; bytes: Uint8Array } | undefined
  if (found.issues.length === 0) found.issues.push(issueOf(wrongKind('lnp', as ?? 'offer'), 'string'))
  return undefined
}

/**
 * Looks at a string as one of the form of 2021, or at the bytes of a stream whose kind `as` names, and says all that can be
 * said: what was readable, every issue, every rule with its verdict, from which releases it can come. Never throws for what it
 * is given.
 */
export function inspectLegacy(input: string | Uint8Array, options: LegacyInspectOptions = {}): LegacyInspection {
  const { dialect = LEGACY } = options
  const found: Found = { issues: [], rules: [] }
  const text = typeof input === 'string' ? ofText(input, options, found) : undefined
  const kind = text?.kind ?? options.as
  const bytes = text?.bytes ?? (typeof input === 'string' ? new Uint8Array(0) : input)
  const read = { form: '2021', kind, bytes } as const
  if (kind === undefined || (typeof input === 'string' && found.issues.length > 0)) {
    if (kind !== undefined) found.rules.push(...unchecked(legacyLayoutOf(kind, dialect)), ...elsewhere(kind, {}))
    return { ...read, fields: {}, records: [], releases: undefined, ...found }
  }
  const layout = legacyLayoutOf(kind, dialect)
  const { fields, records } = inspectStream(layout, bytes, options.context, found)
  found.rules.push(...elsewhere(kind, fields))
  const readable = found.issues.every(({ layer }) => layer !== 'tlv' && layer !== 'field')
  const releases = readable ? releasesOf({ kind, fields, records }) : undefined
  return { ...read, fields, records, releases, ...found }
}
