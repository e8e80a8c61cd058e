import { escapeForDisplay } from '../../base/display.js'
import type { OfferView } from '../../node/methods/index.js'
import { columnsOf } from '../frame/text.js'
import { formatMsat, formatTime, shortId } from './text.js'

/** The price of an offer. */
export function priceOf({ amount_msat: amount }: Pick<OfferView, 'amount_msat'>): string {
  return amount === undefined ? 'the payer chooses' : formatMsat(BigInt(amount))
}

/** What an offer of ours is, its string last and alone on its line, so that it can be copied. */
export function offerText(offer: OfferView, width: number, label: (text: string) => string): string {
  const rows: (readonly [string, string])[] = [
    ['offer id', offer.offer_id],
    ...(offer.form === '2021' ? [['form', 'that of 2021: for c-lightning v0.10.1 to v0.12.1'] as const] : []),
    ['state', offer.active ? 'active' : 'disabled: requests are refused'],
    ...(offer.label === undefined ? [] : [['label', escapeForDisplay(offer.label)] as const]),
    ...(offer.description === undefined ? [] : [['description', escapeForDisplay(offer.description)] as const]),
    ...(offer.issuer === undefined ? [] : [['issuer', escapeForDisplay(offer.issuer)] as const]),
    ['amount', priceOf(offer)],
    ...(offer.quantity_max === undefined ? [] : [['quantity', quantityOf(offer)] as const]),
    ...(offer.single_use ? [['use', 'for one payment'] as const] : []),
    ...(offer.expires_at === undefined ? [] : [['expires', formatTime(offer.expires_at)] as const]),
    ...offer.paths.map((path, i) => [`path ${i + 1}`, [...path.map(shortId), 'this node'].join(' → ')] as const),
    ['signed by', offer.issuer_id ?? 'the key at the end of the path that a request takes'],
    ...(offer.open_invoices === 0 ? [] : [['invoices', `${offer.open_invoices} open`] as const]),
  ]
  return `${columnsOf(rows, width, label)}\n\n${offer.bolt12}`
}

function quantityOf({ quantity_min: least, quantity_max: most }: OfferView): string {
  if (most !== '0') return `${least ?? '1'} to ${most}`
  return least === undefined || least === '1' ? 'any' : `${least} or more`
}
