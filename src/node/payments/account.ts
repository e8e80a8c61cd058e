import { toHex } from '../../base/hex.js'
import type { LedgerEntry } from '../../payments/step.js'
import type { Wallet } from '../../wallets/wallet.js'
import { isoTime } from '../iso-time.js'
import { aboutIntent } from './about.js'
import type { Payments } from './payments.js'
import type { Receipts } from './receipts.js'
import { type AboutView, aboutView } from './view.js'

/** One change of money as it is printed, with what the node knows of it. */
export interface EntryView extends AboutView {
  /** Counts from 1. */
  readonly seq: string
  /** UTC. */
  readonly at: string
  readonly kind: LedgerEntry['kind']
  readonly peer: string
  /** msat, with its sign. */
  readonly amount_msat: string
  /** msat of it that were a fee of others. */
  readonly fee_msat: string
  readonly payment_hash?: string
  readonly payment_id?: string
  /** The refund that was claimed with it, or sent. */
  readonly refund_id?: string
}

/** What is known of changes of money. */
export interface Books {
  readonly wallet: Wallet
  readonly payments: Payments
  readonly receipts: Receipts
}

/** Some changes of money, oldest first. */
export interface AccountPage {
  readonly entries: readonly EntryView[]
  /** There are more behind the last. */
  readonly more: boolean
  /** msat: all changes up to the last of these. Money moves while they are read, so that a balance may be ahead of them. */
  readonly sumMsat: bigint
}

/** The changes of money from `from` on (`seq`), at most so many. */
export async function accountPage(books: Books, from: bigint, limit: number): Promise<AccountPage> {
  const entries: EntryView[] = []
  let sumMsat = 0n
  for await (const entry of books.wallet.ledger()) {
    if (entries.length === limit) return { entries, more: true, sumMsat }
    sumMsat += entry.amountMsat
    if (entry.seq >= from) entries.push(await entryView(entry, books))
  }
  return { entries, more: false, sumMsat }
}

async function entryView(entry: LedgerEntry, books: Books): Promise<EntryView> {
  const { seq, at, kind, peer, amountMsat, feeMsat, paymentHash, paymentId } = entry
  return {
    seq: seq.toString(),
    at: isoTime(at),
    kind,
    peer,
    amount_msat: amountMsat.toString(),
    fee_msat: feeMsat.toString(),
    ...(paymentHash && { payment_hash: toHex(paymentHash) }),
    ...(paymentId !== undefined && { payment_id: paymentId }),
    ...(await aboutEntry(entry, books)),
  }
}

async function aboutEntry(
  { kind, paymentHash, paymentId, about = {} }: LedgerEntry,
  { payments, receipts }: Books,
): Promise<AboutView & { readonly refund_id?: string }> {
  if (kind === 'received' && paymentHash !== undefined) {
    const received = await receipts.receivedFor(toHex(paymentHash))
    return asRefund(aboutView({ ...about, ...received?.about }), received?.isRefund === true)
  }
  const intent = paymentId === undefined ? undefined : await payments.find(paymentId)
  if (intent === undefined) return aboutView(about)
  return asRefund(aboutView({ ...about, ...aboutIntent(intent.stored) }), intent.stored.refund !== undefined)
}

/** A stand-alone request has an id of its own; it is not that of an offer. */
function asRefund(
  { offer_id: id, ...view }: AboutView,
  isRefund: boolean,
): AboutView & { readonly refund_id?: string } {
  if (id === undefined) return view
  return isRefund ? { ...view, refund_id: id } : { offer_id: id, ...view }
}
