import { equalBytes } from '../../base/bytes.js'
import type { CancelSignal } from '../../base/effects.js'
import { isLnoError, LnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import { decodeInvoice, decodeInvoiceRequest } from '../../bolt12/decode.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import { errorOf } from '../../bolt12/rules/rule.js'
import { checkInvoice } from '../../bolt12/verify-invoice.js'
import { type PaymentCode, paymentError } from '../../payments/codes.js'
import type { PaymentEvent, PaymentState } from '../../payments/step.js'
import { walletError } from '../../wallets/codes.js'
import type { Wallet } from '../../wallets/wallet.js'
import { nodeError } from '../codes.js'
import { Turns } from '../offers/turns.js'
import type { FetchOptions } from '../payer/fetch.js'
import { paymentIdOf } from './about.js'
import { paymentsError } from './codes.js'
import type { PaymentsEvent } from './events.js'
import { type Intent, Intents } from './intents.js'
import { endOf, paymentFor } from './order.js'
import { Patience } from './patience.js'
import { fetchOptions, type PayOptions, type PayQuote } from './pay.js'
import type { PaymentsOptions, Reach, RefundToPay } from './payments-options.js'
import { defaultMaxFee } from './price.js'
import type { StoredIntent } from './record.js'
import { type IntentEvent, NOTHING_SENT, nextStage, ON_RESTART, stageOf } from './stage.js'
import { readPayTarget } from './target.js'
import { intentView, type PaymentView, stateView, withInvoice } from './view.js'
import { Waiters } from './waiters.js'

/** Milliseconds for which a payment that a restart interrupted waits for a channel: they come up one after the other. */
export const RESUME_MS = 60_000

/** Requests that are looked through for the one that an invoice given by hand belongs to. */
const SEARCHED_REQUESTS = 1000

/**
 * The payments that this node makes: the invoice asked for and checked, the wallet told, its end noted. What the user wants is on
 * disk before anybody is asked, so that after a crash it is known which requests may have been paid: none but those whose
 * invoice is on disk too, and these are the wallet's to end.
 */
export class Payments {
  readonly #options: PaymentsOptions
  readonly #intents: Intents
  readonly #waiters = new Waiters()
  /** Payments whose end is waited for, each with a signal of its own: Node warns of a signal that many wait at. */
  readonly #followed = new Map<string, AbortController>()
  readonly #patience: Patience
  readonly #turns = new Turns()
  readonly #handing = new Map<string, Promise<void>>()
  #closed = false
  #endListening: () => void = () => undefined

  private constructor(options: PaymentsOptions, intents: Intents) {
    this.#options = options
    this.#intents = intents
    this.#patience = new Patience(options.clock)
  }

  /** Reads what is stored; `resume` goes on with it. */
  static async load(options: PaymentsOptions): Promise<Payments> {
    const payments = new Payments(options, await Intents.load(options.store))
    const { wallet } = options
    if (wallet !== undefined) payments.#endListening = wallet.onEvent((event) => payments.#onWalletEvent(event))
    return payments
  }

  /** Goes on with what a restart interrupted. Once, when all else is there. */
  async resume(): Promise<void> {
    const now = this.#options.clock.now()
    for (const { id, stored } of await this.#intents.open()) {
      const next = ON_RESTART[stageOf(stored)]
      if (next === 'fail') {
        await this.#fail(id, paymentsError('PAYMENT_INTERRUPTED', 'the node stopped before the invoice came'))
      } else if (next === 'go on' && stored.refund === undefined && this.#options.wallet !== undefined) {
        // What fails here fails on the disk: the next start comes by again. Refunds have their own resumption.
        void this.#handPatiently(id, now + RESUME_MS).catch(() => undefined)
      }
    }
  }

  /**
   * Pays an offer or an invoice, and resolves with its end: paid, or failed after something was sent.
   * @throws LnoError before anything is sent: `NO_WALLET`, as `readPayTarget`, as `LnoNode.fetch`, the rule that an invoice
   *   breaks, `INVOICE_AMOUNT_UNAUTHORISED`, `PAYMENT_TWICE`, `PAYMENT_ENDED`, and what `Wallet.pay` throws; `CONTROL_CANCELLED`
   *   when nobody waits any more, and the payment goes on
   */
  async pay(options: PayOptions, reach: Reach = async () => {}): Promise<PaymentView> {
    this.#wallet()
    const target = readPayTarget(options.string)
    const id =
      target.kind === 'offer'
        ? await this.#ask(options, target.offer, reach)
        : await this.#take(options, target.invoice)
    const end = this.#waiters.wait(id, options)
    try {
      await this.#hand(id, options.signal)
    } catch (error) {
      end.giveUp()
      throw error
    }
    return end.promise
  }

  /**
   * What `pay` would do, without paying: an invoice is asked for, and checked.
   * @throws LnoError as `pay`
   */
  async quote(options: PayOptions, reach: Reach = async () => {}): Promise<PayQuote> {
    const wallet = this.#wallet()
    const target = readPayTarget(options.string)
    const { onProgress } = options
    const invoice =
      target.kind === 'invoice'
        ? await this.#unpaid(this.#checked(options, target.invoice))
        : (
            await this.#options.fetch(
              {
                ...fetchOptions(options),
                offer: target.offer,
                onProgress: (progress) => progress.step !== 'invoice' && onProgress?.(progress),
              },
              reach,
            )
          ).invoice
    const amountMsat = invoice.fields.invoice_amount ?? 0n
    const maxFeeMsat = options.maxFeeMsat ?? defaultMaxFee(amountMsat)
    const payment = paymentFor({ id: paymentIdOf(invoice.fields), invoice, maxFeeMsat, label: options.label })
    return { invoice, amountMsat, maxFeeMsat, quote: await wallet.quote(payment) }
  }

  /** Pays the invoice of a refund of ours, once, whatever happens: waits for a way as long as the invoice may be paid. */
  async payRefund({ id: refundId, invoice: bytes, label }: RefundToPay): Promise<void> {
    const invoice = decodeInvoice(bytes, { verifySignature: false })
    const id = paymentIdOf(invoice.fields)
    if (!this.#intents.has(id)) {
      const amount = invoice.fields.invoice_amount ?? 0n
      await this.#intents.put(id, {
        created: BigInt(this.#options.clock.now()),
        stage: 'invoice',
        amount,
        max_fee: defaultMaxFee(amount),
        invoice: bytes,
        refund: fromHex(refundId),
        ...(label !== undefined && { label }),
      })
      this.#started(id, invoice)
    }
    const stored = await this.#intents.get(id)
    if (stored === undefined) return
    const { stage, ended, failed } = stored
    if (stage !== 'paid' && stage !== 'failed') return this.#handPatiently(id, endOf(stored))
    await this.#options.onRefundEnd(refundId, { at: Number(ended ?? 0n), ...(failed !== undefined && { failed }) })
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly PaymentView[]> {
    const { wallet } = this.#options
    const intents = await this.#intents.list(limit)
    const others = (await wallet?.payments(limit))?.filter(({ id }) => !this.#intents.has(id)) ?? []
    const views = await Promise.all(intents.map((intent) => this.#view(intent)))
    return [...views, ...others.map(stateView)].sort((a, b) => (a.created_at < b.created_at ? 1 : -1)).slice(0, limit)
  }

  /**
   * One payment by its id or the beginning of it, at least 4 digits, with its invoice.
   * @throws LnoError `PAYMENT_NOT_FOUND`, `PAYMENT_AMBIGUOUS`
   */
  async show(start: string): Promise<PaymentView> {
    const intent = await this.find(start)
    if (intent !== undefined) return withInvoice(await this.#view(intent), intent.stored.invoice)
    const state = await this.#options.wallet?.payment(start)
    if (state === undefined) throw paymentsError('PAYMENT_NOT_FOUND', 'no payment of this node has this id')
    return withInvoice(stateView(state), state.invoice)
  }

  /** As `show`, what is kept of it. */
  async find(start: string): Promise<Intent | undefined> {
    const ids = start.length < 4 ? [] : this.#intents.startingWith(start)
    if (ids.length > 1) throw paymentsError('PAYMENT_AMBIGUOUS', `${ids.length} payments begin with ${start}`)
    const stored = ids[0] === undefined ? undefined : await this.#intents.get(ids[0])
    return ids[0] === undefined || stored === undefined ? undefined : { id: ids[0], stored }
  }

  /** Nobody waits any more; what the wallet has goes on. */
  close(): void {
    this.#closed = true
    for (const following of this.#followed.values()) following.abort()
    this.#endListening()
    this.#patience.close()
    this.#waiters.close()
  }

  #wallet(): Wallet {
    const { wallet } = this.#options
    if (wallet === undefined) throw nodeError('NO_WALLET', 'without a wallet nothing can be paid from here')
    return wallet
  }

  #emit(event: PaymentsEvent): void {
    this.#options.onEvent(event)
  }

  async #view(intent: Intent): Promise<PaymentView> {
    return intentView(intent, await this.#options.wallet?.payment(intent.id))
  }

  /** Asks the issuer of an offer; what is wanted is on disk with the request. */
  async #ask(options: PayOptions, offer: FetchOptions['offer'], reach: Reach): Promise<string> {
    const { clock } = this.#options
    const { label, onProgress } = options
    let asking: Intent | undefined
    try {
      const { invoice } = await this.#options.fetch(
        {
          ...fetchOptions(options),
          offer,
          onProgress: (progress) => progress.step !== 'invoice' && onProgress?.(progress),
          alongside: ({ id: requestId, request, authorisedMsat }) => {
            const { fields } = decodeInvoiceRequest(request, { verifySignature: false })
            const stored: StoredIntent = {
              created: BigInt(clock.now()),
              stage: 'asking',
              amount: authorisedMsat,
              max_fee: options.maxFeeMsat ?? defaultMaxFee(authorisedMsat),
              request,
              request_id: fromHex(requestId),
              ...(label !== undefined && { label }),
            }
            asking = { id: paymentIdOf(fields), stored }
            onProgress?.({ step: 'asking', paymentId: asking.id })
            return this.#intents.changes(asking.id, stored)
          },
        },
        reach,
      )
      if (asking === undefined) throw nodeError('INTERNAL', 'an invoice came for a request that was not kept')
      const { request: _, ...rest } = asking.stored
      const amount = invoice.fields.invoice_amount ?? 0n
      const max_fee = options.maxFeeMsat ?? defaultMaxFee(amount)
      await this.#advance(asking.id, 'invoice', { ...rest, invoice: invoice.bytes, amount, max_fee })
      this.#started(asking.id, invoice, onProgress)
      return asking.id
    } catch (error) {
      // The reason is worth more to the caller than that it could not be noted down.
      if (asking !== undefined && isLnoError(error)) await this.#fail(asking.id, error).catch(() => undefined)
      throw error
    }
  }

  /** Takes an invoice that the user has; one after the other of those for one request. */
  async #take(options: PayOptions, given: InvoiceMessage): Promise<string> {
    const invoice = this.#checked(options, given)
    const id = paymentIdOf(invoice.fields)
    await this.#turns.take(id, async () => {
      const known = await this.#intents.get(id)
      if (await this.#isUnderWay(id, known, invoice)) return
      const asked = (await this.#options.requests(SEARCHED_REQUESTS)).find(
        ({ invoice: answer }) => answer !== undefined && equalBytes(answer, invoice.bytes),
      )
      const amount = invoice.fields.invoice_amount ?? 0n
      const requestId = known?.request_id ?? (asked && fromHex(asked.id))
      await this.#intents.put(id, {
        created: known?.created ?? BigInt(this.#options.clock.now()),
        stage: 'invoice',
        amount,
        max_fee: options.maxFeeMsat ?? defaultMaxFee(amount),
        invoice: invoice.bytes,
        ...(requestId && { request_id: requestId }),
        ...(known?.refund && { refund: known.refund }),
        ...(options.label !== undefined && { label: options.label }),
      })
      this.#started(id, invoice, options.onProgress)
    })
    return id
  }

  /**
   * Whether this very invoice is paid or being paid. One that failed before anything was sent may be tried again.
   * @throws LnoError `PAYMENT_TWICE` for another invoice of the same request, `PAYMENT_ENDED`
   */
  async #isUnderWay(id: string, known: StoredIntent | undefined, { fields, bytes }: InvoiceMessage): Promise<boolean> {
    const twice = () => paymentError('PAYMENT_TWICE', 'another invoice for the same request was paid, or is being paid')
    if (known !== undefined && stageOf(known) !== 'failed') {
      if (known.invoice === undefined || !equalBytes(known.invoice, bytes)) throw twice()
      return true
    }
    const state = await this.#wallet().payment(id)
    if (state === undefined) return false
    if (state.status === 'failed') {
      throw paymentsError('PAYMENT_ENDED', `it failed: ${state.failure?.message ?? 'it came back'}`)
    }
    // Nothing of it is kept here any more, but the wallet does not forget.
    if (!equalBytes(state.paymentHash, fields.invoice_payment_hash ?? new Uint8Array(0))) throw twice()
    return false
  }

  /** An invoice for which paying would send something. @throws LnoError `PAYMENT_TWICE`, `PAYMENT_ENDED` */
  async #unpaid(invoice: InvoiceMessage): Promise<InvoiceMessage> {
    const id = paymentIdOf(invoice.fields)
    const isUnderWay = await this.#isUnderWay(id, await this.#intents.get(id), invoice)
    if (!isUnderWay && (await this.#wallet().payment(id)) === undefined) return invoice
    throw paymentError('PAYMENT_TWICE', 'this invoice was paid, or is being paid', { details: { paymentId: id } })
  }

  /** @throws LnoError the first rule that speaks against an invoice given by hand */
  #checked({ amountMsat }: PayOptions, invoice: InvoiceMessage): InvoiceMessage {
    const { clock, chains } = this.#options
    const now = BigInt(Math.floor(clock.now() / 1000))
    const { issues } = checkInvoice({ now, chains, authorisedMsat: amountMsat }, invoice)
    if (issues[0] !== undefined) throw errorOf(issues[0])
    return invoice
  }

  #started(id: string, invoice: InvoiceMessage, onProgress?: PayOptions['onProgress']): void {
    const { invoice_amount: amountMsat = 0n, invoice_payment_hash: hash = new Uint8Array(0) } = invoice.fields
    const paymentHash = toHex(hash)
    onProgress?.({ step: 'invoice', paymentId: id, amountMsat, paymentHash })
    this.#emit({ type: 'payment_started', paymentId: id, amountMsat, paymentHash })
  }

  /** Lets the wallet pay, unless it does already. A failure is noted before the next try: else one under way would count as failed. */
  async #hand(id: string, signal?: CancelSignal, mayAgain?: (error: LnoError) => boolean): Promise<void> {
    const underWay = this.#handing.get(id)
    if (underWay !== undefined) return underWay
    const handing = this.#handOnce(id, signal)
      .catch(async (error: unknown) => {
        // The reason is worth more to the caller than that it could not be noted down.
        if (isLnoError(error) && mayAgain?.(error) !== true) await this.#settle(id, error).catch(() => undefined)
        throw error
      })
      .finally(() => this.#handing.delete(id))
    this.#handing.set(id, handing)
    return handing
  }

  async #handOnce(id: string, signal: CancelSignal | undefined): Promise<void> {
    const wallet = this.#wallet()
    const stored = await this.#intents.get(id)
    if (stored?.invoice === undefined) throw paymentsError('PAYMENT_NOT_FOUND', 'there is no invoice to pay')
    const stage = stageOf(stored)
    if (stage === 'paid' || stage === 'failed') return this.#waiters.end(id, await this.#view({ id, stored }))
    // A wallet that knows it pays it; so it is not judged again by the clock of today.
    if ((await wallet.payment(id)) === undefined) {
      // Another wallet has it, and may yet pay it.
      if (stage === 'sending')
        throw walletError('PAYMENT_UNKNOWN', `it was sent by a wallet that is not this one: ${id}`)
      if (signal?.aborted) throw paymentsError('PAYMENT_CANCELLED', 'it was given up before anything was sent')
      const invoice = decodeInvoice(stored.invoice, { verifySignature: false })
      await wallet.pay(paymentFor({ id, invoice, maxFeeMsat: stored.max_fee, label: stored.label }))
    }
    await this.#advance(id, 'sent', stored)
    this.#follow(id)
  }

  /** As `#hand`, and when there is no way to pay, again and again until `deadline` (Unix milliseconds). */
  async #handPatiently(id: string, deadline: number): Promise<void> {
    await this.#patience.keepTrying(id, async (nextWaitMs) => {
      const mayAgain = ({ code }: LnoError) =>
        code === ('NO_PAYMENT_ROUTE' satisfies PaymentCode) && this.#options.clock.now() + nextWaitMs < deadline
      try {
        await this.#hand(id, undefined, mayAgain)
      } catch (error) {
        if (!isLnoError(error)) throw error
        if (mayAgain(error)) return 'again'
      }
      return 'over'
    })
  }

  /** Notes the failure of a payment that the wallet was not told of; what it was told of ends by itself. */
  async #settle(id: string, error: LnoError): Promise<void> {
    if (!NOTHING_SENT.includes(error.code) || (await this.#options.wallet?.payment(id)) !== undefined) return
    await this.#fail(id, error)
  }

  #follow(id: string): void {
    if (this.#followed.has(id) || this.#closed) return
    const following = new AbortController()
    this.#followed.set(id, following)
    this.#wallet()
      .ended(id, following.signal)
      .then((state) => this.#onEnd(id, state))
      // The wallet stopped, or the disk failed: the next start finds out what became of it.
      .catch((error: unknown) => isLnoError(error) && this.#waiters.fail(id, error))
      .finally(() => this.#followed.delete(id))
  }

  async #onEnd(id: string, { status, preimage, failure, feeMsat }: PaymentState): Promise<void> {
    const stored = await this.#intents.get(id)
    if (stored === undefined) return
    if (status === 'paid') await this.#advance(id, 'paid', { ...stored, fee: feeMsat, ...(preimage && { preimage }) })
    else await this.#fail(id, paymentFailure(failure))
  }

  /** Notes that nothing is sent for it any more, and nothing arrived. */
  async #fail(id: string, { code, message }: LnoError): Promise<void> {
    const stored = await this.#intents.get(id)
    // Of one whose first commit failed nothing is on disk.
    if (stored === undefined) return this.#intents.forget(id)
    await this.#advance(id, 'failed', { ...stored, failed: code, why: message })
  }

  async #advance(id: string, event: IntentEvent, stored: StoredIntent): Promise<void> {
    const stage = nextStage(stageOf(stored), event)
    if (stage === undefined) return
    const isEnd = stage === 'paid' || stage === 'failed'
    const after: StoredIntent = { ...stored, stage, ...(isEnd && { ended: BigInt(this.#options.clock.now()) }) }
    await this.#intents.put(id, after)
    if (!isEnd) return
    if (after.refund !== undefined) {
      const { failed, ended = 0n } = after
      await this.#options.onRefundEnd(toHex(after.refund), {
        at: Number(ended),
        ...(failed !== undefined && { failed }),
      })
    }
    await this.#tellEnd({ id, stored: after })
  }

  async #tellEnd(intent: Intent): Promise<void> {
    const { id, stored } = intent
    const view = await this.#view(intent)
    if (view.status === 'paid') this.#waiters.tell(id, { step: 'paid', paymentId: id, feeMsat: stored.fee ?? 0n })
    else {
      const { failed = '', why = '' } = stored
      this.#waiters.tell(id, { step: 'failed', paymentId: id, code: failed, why })
    }
    const { preimage: _, ...payment } = view
    this.#emit({ type: view.status === 'paid' ? 'payment_paid' : 'payment_failed', payment })
    this.#waiters.end(id, view)
  }

  #onWalletEvent(event: PaymentEvent): void {
    if (event.type === 'part_sent' || event.type === 'part_failed') {
      this.#waiters.tell(event.payment, { step: event.type, paymentId: event.payment, part: event.part })
    } else if (event.type === 'channel_up') {
      this.#patience.wake()
    }
  }
}

function paymentFailure(failure: PaymentState['failure']): LnoError {
  return new LnoError(failure?.code ?? 'PAYMENT_REFUSED', failure?.message ?? 'it came back')
}
