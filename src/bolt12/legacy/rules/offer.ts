import { equalBytes } from '../../../base/bytes.js'
import { MAX_MSAT } from '../../../wire/amount.js'
import { chainsOf } from '../../chains.js'
import { featuresRule, presentRule } from '../../rules/common.js'
import type { Rule } from '../../rules/rule.js'
import type { LegacyOfferStream } from '../offer.js'
import { type LegacyRuleCode, nameOf, of2021, signedRule } from './common.js'

/** What makes a reader leave an offer of 2021 alone. */
export const LEGACY_OFFER_RULES: readonly Rule<LegacyOfferStream, LegacyRuleCode>[] = /* @__PURE__ */ of2021<
  Rule<LegacyOfferStream, LegacyRuleCode>
>([
  presentRule('L10', 'LEGACY_OFFER_NODE_ID_MISSING', 'node_id'),
  presentRule('L11', 'LEGACY_OFFER_DESCRIPTION_MISSING', 'description'),
  {
    id: 'M6',
    code: 'AMOUNT_ABOVE_SUPPLY',
    phase: 'form',
    field: 'amount',
    reads: ['currency'],
    applies: ({ fields }) => fields.amount !== undefined && fields.currency === undefined,
    check: ({ fields }) => ((fields.amount ?? 0n) > MAX_MSAT ? `amount is above ${MAX_MSAT} msat` : undefined),
  },
  {
    id: 'L12',
    code: 'LEGACY_OFFER_QUANTITY_RANGE',
    phase: 'form',
    field: 'quantity_max',
    reads: ['quantity_min'],
    applies: ({ fields }) => fields.quantity_min !== undefined && fields.quantity_max !== undefined,
    check({ fields }) {
      const { quantity_min: least = 0n, quantity_max: most = 0n } = fields
      return least > most ? `at least ${least} items and at most ${most}` : undefined
    },
  },
  {
    // A refund sends money, whatever else it says: one without the flag would be answered with a request to pay.
    id: 'L13',
    code: 'LEGACY_OFFER_REFUND',
    phase: 'form',
    field: 'refund_for',
    reads: ['send_invoice'],
    applies: ({ fields }) => fields.refund_for !== undefined,
    check: ({ fields }) =>
      fields.send_invoice === undefined ? 'refund_for is set, but send_invoice is not' : undefined,
  },
  {
    id: 'L14',
    code: 'LEGACY_OFFER_RECURRENCE',
    phase: 'form',
    field: 'recurrence',
    reads: ['recurrence_base', 'recurrence_paywindow', 'recurrence_limit'],
    applies: ({ fields }) =>
      (fields.recurrence_base ?? fields.recurrence_paywindow ?? fields.recurrence_limit) !== undefined,
    check: ({ fields }) =>
      fields.recurrence === undefined ? 'recurrence is missing, and fields that belong to it are set' : undefined,
  },
  signedRule('L15', 'LEGACY_OFFER_BAD_SIGNATURE', [['offer', 'signature']], 'node_id'),
  featuresRule('L16', 'LEGACY_OFFER_FEATURE_UNKNOWN', 'features', []),
  {
    id: 'L17',
    code: 'LEGACY_OFFER_CHAIN_UNSUPPORTED',
    phase: 'read',
    field: 'chains',
    check({ fields }, { chains }) {
      const wanted = chainsOf(fields.chains)
      if (wanted.some((chain) => chains.some((ours) => equalBytes(chain, ours)))) return undefined
      return wanted.length === 0
        ? 'the offer is for no chain'
        : `the offer is for ${wanted.map(nameOf).join(', ')} only`
    },
  },
  {
    id: 'L18',
    code: 'LEGACY_OFFER_EXPIRED',
    phase: 'read',
    field: 'absolute_expiry',
    applies: ({ fields }) => fields.absolute_expiry !== undefined,
    check({ fields: { absolute_expiry: expiry } }, { now }) {
      return expiry !== undefined && now > expiry ? `expired at ${expiry}, it is ${now} now` : undefined
    },
  },
])
