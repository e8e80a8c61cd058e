import { concatBytes } from '../../base/bytes.js'
import { legacyExpectedAmount } from '../../bolt12/legacy/amount.js'
import { checkLegacyOffer, verifyLegacyInvoiceFor } from '../../bolt12/legacy/check.js'
import { createLegacyInvoiceRequest } from '../../bolt12/legacy/create-invoice-request.js'
import { decodeLegacyInvoice, encodeLegacy } from '../../bolt12/legacy/decode.js'
import { LEGACY, type LegacyDialect } from '../../bolt12/legacy/dialect.js'
import type { LegacyInvoiceMessage } from '../../bolt12/legacy/invoice.js'
import type { LegacyInvoiceRequestMessage } from '../../bolt12/legacy/invoice-request.js'
import type { LegacyOfferMessage } from '../../bolt12/legacy/offer.js'
import { errorOf } from '../../bolt12/rules/rule.js'
import { nodeError } from '../codes.js'
import { verdictOf } from './answer.js'
import { type Asked, type Asker, chainFor, type Question, type Terms, termsOf } from './question.js'

/**
 * The question to the issuer of an offer of 2021. It goes to the node id, of which only the x coordinate is known. Paths in such
 * an offer are not used: c-lightning never wrote one, and took no request over one either.
 * @throws LnoError what makes the offer unanswerable (`LEGACY_OFFER_EXPIRED`, …) or the terms impossible (`LEGACY_INVREQ_…`,
 *   `CURRENCY_NOT_CONVERTIBLE` for a price in another currency without an amount)
 */
export function legacyQuestion(
  offer: LegacyOfferMessage,
  terms: Terms,
  { now, chains, random, dialect = LEGACY }: Asker & { readonly dialect?: LegacyDialect | undefined },
): Asked<LegacyInvoiceRequestMessage, LegacyInvoiceMessage> {
  const issue = checkLegacyOffer(offer, { now, chains }).issues[0]
  if (issue !== undefined) throw errorOf(issue)
  const chain = chainFor(offer.fields.chains, chains)
  const { request, payerKey } = createLegacyInvoiceRequest(offer, {
    random,
    dialect,
    ...termsOf(terms),
    ...(chain && { chain }),
  })
  const authorisedMsat = terms.amountMsat ?? legacyExpectedAmount(offer, terms.quantity)
  if (authorisedMsat === undefined) throw nodeError('INTERNAL', 'a request without an amount was made')
  const { node_id: x } = offer.fields
  const question: Question<LegacyInvoiceMessage> = {
    form: '2021',
    target: '2021 offer',
    request: request.bytes,
    payerKey,
    paths: [],
    // As c-lightning: the even one first.
    nodeIds: x === undefined ? [] : [2, 3].map((prefix) => concatBytes(Uint8Array.of(prefix), x)),
    back: 'last relay',
    authorisedMsat,
    offerText: encodeLegacy(offer),
    judge: (value, { now }) =>
      verdictOf(
        () => decodeLegacyInvoice(value, { dialect, verifySignature: false }),
        (invoice) => verifyLegacyInvoiceFor({ offer, request, now, chains, authorisedMsat }, invoice).issues,
      ),
    summary: ({ bytes, fields }) => ({ bytes, amountMsat: fields.amount ?? 0n }),
  }
  return { question, request }
}
