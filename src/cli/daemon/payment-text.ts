import { escapeForDisplay } from '../../base/display.js'
import type { PartView, PaymentView } from '../../node/payments/view.js'
import type { PaymentFailure } from '../../payments/step.js'
import { columnsOf } from '../frame/text.js'
import { formatMsat, formatTime, shortId } from './text.js'

const STATES: Readonly<Record<PaymentView['status'], string>> = {
  asking: 'asking for an invoice; nothing is sent',
  invoice: 'an invoice is there; nothing is sent yet',
  sending: 'under way: it ends by itself',
  paid: 'paid',
  failed: 'failed: nothing was paid',
}

/** An override may give a part away without a preimage: a payment that failed has cost that then. */
function stateText({ status, parts }: PaymentView): string {
  const gone = parts.filter((part) => part.status === 'paid').reduce((sum, part) => sum + BigInt(part.amount_msat), 0n)
  if (status !== 'failed' || gone === 0n) return STATES[status] ?? status
  return `failed: nothing proves it, but an override gave ${formatMsat(gone)} of it away`
}

const reason = ({ code, message }: PaymentFailure): string => `${escapeForDisplay(code)}: ${escapeForDisplay(message)}`

function partText({ peer, amount_msat: amount, fee_msat: fee, path, status, failure }: PartView): string {
  const why = failure === undefined ? '' : ` (${reason(failure)})`
  return `${status}: ${formatMsat(BigInt(amount))} over ${shortId(peer)}, path ${path + 1}, fee ${formatMsat(BigInt(fee))}${why}`
}

/** All of a payment. */
export function paymentText(payment: PaymentView, width: number, label: (text: string) => string): string {
  const text = (name: string, value: string | undefined): readonly (readonly [string, string])[] =>
    value === undefined ? [] : [[name, escapeForDisplay(value)]]
  const rows: (readonly [string, string])[] = [
    ['payment id', payment.payment_id],
    ['state', stateText(payment)],
    ...(payment.failure === undefined ? [] : [['why', reason(payment.failure)] as const]),
    ...text('label', payment.label),
    ...text('for', payment.description),
    ...text('note', payment.payer_note),
    ...(payment.quantity === undefined ? [] : [['quantity', payment.quantity] as const]),
    ['amount', formatMsat(BigInt(payment.amount_msat))],
    ['fee', `${formatMsat(BigInt(payment.fee_msat))}, at most ${formatMsat(BigInt(payment.max_fee_msat))}`],
    ...(payment.preimage === undefined ? [] : [['preimage', payment.preimage] as const]),
    ...(payment.payment_hash === undefined ? [] : [['payment hash', payment.payment_hash] as const]),
    ...(payment.offer_id === undefined ? [] : [['offer', payment.offer_id] as const]),
    ...(payment.refund_id === undefined ? [] : [['refund', payment.refund_id] as const]),
    ['begun', formatTime(payment.created_at)],
    ...(payment.ended_at === undefined ? [] : [['ended', formatTime(payment.ended_at)] as const]),
    ...payment.parts.map((part, i) => [`part ${i + 1}`, partText(part)] as const),
  ]
  return columnsOf(rows, width, label)
}

/** How a payment would go that was not made. */
export function quoteText(quote: PaymentView, width: number, label: (text: string) => string): string {
  const rows: (readonly [string, string])[] = [
    ...(quote.description === undefined ? [] : [['for', escapeForDisplay(quote.description)] as const]),
    ['amount', formatMsat(BigInt(quote.amount_msat))],
    ['fee', `${formatMsat(BigInt(quote.fee_msat))}, at most ${formatMsat(BigInt(quote.max_fee_msat))}`],
    ...quote.parts.map(
      ({ peer, amount_msat: amount, path }, i) =>
        [`part ${i + 1}`, `${formatMsat(BigInt(amount))} over ${shortId(peer)}, path ${path + 1}`] as const,
    ),
  ]
  return columnsOf(rows, width, label)
}

/** What a payment that went through leaves in the hand: what proves it first. */
export function paidText(payment: PaymentView, width: number, label: (text: string) => string): string {
  return columnsOf(
    [
      ['preimage', payment.preimage ?? ''],
      ['amount', formatMsat(BigInt(payment.amount_msat))],
      ['fee', formatMsat(BigInt(payment.fee_msat))],
      ['payment id', payment.payment_id],
    ],
    width,
    label,
  )
}

/** One line of a list. */
export function paymentLine(
  payment: PaymentView,
  paint: { readonly good: (text: string) => string; readonly warn: (text: string) => string },
): string {
  const { payment_id: id, status, amount_msat: amount, fee_msat: fee, created_at: at } = payment
  const state = (status === 'paid' ? paint.good : paint.warn)(status.padEnd(7))
  const what = escapeForDisplay(payment.label ?? payment.description ?? '')
  const cost = BigInt(fee) === 0n ? '' : ` + ${formatMsat(BigInt(fee))} fee`
  const why = payment.failure === undefined ? '' : `  ${escapeForDisplay(payment.failure.code)}`
  return `${id.slice(0, 16)}  ${formatTime(at)}  ${state}  ${formatMsat(BigInt(amount))}${cost}${why}${what === '' ? '' : `  ${what}`}`
}
