import type { Clock, Random, Store } from '../../base/effects.js'
import { isLnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import { createInvoiceError } from '../../bolt12/create-invoice-error.js'
import { createStandaloneRequest, type StandaloneRequestOptions } from '../../bolt12/create-invoice-request.js'
import { decodeInvoice, decodeInvoiceRequest } from '../../bolt12/decode.js'
import type { InvoiceMessage } from '../../bolt12/invoice.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import type { InvoiceArrival } from '../../bolt12/rules/invoice-match.js'
import type { Issue } from '../../bolt12/rules/rule.js'
import { encodeString } from '../../bolt12/string.js'
import type { KeyPair } from '../../noise/handshake.js'
import { readRecords } from '../../wire/tlv.js'
import { nodeError } from '../codes.js'
import { type TokenBucket, tokenBucket } from '../connections/token-bucket.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import { sendReply } from '../messenger/reply.js'
import type { NodeId } from '../messenger/routes.js'
import { Turns } from '../offers/turns.js'
import { PathIdTable, pathIdOf } from '../path-id.js'
import { judgeInvoice } from '../payer/answer.js'
import { deriveKey } from '../secrets.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { refundsError } from './codes.js'
import { decideInvoice, type InvoiceDecision } from './decide.js'
import { type Refusal, type StoredRefund, storedRefund } from './record.js'
import { refundId } from './refund-id.js'

/** Refunds of one node: all are held in memory, some two kilobytes each, and only their owner makes them. */
export const MAX_REFUNDS = 20_000

/** Refused invoices of one refund that are kept, the last ones: enough to see what a payee does wrong. */
export const MAX_KEPT_REFUSALS = 8

/** Reasons that are kept of each; a stranger can break every rule at once. */
export const MAX_KEPT_REASONS = 8

/** Characters of a reason that are kept. Ours are shorter; what they quote may not be. */
const MAX_REASON_LENGTH = 200

/**
 * Refused invoices of one refund that are written to disk, a second and at once: whoever has its string could make us write
 * forever. What is above is kept in memory, and goes to disk with the next one.
 */
export const REFUSAL_WRITES = { perSecond: 0.1, burst: 8 } as const

/** As `REFUSAL_WRITES`, for all refunds together: who has the strings of many could still make us write without end. */
export const ALL_REFUSAL_WRITES = { perSecond: 1, burst: 64 } as const

/**
 * Refusals of all refunds that are kept, at most three kilobytes each. When so many are, a refund with another one keeps that
 * one alone.
 */
export const MAX_ALL_REFUSALS = 4096

/** What a refund of ours shall be. */
export interface NewRefund
  extends Pick<StandaloneRequestOptions, 'amountMsat' | 'description' | 'issuer' | 'absoluteExpiry' | 'payerNote'> {
  /** The user's name for it. */
  readonly label?: string
  /**
   * Relays of each path to us, introduction node first, ourselves left out. Without it the refund names the node's id, since the
   * invoice has to find us.
   */
  readonly routes?: readonly (readonly NodeId[])[]
  /** Hops to ourselves behind each path, to hide how long it is. */
  readonly dummyHops?: number
}

/** A refund of ours: a stand-alone invoice_request, an offer to send money. */
export interface OwnRefund {
  /** SHA-256 of its records: 64 hex digits. */
  readonly id: string
  /** `lnr1…` */
  readonly text: string
  readonly request: InvoiceRequestMessage
  readonly stored: StoredRefund
}

export type RefundsEvent =
  /** Without its string: who reads that in a log can claim the money. */
  | { readonly type: 'refund_created'; readonly id: string }
  | { readonly type: 'refund_disabled'; readonly id: string }
  | {
      readonly type: 'refund_invoice_received'
      readonly refundId: string
      readonly from: NodeId | undefined
      readonly paymentHash: string
      readonly amountMsat: bigint
    }
  /** The invoice that was taken has come once more. */
  | { readonly type: 'refund_invoice_repeated'; readonly refundId: string; readonly from: NodeId | undefined }
  | {
      readonly type: 'refund_invoice_refused'
      readonly refundId: string
      readonly from: NodeId | undefined
      readonly code: string
      readonly why: string
      readonly rule?: string
      /** Whether it brought a reply path, over which it is told. */
      readonly canBeTold: boolean
    }
  | {
      readonly type: 'refund_invoice_ignored'
      readonly from: NodeId | undefined
      readonly code: string
      readonly rule?: string
      readonly why: string
    }
  | { readonly type: 'refund_reply_not_sent'; readonly refundId: string; readonly code: string; readonly why: string }

export interface RefundsOptions {
  readonly messenger: OnionMessenger
  readonly clock: Clock
  readonly random: Random
  readonly store: Store
  readonly identity: KeyPair
  /** `deriveSecret(nodeSecret, 'path_id of refunds')`, 32 bytes. */
  readonly pathSecret: Uint8Array
  /** `deriveSecret(nodeSecret, 'payer ids of refunds')`, 32 bytes. */
  readonly payerSecret: Uint8Array
  /** The chain that refunds are paid on, 32 bytes. */
  readonly chain: Uint8Array
  /** Pays the invoice that was taken, once; told again after a restart, until `setEnd`. Without it nothing is paid. */
  readonly pay?: (refund: OwnRefund) => void
  /** Told of an invoice that belongs to no refund of ours. */
  readonly onStray: (delivery: Delivery) => void
  readonly onEvent?: (event: RefundsEvent) => void
}

/** The refunds of this node: made, kept, withdrawn, and the invoices for them verified. What pays them is told of them. */
export class Refunds {
  readonly #options: RefundsOptions
  readonly #refunds = new Map<string, OwnRefund>()
  readonly #paths = new PathIdTable<string>()
  readonly #links = new Map<string, readonly [NodeId, NodeId]>()
  readonly #turns = new Turns()
  readonly #writes = new Map<string, TokenBucket>()
  readonly #allWrites: TokenBucket
  #refusals = 0

  private constructor(options: RefundsOptions) {
    this.#options = options
    const { perSecond, burst } = ALL_REFUSAL_WRITES
    this.#allWrites = tokenBucket(perSecond, burst, options.clock.now())
  }

  /** Reads what is stored. */
  static async start(options: RefundsOptions): Promise<Refunds> {
    const refunds = new Refunds(options)
    for await (const [, value] of options.store.range(keysUnder('refund'))) {
      const { fields } = storedRefund.decode(value)
      refunds.#add({ request: decodeInvoiceRequest(fields.request), stored: fields })
    }
    return refunds
  }

  /** Pairs of nodes on the paths of our refunds, for the way back. */
  links(): readonly (readonly [NodeId, NodeId])[] {
    return [...this.#links.values()]
  }

  /**
   * Makes a refund; it is on disk when this resolves.
   * @throws LnoError `INVREQ_OPTIONS` and what `createStandaloneRequest` throws; `QUEUE_FULL` at `MAX_REFUNDS`
   */
  async create(options: NewRefund): Promise<OwnRefund> {
    const { random, clock, messenger, pathSecret, payerSecret, chain, store, identity } = this.#options
    if (this.#refunds.size >= MAX_REFUNDS) throw nodeError('QUEUE_FULL', `this node has ${MAX_REFUNDS} refunds already`)
    const { label, routes, dummyHops = 0, ...rest } = options
    const nonce = random(16)
    const self = toHex(identity.publicKey)
    const { pathId } = pathIdOf(pathSecret, nonce)
    const paths = routes?.map((route): BlindedPath => messenger.makePath([...route, self], pathId, dummyHops))
    const { request } = createStandaloneRequest({
      ...rest,
      random,
      chain,
      ...(paths && { paths }),
      // As an offer does (rule RW7): behind paths a key of its own, so that refunds cannot be linked; without them our id.
      payerKey: paths ? deriveKey(payerSecret, toHex(nonce)) : identity.secret,
    })
    const stored: StoredRefund = {
      created: BigInt(clock.now()),
      request: request.bytes,
      nonce,
      ...(label !== undefined && { label }),
      ...(routes && routes.length > 0 && { routes: routes.map((route) => route.map(fromHex)) }),
    }
    await store.commit([{ key: storeKey('refund', idOf(request)), value: storedRefund.encode(stored) }])
    const own = this.#add({ request, stored })
    this.#emit({ type: 'refund_created', id: own.id })
    return own
  }

  /** In the order in which they were made. */
  list(): readonly OwnRefund[] {
    return [...this.#refunds.values()].sort((a, b) => (a.stored.created < b.stored.created ? -1 : 1))
  }

  /**
   * One refund by its id or the beginning of it, at least 4 digits, or by its string.
   * @throws LnoError `REFUND_NOT_FOUND`, `REFUND_AMBIGUOUS`
   */
  find(id: string): OwnRefund {
    const found =
      id.length < 4 ? [] : [...this.#refunds.values()].filter((own) => own.id.startsWith(id) || own.text === id)
    if (found.length > 1) throw refundsError('REFUND_AMBIGUOUS', `${found.length} refunds begin with ${id}`)
    if (found[0] === undefined) throw refundsError('REFUND_NOT_FOUND', 'no refund of this node has this id')
    return found[0]
  }

  /** Withdraws a refund: no invoice is taken any more. On disk when this resolves. @throws as `find` */
  async disable(id: string): Promise<OwnRefund> {
    const { id: whole } = this.find(id)
    await this.#turns.take(whole, async () => {
      const { stored } = this.find(whole)
      if (stored.disabled !== undefined) return
      await this.#write(whole, { ...stored, disabled: BigInt(this.#options.clock.now()) })
      this.#emit({ type: 'refund_disabled', id: whole })
    })
    return this.find(whole)
  }

  /** The secret of a refund's payer id, 32 bytes. */
  payerKey({ request, stored }: OwnRefund): Uint8Array {
    const { payerSecret, identity } = this.#options
    return request.fields.invreq_paths ? deriveKey(payerSecret, toHex(stored.nonce)) : identity.secret
  }

  /** Has the invoices paid that were taken before a restart. Once, when there is something to pay with. */
  resume(): void {
    for (const own of this.list()) {
      if (own.stored.pays === 1 && own.stored.ended === undefined) this.#options.pay?.(own)
    }
  }

  /**
   * What became of the payment (Unix milliseconds; a code when it failed). On disk when this resolves; once is enough. One that
   * failed may have been paid since: its owner can pay the same invoice by hand.
   */
  async setEnd(id: string, { at, failed }: { readonly at: number; readonly failed?: string }): Promise<void> {
    await this.#turns.take(id, async () => {
      const stored = this.#refunds.get(id)?.stored
      if (stored === undefined) return
      const { failed: before, ...rest } = stored
      if (stored.ended !== undefined && (before === undefined || failed !== undefined)) return
      await this.#write(id, { ...rest, ended: BigInt(at), ...(failed !== undefined && { failed }) })
    })
  }

  /** Takes an invoice that came over no reply path of a request under way. @internal */
  take(delivery: Delivery): void {
    void this.#onInvoice(delivery)
  }

  #emit(event: RefundsEvent): void {
    this.#options.onEvent?.(event)
  }

  #add({ request, stored }: Pick<OwnRefund, 'request' | 'stored'>): OwnRefund {
    const own: OwnRefund = { id: idOf(request), text: encodeString('lnr', request.bytes), request, stored }
    this.#refusals += refusalsOf(stored).length - refusalsOf(this.#refunds.get(own.id)?.stored).length
    this.#refunds.set(own.id, own)
    const self = toHex(this.#options.identity.publicKey)
    for (const route of stored.routes ?? []) {
      const nodes = [...route.map(toHex), self]
      for (let i = 0; i + 1 < nodes.length; i++) {
        this.#links.set(`${nodes[i]}-${nodes[i + 1]}`, [nodes[i]!, nodes[i + 1]!])
      }
    }
    if (request.fields.invreq_paths) {
      this.#paths.set(pathIdOf(this.#options.pathSecret, stored.nonce).pathId, own.id)
    }
    return own
  }

  async #write(id: string, stored: StoredRefund): Promise<void> {
    await this.#options.store.commit([{ key: storeKey('refund', id), value: storedRefund.encode(stored) }])
    this.#add({ request: this.find(id).request, stored })
  }

  async #onInvoice(delivery: Delivery): Promise<void> {
    try {
      const byPath = this.#paths.get(delivery.pathId)
      // Over none of our paths: what it says it answers. It is then verified as any other, and met with silence.
      const id = byPath ?? idIn(delivery.value)
      if (id === undefined || !this.#refunds.has(id)) return this.#stray(delivery)
      const overOther = delivery.pathId !== undefined || delivery.isDoubtful
      const arrivedOn = byPath !== undefined ? 'invreq_path' : overOther ? 'other_path' : 'no_path'
      await this.#turns.take(id, () => this.#decide(delivery, this.find(id), arrivedOn))
    } catch (error) {
      // Nothing that a stranger sends may end the node; what is wrong is told to its owner.
      const { code, message } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
      this.#emit({ type: 'refund_invoice_ignored', from: delivery.from, code, why: message })
    }
  }

  /** The same work as for a refund of ours: how long it takes tells nobody whose a refund is. */
  #stray(delivery: Delivery): void {
    try {
      decodeInvoice(delivery.value)
    } catch (error) {
      if (!isLnoError(error)) throw error
    }
    this.#options.onStray(delivery)
  }

  async #decide(delivery: Delivery, own: OwnRefund, arrivedOn: InvoiceArrival): Promise<void> {
    const { clock, chain } = this.#options
    const { fields } = own.request
    const now = BigInt(Math.floor(clock.now() / 1000))
    const { invoice, issues } = judgeInvoice(delivery.value, { request: own.request, arrivedOn, now, chains: [chain] })
    const decision = decideInvoice({
      known: {
        hasPaths: fields.invreq_paths !== undefined,
        amountMsat: fields.invreq_amount ?? 0n,
        disabled: own.stored.disabled !== undefined,
        expires: fields.offer_absolute_expiry,
        invoice: own.stored.invoice,
      },
      bytes: delivery.value,
      arrivedOn,
      issues,
      now,
    })
    const { from } = delivery
    switch (decision.do) {
      case 'ignore': {
        const { code, rule, why } = decision
        this.#emit({ type: 'refund_invoice_ignored', from, code, rule, why })
        return
      }
      case 'nothing':
        this.#emit({ type: 'refund_invoice_repeated', refundId: own.id, from })
        return
      case 'refuse':
        return this.#refuse(delivery, own, decision)
      case 'take':
        if (invoice === undefined) throw nodeError('INTERNAL', 'an invoice that cannot be read was taken')
        return this.#keep(delivery, own, invoice)
    }
  }

  async #keep({ from }: Delivery, { id, stored }: OwnRefund, { bytes, fields }: InvoiceMessage): Promise<void> {
    const { clock, pay } = this.#options
    await this.#write(id, { ...stored, invoice: bytes, answered: BigInt(clock.now()), ...(pay && { pays: 1 }) })
    const { invoice_payment_hash: hash, invoice_amount: amountMsat = 0n } = fields
    const paymentHash = hash ? toHex(hash) : ''
    this.#emit({ type: 'refund_invoice_received', refundId: id, from, paymentHash, amountMsat })
    pay?.(this.find(id))
  }

  async #refuse(
    delivery: Delivery,
    { id, request, stored }: OwnRefund,
    { code, answer, reasons }: Extract<InvoiceDecision, { readonly do: 'refuse' }>,
  ): Promise<void> {
    const { clock, messenger } = this.#options
    const { replyPath, from } = delivery
    const now = clock.now()
    const most = this.#refusals < MAX_ALL_REFUSALS ? MAX_KEPT_REFUSALS : 1
    const refusals = [...refusalsOf(stored), refusalOf(now, code, reasons)].slice(-most)
    const bucket = this.#writes.get(id) ?? tokenBucket(REFUSAL_WRITES.perSecond, REFUSAL_WRITES.burst, now)
    this.#writes.set(id, bucket)
    if (this.#allWrites.level(now) >= 1 && bucket.take(1, now) && this.#allWrites.take(1, now))
      await this.#write(id, { ...stored, refusals })
    else this.#add({ request, stored: { ...stored, refusals } })
    const rule = reasons[0]?.rule
    this.#emit({
      type: 'refund_invoice_refused',
      refundId: id,
      from,
      code: reasons[0]?.code ?? code,
      why: answer.error,
      ...(rule !== undefined && { rule }),
      canBeTold: replyPath !== undefined,
    })
    if (replyPath === undefined) return
    sendReply(messenger, {
      delivery,
      replyPath,
      contents: { invoice_error: createInvoiceError(answer).bytes },
      onNotSent: (code, why) => this.#emit({ type: 'refund_reply_not_sent', refundId: id, code, why }),
    })
  }
}

function refusalsOf(stored: StoredRefund | undefined): readonly Refusal[] {
  return stored?.refusals ?? []
}

function idOf({ records }: InvoiceRequestMessage): string {
  const id = refundId(records)
  return id === undefined ? '' : toHex(id)
}

/** The id of the request that an invoice repeats; undefined for bytes that are no stream of records. */
function idIn(value: Uint8Array): string | undefined {
  const id = refundId(readRecords(value).records)
  return id && toHex(id)
}

function refusalOf(now: number, code: string, issues: readonly Issue[]): Refusal {
  const reasons = issues.slice(0, MAX_KEPT_REASONS).map(({ code, message, rule = '' }) => ({
    code,
    message: [...message].slice(0, MAX_REASON_LENGTH).join(''),
    rule,
  }))
  return { at: BigInt(now), code, reasons }
}
