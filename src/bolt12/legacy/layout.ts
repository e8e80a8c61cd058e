import type { Layout } from '../layout.js'
import type { LegacyDialect } from './dialect.js'
import type { LegacyKind } from './form.js'
import { type LegacyInvoiceStream, legacyInvoiceTable } from './invoice.js'
import { type LegacyInvoiceRequestStream, legacyInvoiceRequestTable } from './invoice-request.js'
import { type LegacyOfferStream, legacyOfferTable } from './offer.js'
import type { LegacyRuleCode } from './rules/common.js'
import { LEGACY_INVOICE_RULES } from './rules/invoice.js'
import { legacyInvoiceRequestRules } from './rules/invoice-request.js'
import { LEGACY_OFFER_RULES } from './rules/offer.js'

/** The layouts of one dialect. */
export interface LegacyLayouts {
  readonly offer: Layout<LegacyOfferStream, LegacyRuleCode>
  readonly invoice_request: Layout<LegacyInvoiceRequestStream, LegacyRuleCode>
  readonly invoice: Layout<LegacyInvoiceStream, LegacyRuleCode>
}

/** The rules of the codecs that only this form has. */
const FIELD_RULES = {
  point32: 'L2',
  '...*legacy_blinded_path': 'L3',
  '...*legacy_blinded_payinfo': 'L3',
  '...*u64': 'L3',
  'byte*fallback_address': 'T7',
  tu16: 'T1',
  recurrence: 'L3',
  recurrence_base: 'L3',
  recurrence_paywindow: 'L3',
  flag: 'L3',
}

const COMMON = { streamRule: 'L1', fieldRules: FIELD_RULES }

const made = /* @__PURE__ */ new WeakMap<LegacyDialect, LegacyLayouts>()

/** What a dialect knows of each kind of message. */
export function legacyLayouts(dialect: LegacyDialect): LegacyLayouts {
  let layouts = made.get(dialect)
  if (layouts === undefined) {
    layouts = {
      offer: {
        kind: 'offer',
        prefix: 'lno',
        table: legacyOfferTable(dialect),
        rules: LEGACY_OFFER_RULES,
        ...COMMON,
      },
      invoice_request: {
        kind: 'invoice_request',
        prefix: 'lnr',
        table: legacyInvoiceRequestTable(dialect),
        rules: legacyInvoiceRequestRules(dialect),
        ...COMMON,
      },
      invoice: {
        kind: 'invoice',
        prefix: 'lni',
        table: legacyInvoiceTable(dialect),
        rules: LEGACY_INVOICE_RULES,
        ...COMMON,
      },
    }
    made.set(dialect, layouts)
  }
  return layouts
}

/** The layout of a kind. The type of its messages is lost here; printers and the inspector need it no more. */
export function legacyLayoutOf(kind: LegacyKind, dialect: LegacyDialect): Layout<never, LegacyRuleCode> {
  return legacyLayouts(dialect)[kind] as Layout<never, LegacyRuleCode>
}
