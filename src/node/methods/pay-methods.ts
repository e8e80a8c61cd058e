import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { method, text, u64Text } from '../control/index.js'
import { isoTime } from '../iso-time.js'
import type { LnoNode } from '../node-types.js'
import { aboutOf, paymentIdOf } from '../payments/about.js'
import type { PayProgress, PayQuote } from '../payments/pay.js'
import { aboutView, type PaymentView, partView, withInvoice } from '../payments/view.js'
import { askingOptions, askingParams } from './asking.js'
import { MAX_STRING_TEXT } from './schemas.js'

/** `pay.start`: its progress tells how far it is; with `dry_run` nothing is paid, and the result says how it would go. */
export function payMethods(node: LnoNode, now: () => number) {
  const payParams = v.strictObject({
    string: text(MAX_STRING_TEXT),
    max_fee_msat: v.optional(u64Text),
    label: v.optional(text(256)),
    dry_run: v.optional(v.boolean()),
    ...askingParams(node),
  })
  return [
    method('pay.start', payParams, async (params, { signal, progress }): Promise<PaymentView> => {
      const { max_fee_msat: maxFeeMsat, label } = params
      const options = {
        ...askingOptions(params),
        string: params.string,
        ...(maxFeeMsat !== undefined && { maxFeeMsat }),
        ...(label !== undefined && { label }),
        signal,
        onProgress: (step: PayProgress) => progress(progressView(step)),
      }
      return params.dry_run ? quoteView(await node.quotePayment(options), label, now()) : node.pay(options)
    }),
  ] as const
}

/** How far a payment is, with the names that commands print. */
function progressView(progress: PayProgress): unknown {
  switch (progress.step) {
    case 'asking':
      return { step: progress.step, payment_id: progress.paymentId }
    case 'invoice': {
      const { step, paymentId, amountMsat, paymentHash } = progress
      return { step, payment_id: paymentId, amount_msat: amountMsat, payment_hash: paymentHash }
    }
    case 'part_sent':
    case 'part_failed':
      return { step: progress.step, payment_id: progress.paymentId, part: partView(progress.part) }
    case 'paid':
      return { step: progress.step, payment_id: progress.paymentId, fee_msat: progress.feeMsat }
    case 'failed': {
      const { step, paymentId, code, why } = progress
      return { step, payment_id: paymentId, code, why }
    }
    default:
      return progress
  }
}

/** A payment that was not made: `fee_msat` and parts are what it would cost now. */
function quoteView(
  { invoice, amountMsat, maxFeeMsat, quote }: PayQuote,
  label: string | undefined,
  now: number,
): PaymentView {
  const { fields, bytes } = invoice
  const { invoice_payment_hash: hash = new Uint8Array(0) } = fields
  const view: PaymentView = {
    payment_id: paymentIdOf(fields),
    status: 'invoice',
    payment_hash: toHex(hash),
    amount_msat: amountMsat.toString(),
    fee_msat: quote.feeMsat.toString(),
    max_fee_msat: maxFeeMsat.toString(),
    ...aboutView(aboutOf(fields, bytes, label)),
    parts: quote.parts.map((part) => partView({ ...part, htlcId: 0n, status: 'sent' })),
    created_at: isoTime(now),
  }
  return withInvoice(view, bytes)
}
