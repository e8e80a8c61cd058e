/**
 * BOLT 12 as c-lightning v0.10.1 to v0.12.1 wrote it in 2021 and 2022: decode, check, make and sign offers, invoice requests
 * and invoices with 32-byte keys. Runs in Node and in browsers. Its invoices are paid unblinded: nothing here pays.
 *
 * @packageDocumentation
 */

export { legacyExpectedAmount } from './amount.js'
export {
  checkLegacyOffer,
  checkLegacyRequest,
  type LegacyInvoiceCounterpart,
  type LegacyRefundCounterpart,
  type LegacyVerdict,
  verifyLegacyInvoiceFor,
  verifyLegacyRefundInvoice,
} from './check.js'
export type { LegacyCode } from './codes.js'
export { createLegacyInvoice, type LegacyInvoiceBasics, type LegacyInvoiceOptions } from './create-invoice.js'
export {
  type CreatedLegacyInvoiceRequest,
  createLegacyInvoiceRequest,
  type LegacyInvoiceRequestOptions,
} from './create-invoice-request.js'
export { createLegacyOffer, type LegacyOfferOptions } from './create-offer.js'
export { createLegacyRefundInvoice, type LegacyRefundInvoiceOptions } from './create-refund-invoice.js'
export {
  decodeLegacyAs,
  decodeLegacyInvoice,
  decodeLegacyInvoiceRequest,
  decodeLegacyOffer,
  encodeLegacy,
  type LegacyDecodeOptions,
  type LegacyMessage,
} from './decode.js'
export { LEGACY, type LegacyDialect, type RequestTag, V0_10_1, V0_10_2, V0_11 } from './dialect.js'
export { isLegacyRecords, isLegacyStream, isLegacyString, type LegacyKind } from './form.js'
export { inspectLegacy, type LegacyFields, type LegacyInspection, type LegacyInspectOptions } from './inspect.js'
export type { LegacyInvoice, LegacyInvoiceMessage } from './invoice.js'
export type { LegacyInvoiceRequest, LegacyInvoiceRequestMessage } from './invoice-request.js'
export { legacyToJson } from './json.js'
export { legacyPayerKey } from './keys.js'
export { legacyMerkleRoot, legacyMerkleTree, legacyOfferId, legacyPaymentSecret } from './merkle.js'
export type { LegacyOffer, LegacyOfferMessage } from './offer.js'
export { type LegacyTraced, releasesOf } from './releases.js'
export type { LegacyInvoiceExpectation } from './rules/invoice-match.js'
export type { LegacyRequestCounterpart } from './rules/request-match.js'
export type { LegacySentInvoiceExpectation } from './rules/sent-invoice-match.js'
export { requestTagOf } from './signature.js'
export type {
  LegacyHop,
  LegacyPath,
  LegacyPayinfo,
  LegacyPaywindow,
  LegacyRecurrence,
  LegacyRecurrenceBase,
} from './subtypes.js'
