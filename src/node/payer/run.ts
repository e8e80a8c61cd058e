import type { Clock, Random } from '../../base/effects.js'
import { isLnoError, type LnoError } from '../../base/error.js'
import { decodeArrivedInvoiceError } from '../../bolt12/decode.js'
import type { InvoiceErrorMessage } from '../../bolt12/invoice-error.js'
import type { Generation } from '../../onion/generation.js'
import { nodeError } from '../codes.js'
import { messengerError } from '../messenger/codes.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import type { GenerationName } from '../messenger/policy.js'
import { type NodeId, replyRoute } from '../messenger/routes.js'
import { freshPathId } from '../path-id.js'
import { MAX_ANSWERS } from './answer.js'
import { FetchError, type FetchOptions, type FetchProgress, type Refusal } from './fetch.js'
import {
  ATTEMPT_TIMEOUT_MS,
  type CopyId,
  type FetchEffect,
  type FetchEvent,
  type FetchPlan,
  type FetchState,
  GRACE_MS,
  newFetch,
  type Step,
  silence,
  startFetch,
  stepFetch,
} from './fetch-machine.js'
import { assertWalksPaths } from './path-form.js'
import type { Question } from './question.js'
import type { Replies } from './replies.js'

/** What runs share. */
export interface RunTools {
  readonly messenger: Pick<OnionMessenger, 'send' | 'makeReplyPath' | 'isChannelsOnly' | 'generations'>
  readonly clock: Clock
  readonly random: Random
  readonly selfId: NodeId
  /** `deriveSecret(nodeSecret, 'path_id of replies')`, 32 bytes. */
  readonly replySecret: Uint8Array
  /** Connects to a peer whose address is known; resolves at once when it is connected. Rejects with a stage code. */
  readonly connect: (peer: NodeId) => Promise<void>
}

/** What a run tells whoever began it. */
export interface RunHooks<I> {
  progress(progress: FetchProgress): void
  /** The form in which a way was asked the last time brought nothing. */
  forget(way: string): void
  /** An answer that is not even an invoice_error. */
  unreadable(delivery: Delivery, error: LnoError): void
  /** The end, once: an invoice that passed every check, or why there is none. */
  finish(answer: RunAnswer<I>): void
  fail(error: LnoError): void
}

/** An invoice that was taken. */
export interface RunAnswer<I> {
  readonly invoice: I
  readonly generation: GenerationName
  readonly attempt: number
  readonly attempts: number
  readonly plan: FetchPlan
}

/** What others may do with a run, whatever it asks. */
export interface Running {
  take(copy: CopyId, delivery: Delivery): void
  peerGone(peer: NodeId): void
  cancel(): void
}

/** Where an answer is waited for. */
export interface Waiter {
  readonly run: Running
  readonly copy: CopyId
}

/** One request under way: the machine's effects made real. */
export class FetchRun<I> implements Running {
  readonly id: string
  readonly #question: Question<I>
  readonly #options: Omit<FetchOptions, 'offer'>
  readonly #tools: RunTools
  readonly #replies: Replies<Waiter>
  readonly #hooks: RunHooks<I>
  /** By copy: what ends its time, and what takes it back while it waits to leave. */
  readonly #timers = new Map<string, () => void>()
  readonly #waiting = new Map<string, { cancel(): void }>()
  readonly #answers = new Map<string, number>()
  /** Attempts whose first peer was connected. */
  readonly #reached = new Set<number>()
  readonly #proofs: Uint8Array[] = []
  #state: FetchState = newFetch([])
  #invoice: { readonly invoice: I } | undefined
  #refusal: Refusal = {}

  constructor(parts: {
    readonly id: string
    readonly question: Question<I>
    readonly options: Omit<FetchOptions, 'offer'>
    readonly tools: RunTools
    readonly replies: Replies<Waiter>
    readonly hooks: RunHooks<I>
  }) {
    this.id = parts.id
    this.#question = parts.question
    this.#options = parts.options
    this.#tools = parts.tools
    this.#replies = parts.replies
    this.#hooks = parts.hooks
  }

  start(plans: readonly FetchPlan[]): void {
    this.#take(startFetch(plans, this.#options.attempts))
  }

  /** An answer that came over the reply path of a copy. */
  take(copy: CopyId, delivery: Delivery): void {
    const count = (this.#answers.get(keyOf(copy)) ?? 0) + 1
    this.#answers.set(keyOf(copy), count)
    if (count > MAX_ANSWERS) return
    const contents = delivery.type === 66n ? 'invoice' : 'invoice_error'
    this.#hooks.progress({ step: 'received', ...idOf(copy), from: delivery.from, contents })
    if (contents === 'invoice') this.#onInvoice(copy, delivery.value)
    else this.#onInvoiceError(copy, delivery)
  }

  /** A peer hung up: what went over it brings no answer any more. */
  peerGone(peer: NodeId): void {
    this.#event({ type: 'peer_gone', peer })
  }

  cancel(): void {
    if (this.#state.over) return
    this.#event({ type: 'cancelled' })
    this.#end()
    this.#hooks.fail(nodeError('CONTROL_CANCELLED', 'the request was cancelled'))
  }

  #event(event: FetchEvent): void {
    if (this.#state.over) return
    if (event.type === 'not_sent' || event.type === 'refused') {
      const { code, why } = event
      this.#hooks.progress({ step: 'problem', ...idOf(event), code, why })
    } else if (event.type === 'timed_out') {
      this.#hooks.progress({ step: 'problem', ...idOf(event), ...silence(event.channelsOnly) })
    } else if (event.type === 'left') {
      this.#hooks.progress({ step: 'sent', ...idOf(event), to: this.#planOf(event)?.route[0] })
    }
    this.#take(stepFetch(this.#state, event))
  }

  #take({ state, effects }: Step): void {
    this.#state = state
    for (const effect of effects) this.#effect(effect)
  }

  #effect(effect: FetchEffect): void {
    switch (effect.do) {
      case 'begin': {
        const { attempt, plan, forms } = effect
        this.#hooks.progress({ step: 'attempt', attempt, route: plan.route, reply: plan.reply, generations: forms })
        break
      }
      case 'send':
        this.#send(effect, effect.plan)
        break
      case 'arm':
        this.#arm(effect, effect.grace)
        break
      case 'disarm':
        this.#disarm(effect)
        break
      case 'forget':
        this.#hooks.forget(effect.way)
        break
      case 'finish':
        this.#finish(effect, effect.plan)
        break
      case 'fail':
        this.#end()
        this.#hooks.fail(new FetchError(effect.problem, effect.problems, this.#refusal, this.#question.form))
    }
  }

  #arm(copy: CopyId, grace: boolean): void {
    this.#disarm(copy)
    const { timeoutMs = ATTEMPT_TIMEOUT_MS } = this.#options
    const first = this.#planOf(copy)?.route[0]
    const timedOut = () => {
      const channelsOnly = first !== undefined && this.#tools.messenger.isChannelsOnly(first)
      this.#event({ type: 'timed_out', ...idOf(copy), channelsOnly })
    }
    const ms = grace ? Math.min(GRACE_MS, timeoutMs) : timeoutMs
    this.#timers.set(keyOf(copy), this.#tools.clock.after(ms, timedOut))
  }

  #disarm(copy: CopyId): void {
    this.#timers.get(keyOf(copy))?.()
    this.#timers.delete(keyOf(copy))
  }

  #send(copy: CopyId, plan: FetchPlan): void {
    const first = plan.route[0]
    // A copy behind another leaves in the turn of that one: a quick answer would find it waiting, and take it back.
    if (first === undefined || this.#reached.has(copy.attempt)) {
      this.#hand(copy, plan)
      return
    }
    this.#tools.connect(first).then(
      () => {
        this.#reached.add(copy.attempt)
        if (!this.#state.over) this.#hand(copy, plan)
      },
      (error) => this.#notSent(copy, error, false),
    )
  }

  #notSent(copy: CopyId, error: unknown, formOnly: boolean): void {
    const { code, message } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
    this.#event({ type: 'not_sent', ...idOf(copy), code, why: message, formOnly })
  }

  #hand(copy: CopyId, plan: FetchPlan): void {
    const { messenger, selfId } = this.#tools
    const notSent = (error: unknown, formOnly: boolean) => this.#notSent(copy, error, formOnly)
    let handle: { cancel(): void } | undefined
    try {
      const generation = this.#generation(copy.generation)
      const to = plan.pathIndex === undefined ? (plan.route.at(-1) ?? selfId) : this.#question.paths[plan.pathIndex]
      if (to === undefined) throw nodeError('INTERNAL', 'an offer that leads nowhere')
      if (plan.pathIndex !== undefined) assertWalksPaths(generation)
      handle = messenger.send({
        generation,
        route: plan.route,
        to,
        contents: { invoice_request: this.#question.request, reply_path: this.#replyPath(copy, generation, plan) },
        onFate: (fate) => {
          this.#waiting.delete(keyOf(copy))
          if (fate === 'left' || fate === 'delivered here') this.#event({ type: 'left', ...idOf(copy) })
          else if (fate === 'full') notSent(nodeError('QUEUE_FULL', 'the peer does not take what is sent to it'), false)
          else notSent(nodeError('CONNECTION_LOST', 'the peer hung up before the message left'), false)
        },
      })
    } catch (error) {
      // It could not be made: in another form it may.
      notSent(error, true)
      return
    }
    if (handle === undefined) notSent(nodeError('QUEUE_FULL', 'too many messages wait for this peer already'), false)
    else this.#waiting.set(keyOf(copy), handle)
  }

  #generation(name: GenerationName): Generation {
    const found = this.#tools.messenger.generations.find((generation) => generation.name === name)
    if (found === undefined) throw messengerError('GENERATION_NOT_SPOKEN', `this node does not speak ${name}`)
    return found
  }

  /** Secrets of its own for every copy: two messages with one secret could be told to belong together, and decrypted. */
  #replyPath(copy: CopyId, generation: Generation, { route, reply }: FetchPlan) {
    const { messenger, replySecret, random, selfId } = this.#tools
    const { pathId } = freshPathId(replySecret, random)
    const { path, proof } = messenger.makeReplyPath(generation, replyRoute(route, selfId, reply), pathId)
    this.#proofs.push(proof)
    this.#replies.wait(proof, generation, { run: this, copy: idOf(copy) })
    return path
  }

  #planOf({ attempt }: CopyId): FetchPlan | undefined {
    return this.#state.attempts[attempt - 1]?.plan
  }

  #onInvoice(copy: CopyId, value: Uint8Array): void {
    const now = BigInt(Math.floor(this.#tools.clock.now() / 1000))
    const { invoice, issues } = this.#question.judge(value, { now, pathIndex: this.#planOf(copy)?.pathIndex })
    if (invoice !== undefined) {
      this.#invoice ??= { invoice }
      this.#event({ type: 'invoice_accepted', ...idOf(copy) })
      return
    }
    this.#refusal = { ...this.#refusal, issues }
    const why = issues[0]?.message ?? 'no invoice'
    this.#event({ type: 'refused', ...idOf(copy), code: 'INVOICE_REFUSED', why })
  }

  #onInvoiceError(copy: CopyId, delivery: Delivery): void {
    let invoiceError: InvoiceErrorMessage
    try {
      invoiceError = decodeArrivedInvoiceError(delivery.value)
    } catch (error) {
      if (!isLnoError(error)) throw error
      this.#hooks.unreadable(delivery, error) // rule ER1
      return
    }
    this.#refusal = { ...this.#refusal, invoiceError }
    const why = `the issuer says: ${invoiceError.fields.error}`
    this.#event({ type: 'refused', ...idOf(copy), code: 'INVOICE_ERROR', why })
  }

  #finish({ attempt, generation }: CopyId, plan: FetchPlan): void {
    this.#end()
    if (this.#invoice === undefined) return
    const { invoice } = this.#invoice
    this.#hooks.finish({ invoice, generation, attempt, attempts: this.#state.attempts.length, plan })
  }

  /** Nothing is waited for any more. */
  #end(): void {
    this.#replies.end(this.#proofs.splice(0), this.id)
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    for (const handle of this.#waiting.values()) handle.cancel()
    this.#waiting.clear()
  }
}

function keyOf({ attempt, generation }: CopyId): string {
  return `${attempt} ${generation}`
}

function idOf({ attempt, generation }: CopyId): CopyId {
  return { attempt, generation }
}
