import { equalBytes } from '../../base/bytes.js'
import { unknownEven } from '../../wire/features.js'
import { chainName } from '../chains.js'
import { DEFAULT_RELATIVE_EXPIRY, type Invoice, type InvoiceMessage } from '../invoice.js'
import { INVOICE_RANGES } from '../ranges.js'
import { featuresRule, hopsRule, listRule, presentRule, rangeRule, signatureRule, supplyRule } from './common.js'
import { requestChain } from './invoice-request.js'
import type { Rule } from './rule.js'

/** Bits that BOLT 12 defines for `invoice_features`: payment in several parts, demanded or allowed. */
export const MPP_REQUIRED = 16
export const MPP_ALLOWED = 17

/** Unix second from which an invoice is too old to be paid: the sum cannot overflow, both are bigint (pitfall 18). */
export function expiresAt(fields: Invoice): bigint | undefined {
  if (fields.invoice_created_at === undefined) return undefined
  return fields.invoice_created_at + BigInt(fields.invoice_relative_expiry ?? DEFAULT_RELATIVE_EXPIRY)
}

/**
 * What makes a reader refuse an invoice, whatever it asked for (BOLT 12, "Requirements For Invoices"). What was asked for
 * and how the invoice came: `match`, in `invoice-match.ts`.
 */
export const INVOICE_RULES: readonly Rule<InvoiceMessage>[] = [
  /* @__PURE__ */ rangeRule('T8', 'INVOICE_TYPE_OUT_OF_RANGE', 'an invoice', INVOICE_RANGES),
  /* @__PURE__ */ presentRule('IR1', 'INVOICE_AMOUNT_MISSING', 'invoice_amount'),
  /* @__PURE__ */ presentRule('IR1', 'INVOICE_CREATED_AT_MISSING', 'invoice_created_at'),
  /* @__PURE__ */ presentRule('IR1', 'INVOICE_PAYMENT_HASH_MISSING', 'invoice_payment_hash'),
  /* @__PURE__ */ presentRule('IR1', 'INVOICE_NODE_ID_MISSING', 'invoice_node_id'),
  /* @__PURE__ */ presentRule('IR5', 'INVOICE_PATHS_MISSING', 'invoice_paths'),
  /* @__PURE__ */ listRule('IR5', 'INVOICE_PATHS_EMPTY', 'invoice_paths', 'path'),
  /* @__PURE__ */ hopsRule('IR5', 'INVOICE_PATH_WITHOUT_HOPS', 'invoice_paths'),
  /* @__PURE__ */ presentRule('IR5', 'INVOICE_BLINDEDPAY_MISSING', 'invoice_blindedpay'),
  {
    id: 'IR5',
    code: 'INVOICE_BLINDEDPAY_COUNT',
    phase: 'form',
    field: 'invoice_blindedpay',
    reads: ['invoice_paths'],
    applies: ({ fields }) => fields.invoice_blindedpay !== undefined && fields.invoice_paths !== undefined,
    check({ fields }) {
      const [paths, payinfos] = [fields.invoice_paths?.length ?? 0, fields.invoice_blindedpay?.length ?? 0]
      return paths === payinfos ? undefined : `${payinfos} blinded_payinfo for ${paths} paths`
    },
  },
  /* @__PURE__ */ supplyRule('invoice_amount'),
  /* @__PURE__ */ presentRule('IR10', 'INVOICE_SIGNATURE_MISSING', 'signature'),
  /* @__PURE__ */ signatureRule('IR10', 'INVOICE_BAD_SIGNATURE', ['invoice', 'signature'], 'invoice_node_id'),
  {
    // BOLT 12 does not say what an invoice over nothing is. No HTLC can carry 0 msat, so it could never be paid: LND and CLN
    // refuse it, and so is it here. It still decodes, to be shown.
    id: 'IR1',
    code: 'INVOICE_AMOUNT_ZERO',
    phase: 'read',
    field: 'invoice_amount',
    applies: ({ fields }) => fields.invoice_amount !== undefined,
    check: ({ fields }) => (fields.invoice_amount === 0n ? 'invoice_amount is 0' : undefined),
  },
  {
    id: 'IR2',
    code: 'INVOICE_CHAIN_UNSUPPORTED',
    phase: 'read',
    field: 'invreq_chain',
    check({ fields }, { chains }) {
      const chain = requestChain(fields)
      return chains.some((ours) => equalBytes(ours, chain))
        ? undefined
        : `the invoice is for ${chainName(chain) ?? 'a chain without a name here'}`
    },
  },
  /* @__PURE__ */ featuresRule('IR3', 'INVOICE_FEATURE_UNKNOWN', 'invoice_features', [MPP_REQUIRED]),
  {
    id: 'IR4',
    code: 'INVOICE_EXPIRED',
    phase: 'read',
    field: 'invoice_created_at',
    reads: ['invoice_relative_expiry'],
    applies: ({ fields }) => fields.invoice_created_at !== undefined,
    check({ fields }, { now }) {
      const end = expiresAt(fields)
      return end !== undefined && now > end ? `expired at ${end}, it is ${now} now` : undefined
    },
  },
  {
    id: 'IR6',
    code: 'INVOICE_NO_USABLE_PATH',
    phase: 'read',
    field: 'invoice_blindedpay',
    applies: ({ fields }) => (fields.invoice_blindedpay?.length ?? 0) > 0,
    check({ fields }, { features }) {
      const known = new Set(features?.['blinded_payinfo.features'])
      const usable = fields.invoice_blindedpay?.some((payinfo) => unknownEven(payinfo.features, known, 1).length === 0)
      return usable ? undefined : 'every path demands a feature that is not known here'
    },
  },
]
