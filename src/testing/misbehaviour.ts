import type { Clock, Random } from '../base/effects.js'
import { toHex } from '../base/hex.js'
import { createInvoice } from '../bolt12/create-invoice.js'
import { createInvoiceError } from '../bolt12/create-invoice-error.js'
import { createInvoiceRequest } from '../bolt12/create-invoice-request.js'
import { decodeInvoice, decodeInvoiceRequest } from '../bolt12/decode.js'
import { INVOICE, type Invoice } from '../bolt12/invoice.js'
import { type InvoiceRequestMessage, SIGNATURE } from '../bolt12/invoice-request.js'
import { isLegacyStream } from '../bolt12/legacy/form.js'
import { offerId } from '../bolt12/merkle.js'
import { isSignatureType } from '../bolt12/ranges.js'
import { signRecords } from '../bolt12/signature.js'
import { publicKey, randomSecret } from '../crypto/group.js'
import { sha256 } from '../crypto/hash.js'
import type { Delivery } from '../node/messenger/messenger.js'
import type { LnoNode } from '../node/node.js'
import type { OwnOffer } from '../node/offers/own-offer.js'
import { unroutablePaths } from '../node/offers/payment-paths.js'
import type { PaymentPaths } from '../wallets/wallet.js'
import { encodeRecords, joinRecords } from '../wire/tlv.js'

/**
 * Ways in which a merchant can answer wrongly, each with what a payer's `fetchInvoice` must end with: the code of the error,
 * and for `INVOICE_REFUSED` the code of an issue that must be among the reasons.
 */
export const MISBEHAVIOURS = {
  /** The request is swallowed. */
  'no-answer': { code: 'SENT_NO_REPLY' },
  /** The answer is a refusal, with a text. */
  'invoice-error': { code: 'INVOICE_ERROR' },
  /** The right invoice, sent to the payer's node id instead of over its reply path. */
  'wrong-reply-path': { code: 'SENT_NO_REPLY' },
  /** Bytes that are no invoice. */
  garbage: { code: 'INVOICE_REFUSED', issue: 'WIRE_TRUNCATED' },
  /** Somebody else's key in `invoice_node_id`, with a good signature of it. */
  'wrong-signer': { code: 'INVOICE_REFUSED', issue: 'INVOICE_WRONG_SIGNER' },
  /** The right key, and a signature over something else. */
  'bad-signature': { code: 'INVOICE_REFUSED', issue: 'INVOICE_BAD_SIGNATURE' },
  /** Made two days ago. */
  'expired-invoice': { code: 'INVOICE_REFUSED', issue: 'INVOICE_EXPIRED' },
  /** Twice what was agreed. */
  'wrong-amount': { code: 'INVOICE_REFUSED', issue: 'INVOICE_AMOUNT_UNAUTHORISED' },
  /** An invoice for another request to the same offer. */
  'other-request': { code: 'INVOICE_REFUSED', issue: 'INVOICE_REQUEST_MISMATCH' },
  /** No path to pay over. */
  'no-paths': { code: 'INVOICE_REFUSED', issue: 'INVOICE_PATHS_MISSING' },
  /** A feature that must be understood and that nobody knows. */
  'unknown-feature': { code: 'INVOICE_REFUSED', issue: 'INVOICE_FEATURE_UNKNOWN' },
} as const satisfies Readonly<Record<string, { readonly code: string; readonly issue?: string }>>

/** A way to answer wrongly: a key of `MISBEHAVIOURS`. */
export type Misbehaviour = keyof typeof MISBEHAVIOURS

/** Who misbehaves. */
interface Merchant {
  readonly node: LnoNode
  readonly nodeId: Uint8Array
  readonly clock: Clock
  readonly random: Random
  /** Ids of the nodes that wait for an invoice. */
  readonly fetching: () => readonly string[]
}

/** The issuer's place is taken by one that answers as `how()` says; while that is undefined everything goes its usual way. */
export function misbehaveOn(merchant: Merchant, how: () => Misbehaviour | undefined): void {
  const paymentPaths = unroutablePaths({
    nodeId: merchant.nodeId,
    preimageSecret: merchant.random(32),
    random: merchant.random,
  })
  const usual = merchant.node.messenger.handle(64n, (delivery) => {
    const misbehaviour = how()
    // Nobody has written down how to answer wrongly in the form of 2021.
    if (misbehaviour === undefined || isLegacyStream('invoice_request', delivery.value)) usual?.(delivery)
    else void answer(merchant, paymentPaths, misbehaviour, delivery)
  })
}

async function answer(
  merchant: Merchant,
  paymentPaths: PaymentPaths,
  how: Misbehaviour,
  delivery: Delivery,
): Promise<void> {
  const { node, fetching } = merchant
  const { replyPath } = delivery
  const request = decodeInvoiceRequest(delivery.value)
  const id = offerId(request.records)
  const wanted = id === undefined ? undefined : toHex(id)
  const own = node.issuer.list().find((own): own is OwnOffer => own.form === 'modern' && own.id === wanted)
  if (how === 'no-answer' || replyPath === undefined || own === undefined) return
  if (how === 'wrong-reply-path') {
    const { bytes } = await rightInvoice(merchant, paymentPaths, delivery, own, request)
    for (const payer of fetching()) {
      for (const route of node.messenger.routesTo(payer)) send(node, delivery, route, payer, { invoice: bytes })
    }
    return
  }
  const contents =
    how === 'invoice-error'
      ? { invoice_error: createInvoiceError({ error: 'out of stock' }).bytes }
      : { invoice: await wrongInvoice(merchant, paymentPaths, how, delivery, own, request) }
  const route = node.messenger.routesTo(node.messenger.introductionOf(replyPath))[0]
  if (route !== undefined) send(node, delivery, route, replyPath, contents)
}

type Sent = Parameters<LnoNode['messenger']['send']>[0]

function send(
  { messenger }: LnoNode,
  { generation }: Delivery,
  route: Sent['route'],
  to: Sent['to'],
  contents: Sent['contents'],
): void {
  messenger.send({ generation, route, to, contents, onFate: () => undefined })
}

async function rightInvoice(
  { node, clock, random }: Merchant,
  paymentPaths: PaymentPaths,
  delivery: Delivery,
  own: OwnOffer,
  request: InvoiceRequestMessage,
) {
  const now = BigInt(Math.floor(clock.now() / 1000))
  const price = (own.offer.fields.offer_amount ?? 0n) * (request.fields.invreq_quantity ?? 1n)
  const receivable = await paymentPaths.receive({
    requestHash: sha256(request.bytes),
    offerId: offerId(own.offer.records)!,
    amountMsat: request.fields.invreq_amount ?? price,
    createdAt: now,
    expiresAt: now + 7200n,
  })
  return createInvoice(request, {
    createdAt: now,
    paymentHash: receivable.paymentHash,
    paths: receivable.paths,
    ...(price > 0n && { expectedMsat: price }),
    signingKey: node.issuer.signingKey(own, delivery),
    aux: random(32),
  })
}

async function wrongInvoice(
  merchant: Merchant,
  paymentPaths: PaymentPaths,
  how: Misbehaviour,
  delivery: Delivery,
  own: OwnOffer,
  request: InvoiceRequestMessage,
): Promise<Uint8Array> {
  const { random, node } = merchant
  if (how === 'garbage') return Uint8Array.of(0xff)
  const key = node.issuer.signingKey(own, delivery)
  const asked = how === 'other-request' ? otherRequest(own, request, random) : request
  const { bytes, fields } = await rightInvoice(merchant, paymentPaths, delivery, own, asked)
  switch (how) {
    case 'wrong-signer': {
      const stranger = randomSecret(random)
      return changed(bytes, { invoice_node_id: publicKey(stranger) }, stranger, random)
    }
    case 'bad-signature':
      return changed(bytes, {}, randomSecret(random), random)
    case 'expired-invoice':
      return changed(bytes, { invoice_created_at: (fields.invoice_created_at ?? 0n) - 172_800n }, key, random)
    case 'wrong-amount':
      return changed(bytes, { invoice_amount: (fields.invoice_amount ?? 0n) * 2n }, key, random)
    case 'no-paths':
      return changed(bytes, { invoice_paths: undefined, invoice_blindedpay: undefined }, key, random)
    case 'unknown-feature':
      return changed(bytes, { invoice_features: Uint8Array.of(0x40, 0, 0, 0, 0, 0, 0, 0) }, key, random)
    default:
      return bytes
  }
}

function otherRequest({ offer }: OwnOffer, { fields }: InvoiceRequestMessage, random: Random): InvoiceRequestMessage {
  const { invreq_amount: amountMsat, invreq_quantity: quantity } = fields
  return createInvoiceRequest(offer, {
    random,
    ...(amountMsat !== undefined && { amountMsat }),
    ...(quantity !== undefined && { quantity }),
  }).request
}

/** The invoice with some fields replaced (or taken out), signed again. */
function changed(
  bytes: Uint8Array,
  fields: { readonly [K in keyof Invoice]?: Invoice[K] | undefined },
  key: Uint8Array,
  random: Random,
): Uint8Array {
  const types = new Set(Object.keys(fields).map((name) => INVOICE[name as keyof typeof INVOICE].type))
  const { records } = decodeInvoice(bytes, { verifySignature: false })
  const kept = records.filter(({ type }) => !types.has(type) && !isSignatureType(type))
  const unsigned = encodeRecords(INVOICE, fields as Invoice, kept)
  const signature = signRecords(['invoice', 'signature'], unsigned, key, random(32))
  return joinRecords(encodeRecords(SIGNATURE, { signature }, unsigned))
}
