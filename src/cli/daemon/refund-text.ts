import { escapeForDisplay } from '../../base/display.js'
import type { RefundView } from '../../node/methods/index.js'
import { columnsOf } from '../frame/text.js'
import { formatMsat, formatTime, shortId } from './text.js'

const STATES: Readonly<Record<RefundView['status'], string>> = {
  open: 'open: an invoice is waited for',
  answered: 'answered: an invoice came, and every check passed; this node does not pay it',
  paying: 'paying: an invoice came, and is being paid',
  paid: 'paid',
  failed: 'failed: the invoice that came could not be paid, and no other one is taken',
  disabled: 'disabled: no invoice is taken',
  expired: 'expired: no invoice is taken',
}

/** What a refund of ours is, its string last and alone on its line, so that it can be copied. */
export function refundText(refund: RefundView, width: number, label: (text: string) => string): string {
  const { invoice, refusals } = refund
  const rows: (readonly [string, string])[] = [
    ['refund id', refund.refund_id],
    ['state', STATES[refund.status]],
    ...(refund.label === undefined ? [] : [['label', escapeForDisplay(refund.label)] as const]),
    ['description', escapeForDisplay(refund.description)],
    ...(refund.issuer === undefined ? [] : [['issuer', escapeForDisplay(refund.issuer)] as const]),
    ['amount', formatMsat(BigInt(refund.amount_msat))],
    ...(refund.payer_note === undefined ? [] : [['note', escapeForDisplay(refund.payer_note)] as const]),
    ...(refund.expires_at === undefined ? [] : [['expires', formatTime(refund.expires_at)] as const]),
    ...refund.paths.map((path, i) => [`path ${i + 1}`, [...path.map(shortId), 'this node'].join(' → ')] as const),
    ['payer id', refund.payer_id],
    ...(invoice === undefined
      ? []
      : [
          ['invoice came', formatTime(invoice.received_at)] as const,
          ['signed by', invoice.node_id] as const,
          ['payment hash', invoice.payment_hash] as const,
        ]),
    ...(refund.payment_id === undefined ? [] : [['payment', refund.payment_id] as const]),
    ...(refund.failed === undefined ? [] : [['failed with', escapeForDisplay(refund.failed)] as const]),
    ...refusals.map(
      ({ at, code, reasons }) =>
        ['refused', [`${formatTime(at)} ${escapeForDisplay(code)}`, ...reasons.map(reasonText)].join('; ')] as const,
    ),
  ]
  return `${columnsOf(rows, width, label)}\n\n${refund.bolt12}`
}

function reasonText({ code, message, rule }: RefundView['refusals'][number]['reasons'][number]): string {
  return escapeForDisplay(`${code}: ${message}${rule === undefined ? '' : ` (rule ${rule})`}`)
}
