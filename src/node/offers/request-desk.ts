import type { Clock, Random } from '../../base/effects.js'
import { isLnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import type { Convert } from '../../bolt12/amount.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../../bolt12/invoice.js'
import type { LegacyDialect } from '../../bolt12/legacy/dialect.js'
import { isLegacyStream } from '../../bolt12/legacy/form.js'
import type { PaymentCode } from '../../payments/codes.js'
import type { PaymentPaths } from '../../wallets/wallet.js'
import { nodeError } from '../codes.js'
import { type AnyInvoice, invoiceFacts, readInvoice } from '../invoice-facts.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import { sendReply } from '../messenger/reply.js'
import type { Asked, Verdict } from './asked.js'
import { readAsked } from './asked-modern.js'
import { offersError } from './codes.js'
import { exclusiveOf } from './exclusive.js'
import type { IssuerEvent } from './issuer-event.js'
import { readLegacyAsked } from './legacy/asked.js'
import type { AnyOwnOffer } from './own-offer.js'
import type { Promises } from './promises.js'
import { Turns } from './turns.js'

/** What requests are answered for. */
export interface AskedOffers {
  /** As it is now. */
  offer(id: string): AnyOwnOffer | undefined
  /** The id of the offer over whose path a message came; undefined for another path, and for none. */
  pathOf(pathId: Uint8Array | undefined): string | undefined
  /** The secret that signs for a request to an offer (rule IW4). */
  signingKey(own: AnyOwnOffer, delivery: Delivery): Uint8Array
}

export interface DeskOptions {
  readonly messenger: OnionMessenger
  readonly clock: Clock
  readonly random: Random
  readonly promises: Promises
  /** The chain that offers are for, 32 bytes. */
  readonly chain: Uint8Array
  /** Without them nothing can be promised: `offer create` says `NO_WALLET`. */
  readonly paymentPaths: PaymentPaths | undefined
  readonly convert?: Convert
  /** How requests of 2021 are read and their invoices written; all are read and answered as they were written unless given. */
  readonly dialect?: LegacyDialect
  readonly onEvent?: (event: IssuerEvent) => void
}

/** A request that is answered, and what its answer needs. */
interface Answering {
  readonly delivery: Delivery
  readonly replyPath: BlindedPath
  readonly own: AnyOwnOffer
  readonly asked: Asked
  /** Unix seconds. */
  readonly now: bigint
}

/** Where requests for our offers are answered, whatever their form: with an invoice, an invoice_error, or silence. */
export class RequestDesk {
  readonly #options: DeskOptions
  readonly #offers: AskedOffers
  readonly #turns = new Turns()

  constructor(options: DeskOptions, offers: AskedOffers) {
    this.#options = options
    this.#offers = offers
  }

  /** Takes one request; never rejects. */
  async take(delivery: Delivery): Promise<void> {
    try {
      await this.#answer(delivery)
    } catch (error) {
      // Nothing that a stranger sends may end the node; what is wrong is told to its owner.
      const { code, message } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
      this.#emit({ type: 'request_ignored', from: delivery.from, code, why: message })
    }
  }

  async #answer(delivery: Delivery): Promise<void> {
    const { value } = delivery
    const asked = isLegacyStream('invoice_request', value)
      ? readLegacyAsked(value, this.#options.dialect)
      : readAsked(value)
    const own = this.#offers.offer(asked.offerId)
    if (own === undefined) return this.#decide(delivery, asked, own)
    const turn = own.stored.single_use === 1 ? own.id : `${own.id}/${asked.metadataHash}`
    return this.#turns.take(turn, () => this.#decide(delivery, asked, this.#offers.offer(own.id)))
  }

  async #decide(delivery: Delivery, asked: Asked, own: AnyOwnOffer | undefined): Promise<void> {
    const { clock, chain, convert, promises } = this.#options
    const { from, replyPath, pathId, isDoubtful } = delivery
    const now = BigInt(Math.floor(clock.now() / 1000))
    const verdict = asked.decide(own, {
      live: promises.of(asked.offerId),
      hasReplyPath: replyPath !== undefined,
      pathOf: this.#offers.pathOf(pathId),
      overPath: pathId !== undefined,
      isDoubtful,
      now,
      chains: [chain],
      convert,
    })
    if (verdict.do === 'ignore' || own === undefined || replyPath === undefined) {
      const { code, why, rule } = verdict.do === 'ignore' ? verdict : { code: 'INTERNAL', why: '', rule: undefined }
      this.#emit({ type: 'request_ignored', from, code, why, ...(rule && { rule }) })
      return
    }
    const { payerNote, quantity } = asked
    this.#emit({
      type: 'request_received',
      offerId: own.id,
      from,
      ...(payerNote !== undefined && { payerNote }),
      ...(quantity !== undefined && { quantity }),
    })
    await this.#carryOut(verdict, { delivery, replyPath, own, asked, now })
  }

  async #carryOut(verdict: Exclude<Verdict, { readonly do: 'ignore' }>, at: Answering): Promise<void> {
    const { own } = at
    switch (verdict.do) {
      case 'error':
        this.#reply(at, { invoice_error: verdict.bytes })
        this.#emit({ type: 'invoice_error_sent', offerId: own.id, code: verdict.code, error: verdict.error })
        return
      case 'resend': {
        const promise = await this.#options.promises.get(verdict.key)
        if (promise === undefined) throw nodeError('STORE_CORRUPT', 'a promise that is remembered is not stored')
        this.#sendInvoice(at, readInvoice(promise.invoice), true)
        return
      }
      case 'invoice': {
        let invoice: AnyInvoice
        try {
          invoice = await this.#promise(verdict, at)
        } catch (error) {
          if (!isLnoError(error) || error.code !== ('NO_INBOUND' satisfies PaymentCode)) throw error
          // Whoever got as far as an invoice may know why there is none.
          const text = 'this amount cannot be received now; try again later'
          this.#reply(at, { invoice_error: at.asked.refusal(text) })
          this.#emit({ type: 'invoice_error_sent', offerId: own.id, code: error.code, error: text })
          return
        }
        this.#sendInvoice(at, invoice, false)
      }
    }
  }

  /** Makes the invoice for a request; it is on disk when this resolves, or can be derived again from its path id. */
  async #promise(
    { amountMsat, expectedMsat }: Extract<Verdict, { readonly do: 'invoice' }>,
    { delivery, own, asked, now }: Answering,
  ): Promise<AnyInvoice> {
    const { promises, random, paymentPaths, clock } = this.#options
    if (paymentPaths === undefined) throw nodeError('NO_WALLET', 'nothing can be received without a wallet')
    const { requestHash, metadataHash } = asked
    const { single_use: singleUse, routes = [] } = own.stored
    const offerId = fromHex(own.id)
    const expiresAt = now + BigInt(DEFAULT_RELATIVE_EXPIRY)
    const receivable = await paymentPaths.receive({
      requestHash,
      offerId,
      amountMsat,
      createdAt: now,
      expiresAt,
      exclusive: exclusiveOf(offerId, singleUse === 1 ? undefined : fromHex(metadataHash)),
      // Where every path of the offer begins at somebody else, its invoice must not say who we are.
      hidden: routes.length > 0 && routes.every((route) => route.length > 0),
    })
    const invoice = asked.invoice(own, {
      amountMsat,
      expectedMsat,
      receivable,
      createdAt: now,
      signingKey: this.#offers.signingKey(own, delivery),
      aux: random(32),
    })
    const stored = await promises.add(
      {
        created: BigInt(clock.now()),
        invoice: invoice.bytes,
        offer_id: offerId,
        request_hash: requestHash,
        expires: expiresAt,
        ...(receivable.preimage && { preimage: receivable.preimage }),
      },
      invoice,
      now,
    )
    // One that is not remembered could be promised to somebody else as well, which a single use must not be.
    if (!stored && (singleUse === 1 || !asked.isDerivable)) {
      throw offersError('REQUEST_LIMIT', 'too many invoices are open to promise another one that must be kept')
    }
    return invoice
  }

  #sendInvoice(at: Answering, invoice: AnyInvoice, again: boolean): void {
    const { paymentHash, amountMsat = 0n } = invoiceFacts(invoice)
    this.#reply(at, { invoice: invoice.bytes }, () =>
      this.#emit({
        type: 'invoice_sent',
        offerId: at.own.id,
        paymentHash: paymentHash ? toHex(paymentHash) : '',
        amountMsat,
        again,
      }),
    )
  }

  #reply(
    { delivery, replyPath, own }: Answering,
    contents: { readonly invoice?: Uint8Array; readonly invoice_error?: Uint8Array },
    onLeft?: () => void,
  ): void {
    sendReply(this.#options.messenger, {
      delivery,
      replyPath,
      contents,
      ...(onLeft && { onLeft }),
      onNotSent: (code, why) => this.#emit({ type: 'reply_not_sent', offerId: own.id, code, why }),
    })
  }

  #emit(event: IssuerEvent): void {
    this.#options.onEvent?.(event)
  }
}
