import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { MAX_DUMMY_HOPS } from '../../blinding/index.js'
import { decodeInvoice, decodeInvoiceRequest } from '../../bolt12/decode.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../../bolt12/invoice.js'
import { fromPasted } from '../../bolt12/pasted.js'
import { encodeString } from '../../bolt12/string.js'
import { integer, method, none, text, u64Text } from '../control/index.js'
import { isoTime } from '../iso-time.js'
import type { LnoNode } from '../node.js'
import { paymentIdOf } from '../payments/about.js'
import type { ClaimResult } from '../refunds/claim.js'
import type { StoredRefund } from '../refunds/record.js'
import type { OwnRefund } from '../refunds/refunds.js'
import { timeOf, warningsFor } from './offer-methods.js'
import { MAX_STRING_TEXT, pathTexts, scidTexts, viaOf, viaPeers } from './schemas.js'

/** A refund of this node as it is shown. */
export interface RefundView {
  readonly refund_id: string
  /** `open`: an invoice is waited for; `answered`: it came, and this node does not pay it; `paying`: it does. */
  readonly status: 'open' | 'answered' | 'paying' | 'paid' | 'failed' | 'disabled' | 'expired'
  /** The payment of its invoice (`payment.show`). */
  readonly payment_id?: string
  /** Code of the payment's failure. */
  readonly failed?: string
  readonly label?: string
  readonly description: string
  readonly issuer?: string
  readonly amount_msat: string
  readonly payer_note?: string
  /** UTC. */
  readonly expires_at?: string
  readonly created_at: string
  /** The relays of each path, its introduction node first, this node left out. */
  readonly paths: readonly (readonly string[])[]
  /** The payer's key: that of the node where there are no paths. */
  readonly payer_id: string
  /** The invoice that was taken. */
  readonly invoice?: RefundInvoiceView
  /** The last invoices that were refused, oldest first. */
  readonly refusals: readonly RefusalView[]
  readonly bolt12: string
}

/**
 * A refund in a list of all: without what others wrote at length, which `refund.show` has. Each of two hundred invoices as long
 * as a message can be would otherwise keep the list from being sent.
 */
export interface ListedRefundView extends Omit<RefundView, 'invoice' | 'refusals'> {
  readonly invoice?: Omit<RefundInvoiceView, 'bolt12'>
}

/** The invoice that a refund brought. */
export interface RefundInvoiceView {
  readonly received_at: string
  readonly payment_hash: string
  readonly amount_msat: string
  /** The key that signed it: whoever is to be paid says whether it is his. */
  readonly node_id: string
  readonly expires_at: string
  readonly bolt12: string
}

/** An invoice that was refused. */
export interface RefusalView {
  readonly at: string
  readonly code: string
  readonly reasons: readonly { readonly code: string; readonly message: string; readonly rule?: string }[]
}

/** A refund that was claimed, as commands print it. */
export interface ClaimView {
  readonly refund_id: string
  readonly payment_hash: string
  readonly amount_msat: string
  /** An earlier claim had made this invoice, and it was sent again. */
  readonly again: boolean
  /** The attempt that left, and how many were made. */
  readonly attempt: number
  readonly attempts: number
  /** Milliseconds that an invoice_error was waited for after it left. */
  readonly waited_ms: number
  /** The money has come meanwhile. */
  readonly paid: boolean
  /** `lni…`, the invoice that was sent. */
  readonly bolt12: string
}

const whichRefund = v.strictObject({ refund: text(MAX_STRING_TEXT) })

const newRefund = v.strictObject({
  amount_msat: u64Text,
  description: text(4096),
  issuer: v.optional(text(1024)),
  payer_note: v.optional(text(4096)),
  /** Unix seconds. */
  absolute_expiry: v.optional(u64Text),
  label: v.optional(text(256)),
  paths: v.optional(pathTexts),
  dummy_hops: v.optional(integer(0, MAX_DUMMY_HOPS)),
})

const claimParams = v.strictObject({
  refund: text(MAX_STRING_TEXT),
  via: v.optional(viaPeers),
  scids: v.optional(scidTexts),
  attempts: v.optional(integer(1, 10)),
  /** How long an invoice_error is waited for. */
  timeout_ms: v.optional(integer(100, 600_000)),
})

/** `refund.create`, `refund.list`, `refund.show`, `refund.disable`; `refund.claim`, whose progress tells of each attempt */
export function refundMethods(node: LnoNode, now: () => number) {
  const view = (own: OwnRefund) => refundView(own, now())
  return [
    method('refund.create', newRefund, async (params) => {
      const { paths } = params
      const own = await node.refunds.create({
        amountMsat: params.amount_msat,
        description: params.description,
        ...(params.issuer !== undefined && { issuer: params.issuer }),
        ...(params.payer_note !== undefined && { payerNote: params.payer_note }),
        ...(params.absolute_expiry !== undefined && { absoluteExpiry: params.absolute_expiry }),
        ...(params.label !== undefined && { label: params.label }),
        ...(paths && paths.length > 0 && { routes: paths }),
        ...(params.dummy_hops !== undefined && { dummyHops: params.dummy_hops }),
      })
      return { ...view(own), warnings: warningsFor(node, paths ?? []) }
    }),
    method('refund.list', none, () => ({ refunds: node.refunds.list().map((own) => listed(view(own))) })),
    method('refund.show', whichRefund, ({ refund }) => view(node.refunds.find(refund))),
    method('refund.disable', whichRefund, async ({ refund }) => view(await node.refunds.disable(refund))),
    method('refund.claim', claimParams, async (params, { signal, progress }) => {
      const { via, scids, attempts, timeout_ms: waitMs } = params
      const result = await node.claimRefund(decodeInvoiceRequest(fromPasted(params.refund)), {
        ...(via && { via: viaOf(via) }),
        ...(scids && { scids }),
        ...(attempts !== undefined && { attempts }),
        ...(waitMs !== undefined && { waitMs }),
        signal,
        onProgress: progress,
      })
      return claimView(result)
    }),
  ] as const
}

function refundView({ id, text: bolt12, request, stored }: OwnRefund, now: number): RefundView {
  const { fields } = request
  const { offer_absolute_expiry: expiry, invreq_payer_id: payer } = fields
  const expired = expiry !== undefined && BigInt(Math.floor(now / 1000)) > expiry
  const invoice = stored.invoice && invoiceView(stored.invoice, stored.answered ?? 0n)
  return {
    refund_id: id,
    status: refundStatus(stored, expired),
    ...(stored.pays === 1 && { payment_id: paymentIdOf(fields) }),
    ...(stored.failed !== undefined && { failed: stored.failed }),
    ...(stored.label !== undefined && { label: stored.label }),
    description: fields.offer_description ?? '',
    ...(fields.offer_issuer !== undefined && { issuer: fields.offer_issuer }),
    amount_msat: (fields.invreq_amount ?? 0n).toString(),
    ...(fields.invreq_payer_note !== undefined && { payer_note: fields.invreq_payer_note }),
    ...(expiry !== undefined && { expires_at: timeOf(expiry) }),
    created_at: isoTime(Number(stored.created)),
    paths: (stored.routes ?? []).map((route) => route.map(toHex)),
    payer_id: payer ? toHex(payer) : '',
    ...(invoice && { invoice }),
    refusals: (stored.refusals ?? []).map(({ at, code, reasons }) => ({
      at: isoTime(Number(at)),
      code,
      reasons: reasons.map(({ code, message, rule }) => ({ code, message, ...(rule !== '' && { rule }) })),
    })),
    bolt12,
  }
}

function refundStatus(
  { invoice, pays, ended, failed, disabled }: StoredRefund,
  expired: boolean,
): RefundView['status'] {
  if (pays === 1) return ended === undefined ? 'paying' : failed === undefined ? 'paid' : 'failed'
  if (disabled !== undefined) return 'disabled'
  return invoice !== undefined ? 'answered' : expired ? 'expired' : 'open'
}

function listed({ refusals: _, invoice, ...view }: RefundView): ListedRefundView {
  if (invoice === undefined) return view
  const { bolt12: __, ...rest } = invoice
  return { ...view, invoice: rest }
}

function invoiceView(bytes: Uint8Array, answered: bigint): RefundInvoiceView {
  const { fields } = decodeInvoice(bytes, { verifySignature: false })
  const { invoice_created_at: created = 0n, invoice_relative_expiry: relative = DEFAULT_RELATIVE_EXPIRY } = fields
  return {
    received_at: isoTime(Number(answered)),
    payment_hash: toHex(fields.invoice_payment_hash ?? new Uint8Array(0)),
    amount_msat: (fields.invoice_amount ?? 0n).toString(),
    node_id: toHex(fields.invoice_node_id ?? new Uint8Array(0)),
    expires_at: timeOf(created + BigInt(relative)),
    bolt12: encodeString('lni', bytes),
  }
}

function claimView({ id, invoice, again, attempt, attempts, waitedMs, paid }: ClaimResult): ClaimView {
  const { invoice_amount: amount = 0n, invoice_payment_hash: hash = new Uint8Array(0) } = invoice.fields
  return {
    refund_id: id,
    payment_hash: toHex(hash),
    amount_msat: amount.toString(),
    again,
    attempt,
    attempts,
    waited_ms: waitedMs,
    paid,
    bolt12: encodeString('lni', invoice.bytes),
  }
}
