/**
 * BOLT 12 as a library: decode, check, build and sign offers, invoice requests, invoices and proofs. Runs in Node and in
 * browsers; nothing here touches a network, a file or a clock.
 * @module
 */
export { formatPath, isLnoError, LnoError, type Where } from './base/error.js'
export { fromHex, toHex } from './base/hex.js'
export { type Convert, type CostEstimate, differsSignificantly, estimateCost } from './bolt12/amount.js'
export { type ChainName, chainHashOf, chainName } from './bolt12/chains.js'
export { createInvoice, type InvoiceOptions, type InvoicePath } from './bolt12/create-invoice.js'
export { createInvoiceError, type InvoiceErrorOptions } from './bolt12/create-invoice-error.js'
export {
  type CreatedInvoiceRequest,
  createInvoiceRequest,
  createStandaloneRequest,
  type InvoiceRequestOptions,
  type StandaloneRequestOptions,
} from './bolt12/create-invoice-request.js'
export { createOffer, encodeOffer, type IssuerName, type OfferOptions } from './bolt12/create-offer.js'
export {
  type DecodeOptions,
  decodeAny,
  decodeAs,
  decodeInvoice,
  decodeInvoiceError,
  decodeInvoiceRequest,
  decodeOffer,
  decodePayerProof,
} from './bolt12/decode.js'
export { answerDestinationsOf, type Destination, destinationsOf } from './bolt12/destinations.js'
export { checkOffer, type Inspection, type InspectOptions, inspect, inspectOffer } from './bolt12/inspect.js'
export type { Invoice, InvoiceMessage } from './bolt12/invoice.js'
export type { InvoiceError, InvoiceErrorMessage } from './bolt12/invoice-error.js'
export { type InvoiceRequest, type InvoiceRequestMessage, isStandalone } from './bolt12/invoice-request.js'
export { issueJson, type JsonObject, type JsonValue, toJson } from './bolt12/json.js'
export type { Bolt12Message, Kind } from './bolt12/layout.js'
export { type MerkleTree, merkleRoot, merkleTree, type NonceRule, offerId } from './bolt12/merkle.js'
export type { Offer, OfferMessage } from './bolt12/offer.js'
export { fromPasted } from './bolt12/pasted.js'
export type { PayerProof, PayerProofMessage } from './bolt12/payer-proof.js'
export { createPayerProof, type PayerProofOptions } from './bolt12/proof/create.js'
export { type Guessable, type ProofField, type ProofPreview, previewPayerProof } from './bolt12/proof/preview.js'
export type { FieldChoice, ProofSelection } from './bolt12/proof/selection.js'
export { type VerifiedProof, verifyPayerProof } from './bolt12/proof/verify.js'
export type { InvoiceArrival, InvoiceExpectation } from './bolt12/rules/invoice-match.js'
export type { Issue, Layer, Phase, ReadContext, RuleOutcome, Verdict } from './bolt12/rules/rule.js'
export {
  type Bolt12String,
  decodeString,
  type EncodeStringOptions,
  encodeString,
  type Prefix,
} from './bolt12/string.js'
export {
  type InvoiceCounterpart,
  paymentParts,
  usableFallbacks,
  usablePaths,
  verifyInvoiceFor,
} from './bolt12/verify-invoice.js'
