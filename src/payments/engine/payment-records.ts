import { fromHex, toHex } from '../../base/hex.js'
import { blindedPath } from '../../blinding/blinded-path.js'
import type { InvoicePath } from '../../bolt12/create-invoice.js'
import { blindedPayinfo } from '../../bolt12/subtypes.js'
import { bool, bytes, counted, hash256, point, prefixed, struct, u8, u16, u32, u64, utf8 } from '../../wire/codec.js'
import { decodeTlv, encodeTlv, field, type Partially, required, stream, type Table } from '../../wire/tlv.js'
import type { PaymentAbout, PaymentFailure, PaymentPart, PaymentState, Receipt } from '../step.js'

/** A payment of ours with what is needed to try again. Without paths once it has ended. */
export interface Payment extends PaymentState {
  readonly paths: readonly InvoicePath[]
  readonly severalParts: boolean
  /** Parts that the first plan had. */
  readonly planned: number
  /** Counts payments from 1: several may begin in one millisecond. */
  readonly seq: number
}

/** Money that arrived, and what may not be paid again. */
export interface StoredReceipt extends Receipt {
  readonly exclusive?: Uint8Array
}

/** What a payment is for; odd and even types as for all of ours. */
export const ABOUT = {
  offer_id: /* @__PURE__ */ field(1n, hash256),
  description: /* @__PURE__ */ field(3n, utf8),
  payer_note: /* @__PURE__ */ field(5n, utf8),
  payer_id: /* @__PURE__ */ field(7n, point),
  quantity: /* @__PURE__ */ field(9n, u64),
  label: /* @__PURE__ */ field(11n, utf8),
} as const

/** The fields of `about`, stored. */
export function aboutFields(about: PaymentAbout): Partially<typeof ABOUT> {
  return {
    ...(about.offerId && { offer_id: about.offerId }),
    ...(about.description !== undefined && { description: about.description }),
    ...(about.payerNote !== undefined && { payer_note: about.payerNote }),
    ...(about.payerId && { payer_id: about.payerId }),
    ...(about.quantity !== undefined && { quantity: about.quantity }),
    ...(about.label !== undefined && { label: about.label }),
  }
}

/** The reverse of `aboutFields`. */
export function aboutOf(fields: Partially<typeof ABOUT>): PaymentAbout {
  return {
    ...(fields.offer_id && { offerId: fields.offer_id }),
    ...(fields.description !== undefined && { description: fields.description }),
    ...(fields.payer_note !== undefined && { payerNote: fields.payer_note }),
    ...(fields.payer_id && { payerId: fields.payer_id }),
    ...(fields.quantity !== undefined && { quantity: fields.quantity }),
    ...(fields.label !== undefined && { label: fields.label }),
  }
}

/** A stream inside another record. */
export function inner<T extends Table>(table: T, fields: Partially<T>) {
  return { fields, records: [], bytes: encodeTlv(table, fields) }
}

const STATUSES = ['sending', 'paid', 'failed'] as const
const PART_STATUSES = ['sent', 'paid', 'failed', 'disputed'] as const

const PART = {
  peer: /* @__PURE__ */ required(0n, point),
  htlc: /* @__PURE__ */ required(2n, u64),
  amount: /* @__PURE__ */ required(4n, u64),
  fee: /* @__PURE__ */ required(6n, u64),
  path: /* @__PURE__ */ required(8n, u16),
  status: /* @__PURE__ */ required(10n, u8),
  failure_code: /* @__PURE__ */ field(11n, utf8),
  failure_message: /* @__PURE__ */ field(13n, utf8),
} as const

const PAYMENT = {
  payment_hash: /* @__PURE__ */ required(0n, hash256),
  amount: /* @__PURE__ */ required(2n, u64),
  max_fee: /* @__PURE__ */ required(4n, u64),
  paths: /* @__PURE__ */ required(
    6n,
    /* @__PURE__ */ counted(u16, /* @__PURE__ */ struct('path', { path: blindedPath, payinfo: blindedPayinfo })),
  ),
  several_parts: /* @__PURE__ */ required(8n, bool),
  expires: /* @__PURE__ */ required(10n, u64),
  about: /* @__PURE__ */ required(12n, /* @__PURE__ */ stream('about', ABOUT)),
  status: /* @__PURE__ */ required(14n, u8),
  parts: /* @__PURE__ */ required(
    16n,
    /* @__PURE__ */ counted(u16, /* @__PURE__ */ prefixed(u16, /* @__PURE__ */ stream('part', PART))),
  ),
  planned: /* @__PURE__ */ required(18n, u16),
  created: /* @__PURE__ */ required(20n, u64),
  seq: /* @__PURE__ */ required(24n, u32),
  invoice: /* @__PURE__ */ field(21n, /* @__PURE__ */ bytes()),
  preimage: /* @__PURE__ */ field(22n, hash256),
  failure_code: /* @__PURE__ */ field(23n, utf8),
  failure_message: /* @__PURE__ */ field(25n, utf8),
  ended: /* @__PURE__ */ field(27n, u64),
} as const

/** The stored form. */
export function encodePayment(payment: Payment): Uint8Array {
  return encodeTlv(PAYMENT, {
    payment_hash: payment.paymentHash,
    amount: payment.amountMsat,
    max_fee: payment.maxFeeMsat,
    paths: payment.paths,
    several_parts: payment.severalParts,
    expires: payment.expiresAt,
    about: inner(ABOUT, aboutFields(payment.about)),
    status: STATUSES.indexOf(payment.status),
    parts: payment.parts.map((part) => inner(PART, partFields(part))),
    planned: payment.planned,
    created: BigInt(payment.createdAt),
    seq: payment.seq,
    ...(payment.invoice && { invoice: payment.invoice }),
    ...(payment.preimage && { preimage: payment.preimage }),
    ...failureFields(payment.failure),
    ...(payment.endedAt !== undefined && { ended: BigInt(payment.endedAt) }),
  })
}

function partFields(part: PaymentPart): Partially<typeof PART> {
  return {
    peer: fromHex(part.peer),
    htlc: part.htlcId,
    amount: part.amountMsat,
    fee: part.feeMsat,
    path: part.path,
    status: PART_STATUSES.indexOf(part.status),
    ...failureFields(part.failure),
  }
}

function failureFields(failure: PaymentFailure | undefined) {
  return failure ? { failure_code: failure.code, failure_message: failure.message } : {}
}

function failureOf(fields: { readonly failure_code?: string; readonly failure_message?: string }) {
  if (fields.failure_code === undefined) return {}
  return { failure: { code: fields.failure_code, message: fields.failure_message ?? '' } }
}

/** @throws LnoError the TLV stream's codes */
export function decodePayment(stored: Uint8Array, id: string): Payment {
  const { fields } = decodeTlv(PAYMENT, stored)
  const parts = fields.parts.map(({ fields: part }) => ({
    peer: toHex(part.peer),
    htlcId: part.htlc,
    amountMsat: part.amount,
    feeMsat: part.fee,
    path: part.path,
    status: PART_STATUSES[part.status] ?? 'failed',
    ...failureOf(part),
  }))
  const status = STATUSES[fields.status] ?? 'failed'
  return {
    id,
    paymentHash: fields.payment_hash,
    amountMsat: fields.amount,
    maxFeeMsat: fields.max_fee,
    paths: fields.paths,
    severalParts: fields.several_parts,
    expiresAt: fields.expires,
    about: aboutOf(fields.about.fields),
    status,
    parts,
    feeMsat: paidFee({ status, parts }),
    planned: fields.planned,
    seq: fields.seq,
    createdAt: Number(fields.created),
    ...(fields.invoice && { invoice: fields.invoice }),
    ...(fields.preimage && { preimage: fields.preimage }),
    ...failureOf(fields),
    ...(fields.ended !== undefined && { endedAt: Number(fields.ended) }),
  }
}

/**
 * msat that the parts cost beyond what arrived: those that are paid, and of a payment whose preimage is known those that are
 * still on their way too, since the recipient has taken all of them.
 */
export function paidFee({ status, parts }: Pick<PaymentState, 'status' | 'parts'>): bigint {
  const costs = (part: PaymentPart) => (status === 'paid' ? part.status !== 'failed' : part.status === 'paid')
  return parts.reduce((sum, part) => (costs(part) ? sum + part.feeMsat : sum), 0n)
}

const RECEIPT = {
  preimage: /* @__PURE__ */ required(0n, hash256),
  amount: /* @__PURE__ */ required(2n, u64),
  offer_id: /* @__PURE__ */ required(4n, hash256),
  request_hash: /* @__PURE__ */ required(6n, hash256),
  parts: /* @__PURE__ */ required(8n, u32),
  at: /* @__PURE__ */ required(10n, u64),
  exclusive: /* @__PURE__ */ field(12n, hash256),
} as const

/** The stored form. */
export function encodeReceipt(receipt: StoredReceipt): Uint8Array {
  return encodeTlv(RECEIPT, {
    preimage: receipt.preimage,
    amount: receipt.amountMsat,
    offer_id: receipt.offerId,
    request_hash: receipt.requestHash,
    parts: receipt.parts,
    at: BigInt(receipt.at),
    ...(receipt.exclusive && { exclusive: receipt.exclusive }),
  })
}

/** @throws LnoError the TLV stream's codes */
export function decodeReceipt(stored: Uint8Array, paymentHash: string): StoredReceipt {
  const { fields } = decodeTlv(RECEIPT, stored)
  return {
    paymentHash: fromHex(paymentHash),
    preimage: fields.preimage,
    amountMsat: fields.amount,
    offerId: fields.offer_id,
    requestHash: fields.request_hash,
    parts: fields.parts,
    at: Number(fields.at),
    ...(fields.exclusive && { exclusive: fields.exclusive }),
  }
}
