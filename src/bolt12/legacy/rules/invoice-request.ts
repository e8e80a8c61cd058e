import { featuresRule, presentRule, supplyRule } from '../../rules/common.js'
import type { Rule } from '../../rules/rule.js'
import type { LegacyDialect } from '../dialect.js'
import type { LegacyInvoiceRequestStream } from '../invoice-request.js'
import { chainRule, type LegacyRuleCode, of2021, PAYMENT_FEATURES, signedRule } from './common.js'

type Request = LegacyInvoiceRequestStream

/** What makes a reader refuse an invoice_request of 2021, whatever it asks for. */
export const legacyInvoiceRequestRules = ({ requestTags }: LegacyDialect): readonly Rule<Request, LegacyRuleCode>[] =>
  of2021<Rule<Request, LegacyRuleCode>>([
    presentRule('L20', 'LEGACY_INVREQ_OFFER_ID_MISSING', 'offer_id'),
    presentRule('L21', 'LEGACY_INVREQ_PAYER_KEY_MISSING', 'payer_key'),
    supplyRule('amount'),
    presentRule('L22', 'LEGACY_INVREQ_SIGNATURE_MISSING', 'signature'),
    signedRule(
      'L23',
      'LEGACY_INVREQ_BAD_SIGNATURE',
      requestTags.map((tag) => ['invoice_request', tag] as const),
      'payer_key',
    ),
    featuresRule('L24', 'LEGACY_INVREQ_FEATURE_UNKNOWN', 'features', PAYMENT_FEATURES),
    chainRule('L25', 'LEGACY_INVREQ_CHAIN_UNSUPPORTED', 'the request'),
  ])
