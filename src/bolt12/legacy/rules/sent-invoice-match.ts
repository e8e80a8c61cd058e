import { equalBytes } from '../../../base/bytes.js'
import type { MatchRule } from '../../rules/rule.js'
import type { LegacyInvoiceMessage, LegacyInvoiceStream } from '../invoice.js'
import type { LegacyOfferMessage } from '../offer.js'
import { verifyLegacy } from '../signature.js'
import { type LegacyRuleCode, of2021 } from './common.js'
import { differsFromOffer } from './invoice-match.js'
import { chainProblem, expiryProblem, offerProblem } from './of-offer.js'
import { quantityProblem, takesQuantity } from './quantity.js'

/** What who sends money knows about an invoice that claims it. */
export interface LegacySentInvoiceExpectation {
  /** The offer to send money. */
  readonly offer: LegacyOfferMessage
  /** For a refund: the invoice that was paid, and is paid back. */
  readonly refunded?: LegacyInvoiceMessage | undefined
  readonly now: bigint
  /** The most that the user agreed to, in msat; without it, what the offer says. */
  readonly authorisedMsat?: bigint | undefined
}

type SentRule = MatchRule<LegacyInvoiceStream, LegacySentInvoiceExpectation, LegacyRuleCode>

/** The rules of an invoice that answers an offer to send money (`send_invoice`), a refund among them. */
export const LEGACY_SENT_INVOICE_RULES: readonly SentRule[] = /* @__PURE__ */ of2021<SentRule>([
  {
    id: 'L70',
    code: 'LEGACY_INVOICE_NOT_SENT',
    phase: 'match',
    field: 'send_invoice',
    check({ fields }, { offer }) {
      if (offer.fields.send_invoice === undefined) return 'the offer does not send money'
      return fields.send_invoice === undefined
        ? 'the invoice does not say that it answers an offer to send money'
        : undefined
    },
  },
  {
    id: 'L71',
    code: 'LEGACY_INVOICE_OFFER_MISMATCH',
    phase: 'match',
    field: 'offer_id',
    check: ({ fields }, { offer }) => offerProblem(fields, offer),
  },
  {
    id: 'L72',
    code: 'LEGACY_OFFER_EXPIRED',
    phase: 'match',
    applies: (_, { offer }) => offer.fields.absolute_expiry !== undefined,
    check: (_, { offer, now }) => expiryProblem(offer, now),
  },
  {
    id: 'L73',
    code: 'LEGACY_INVOICE_CHAIN_UNSUPPORTED',
    phase: 'match',
    field: 'chain',
    check: ({ fields }, { offer }) => chainProblem(fields, offer),
  },
  {
    id: 'L74',
    code: 'LEGACY_INVOICE_OFFER_DIFFERS',
    phase: 'match',
    check: ({ fields }, { offer }) => differsFromOffer(fields, offer.fields),
  },
  {
    id: 'L75',
    code: 'LEGACY_INVOICE_QUANTITY',
    phase: 'match',
    field: 'quantity',
    check({ fields: { quantity } }, { offer }) {
      if (!takesQuantity(offer.fields)) {
        return quantity === undefined ? undefined : 'the offer is for one item and takes no number of items'
      }
      return quantity === undefined ? 'the offer asks for a number of items' : quantityProblem(offer.fields, quantity)
    },
  },
  {
    id: 'L76',
    code: 'LEGACY_INVOICE_AMOUNT_UNAUTHORISED',
    phase: 'match',
    field: 'amount',
    check({ fields }, { offer, authorisedMsat }) {
      const { amount, currency } = offer.fields
      const offered = amount === undefined || currency !== undefined ? undefined : amount * (fields.quantity ?? 1n)
      const most = authorisedMsat ?? offered
      if (most === undefined) return 'no amount was authorised'
      return fields.amount !== undefined && fields.amount <= most
        ? undefined
        : `${fields.amount} msat, at most ${most} msat were authorised`
    },
  },
  {
    id: 'L77',
    code: 'LEGACY_INVOICE_REFUND_MISMATCH',
    phase: 'match',
    field: 'refund_for',
    check({ fields: { refund_for: claimed } }, { offer, refunded }) {
      const { refund_for: offered } = offer.fields
      if (offered === undefined) return claimed === undefined ? undefined : 'the offer pays nothing back'
      if (claimed === undefined || !equalBytes(claimed, offered)) return 'refund_for is not that of the offer'
      const paid = refunded?.fields.payment_hash
      return paid !== undefined && equalBytes(paid, offered) ? undefined : 'the invoice that was paid is not at hand'
    },
  },
  {
    id: 'L78',
    code: 'LEGACY_INVOICE_REFUND_SIGNATURE',
    phase: 'match',
    field: 'refund_signature',
    applies: (_, { offer }) => offer.fields.refund_for !== undefined,
    check({ fields: { refund_signature: signature }, records }, { refunded }) {
      if (signature === undefined) return 'refund_signature is missing'
      const payer = refunded?.fields.payer_key
      if (payer === undefined) return 'who paid is not known'
      return verifyLegacy(['invoice', 'refund_signature'], records, signature, payer)
        ? undefined
        : 'refund_signature is not that of the payer_key of the invoice that was paid'
    },
  },
])
