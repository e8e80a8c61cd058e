import * as v from 'valibot'
import { toHex } from '../../base/hex.js'
import { isLegacyStream } from '../../bolt12/legacy/form.js'
import { encodeString } from '../../bolt12/string.js'
import type { Bolt12Form } from '../bolt12-form.js'
import { nodeError } from '../codes.js'
import { integer, method, text } from '../control/index.js'
import { invoiceFacts, readInvoice } from '../invoice-facts.js'
import { isoTime } from '../iso-time.js'
import type { LnoNode } from '../node.js'
import type { StoredPromise } from '../offers/record.js'
import type { StoredRequest } from '../payer/record.js'
import { timeOf } from './offer-methods.js'

/** Invoices that are listed unless more are asked for. */
const LISTED = 100

/** An invoice that this node promised. */
export interface IssuedInvoiceView {
  readonly direction: 'issued'
  readonly id: string
  /** In which form of BOLT 12 it is written. */
  readonly form: Bolt12Form
  readonly payment_hash: string
  /** The offer that it is for; absent for a refund. */
  readonly offer_id?: string
  /** The refund that it claims; absent for an offer. */
  readonly refund_id?: string
  readonly amount_msat: string
  readonly status: 'open' | 'paid' | 'refused' | 'expired'
  /** What the payer of a refund said against it. Text of a stranger. */
  readonly invoice_error?: string
  /** False: made without a wallet, or in the form of 2021, so nobody can pay it. */
  readonly payable: boolean
  readonly payer_note?: string
  readonly created_at: string
  readonly expires_at: string
  readonly bolt12: string
}

/** A request of this node, one that stands alone (a refund) among them, and the invoice that it brought. */
export interface FetchedInvoiceView {
  readonly direction: 'fetched'
  readonly id: string
  /** In which form of BOLT 12 offer, request and invoice are written; an invoice of 2021 cannot be paid from here. */
  readonly form: Bolt12Form
  readonly status: 'unanswered' | 'answered' | 'failed'
  /** The form of onion messages in which the answer came. */
  readonly generation?: string
  /** Code of the failure. */
  readonly code?: string
  readonly payment_hash?: string
  readonly amount_msat?: string
  readonly description?: string
  readonly created_at: string
  readonly expires_at?: string
  readonly offer?: string
  /** The refund of this node that it came for. */
  readonly refund_id?: string
  readonly invoice_request: string
  readonly bolt12?: string
}

export type InvoiceView = IssuedInvoiceView | FetchedInvoiceView

const direction = v.optional(v.picklist(['issued', 'fetched']))

/** `invoice.list`, `invoice.show` */
export function invoiceMethods(node: LnoNode, now: () => number) {
  const issued = (stored: StoredPromise) => issuedView(stored, node.info().wallet !== 'none', now())
  const all = async (limit: number, only?: InvoiceView['direction']): Promise<readonly InvoiceView[]> => {
    const promises = only === 'fetched' ? [] : await node.promises.list(limit)
    const requests = only === 'issued' ? [] : await node.payer.list(limit)
    const refunds = only === 'issued' ? [] : node.refunds.list().filter(({ stored }) => stored.invoice !== undefined)
    const views = [
      ...promises.map(issued),
      ...requests.map((stored) => fetchedView(stored.id, stored)),
      ...refunds.map(({ id, stored }) => ({ ...fetchedView(id, stored), refund_id: id })),
    ]
    return views.sort((a, b) => (a.created_at < b.created_at ? 1 : -1)).slice(0, limit)
  }
  return [
    method('invoice.list', v.strictObject({ limit: v.optional(integer(1, 10_000)), direction }), async (params) => ({
      invoices: await all(params.limit ?? LISTED, params.direction),
    })),
    method('invoice.show', v.strictObject({ id: text(120_000) }), async (params): Promise<InvoiceView> => {
      const id = params.id.toLowerCase()
      const promise = await node.promises.byPaymentHash(id)
      if (promise !== undefined) return issued(promise)
      const request = await node.payer.show(id)
      if (request !== undefined) return fetchedView(id, request)
      const found = (await all(10_000)).filter(
        (view) =>
          (id.length >= 4 && (view.id.startsWith(id) || view.payment_hash?.startsWith(id))) || view.bolt12 === id,
      )
      if (found.length === 1 && found[0] !== undefined) return found[0]
      const why = found.length === 0 ? 'no invoice of this node has this id' : `${found.length} invoices begin so`
      throw nodeError('INVOICE_NOT_FOUND', why)
    }),
  ] as const
}

function issuedView(stored: StoredPromise, hasWallet: boolean, now: number): IssuedInvoiceView {
  const facts = invoiceFacts(readInvoice(stored.invoice))
  const expired = BigInt(Math.floor(now / 1000)) >= stored.expires
  const hash = toHex(facts.paymentHash ?? new Uint8Array(0))
  return {
    direction: 'issued',
    id: hash,
    form: facts.form,
    payment_hash: hash,
    ...(facts.answers === 'refund' ? { refund_id: toHex(stored.offer_id) } : { offer_id: toHex(stored.offer_id) }),
    amount_msat: (facts.amountMsat ?? 0n).toString(),
    status:
      stored.paid !== undefined ? 'paid' : stored.refused !== undefined ? 'refused' : expired ? 'expired' : 'open',
    ...(stored.refused !== undefined && { invoice_error: stored.refused }),
    // Wallets are paid over the paths that they give, and an invoice of 2021 is paid to the node id. What has its preimage stored
    // was made when there was no channel to be paid over.
    payable: hasWallet && facts.form === 'modern' && stored.preimage === undefined,
    ...(facts.payerNote !== undefined && { payer_note: facts.payerNote }),
    created_at: isoTime(Number(stored.created)),
    expires_at: timeOf(stored.expires),
    bolt12: encodeString('lni', stored.invoice),
  }
}

function fetchedView(
  id: string,
  stored: Pick<StoredRequest, 'created' | 'request' | 'invoice' | 'offer' | 'failed' | 'generation'>,
): FetchedInvoiceView {
  const base = {
    direction: 'fetched' as const,
    id,
    form: isLegacyStream('invoice_request', stored.request) ? ('2021' as const) : ('modern' as const),
    created_at: isoTime(Number(stored.created)),
    ...(stored.offer !== undefined && { offer: stored.offer }),
    invoice_request: encodeString('lnr', stored.request),
  }
  if (stored.invoice === undefined) {
    const code = stored.failed
    return { ...base, status: code === undefined ? 'unanswered' : 'failed', ...(code !== undefined && { code }) }
  }
  const { paymentHash, amountMsat, description, expiresAt } = invoiceFacts(readInvoice(stored.invoice))
  return {
    ...base,
    status: 'answered',
    ...(stored.generation !== undefined && { generation: stored.generation }),
    ...(paymentHash && { payment_hash: toHex(paymentHash) }),
    ...(amountMsat !== undefined && { amount_msat: amountMsat.toString() }),
    ...(description !== undefined && { description }),
    expires_at: timeOf(expiresAt),
    bolt12: encodeString('lni', stored.invoice),
  }
}
