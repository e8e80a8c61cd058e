import type { Clock, Random, Store } from '../../base/effects.js'
import { isLnoError, type LnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import { estimateCost } from '../../bolt12/amount.js'
import { createInvoiceRequest } from '../../bolt12/create-invoice-request.js'
import { encodeOffer } from '../../bolt12/create-offer.js'
import { decodeArrivedInvoiceError } from '../../bolt12/decode.js'
import { checkOffer } from '../../bolt12/inspect.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { InvoiceErrorMessage } from '../../bolt12/invoice-error.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { errorOf } from '../../bolt12/rules/rule.js'
import { sha256 } from '../../crypto/hash.js'
import type { Generation } from '../../onion/generation.js'
import { nodeError } from '../codes.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import { type AttemptPlan, type NodeId, replyRoute } from '../messenger/routes.js'
import { freshPathId, PathIdTable } from '../path-id.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { judgeInvoice } from './answer.js'
import { FetchError, type FetchOptions, type FetchProgress, type FetchResult, type Refusal } from './fetch.js'
import {
  ATTEMPT_TIMEOUT_MS,
  type FetchEffect,
  type FetchEvent,
  type FetchState,
  type Step,
  silence,
  startFetch,
  stepFetch,
} from './fetch-machine.js'
import { type StoredRequest, storedRequest } from './record.js'
import { waysFor } from './ways.js'

/** Requests under way at once: as many as one control client may have; each holds some kilobytes. */
export const MAX_OPEN_FETCHES = 256

/** Answers to one attempt that are looked at: its issuer sends one or two, and each costs a signature check. */
export const MAX_ANSWERS = 8

export type PayerEvent =
  | { readonly type: 'fetch_started'; readonly id: string; readonly offerText: string }
  | { readonly type: 'fetch_progress'; readonly id: string; readonly progress: FetchProgress }
  | { readonly type: 'invoice_received'; readonly id: string; readonly amountMsat: bigint }
  | { readonly type: 'fetch_failed'; readonly id: string; readonly code: string; readonly why: string }
  | { readonly type: 'reply_ignored'; readonly from: NodeId | undefined; readonly code: string; readonly why: string }

export interface PayerOptions {
  readonly messenger: OnionMessenger
  readonly clock: Clock
  readonly random: Random
  readonly store: Store
  readonly selfId: NodeId
  readonly chains: readonly Uint8Array[]
  /** `deriveSecret(nodeSecret, 'path_id of replies')`, 32 bytes. */
  readonly replySecret: Uint8Array
  readonly generation: Generation
  /** Peers whose address is known, connected or not. */
  readonly dialable: () => readonly NodeId[]
  /** Connects to a peer whose address is known; resolves at once when it is connected. Rejects with a stage code. */
  readonly connect: (peer: NodeId) => Promise<void>
  readonly onEvent?: (event: PayerEvent) => void
}

interface Open {
  readonly id: string
  readonly key: string
  readonly offer: OfferMessage
  readonly request: InvoiceRequestMessage
  readonly stored: StoredRequest
  readonly authorisedMsat: bigint
  readonly options: FetchOptions
  readonly pathIds: Uint8Array[]
  readonly timers: Map<number, () => void>
  readonly sentTo: Map<number, Uint8Array>
  readonly waiting: Map<number, { cancel(): void }>
  /** How many answers came to each attempt. */
  readonly answers: Map<number, number>
  readonly onAbort: () => void
  readonly resolve: (result: FetchResult) => void
  readonly reject: (error: LnoError) => void
  state: FetchState
  answer: { readonly invoice: InvoiceMessage; readonly attempt: number } | undefined
  refusal: Refusal | undefined
}

/** The requests that this node makes: attempts, waiters, checks, what is kept of them. */
export class Payer {
  readonly #options: PayerOptions
  readonly #replies = new PathIdTable<{ readonly fetch: Open; readonly attempt: number }>()
  readonly #open = new Set<Open>()
  /** What cancels those that have not begun: the way is being prepared, or the disk works. */
  readonly #opening = new Set<() => void>()
  #closed = false

  constructor(options: PayerOptions) {
    this.#options = options
    options.messenger.handle(66n, (delivery) => this.#onAnswer(delivery, 'invoice'))
    options.messenger.handle(68n, (delivery) => this.#onAnswer(delivery, 'invoice_error'))
  }

  /**
   * Asks for an invoice and checks it. Nothing is paid.
   * @param reach prepares the way (connects to peers, learns channels): called when it is clear that there is something to
   *   ask, before ways are looked for
   * @throws LnoError what makes the offer unanswerable (`OFFER_EXPIRED`, …) or the options impossible (`INVREQ_…`,
   *   `QUANTITY_INVALID`), before anything is sent; then `FetchError` with a stage: `NO_ROUTE`, `UNRESOLVED_SCID`,
   *   `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `HANDSHAKE_FAILED`, `QUEUE_FULL`, `SENT_NO_REPLY`, `INVOICE_ERROR`,
   *   `INVOICE_REFUSED`
   */
  async fetch(options: FetchOptions, reach: () => Promise<void> = async () => {}): Promise<FetchResult> {
    const { offer } = options
    const { clock, random, chains, store } = this.#options
    const now = BigInt(Math.floor(clock.now() / 1000))
    const issue = checkOffer(offer, { now, chains }).issues[0]
    if (issue !== undefined) throw errorOf(issue)
    const chain = chains.find((ours) => offer.fields.offer_chains?.some((theirs) => toHex(theirs) === toHex(ours)))
    const { request, payerKey } = createInvoiceRequest(offer, {
      random,
      ...(options.amountMsat !== undefined && { amountMsat: options.amountMsat }),
      ...(options.quantity !== undefined && { quantity: options.quantity }),
      ...(options.payerNote !== undefined && { payerNote: options.payerNote }),
      ...(chain && { chain }),
    })
    const authorisedMsat = options.amountMsat ?? estimateCost(offer.fields, options.quantity)?.msat
    if (authorisedMsat === undefined) throw nodeError('INTERNAL', 'a request without an amount was made')
    if (this.#open.size + this.#opening.size >= MAX_OPEN_FETCHES) {
      throw nodeError('QUEUE_FULL', `${MAX_OPEN_FETCHES} requests are under way already`)
    }
    const created = BigInt(clock.now())
    const id = toHex(sha256(request.bytes).subarray(0, 16))
    const key = storeKey('request', created, id)
    const stored: StoredRequest = { created, request: request.bytes, payer_key: payerKey, offer: encodeOffer(offer) }
    const plans = await this.#prepare(options, async (isCancelled) => {
      await reach()
      const ways = this.#ways(options)
      if (isCancelled()) return ways
      await store.commit([
        { key, value: storedRequest.encode(stored) },
        { key: storeKey('request-id', id), value: new TextEncoder().encode(key) },
      ])
      return ways
    })
    this.#emit({ type: 'fetch_started', id, offerText: encodeOffer(offer) })
    return new Promise((resolve, reject) => {
      const fetch: Open = {
        id,
        key,
        offer,
        request,
        stored,
        authorisedMsat,
        options,
        pathIds: [],
        timers: new Map(),
        sentTo: new Map(),
        waiting: new Map(),
        answers: new Map(),
        onAbort: () => this.#cancel(fetch),
        resolve,
        reject,
        state: { plans, left: 0, attempts: [], problems: [], over: false },
        answer: undefined,
        refusal: undefined,
      }
      this.#open.add(fetch)
      options.signal?.addEventListener('abort', fetch.onAbort, { once: true })
      if (options.signal?.aborted || this.#closed) this.#cancel(fetch)
      else this.#take(fetch, startFetch(plans, options.attempts))
    })
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

  /** A peer hung up: what went over it brings no answer any more. */
  onPeerGone(peer: NodeId): void {
    for (const fetch of [...this.#open]) this.#event(fetch, { type: 'peer_gone', peer })
  }

  /** Ends everything that is under way. */
  close(): void {
    this.#closed = true
    for (const cancel of [...this.#opening]) cancel()
    for (const fetch of [...this.#open]) this.#cancel(fetch)
  }

  #emit(event: PayerEvent): void {
    this.#options.onEvent?.(event)
  }

  #progress(fetch: Open, progress: FetchProgress): void {
    fetch.options.onProgress?.(progress)
    this.#emit({ type: 'fetch_progress', id: fetch.id, progress })
  }

  #ways({ offer, via = [] }: FetchOptions): readonly AttemptPlan[] {
    const { messenger, dialable } = this.#options
    return waysFor(offer, { messenger, dialable: dialable(), via })
  }

  /**
   * Runs what comes before the first attempt. When the request is cancelled meanwhile it is over at once for whoever asked;
   * what was begun counts as under way until it has ended.
   */
  #prepare<T>({ signal }: FetchOptions, run: (isCancelled: () => boolean) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let cancelled = false
      const cancel = () => {
        cancelled = true
        reject(nodeError('CONTROL_CANCELLED', 'the request was cancelled'))
      }
      if (this.#closed || signal?.aborted) {
        cancel()
        return
      }
      this.#opening.add(cancel)
      signal?.addEventListener('abort', cancel, { once: true })
      const over = () => {
        this.#opening.delete(cancel)
        signal?.removeEventListener('abort', cancel)
      }
      run(() => cancelled)
        .finally(over)
        .then(resolve, reject)
    })
  }

  #event(fetch: Open, event: FetchEvent): void {
    if (event.type === 'not_sent' || event.type === 'refused') {
      this.#progress(fetch, { step: 'problem', attempt: event.attempt, code: event.code, why: event.why })
    } else if (event.type === 'timed_out') {
      this.#progress(fetch, { step: 'problem', attempt: event.attempt, ...silence(event.channelsOnly) })
    } else if (event.type === 'left') {
      this.#progress(fetch, { step: 'left', attempt: event.attempt })
    }
    this.#take(fetch, stepFetch(fetch.state, event))
  }

  #take(fetch: Open, { state, effects }: Step): void {
    fetch.state = state
    for (const effect of effects) this.#effect(fetch, effect)
  }

  #effect(fetch: Open, effect: FetchEffect): void {
    switch (effect.do) {
      case 'send':
        void this.#send(fetch, effect.attempt, effect.plan)
        break
      case 'arm':
        this.#arm(fetch, effect.attempt)
        break
      case 'disarm':
        fetch.timers.get(effect.attempt)?.()
        fetch.timers.delete(effect.attempt)
        break
      case 'finish':
        void this.#finish(fetch)
        break
      case 'fail':
        void this.#fail(fetch, new FetchError(effect.problem, effect.problems, fetch.refusal))
    }
  }

  #arm(fetch: Open, attempt: number): void {
    const { clock, messenger } = this.#options
    const first = fetch.state.attempts.find(({ number }) => number === attempt)?.plan.route[0]
    const timedOut = () => {
      const channelsOnly = first !== undefined && messenger.isChannelsOnly(first)
      this.#event(fetch, { type: 'timed_out', attempt, channelsOnly })
    }
    fetch.timers.set(attempt, clock.after(fetch.options.timeoutMs ?? ATTEMPT_TIMEOUT_MS, timedOut))
  }

  async #send(fetch: Open, attempt: number, plan: AttemptPlan): Promise<void> {
    const { messenger, generation, replySecret, random, selfId, connect } = this.#options
    this.#progress(fetch, { step: 'attempt', attempt, route: plan.route, reply: plan.reply })
    const notSent = (error: unknown) => {
      const { code, message } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
      this.#event(fetch, { type: 'not_sent', attempt, code, why: message })
    }
    try {
      const first = plan.route[0]
      if (first !== undefined) await connect(first)
      if (fetch.state.over) return
      const { pathId } = freshPathId(replySecret, random)
      fetch.pathIds.push(pathId)
      this.#replies.set(pathId, { fetch, attempt })
      const path = plan.pathIndex === undefined ? undefined : fetch.offer.fields.offer_paths?.[plan.pathIndex]
      const issuer = fetch.offer.fields.offer_issuer_id
      const to = path ?? (issuer && toHex(issuer))
      if (to === undefined) throw nodeError('INTERNAL', 'an offer that leads nowhere')
      const signer = path?.path[path.path.length - 1]?.blinded_node_id ?? issuer
      if (signer !== undefined) fetch.sentTo.set(attempt, signer)
      const handle = messenger.send({
        generation,
        route: plan.route,
        to,
        contents: {
          invoice_request: fetch.request.bytes,
          reply_path: messenger.makePath(replyRoute(plan.route, selfId, plan.reply), pathId),
        },
        onFate: (fate) => {
          fetch.waiting.delete(attempt)
          if (fate === 'left' || fate === 'delivered here') this.#event(fetch, { type: 'left', attempt })
          else if (fate === 'full') notSent(nodeError('QUEUE_FULL', 'the peer does not take what is sent to it'))
          else notSent(nodeError('CONNECTION_LOST', 'the peer hung up before the message left'))
        },
      })
      if (handle === undefined) throw nodeError('QUEUE_FULL', 'too many messages wait for this peer already')
      fetch.waiting.set(attempt, handle)
    } catch (error) {
      notSent(error)
    }
  }

  #onAnswer(delivery: Delivery, kind: 'invoice' | 'invoice_error'): void {
    const found = this.#replies.get(delivery.pathId)
    if (found === undefined || found.fetch.state.over) {
      // Rules O14, O15: whoever guesses learns nothing, not even that something was asked.
      const why = found ? 'its request is answered' : 'it came over no reply path of a request that is under way'
      this.#emit({ type: 'reply_ignored', from: delivery.from, code: 'REPLY_WRONG_PATH', why })
      return
    }
    const { fetch, attempt } = found
    const count = (fetch.answers.get(attempt) ?? 0) + 1
    fetch.answers.set(attempt, count)
    if (count > MAX_ANSWERS) return
    if (kind === 'invoice') this.#onInvoice(fetch, attempt, delivery.value)
    else this.#onInvoiceError(fetch, attempt, delivery.value)
  }

  #onInvoice(fetch: Open, attempt: number, value: Uint8Array): void {
    const { clock, chains } = this.#options
    const { invoice, issues } = judgeInvoice(value, {
      offer: fetch.offer,
      request: fetch.request,
      sentTo: fetch.sentTo.get(attempt),
      arrivedOn: 'reply_path',
      now: BigInt(Math.floor(clock.now() / 1000)),
      chains,
      authorisedMsat: fetch.authorisedMsat,
    })
    if (invoice !== undefined) {
      fetch.answer ??= { invoice, attempt }
      this.#event(fetch, { type: 'invoice_accepted', attempt })
      return
    }
    fetch.refusal = { issues }
    this.#event(fetch, { type: 'refused', attempt, code: 'INVOICE_REFUSED', why: issues[0]?.message ?? 'no invoice' })
  }

  #onInvoiceError(fetch: Open, attempt: number, value: Uint8Array): void {
    let invoiceError: InvoiceErrorMessage
    try {
      invoiceError = decodeArrivedInvoiceError(value)
    } catch (error) {
      if (!isLnoError(error)) throw error
      this.#emit({ type: 'reply_ignored', from: undefined, code: error.code, why: error.message }) // rule ER1
      return
    }
    fetch.refusal = { invoiceError }
    const why = `the issuer says: ${invoiceError.fields.error}`
    this.#event(fetch, { type: 'refused', attempt, code: 'INVOICE_ERROR', why })
  }

  #close(fetch: Open): void {
    this.#open.delete(fetch)
    fetch.options.signal?.removeEventListener('abort', fetch.onAbort)
    for (const pathId of fetch.pathIds) this.#replies.delete(pathId)
    for (const cancel of fetch.timers.values()) cancel()
    for (const handle of fetch.waiting.values()) handle.cancel()
  }

  async #finish(fetch: Open): Promise<void> {
    const { answer } = fetch
    this.#close(fetch)
    if (answer === undefined) return
    const { invoice, attempt } = answer
    try {
      await this.#record(fetch, { invoice: invoice.bytes, answered: BigInt(this.#options.clock.now()) })
    } catch (error) {
      fetch.reject(isLnoError(error) ? error : nodeError('STORE_FAILED', String(error)))
      return
    }
    this.#progress(fetch, { step: 'invoice', attempt })
    this.#emit({ type: 'invoice_received', id: fetch.id, amountMsat: invoice.fields.invoice_amount ?? 0n })
    const { id, offer, request } = fetch
    fetch.resolve({ id, offer, request, invoice, attempt, attempts: fetch.state.attempts.length })
  }

  async #fail(fetch: Open, error: LnoError): Promise<void> {
    this.#close(fetch)
    this.#emit({ type: 'fetch_failed', id: fetch.id, code: error.code, why: error.message })
    try {
      await this.#record(fetch, { failed: error.code })
    } catch {
      // The reason why it failed is worth more to the caller than that it could not be noted down.
    }
    fetch.reject(error)
  }

  #cancel(fetch: Open): void {
    if (fetch.state.over) return
    this.#take(fetch, stepFetch(fetch.state, { type: 'cancelled' }))
    void this.#fail(fetch, nodeError('CONTROL_CANCELLED', 'the request was cancelled'))
  }

  #record(fetch: Open, more: Partial<StoredRequest>): Promise<void> {
    return this.#options.store.commit([{ key: fetch.key, value: storedRequest.encode({ ...fetch.stored, ...more }) }])
  }
}
