import type { Store } from '../../base/effects.js'
import { isLnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import type { LegacyDialect } from '../../bolt12/legacy/dialect.js'
import type { LegacyOfferMessage } from '../../bolt12/legacy/offer.js'
import { sha256 } from '../../crypto/hash.js'
import { nodeError } from '../codes.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import type { GenerationName } from '../messenger/policy.js'
import type { NodeId } from '../messenger/routes.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { type AnyOfferMessage, isLegacyOffer } from './any-offer.js'
import type { Fetched, FetchOptions, FetchProgress, FetchResult, LegacyFetchResult } from './fetch.js'
import { legacyQuestion } from './legacy-question.js'
import { formsFor, type PlanTools, plansFor } from './plans.js'
import { Preparations } from './preparations.js'
import { type Asker, modernQuestion, type Question } from './question.js'
import { type StoredRequest, storedRequest } from './record.js'
import { Replies } from './replies.js'
import { FetchRun, type RunAnswer, type RunHooks, type Running, type RunTools, type Waiter } from './run.js'

/** Requests under way at once: as many as one control client may have; each holds some kilobytes. */
export const MAX_OPEN_FETCHES = 256

export type PayerEvent =
  | { readonly type: 'fetch_started'; readonly id: string; readonly offerText: string }
  | { readonly type: 'fetch_progress'; readonly id: string; readonly progress: FetchProgress }
  | { readonly type: 'invoice_received'; readonly id: string; readonly amountMsat: bigint }
  | { readonly type: 'fetch_failed'; readonly id: string; readonly code: string; readonly why: string }
  /** The answer to another copy of a request that is over: nothing is done with it, and nothing is wrong. */
  | {
      readonly type: 'reply_late'
      readonly id: string
      readonly from: NodeId | undefined
      readonly generation: GenerationName
    }
  | { readonly type: 'reply_ignored'; readonly from: NodeId | undefined; readonly code: string; readonly why: string }

export interface PayerOptions extends RunTools, PlanTools {
  readonly messenger: OnionMessenger
  readonly store: Store
  readonly chains: readonly Uint8Array[]
  readonly dialect?: LegacyDialect | undefined
  readonly onEvent?: (event: PayerEvent) => void
}

/** The requests that this node makes: attempts, waiters, checks, what is kept of them. */
export class Payer {
  readonly #options: PayerOptions
  readonly #replies: Replies<Waiter>
  readonly #open = new Set<Running>()
  readonly #opening = new Preparations()
  #closed = false

  constructor(options: PayerOptions) {
    this.#options = options
    this.#replies = new Replies(options.clock)
  }

  /**
   * Asks for an invoice and checks it. Nothing is paid; that for an offer of 2021 cannot be, from here.
   * @param reach prepares the way (connects to peers, learns channels): called when it is clear that there is something to
   *   ask, before ways are looked for
   * @throws LnoError what makes the offer unanswerable (`OFFER_EXPIRED`, `LEGACY_OFFER_EXPIRED`, …) or the options impossible
   *   (`INVREQ_…`, `LEGACY_INVREQ_…`, `QUANTITY_INVALID`, `GENERATION_NOT_SPOKEN`), before anything is sent; then `FetchError`
   *   with a stage: `NO_ROUTE`, `UNRESOLVED_SCID`, `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `HANDSHAKE_FAILED`, `QUEUE_FULL`,
   *   `SENT_NO_REPLY`, `INVOICE_ERROR`, `INVOICE_REFUSED`
   */
  fetch(options: FetchOptions, reach?: () => Promise<void>): Promise<FetchResult>
  fetch(options: FetchOptions<LegacyOfferMessage>, reach?: () => Promise<void>): Promise<LegacyFetchResult>
  fetch(options: FetchOptions<AnyOfferMessage>, reach?: () => Promise<void>): Promise<FetchResult | LegacyFetchResult>
  async fetch(
    { offer, ...options }: FetchOptions<AnyOfferMessage>,
    reach: () => Promise<void> = async () => {},
  ): Promise<FetchResult | LegacyFetchResult> {
    if (isLegacyOffer(offer)) {
      const { question, request } = legacyQuestion(offer, options, { ...this.#asker(), dialect: this.#options.dialect })
      return { form: '2021', offer, request, ...(await this.#ask(question, options, reach)) }
    }
    const { question, request } = modernQuestion(offer, options, this.#asker())
    return { form: 'modern', offer, request, ...(await this.#ask(question, options, reach)) }
  }

  /** Requests that were made, newest first. */
  async list(limit = 1000): Promise<readonly (StoredRequest & { readonly id: string })[]> {
    const found: (StoredRequest & { readonly id: string })[] = []
    for await (const [key, value] of this.#options.store.range({ ...keysUnder('request'), reverse: true, limit })) {
      found.push({ ...storedRequest.decode(value).fields, id: key.slice(key.lastIndexOf('/') + 1) })
    }
    return found
  }

  /** One request by the id that `list` gives. */
  async show(id: string): Promise<StoredRequest | undefined> {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined
    const key = await this.#options.store.get(storeKey('request-id', id))
    const value = key && (await this.#options.store.get(new TextDecoder().decode(key)))
    return value && storedRequest.decode(value).fields
  }

  /** Takes an invoice or an invoice_error that came over a reply path of a request; false for any other. @internal */
  take(delivery: Delivery): boolean {
    const found = this.#replies.find(delivery.pathId)
    if (found === undefined) return false
    const { from } = delivery
    const { generation } = found
    // What is delivered as another of the forms with one type may be this one: an answer has nothing that tells them apart.
    if (generation.messageType !== delivery.generation.messageType) {
      const why = 'it came in another form than the one that its reply path was made for'
      this.#emit({ type: 'reply_ignored', from, code: 'REPLY_WRONG_PATH', why })
    } else if ('lateFor' in found) {
      this.#emit({ type: 'reply_late', id: found.lateFor, from, generation: generation.name })
    } else found.waiter.run.take(found.waiter.copy, delivery)
    return true
  }

  /** A peer hung up: what went over it brings no answer any more. */
  onPeerGone(peer: NodeId): void {
    for (const run of [...this.#open]) run.peerGone(peer)
  }

  /** Ends everything that is under way. */
  close(): void {
    this.#closed = true
    this.#opening.close()
    for (const run of [...this.#open]) run.cancel()
  }

  #asker(): Asker {
    const { clock, random, chains } = this.#options
    return { now: BigInt(Math.floor(clock.now() / 1000)), chains, random }
  }

  #emit(event: PayerEvent): void {
    this.#options.onEvent?.(event)
  }

  async #ask<I>(
    question: Question<I>,
    options: Omit<FetchOptions, 'offer'>,
    reach: () => Promise<void>,
  ): Promise<Fetched<I>> {
    const { clock, store } = this.#options
    const forms = formsFor(question, options.generations, this.#options)
    if (this.#open.size + this.#opening.size >= MAX_OPEN_FETCHES) {
      throw nodeError('QUEUE_FULL', `${MAX_OPEN_FETCHES} requests are under way already`)
    }
    const created = BigInt(clock.now())
    const { request, payerKey, offerText: offer } = question
    const id = toHex(sha256(request).subarray(0, 16))
    const key = storeKey('request', created, id)
    const stored: StoredRequest = { created, request, payer_key: payerKey, offer }
    const plans = await this.#opening.run(options.signal, async (isCancelled) => {
      await reach()
      const plans = plansFor(question, options, forms, this.#options)
      if (isCancelled()) return plans
      await store.commit([
        ...(options.alongside?.({ id, request, authorisedMsat: question.authorisedMsat }) ?? []),
        { key, value: storedRequest.encode(stored) },
        { key: storeKey('request-id', id), value: new TextEncoder().encode(key) },
      ])
      return plans
    })
    this.#emit({ type: 'fetch_started', id, offerText: question.offerText })
    return new Promise((resolve, reject) => {
      const record = (more: Partial<StoredRequest>) =>
        store.commit([{ key, value: storedRequest.encode({ ...stored, ...more }) }])
      const end = () => {
        this.#open.delete(run)
        options.signal?.removeEventListener('abort', onAbort)
      }
      const hooks: RunHooks<I> = {
        progress: (progress) => this.#progress(id, options, progress),
        forget: (way) => void this.#options.reach.forget(way).catch(() => undefined),
        unreadable: ({ from }, { code, message }) => this.#emit({ type: 'reply_ignored', from, code, why: message }),
        finish: (answer) => {
          end()
          void this.#finish({ id, ...answer }, question, options, record).then(resolve, reject)
        },
        fail: (error) => {
          end()
          this.#emit({ type: 'fetch_failed', id, code: error.code, why: error.message })
          // The reason why it failed is worth more to the caller than that it could not be noted down.
          void record({ failed: error.code })
            .catch(() => undefined)
            .then(() => reject(error))
        },
      }
      const run = new FetchRun({ id, question, options, tools: this.#options, replies: this.#replies, hooks })
      const onAbort = () => run.cancel()
      this.#open.add(run)
      options.signal?.addEventListener('abort', onAbort, { once: true })
      if (options.signal?.aborted || this.#closed) run.cancel()
      else run.start(plans)
    })
  }

  #progress(id: string, { onProgress }: Pick<FetchOptions, 'onProgress'>, progress: FetchProgress): void {
    onProgress?.(progress)
    this.#emit({ type: 'fetch_progress', id, progress })
  }

  async #finish<I>(
    { id, invoice, generation, attempt, attempts, plan }: RunAnswer<I> & { readonly id: string },
    question: Question<I>,
    options: Omit<FetchOptions, 'offer'>,
    record: (more: Partial<StoredRequest>) => Promise<void>,
  ): Promise<Fetched<I>> {
    const { bytes, amountMsat } = question.summary(invoice)
    try {
      await record({ invoice: bytes, answered: BigInt(this.#options.clock.now()), generation })
      // Where there was a choice it is known now; that it could not be kept costs a message the next time.
      if (plan.forms.length > 1) await this.#options.reach.remember(plan.way, generation).catch(() => undefined)
    } catch (error) {
      throw isLnoError(error) ? error : nodeError('STORE_FAILED', String(error))
    }
    this.#progress(id, options, { step: 'invoice', attempt, generation })
    this.#emit({ type: 'invoice_received', id, amountMsat })
    return { id, invoice, generation, attempt, attempts }
  }
}
