import { DEFAULT_RELATIVE_EXPIRY } from '../../invoice.js'
import { featuresRule, presentRule, supplyRule } from '../../rules/common.js'
import type { Rule } from '../../rules/rule.js'
import type { LegacyInvoice, LegacyInvoiceStream } from '../invoice.js'
import { chainRule, type LegacyRuleCode, of2021, PAYMENT_FEATURES, signedRule } from './common.js'

type Invoice = LegacyInvoiceStream

/** The last Unix second of an invoice of 2021; the default is today's, too. */
export function legacyExpiresAt({ created_at: created, relative_expiry: seconds }: LegacyInvoice): bigint | undefined {
  return created === undefined ? undefined : created + BigInt(seconds ?? DEFAULT_RELATIVE_EXPIRY)
}

/** What makes a reader refuse an invoice of 2021, whatever it answers. */
export const LEGACY_INVOICE_RULES: readonly Rule<Invoice, LegacyRuleCode>[] = /* @__PURE__ */ of2021<
  Rule<Invoice, LegacyRuleCode>
>([
  presentRule('L40', 'LEGACY_INVOICE_NODE_ID_MISSING', 'node_id'),
  presentRule('L41', 'LEGACY_INVOICE_AMOUNT_MISSING', 'amount'),
  presentRule('L42', 'LEGACY_INVOICE_DESCRIPTION_MISSING', 'description'),
  presentRule('L43', 'LEGACY_INVOICE_CREATED_AT_MISSING', 'created_at'),
  presentRule('L44', 'LEGACY_INVOICE_PAYMENT_HASH_MISSING', 'payment_hash'),
  supplyRule('amount'),
  presentRule('L45', 'LEGACY_INVOICE_SIGNATURE_MISSING', 'signature'),
  signedRule('L46', 'LEGACY_INVOICE_BAD_SIGNATURE', [['invoice', 'signature']], 'node_id'),
  {
    id: 'L47',
    code: 'LEGACY_INVOICE_AMOUNT_ZERO',
    phase: 'read',
    field: 'amount',
    applies: ({ fields }) => fields.amount !== undefined,
    check: ({ fields }) => (fields.amount === 0n ? 'amount is 0' : undefined),
  },
  featuresRule('L48', 'LEGACY_INVOICE_FEATURE_UNKNOWN', 'features', PAYMENT_FEATURES),
  chainRule('L49', 'LEGACY_INVOICE_CHAIN_UNSUPPORTED', 'the invoice'),
  {
    id: 'L50',
    code: 'LEGACY_INVOICE_EXPIRED',
    phase: 'read',
    field: 'created_at',
    reads: ['relative_expiry'],
    applies: ({ fields }) => fields.created_at !== undefined,
    check({ fields }, { now }) {
      const end = legacyExpiresAt(fields)
      return end !== undefined && now > end ? `expired at ${end}, it is ${now} now` : undefined
    },
  },
])
