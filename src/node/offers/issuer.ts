import type { Clock, Random, Store } from '../../base/effects.js'
import { isLnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import type { Convert } from '../../bolt12/amount.js'
import { createInvoice } from '../../bolt12/create-invoice.js'
import { createInvoiceError } from '../../bolt12/create-invoice-error.js'
import { createOffer, encodeOffer, type OfferOptions } from '../../bolt12/create-offer.js'
import { decodeInvoice, decodeInvoiceRequest, decodeOffer } from '../../bolt12/decode.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../../bolt12/invoice.js'
import type { InvoiceRequestMessage } from '../../bolt12/invoice-request.js'
import { offerId } from '../../bolt12/merkle.js'
import type { OfferMessage } from '../../bolt12/offer.js'
import { publicKey } from '../../crypto/group.js'
import { sha256 } from '../../crypto/hash.js'
import type { KeyPair } from '../../noise/handshake.js'
import type { TlvRecord } from '../../wire/tlv.js'
import { nodeError } from '../codes.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import { sendReply } from '../messenger/reply.js'
import type { NodeId } from '../messenger/routes.js'
import { PathIdTable, pathIdOf } from '../path-id.js'
import { deriveKey } from '../secrets.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { offersError } from './codes.js'
import { decideRequest, type RequestDecision } from './decide.js'
import type { PaymentPaths } from './payment-paths.js'
import type { Promises } from './promises.js'
import { type StoredOffer, storedOffer } from './record.js'
import { Turns } from './turns.js'

/** Offers of one node: all are held in memory, and only their owner makes them. */
export const MAX_OFFERS = 100_000

/** What an offer of ours shall be. */
export interface NewOffer extends Omit<OfferOptions, 'paths' | 'issuerId' | 'chains' | 'metadata' | 'records'> {
  /** The user's name for it. */
  readonly label?: string
  /** Answered for one request at a time, until its invoice is paid. */
  readonly singleUse?: boolean
  /** Relays of each path, introduction node first, ourselves left out; empty: a path that begins at ourselves. */
  readonly routes?: readonly (readonly NodeId[])[]
  /** Hops to ourselves behind each path, to hide how long it is. */
  readonly dummyHops?: number
  /**
   * With paths: also name a key as issuer, made for this offer alone; a single use always has one. Without paths the node's
   * own id stands there.
   */
  readonly issuerKey?: boolean
}

/** An offer of ours. */
export interface OwnOffer {
  /** Merkle root of its fields: 64 hex digits, as Core Lightning names offers. */
  readonly id: string
  readonly text: string
  readonly offer: OfferMessage
  readonly stored: StoredOffer
}

export type IssuerEvent =
  | { readonly type: 'offer_created'; readonly id: string; readonly text: string }
  | { readonly type: 'offer_disabled' | 'offer_enabled'; readonly id: string }
  | {
      readonly type: 'request_ignored'
      readonly from: NodeId | undefined
      readonly code: string
      readonly rule?: string
      readonly why: string
    }
  | {
      readonly type: 'request_received'
      readonly offerId: string
      readonly from: NodeId | undefined
      readonly payerNote?: string
      readonly quantity?: bigint
    }
  | {
      readonly type: 'invoice_sent'
      readonly offerId: string
      readonly paymentHash: string
      readonly amountMsat: bigint
      readonly again: boolean
    }
  | { readonly type: 'invoice_error_sent'; readonly offerId: string; readonly code: string; readonly error: string }
  | { readonly type: 'reply_not_sent'; readonly offerId: string; readonly code: string; readonly why: string }

export interface IssuerOptions {
  readonly messenger: OnionMessenger
  readonly clock: Clock
  readonly random: Random
  readonly store: Store
  readonly promises: Promises
  readonly identity: KeyPair
  /** `deriveSecret(nodeSecret, 'path_id of offers')`. */
  readonly pathSecret: Uint8Array
  /** `deriveSecret(nodeSecret, 'issuer ids of offers')`. */
  readonly issuerSecret: Uint8Array
  /** The chain that offers are for, 32 bytes. */
  readonly chain: Uint8Array
  /** Without them nothing can be promised: `offer create` says `NO_WALLET`. */
  readonly paymentPaths: PaymentPaths | undefined
  readonly convert?: Convert
  readonly onEvent?: (event: IssuerEvent) => void
}

/** The offers of this node: made, kept, switched on and off, and their requests answered. */
export class Issuer {
  readonly #options: IssuerOptions
  readonly #offers = new Map<string, OwnOffer>()
  readonly #paths = new PathIdTable<string>()
  readonly #links = new Map<string, readonly [NodeId, NodeId]>()
  readonly #turns = new Turns()

  private constructor(options: IssuerOptions) {
    this.#options = options
  }

  /** Reads what is stored, then takes requests. */
  static async start(options: IssuerOptions): Promise<Issuer> {
    const issuer = new Issuer(options)
    for await (const [, value] of options.store.range(keysUnder('offer'))) {
      const { fields } = storedOffer.decode(value)
      issuer.#add({ offer: decodeOffer(fields.offer), stored: fields })
    }
    options.messenger.handle(64n, (delivery) => void issuer.#onRequest(delivery))
    return issuer
  }

  /** Pairs of nodes on the paths of our offers, for the way back. */
  links(): readonly (readonly [NodeId, NodeId])[] {
    return [...this.#links.values()]
  }

  /**
   * Makes an offer; it is on disk when this resolves.
   * @throws LnoError `NO_WALLET`, `OFFER_OPTIONS`, and what `createOffer` throws
   */
  async create(options: NewOffer): Promise<OwnOffer> {
    const { random, clock, messenger, pathSecret, chain, store, paymentPaths, identity } = this.#options
    if (paymentPaths === undefined) {
      throw nodeError('NO_WALLET', 'an offer promises invoices, and without a wallet nothing can be received here')
    }
    if (this.#offers.size >= MAX_OFFERS) throw nodeError('QUEUE_FULL', `this node has ${MAX_OFFERS} offers already`)
    const { label, singleUse, routes, dummyHops = 0, issuerKey, ...rest } = options
    const nonce = random(16)
    const self = toHex(identity.publicKey)
    const { pathId } = pathIdOf(pathSecret, nonce)
    const paths = routes?.map((route): BlindedPath => messenger.makePath([...route, self], pathId, dummyHops))
    // Without an issuer id a promise may not be sent again (rule RR6), and a single use has no other to give.
    const ownKey = issuerKey || singleUse
    const issuerId = paths === undefined ? identity.publicKey : ownKey ? publicKey(this.#issuerKey(nonce)) : undefined
    const { offer } = createOffer({
      ...rest,
      chains: [chain],
      // A path makes an offer its own; without one it could be guessed, and would be the same as another of equal words.
      ...(paths ? { paths } : { metadata: nonce }),
      ...(issuerId && { issuerId }),
    })
    const stored: StoredOffer = {
      created: BigInt(clock.now()),
      offer: offer.bytes,
      nonce,
      ...(singleUse && { single_use: 1 }),
      ...(label !== undefined && { label }),
      ...(routes && routes.length > 0 && { routes: routes.map((route) => route.map(fromHex)) }),
    }
    const id = idOf(offer.records)
    await store.commit([{ key: storeKey('offer', id), value: storedOffer.encode(stored) }])
    const own = this.#add({ offer, stored })
    this.#emit({ type: 'offer_created', id, text: own.text })
    return own
  }

  /** In the order in which they were made. */
  list(): readonly OwnOffer[] {
    return [...this.#offers.values()].sort((a, b) => (a.stored.created < b.stored.created ? -1 : 1))
  }

  /**
   * One offer by its id or the beginning of it, at least 4 digits.
   * @throws LnoError `OFFER_NOT_FOUND`, `OFFER_AMBIGUOUS`
   */
  find(id: string): OwnOffer {
    const found =
      id.length < 4 ? [] : [...this.#offers.values()].filter((own) => own.id.startsWith(id) || own.text === id)
    if (found.length > 1) throw offersError('OFFER_AMBIGUOUS', `${found.length} offers begin with ${id}`)
    if (found[0] === undefined) throw offersError('OFFER_NOT_FOUND', 'no offer of this node has this id')
    return found[0]
  }

  /** Switches an offer on or off; on disk when this resolves. @throws as `find` */
  async setDisabled(id: string, disabled: boolean): Promise<OwnOffer> {
    const own = this.find(id)
    const { disabled: _, ...rest } = own.stored
    const stored: StoredOffer = disabled ? { ...rest, disabled: BigInt(this.#options.clock.now()) } : rest
    await this.#options.store.commit([{ key: storeKey('offer', own.id), value: storedOffer.encode(stored) }])
    this.#emit({ type: disabled ? 'offer_disabled' : 'offer_enabled', id: own.id })
    return this.#add({ offer: own.offer, stored })
  }

  #emit(event: IssuerEvent): void {
    this.#options.onEvent?.(event)
  }

  #issuerKey(nonce: Uint8Array): Uint8Array {
    return deriveKey(this.#options.issuerSecret, toHex(nonce))
  }

  #add({ offer, stored }: Pick<OwnOffer, 'offer' | 'stored'>): OwnOffer {
    const own: OwnOffer = { id: idOf(offer.records), text: encodeOffer(offer), offer, stored }
    this.#offers.set(own.id, own)
    const self = toHex(this.#options.identity.publicKey)
    for (const route of stored.routes ?? []) {
      const nodes = [...route.map(toHex), self]
      for (let i = 0; i + 1 < nodes.length; i++) {
        this.#links.set(`${nodes[i]}-${nodes[i + 1]}`, [nodes[i]!, nodes[i + 1]!])
      }
    }
    this.#paths.set(pathIdOf(this.#options.pathSecret, stored.nonce).pathId, own.id)
    return own
  }

  async #onRequest(delivery: Delivery): Promise<void> {
    try {
      await this.#answer(delivery)
    } catch (error) {
      // Nothing that a stranger sends may end the node; what is wrong is told to its owner.
      const { code, message } = isLnoError(error) ? error : nodeError('INTERNAL', String(error))
      this.#emit({ type: 'request_ignored', from: delivery.from, code, why: message })
    }
  }

  async #answer(delivery: Delivery): Promise<void> {
    // With its signature: whatever comes next costs the same for good and bad guesses (pitfall 23).
    const request = decodeInvoiceRequest(delivery.value)
    const own = this.#offers.get(idOf(request.records))
    if (own === undefined) return this.#decide(delivery, request, own)
    const metadata = toHex(sha256(request.fields.invreq_metadata ?? new Uint8Array(0)))
    const turn = own.stored.single_use === 1 ? own.id : `${own.id}/${metadata}`
    return this.#turns.take(turn, () => this.#decide(delivery, request, this.#offers.get(own.id)))
  }

  async #decide(delivery: Delivery, request: InvoiceRequestMessage, own: OwnOffer | undefined): Promise<void> {
    const { clock, chain, convert, promises } = this.#options
    const arrivedAt = this.#paths.get(delivery.pathId)
    const id = own?.id ?? idOf(request.records)
    const arrivedOn = delivery.pathId === undefined ? 'no_path' : arrivedAt === id ? 'offer_path' : 'other_path'
    const now = BigInt(Math.floor(clock.now() / 1000))
    const requestHash = sha256(request.bytes)
    const decision = decideRequest({
      request,
      requestHash: toHex(requestHash),
      metadataHash: toHex(sha256(request.fields.invreq_metadata ?? new Uint8Array(0))),
      known: own && {
        offer: own.offer,
        disabled: own.stored.disabled !== undefined,
        singleUse: own.stored.single_use === 1,
        live: promises.of(id),
      },
      arrivedOn,
      hasReplyPath: delivery.replyPath !== undefined,
      now,
      chains: [chain],
      convert,
    })
    if (decision.do === 'ignore' || own === undefined || delivery.replyPath === undefined) {
      const { code, why, rule } = decision.do === 'ignore' ? decision : { code: 'INTERNAL', why: '', rule: undefined }
      this.#emit({ type: 'request_ignored', from: delivery.from, code, why, ...(rule && { rule }) })
      return
    }
    const { invreq_payer_note: payerNote, invreq_quantity: quantity } = request.fields
    this.#emit({
      type: 'request_received',
      offerId: id,
      from: delivery.from,
      ...(payerNote !== undefined && { payerNote }),
      ...(quantity !== undefined && { quantity }),
    })
    await this.#carryOut(decision, { delivery, replyPath: delivery.replyPath, own, request, requestHash, now })
  }

  async #carryOut(
    decision: Exclude<RequestDecision, { readonly do: 'ignore' }>,
    at: {
      readonly delivery: Delivery
      readonly replyPath: BlindedPath
      readonly own: OwnOffer
      readonly request: InvoiceRequestMessage
      readonly requestHash: Uint8Array
      readonly now: bigint
    },
  ): Promise<void> {
    const { delivery, replyPath, own, request, requestHash, now } = at
    if (decision.do === 'error') {
      const { bytes } = createInvoiceError(decision.answer)
      this.#reply(delivery, replyPath, own.id, { invoice_error: bytes })
      this.#emit({ type: 'invoice_error_sent', offerId: own.id, code: decision.code, error: decision.answer.error })
      return
    }
    const { promises, random, paymentPaths } = this.#options
    if (decision.do === 'resend') {
      const promise = await promises.get(decision.key)
      if (promise === undefined) throw nodeError('STORE_CORRUPT', 'a promise that is remembered is not stored')
      this.#sendInvoice(at, promise.invoice, true)
      return
    }
    if (paymentPaths === undefined) throw nodeError('NO_WALLET', 'nothing can be received without a wallet')
    const expiresAt = now + BigInt(DEFAULT_RELATIVE_EXPIRY)
    const receivable = await paymentPaths.receive({
      requestHash,
      offerId: fromHex(own.id),
      amountMsat: decision.amountMsat,
      createdAt: now,
      expiresAt,
    })
    const invoice = createInvoice(request, {
      createdAt: now,
      paymentHash: receivable.paymentHash,
      paths: receivable.paths,
      features: receivable.features,
      ...(decision.expectedMsat !== undefined && { expectedMsat: decision.expectedMsat }),
      signingKey: this.signingKey(own, delivery),
      aux: random(32),
    })
    // On disk before it is sent; at the bound it is derived from its path id instead.
    const stored = await promises.add(
      {
        created: BigInt(this.#options.clock.now()),
        invoice: invoice.bytes,
        offer_id: fromHex(own.id),
        request_hash: requestHash,
        expires: expiresAt,
        ...(receivable.preimage && { preimage: receivable.preimage }),
      },
      invoice,
      now,
    )
    // One that is not remembered could be promised to somebody else as well, which a single use must not be.
    if (!stored && own.stored.single_use === 1) {
      throw offersError('REQUEST_LIMIT', 'too many invoices are open to promise another one for a single use')
    }
    this.#sendInvoice(at, invoice.bytes, false)
  }

  /** The secret that signs for a request to one of our offers (rule IW4). @internal */
  signingKey({ offer, stored }: OwnOffer, delivery: Delivery): Uint8Array {
    if (offer.fields.offer_issuer_id === undefined) return delivery.blindedSecret()
    return offer.fields.offer_paths === undefined ? this.#options.identity.secret : this.#issuerKey(stored.nonce)
  }

  #sendInvoice(
    {
      delivery,
      replyPath,
      own,
    }: { readonly delivery: Delivery; readonly replyPath: BlindedPath; readonly own: OwnOffer },
    bytes: Uint8Array,
    again: boolean,
  ): void {
    this.#reply(delivery, replyPath, own.id, { invoice: bytes }, () => this.#emitInvoice(own.id, bytes, again))
  }

  #emitInvoice(id: string, bytes: Uint8Array, again: boolean): void {
    const { fields } = decodeInvoice(bytes, { verifySignature: false })
    const { invoice_payment_hash: hash, invoice_amount: amountMsat = 0n } = fields
    this.#emit({ type: 'invoice_sent', offerId: id, paymentHash: hash ? toHex(hash) : '', amountMsat, again })
  }

  #reply(
    delivery: Delivery,
    replyPath: BlindedPath,
    id: string,
    contents: { readonly invoice?: Uint8Array; readonly invoice_error?: Uint8Array },
    onLeft?: () => void,
  ): void {
    sendReply(this.#options.messenger, {
      delivery,
      replyPath,
      contents,
      ...(onLeft && { onLeft }),
      onNotSent: (code, why) => this.#emit({ type: 'reply_not_sent', offerId: id, code, why }),
    })
  }
}

/** The id of an offer, or of the offer that a request repeats. A request without any field of an offer has none. */
function idOf(records: readonly TlvRecord[]): string {
  const id = offerId(records)
  return id === undefined ? '' : toHex(id)
}
