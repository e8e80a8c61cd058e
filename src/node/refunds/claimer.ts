import type { Clock, Random } from '../../base/effects.js'
import { isLnoError, type LnoError } from '../../base/error.js'
import { toHex } from '../../base/hex.js'
import { createInvoice } from '../../bolt12/create-invoice.js'
import { decodeArrivedInvoiceError, decodeInvoice } from '../../bolt12/decode.js'
import { DEFAULT_RELATIVE_EXPIRY, type InvoiceMessage } from '../../bolt12/invoice.js'
import type { InvoiceErrorMessage } from '../../bolt12/invoice-error.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import { sha256 } from '../../crypto/hash.js'
import type { Generation } from '../../onion/generation.js'
import type { PaymentCode } from '../../payments/codes.js'
import type { PaymentPaths, Receivable, ReceiveOptions } from '../../wallets/wallet.js'
import { nodeError } from '../codes.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import { type AttemptPlan, type NodeId, replyRoute } from '../messenger/routes.js'
import { offersError } from '../offers/codes.js'
import { exclusiveOf } from '../offers/exclusive.js'
import { type Promises, promiseKey } from '../offers/promises.js'
import { Turns } from '../offers/turns.js'
import { freshPathId, PathIdTable } from '../path-id.js'
import { MAX_ANSWERS } from '../payer/answer.js'
import { FetchError } from '../payer/fetch.js'
import { assertWalksPaths } from '../payer/path-form.js'
import { Preparations } from '../payer/preparations.js'
import { pathsOrId, waysTo } from '../payer/ways.js'
import { deriveKey } from '../secrets.js'
import { checkRefund } from './check.js'
import type { ClaimOptions, ClaimProgress, ClaimResult } from './claim.js'
import {
  CHANNELS_ONLY,
  CLAIM_WAIT_MS,
  type ClaimEffect,
  type ClaimEvent,
  type ClaimState,
  type ClaimStep,
  PEER_GONE,
  startClaim,
  stepClaim,
} from './claim-machine.js'
import type { ClaimerEvent } from './claimer-event.js'
import { refundId } from './refund-id.js'

/** Claims under way at once: as many as one control client may have. */
export const MAX_OPEN_CLAIMS = 256

/** Claims whose invoice was sent, the last ones, whose reply paths are still read: an invoice_error may come late. */
export const MAX_SENT_CLAIMS = 256

/** Characters of an invoice_error's text that are kept with the invoice; it may be as long as a message. */
const MAX_KEPT_ERROR = 1024

export interface ClaimerOptions {
  readonly messenger: OnionMessenger
  readonly clock: Clock
  readonly random: Random
  readonly promises: Promises
  readonly selfId: NodeId
  readonly chains: readonly Uint8Array[]
  /** `deriveSecret(nodeSecret, 'path_id of claims')`, 32 bytes. */
  readonly replySecret: Uint8Array
  /** `deriveSecret(nodeSecret, 'invoice keys of claims')`, 32 bytes. */
  readonly signingSecret: Uint8Array
  /** Without them nothing can be received: a claim says `NO_WALLET`. */
  readonly paymentPaths: PaymentPaths | undefined
  /** In which claims are sent. */
  readonly generation: Generation
  /** Peers whose address is known, connected or not. */
  readonly dialable: () => readonly NodeId[]
  /** Connects to a peer whose address is known; resolves at once when it is connected. Rejects with a stage code. */
  readonly connect: (peer: NodeId) => Promise<void>
  readonly onEvent?: (event: ClaimerEvent) => void
}

/** The promise that a claim sends. */
interface Promised {
  readonly key: string
  readonly invoice: InvoiceMessage
  readonly again: boolean
}

interface Open extends Promised {
  readonly id: string
  readonly request: InvoiceRequestMessage
  readonly options: ClaimOptions
  /** What shows that an answer came over one of the reply paths. */
  readonly proofs: Uint8Array[]
  readonly timers: Map<number, () => void>
  readonly waiting: Map<number, { cancel(): void }>
  /** How many answers came to each attempt. */
  readonly answers: Map<number, number>
  readonly onAbort: () => void
  readonly resolve: (result: ClaimResult) => void
  readonly reject: (error: LnoError) => void
  state: ClaimState
  /** Unix milliseconds at which the wait for an invoice_error began. */
  armedAt: number
  paid: boolean
  invoiceError: InvoiceErrorMessage | undefined
}

/** The refunds of others that this node claims: an invoice made, kept, sent, and what is said against it. */
export class Claimer {
  readonly #options: ClaimerOptions
  readonly #replies = new PathIdTable<{ readonly claim: Open; readonly attempt: number }>()
  readonly #open = new Set<Open>()
  readonly #sent: Open[] = []
  readonly #opening = new Preparations()
  readonly #turns = new Turns()
  #closed = false

  constructor(options: ClaimerOptions) {
    this.#options = options
  }

  /**
   * Makes an invoice for a stand-alone invoice_request, keeps it, and sends it. Resolves when it left and no invoice_error came
   * in time; that it arrived cannot be known. Claimed once more, the same invoice is sent while it is open.
   * @param reach prepares the way (connects to peers, learns channels): called when it is clear that there is something to
   *   claim, before ways are looked for
   * @throws LnoError `NO_WALLET`, as `checkRefund`, before anything is done; `INVOICE_PAID_ALREADY`, `NO_INBOUND`; then `FetchError` with a stage: `NO_ROUTE`,
   *   `UNRESOLVED_SCID`, `CONNECT_REFUSED`, `CONNECT_TIMEOUT`, `HANDSHAKE_FAILED`, `QUEUE_FULL`, `CONNECTION_LOST`,
   *   `RELAY_CHANNELS_ONLY`, `INVOICE_ERROR`
   */
  async claim(options: ClaimOptions, reach: () => Promise<void> = async () => {}): Promise<ClaimResult> {
    const { request, signal } = options
    const { clock, chains, paymentPaths } = this.#options
    checkRefund(request, { now: BigInt(Math.floor(clock.now() / 1000)), chains })
    if (paymentPaths === undefined) throw nodeError('NO_WALLET', 'without a wallet nothing can be received here')
    if (this.#open.size + this.#opening.size >= MAX_OPEN_CLAIMS) {
      throw nodeError('QUEUE_FULL', `${MAX_OPEN_CLAIMS} claims are under way already`)
    }
    const hash = refundId(request.records)
    if (hash === undefined) throw nodeError('INTERNAL', 'a request without records was read')
    const id = toHex(hash)
    const { plans, promised } = await this.#opening.run(signal, async (isCancelled) => {
      await reach()
      const plans = this.#ways(options)
      // Nothing is promised that cannot be sent.
      if (plans.length === 0 || isCancelled()) throw nodeError('NO_ROUTE', 'no connected peer leads there')
      let promised: Promised | undefined
      await this.#turns.take(id, async () => {
        promised = await this.#promise(request, hash, paymentPaths)
      })
      if (promised === undefined) throw nodeError('INTERNAL', 'no promise was made')
      return { plans, promised }
    })
    this.#emit({ type: 'claim_started', refundId: id })
    return new Promise((resolve, reject) => {
      const claim: Open = {
        ...promised,
        id,
        request,
        options,
        proofs: [],
        timers: new Map(),
        waiting: new Map(),
        answers: new Map(),
        onAbort: () => this.#cancel(claim),
        resolve,
        reject,
        state: { plans, left: 0, attempts: [], problems: [], over: false },
        armedAt: 0,
        paid: false,
        invoiceError: undefined,
      }
      this.#open.add(claim)
      signal?.addEventListener('abort', claim.onAbort, { once: true })
      if (signal?.aborted || this.#closed) this.#cancel(claim)
      else this.#take(claim, startClaim(plans, options.attempts))
    })
  }

  /** Takes an invoice_error that came over a reply path of a claim; false for any other. */
  take(delivery: Delivery): boolean {
    const found = this.#replies.get(delivery.pathId)
    if (found === undefined) return false
    const { claim, attempt } = found
    const { from, generation, value } = delivery
    if (generation.messageType !== this.#options.generation.messageType) {
      const why = 'it came in another form than the one that its reply path was made for'
      this.#emit({ type: 'reply_ignored', from, code: 'REPLY_WRONG_PATH', why })
      return true
    }
    const count = (claim.answers.get(attempt) ?? 0) + 1
    claim.answers.set(attempt, count)
    if (count > MAX_ANSWERS) return true
    try {
      this.#onInvoiceError(claim, attempt, decodeArrivedInvoiceError(value))
    } catch (error) {
      if (!isLnoError(error)) throw error
      this.#emit({ type: 'reply_ignored', from, code: error.code, why: error.message }) // rule ER1
    }
    return true
  }

  /** A peer hung up: what went over it may be lost. */
  onPeerGone(peer: NodeId): void {
    for (const claim of [...this.#open]) this.#event(claim, { type: 'peer_gone', peer })
  }

  /** Money came for a refund (hex id): no invoice_error will. */
  onPaid(refundId: string): void {
    for (const claim of [...this.#open]) {
      if (claim.id !== refundId) continue
      claim.paid = true
      const waiting = claim.state.attempts.find(({ state }) => state === 'waiting')
      if (waiting !== undefined) this.#event(claim, { type: 'quiet', attempt: waiting.number })
    }
  }

  /** Ends everything that is under way. */
  close(): void {
    this.#closed = true
    this.#opening.close()
    for (const claim of [...this.#open]) this.#cancel(claim)
  }

  #emit(event: ClaimerEvent): void {
    this.#options.onEvent?.(event)
  }

  #progress(claim: Open, progress: ClaimProgress): void {
    claim.options.onProgress?.(progress)
    this.#emit({ type: 'claim_progress', refundId: claim.id, progress })
  }

  /** Over the paths of the request, or where it has none, to its payer id (rule RR14). */
  #ways({ request: { fields }, via = [] }: ClaimOptions): readonly AttemptPlan[] {
    const { messenger, dialable } = this.#options
    return waysTo(pathsOrId(fields.invreq_paths, fields.invreq_payer_id), { messenger, dialable: dialable(), via })
  }

  /**
   * The invoice of this node for a request: the one that is open already, or a new one, on disk when this resolves. To send one
   * again is no answer to another request (rule RR6): there is one request, and one answer to it, also where its payer has
   * signed it twice, since the signature is all that its id leaves out and that an invoice does not repeat.
   */
  async #promise(request: InvoiceRequestMessage, id: Uint8Array, paymentPaths: PaymentPaths): Promise<Promised> {
    const { clock, random, promises, signingSecret } = this.#options
    const now = BigInt(Math.floor(clock.now() / 1000))
    const requestHash = sha256(request.bytes)
    const all = promises.of(toHex(id))
    if (all.some(({ paid }) => paid))
      throw offersError('INVOICE_PAID_ALREADY', 'this refund has been paid to this node')
    const open = all.find((each) => !each.refused && each.expires > now)
    const stored = open && (await promises.get(open.key))
    if (open !== undefined && stored !== undefined) {
      return { key: open.key, invoice: decodeInvoice(stored.invoice, { verifySignature: false }), again: true }
    }
    const expiresAt = now + BigInt(DEFAULT_RELATIVE_EXPIRY)
    const receivable = await receiveHidden(paymentPaths, {
      requestHash,
      offerId: id,
      amountMsat: request.fields.invreq_amount ?? 0n,
      createdAt: now,
      expiresAt,
      exclusive: exclusiveOf(id),
    })
    const invoice = createInvoice(request, {
      createdAt: now,
      paymentHash: receivable.paymentHash,
      paths: receivable.paths,
      features: receivable.features,
      // A key for this refund alone: who pays learns nothing about who is paid elsewhere.
      signingKey: deriveKey(signingSecret, toHex(id)),
      aux: random(32),
    })
    const created = BigInt(clock.now())
    const kept = await promises.add(
      {
        created,
        invoice: invoice.bytes,
        offer_id: id,
        request_hash: requestHash,
        expires: expiresAt,
        ...(receivable.preimage && { preimage: receivable.preimage }),
      },
      invoice,
      now,
      { isOwn: true },
    )
    if (!kept) throw nodeError('QUEUE_FULL', 'too many invoices are open to keep another one')
    return { key: promiseKey(created, invoice), invoice, again: false }
  }

  #event(claim: Open, event: ClaimEvent): void {
    if (event.type === 'left') {
      const { attempt } = event
      const to = claim.state.attempts.find(({ number }) => number === attempt)?.plan.route[0]
      this.#progress(claim, { step: 'sent', attempt, generation: this.#options.generation.name, to })
    } else if (event.type === 'not_sent') {
      this.#progress(claim, { step: 'problem', attempt: event.attempt, code: event.code, why: event.why })
    } else if (event.type === 'quiet' && event.channelsOnly) {
      this.#progress(claim, { step: 'problem', attempt: event.attempt, ...CHANNELS_ONLY })
    } else if (event.type === 'refused') {
      this.#progress(claim, { step: 'problem', attempt: event.attempt, code: 'INVOICE_ERROR', why: event.why })
    } else if (event.type === 'peer_gone') {
      const lost = claim.state.attempts.find(({ plan, state }) => plan.route[0] === event.peer && state === 'waiting')
      if (lost !== undefined) this.#progress(claim, { step: 'problem', attempt: lost.number, ...PEER_GONE })
    }
    this.#take(claim, stepClaim(claim.state, event))
  }

  #take(claim: Open, { state, effects }: ClaimStep): void {
    claim.state = state
    for (const effect of effects) this.#effect(claim, effect)
  }

  #effect(claim: Open, effect: ClaimEffect): void {
    switch (effect.do) {
      case 'send':
        void this.#send(claim, effect.attempt, effect.plan)
        break
      case 'arm':
        this.#arm(claim, effect.attempt)
        break
      case 'disarm':
        claim.timers.get(effect.attempt)?.()
        claim.timers.delete(effect.attempt)
        break
      case 'finish':
        this.#finish(claim, effect.attempt)
        break
      case 'fail':
        this.#fail(claim, new FetchError(effect.problem, effect.problems, refusalOf(claim)))
    }
  }

  #arm(claim: Open, attempt: number): void {
    const { clock, messenger } = this.#options
    const first = claim.state.attempts.find(({ number }) => number === attempt)?.plan.route[0]
    const quiet = () => {
      const channelsOnly = !claim.paid && first !== undefined && messenger.isChannelsOnly(first)
      this.#event(claim, { type: 'quiet', attempt, channelsOnly })
    }
    claim.armedAt = clock.now()
    claim.timers.set(attempt, clock.after(claim.paid ? 0 : waitOf(claim), quiet))
  }

  async #send(claim: Open, attempt: number, plan: AttemptPlan): Promise<void> {
    const { messenger, generation, replySecret, random, selfId, connect } = this.#options
    const { route, reply } = plan
    this.#progress(claim, { step: 'attempt', attempt, route, reply, generations: [generation.name] })
    const notSent = (error: unknown) => {
      const { code, message } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
      this.#event(claim, { type: 'not_sent', attempt, code, why: message })
    }
    try {
      const first = plan.route[0]
      if (first !== undefined) await connect(first)
      if (claim.state.over) return
      const { pathId } = freshPathId(replySecret, random)
      const { path, proof } = messenger.makeReplyPath(generation, replyRoute(route, selfId, reply), pathId)
      claim.proofs.push(proof)
      this.#replies.set(proof, { claim, attempt })
      const { invreq_paths: paths, invreq_payer_id: payer } = claim.request.fields
      const to = plan.pathIndex === undefined ? payer && toHex(payer) : paths?.[plan.pathIndex]
      if (to === undefined) throw nodeError('INTERNAL', 'a request that leads nowhere')
      if (plan.pathIndex !== undefined) assertWalksPaths(generation)
      const handle = messenger.send({
        generation,
        route: plan.route,
        to,
        contents: { invoice: claim.invoice.bytes, reply_path: path },
        onFate: (fate) => {
          claim.waiting.delete(attempt)
          if (fate === 'left' || fate === 'delivered here') this.#event(claim, { type: 'left', attempt })
          else if (fate === 'full') notSent(nodeError('QUEUE_FULL', 'the peer does not take what is sent to it'))
          else notSent(nodeError('CONNECTION_LOST', 'the peer hung up before the message left'))
        },
      })
      if (handle === undefined) throw nodeError('QUEUE_FULL', 'too many messages wait for this peer already')
      claim.waiting.set(attempt, handle)
    } catch (error) {
      notSent(error)
    }
  }

  #onInvoiceError(claim: Open, attempt: number, message: InvoiceErrorMessage): void {
    const { error = '' } = message.fields
    const isLate = claim.state.over
    if (isLate && claim.invoiceError !== undefined) return
    claim.invoiceError = message
    // The disk may fail: then the reason is still told, and what is told to nobody else is that it could not be kept.
    void this.#options.promises
      .setRefused(claim.key, [...error].slice(0, MAX_KEPT_ERROR).join(''))
      .catch(() => undefined)
    if (isLate) this.#emit({ type: 'claim_refused_late', refundId: claim.id, error })
    else this.#event(claim, { type: 'refused', attempt, why: `the payer says: ${error}` })
  }

  /** Nothing of it is waited for any more. */
  #end(claim: Open): void {
    this.#open.delete(claim)
    claim.options.signal?.removeEventListener('abort', claim.onAbort)
    for (const cancel of claim.timers.values()) cancel()
    for (const handle of claim.waiting.values()) handle.cancel()
  }

  #forget(claim: Open): void {
    for (const proof of claim.proofs) this.#replies.delete(proof)
  }

  #finish(claim: Open, attempt: number): void {
    const { id, invoice, again, state } = claim
    this.#end(claim)
    this.#sent.push(claim)
    if (this.#sent.length > MAX_SENT_CLAIMS) this.#forget(this.#sent.shift()!)
    const { invoice_payment_hash: hash, invoice_amount: amountMsat = 0n } = invoice.fields
    this.#emit({ type: 'claim_sent', refundId: id, paymentHash: hash ? toHex(hash) : '', amountMsat, again })
    const { attempts, problems } = state
    const { paid } = claim
    const waitedMs = paid ? this.#options.clock.now() - claim.armedAt : waitOf(claim)
    claim.resolve({ id, invoice, again, attempt, attempts: attempts.length, problems, waitedMs, paid })
  }

  #fail(claim: Open, error: LnoError): void {
    this.#end(claim)
    this.#forget(claim)
    this.#emit({ type: 'claim_failed', refundId: claim.id, code: error.code, why: error.message })
    claim.reject(error)
  }

  #cancel(claim: Open): void {
    if (claim.state.over) return
    this.#take(claim, stepClaim(claim.state, { type: 'cancelled' }))
    this.#fail(claim, nodeError('CONTROL_CANCELLED', 'the claim was cancelled'))
  }
}

/** Paths that do not name us, or where there are none, those that do: whoever pays need not know more than that. */
async function receiveHidden(paymentPaths: PaymentPaths, options: ReceiveOptions): Promise<Receivable> {
  try {
    return await paymentPaths.receive({ ...options, hidden: true })
  } catch (error) {
    if (!isLnoError(error) || error.code !== ('NO_INBOUND' satisfies PaymentCode)) throw error
    return paymentPaths.receive(options)
  }
}

function waitOf({ options }: Open): number {
  return options.waitMs ?? CLAIM_WAIT_MS
}

function refusalOf({ invoiceError }: Open): { readonly invoiceError?: InvoiceErrorMessage } | undefined {
  return invoiceError && { invoiceError }
}
