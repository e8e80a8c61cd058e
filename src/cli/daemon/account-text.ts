import { escapeForDisplay } from '../../base/display.js'
import type { EntryView } from '../../node/payments/account.js'
import { type Cell, csvText } from '../show/csv.js'
import { formatSat, formatTime, shortId } from './text.js'

/** What a kind of change is, in words. */
const KINDS: Readonly<Record<EntryView['kind'], string>> = {
  grant: 'granted',
  received: 'received',
  sent: 'sent',
  forward_in: 'passed on, in',
  forward_out: 'passed on, out',
  override: 'override',
}

const plain = (text: string | undefined): Cell => (text === undefined ? undefined : { plain: text })
const foreign = (text: string | undefined): Cell => (text === undefined ? undefined : { text })

/** Columns of the CSV: what stands above, and what below. */
const COLUMNS: readonly (readonly [header: string, cell: (entry: EntryView) => Cell])[] = [
  ['seq', ({ seq }) => plain(seq)],
  ['at', ({ at }) => plain(at)],
  ['kind', ({ kind }) => plain(kind)],
  ['amount_msat', ({ amount_msat }) => plain(amount_msat)],
  ['fee_msat', ({ fee_msat }) => plain(fee_msat)],
  ['peer', ({ peer }) => plain(peer)],
  ['payment_hash', ({ payment_hash }) => plain(payment_hash)],
  ['payment_id', ({ payment_id }) => plain(payment_id)],
  ['offer_id', ({ offer_id }) => plain(offer_id)],
  ['refund_id', ({ refund_id }) => plain(refund_id)],
  ['description', ({ description }) => foreign(description)],
  ['payer_note', ({ payer_note }) => foreign(payer_note)],
  ['payer_id', ({ payer_id }) => plain(payer_id)],
  ['quantity', ({ quantity }) => plain(quantity)],
  ['label', ({ label }) => foreign(label)],
]

/** All changes of money as CSV. */
export function accountCsv(entries: readonly EntryView[]): string {
  return csvText(
    COLUMNS.map(([header]) => header),
    entries.map((entry) => COLUMNS.map(([, cell]) => cell(entry))),
  )
}

/** What others owe less what is owed to others, in a sentence. */
export function totalText(totalMsat: bigint): string {
  if (totalMsat === 0n) return 'Over all, nobody owes anybody anything.'
  const amount = formatSat(totalMsat < 0n ? -totalMsat : totalMsat)
  return totalMsat > 0n
    ? `Over all, others owe you ${amount}: trust, not bitcoin.`
    : `Over all, you owe others ${amount}: trust, not bitcoin.`
}

/** Changes of money for people, oldest first, each with the sum up to it. */
export function accountLines(entries: readonly EntryView[], totalMsat: bigint): string {
  if (entries.length === 0) return 'No money has moved.'
  const listed = entries.reduce((sum, { amount_msat: msat }) => sum + BigInt(msat), 0n)
  let sum = totalMsat - listed
  const signed = (msat: bigint) => `${msat > 0n ? '+' : ''}${formatSat(msat)}`
  const lines = entries.map(({ at, kind, amount_msat: msat, peer, description, label, payer_note: note }) => {
    sum += BigInt(msat)
    const what = label ?? description
    const said = [
      ...(what === undefined ? [] : [escapeForDisplay(what)]),
      ...(note === undefined ? [] : [`"${escapeForDisplay(note)}"`]),
    ]
    const about = said.length === 0 ? '' : `  ${said.join(' ')}`
    return `${formatTime(at)}  ${(KINDS[kind] ?? kind).padEnd(14)}  ${signed(BigInt(msat)).padStart(14)}  ${formatSat(sum).padStart(14)}  ${shortId(peer)}${about}`
  })
  return [...lines, totalText(totalMsat)].join('\n')
}
