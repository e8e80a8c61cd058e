import { isLnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import type { PaymentAbout, Receipt } from '../../payments/step.js'
import type { Wallet } from '../../wallets/wallet.js'
import { nodeError } from '../codes.js'
import { type AnyInvoice, invoiceFacts, readInvoice } from '../invoice-facts.js'
import type { Issuer } from '../offers/issuer.js'
import type { AnyOwnOffer } from '../offers/own-offer.js'
import type { Promises } from '../offers/promises.js'
import type { StoredPromise } from '../offers/record.js'
import { aboutOf } from './about.js'
import { nodeEventOf, type PaymentsEvent } from './events.js'

export interface ReceiptsOptions {
  readonly wallet: Wallet
  readonly promises: Promises
  readonly offer: (id: string) => AnyOwnOffer | undefined
  /** A payment for an offer (hex id) has come: a single use is over. */
  readonly onPaid: (offerId: string, at: number) => Promise<void>
  readonly onEvent: (event: PaymentsEvent) => void
}

/** What a receipt was for. */
export interface ReceivedFor {
  readonly about: PaymentAbout
  readonly isRefund: boolean
}

/** Notes what a wallet receives from now on, and tells it. */
export function receiptsOf({
  wallet,
  promises,
  issuer,
  onEvent,
}: Pick<ReceiptsOptions, 'wallet' | 'promises' | 'onEvent'> & { readonly issuer: Issuer }): Receipts {
  const receipts = new Receipts({
    wallet,
    promises,
    offer: (id) => issuer.get(id),
    onPaid: (id, at) => issuer.paid(id, at),
    onEvent,
  })
  wallet.onEvent((event) => {
    if (event.type !== 'payment_received') {
      const told = nodeEventOf(event)
      if (told !== undefined) onEvent(told)
      return
    }
    receipts.take(event.receipt).catch((error: unknown) => {
      const { code, message: why } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
      onEvent({ type: 'receipt_not_noted', paymentHash: toHex(event.receipt.paymentHash), code, why })
    })
  })
  return receipts
}

/** Money that arrives, and the invoices that were promised for it. */
export class Receipts {
  readonly #options: ReceiptsOptions
  /** The last receipt that was noted, or is: two of the same at once would both be told. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: ReceiptsOptions) {
    this.#options = options
  }

  /** Notes what arrived and could not be noted before a crash. */
  async reconcile(): Promise<void> {
    const { wallet, promises } = this.#options
    for (const hash of promises.unpaid()) {
      const receipt = await wallet.receipt(hash)
      if (receipt !== undefined) await this.take(receipt)
    }
  }

  /** Once is as good as twice. */
  take(receipt: Receipt): Promise<void> {
    const taken = this.#last.then(() => this.#note(receipt))
    this.#last = taken.catch(() => undefined)
    return taken
  }

  async #note(receipt: Receipt): Promise<void> {
    const { promises, onPaid, onEvent } = this.#options
    const hash = toHex(receipt.paymentHash)
    const promise = await promises.byPaymentHash(hash)
    if (promise?.paid !== undefined) return
    // The offer first: as long as the promise is not known to be paid, the next start comes by here again.
    await onPaid(toHex(receipt.offerId), receipt.at)
    await promises.setPaid(hash, receipt.at)
    const { about, isRefund } = this.#for(receipt.offerId, promise)
    const { offerId, ...rest } = about
    const id = offerId && toHex(offerId)
    onEvent({
      type: 'payment_received',
      paymentHash: hash,
      amountMsat: receipt.amountMsat,
      parts: receipt.parts,
      ...(id !== undefined && (isRefund ? { refundId: id } : { offerId: id })),
      ...rest,
    })
  }

  /** What was paid with a payment hash (hex). */
  async receivedFor(hash: string): Promise<ReceivedFor | undefined> {
    const promise = await this.#options.promises.byPaymentHash(hash)
    if (promise !== undefined) return this.#for(promise.offer_id, promise)
    const receipt = await this.#options.wallet.receipt(hash)
    return receipt && this.#for(receipt.offerId, undefined)
  }

  #for(offerId: Uint8Array, promise: StoredPromise | undefined): ReceivedFor {
    const own = this.#options.offer(toHex(offerId))
    const label = own?.stored.label
    if (promise !== undefined) {
      const invoice: AnyInvoice = readInvoice(promise.invoice)
      const isRefund = invoiceFacts(invoice).answers === 'refund'
      if (!('form' in invoice))
        return { about: { ...aboutOf(invoice.fields, invoice.bytes, label), offerId }, isRefund }
      return { about: { offerId, ...(label !== undefined && { label }) }, isRefund }
    }
    const description = own?.form === 'modern' ? own.offer.fields.offer_description : undefined
    return {
      about: { offerId, ...(description !== undefined && { description }), ...(label !== undefined && { label }) },
      isRefund: false,
    }
  }
}
