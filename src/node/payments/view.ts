import { toHex } from '../../base/hex.js'
import { decodeInvoice } from '../../bolt12/decode.js'
import { encodeString } from '../../bolt12/string.js'
import type { PaymentAbout, PaymentFailure, PaymentPart, PaymentState } from '../../payments/step.js'
import { isoTime } from '../iso-time.js'
import { aboutIntent } from './about.js'
import type { Intent } from './intents.js'
import { type IntentStage, stageOf } from './stage.js'

/** What a payment was for, as it is printed. Texts are strangers' or the user's, as they came. */
export interface AboutView {
  readonly offer_id?: string
  readonly description?: string
  readonly payer_note?: string
  readonly payer_id?: string
  /** Decimal. */
  readonly quantity?: string
  readonly label?: string
}

/** One HTLC of a payment as it is printed. */
export interface PartView {
  /** Node id of the peer over whose channel it went. */
  readonly peer: string
  readonly amount_msat: string
  readonly fee_msat: string
  /** Index of the invoice's path. */
  readonly path: number
  readonly status: PaymentPart['status']
  readonly failure?: PaymentFailure
}

/** A payment of this node as it is printed. */
export interface PaymentView extends AboutView {
  readonly payment_id: string
  /** `asking`, `invoice`: nothing was sent yet. */
  readonly status: IntentStage
  readonly payment_hash?: string
  readonly amount_msat: string
  /** msat that fees have cost. */
  readonly fee_msat: string
  readonly max_fee_msat: string
  /** The refund of this node that is paid with it. */
  readonly refund_id?: string
  readonly preimage?: string
  readonly failure?: PaymentFailure
  readonly parts: readonly PartView[]
  /** UTC. */
  readonly created_at: string
  readonly ended_at?: string
  /** `lni…`, the invoice, where one payment is shown. */
  readonly bolt12?: string
}

export function aboutView({ offerId, description, payerNote, payerId, quantity, label }: PaymentAbout): AboutView {
  return {
    ...(offerId && { offer_id: toHex(offerId) }),
    ...(description !== undefined && { description }),
    ...(payerNote !== undefined && { payer_note: payerNote }),
    ...(payerId && { payer_id: toHex(payerId) }),
    ...(quantity !== undefined && { quantity: quantity.toString() }),
    ...(label !== undefined && { label }),
  }
}

export function partView({ peer, amountMsat, feeMsat, path, status, failure }: PaymentPart): PartView {
  return {
    peer,
    amount_msat: amountMsat.toString(),
    fee_msat: feeMsat.toString(),
    path,
    status,
    ...(failure && { failure }),
  }
}

/** A payment that was wanted here, and what the wallet says of it. */
export function intentView({ id, stored }: Intent, state: PaymentState | undefined): PaymentView {
  const stage = stageOf(stored)
  // The wallet is ahead of what is noted here.
  const status = state !== undefined && (stage === 'invoice' || stage === 'sending') ? state.status : stage
  const { preimage = state?.preimage, ended } = stored
  // A part that comes back after all costs nothing: the wallet knows last.
  const fee = state?.feeMsat ?? stored.fee ?? 0n
  const failure =
    stored.failed === undefined ? state?.failure : { code: stored.failed, message: stored.why ?? stored.failed }
  const endedAt = ended === undefined ? state?.endedAt : Number(ended)
  const hash = stored.invoice && hashOf(stored.invoice)
  const { refund } = stored
  const { offer_id: offerId, ...about } = aboutView(aboutIntent(stored))
  return {
    payment_id: id,
    status,
    ...(hash && { payment_hash: toHex(hash) }),
    amount_msat: stored.amount.toString(),
    fee_msat: fee.toString(),
    max_fee_msat: stored.max_fee.toString(),
    ...(offerId !== undefined && refund === undefined && { offer_id: offerId }),
    ...about,
    ...(refund && { refund_id: toHex(refund) }),
    ...(preimage && { preimage: toHex(preimage) }),
    ...(failure && status === 'failed' && { failure }),
    parts: (state?.parts ?? []).map(partView),
    created_at: isoTime(Number(stored.created)),
    ...(endedAt !== undefined && { ended_at: isoTime(endedAt) }),
  }
}

/** A payment that the wallet knows, and of which nothing is kept here any more. */
export function stateView(state: PaymentState): PaymentView {
  const { preimage, failure, endedAt } = state
  return {
    payment_id: state.id,
    status: state.status,
    payment_hash: toHex(state.paymentHash),
    amount_msat: state.amountMsat.toString(),
    fee_msat: state.feeMsat.toString(),
    max_fee_msat: state.maxFeeMsat.toString(),
    ...aboutView(state.about),
    ...(preimage && { preimage: toHex(preimage) }),
    ...(failure && { failure }),
    parts: state.parts.map(partView),
    created_at: isoTime(state.createdAt),
    ...(endedAt !== undefined && { ended_at: isoTime(endedAt) }),
  }
}

/** The same with its invoice. */
export function withInvoice(view: PaymentView, invoice: Uint8Array | undefined): PaymentView {
  return invoice === undefined ? view : { ...view, bolt12: encodeString('lni', invoice) }
}

function hashOf(invoice: Uint8Array): Uint8Array | undefined {
  return decodeInvoice(invoice, { verifySignature: false }).fields.invoice_payment_hash
}
