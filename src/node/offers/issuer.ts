import type { Clock, Random, Store } from '../../base/effects.js'
import { isLnoError } from '../../base/error.js'
import { fromHex, toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import type { Convert } from '../../bolt12/amount.js'
import { createOffer } from '../../bolt12/create-offer.js'
import { DEFAULT_RELATIVE_EXPIRY } from '../../bolt12/invoice.js'
import { createLegacyOffer } from '../../bolt12/legacy/create-offer.js'
import type { LegacyDialect } from '../../bolt12/legacy/dialect.js'
import { isLegacyStream } from '../../bolt12/legacy/form.js'
import { publicKey } from '../../crypto/group.js'
import type { KeyPair } from '../../noise/handshake.js'
import { nodeError } from '../codes.js'
import { type AnyInvoice, invoiceFacts, readInvoice } from '../invoice-facts.js'
import type { Delivery, OnionMessenger } from '../messenger/messenger.js'
import { sendReply } from '../messenger/reply.js'
import type { NodeId } from '../messenger/routes.js'
import { PathIdTable, pathIdOf } from '../path-id.js'
import { deriveKey } from '../secrets.js'
import { keysUnder, storeKey } from '../store/keys.js'
import type { Asked, Verdict } from './asked.js'
import { readAsked } from './asked-modern.js'
import { offersError } from './codes.js'
import { type OfferForm, offerForms } from './form.js'
import { readLegacyAsked } from './legacy/asked.js'
import {
  type AnyOwnOffer,
  type NewLegacyOffer,
  type NewOffer,
  type OwnLegacyOffer,
  type OwnOffer,
  ownLegacyOffer,
  ownOffer,
  readOwnOffer,
} from './own-offer.js'
import type { PaymentPaths } from './payment-paths.js'
import type { Promises } from './promises.js'
import { type StoredOffer, storedOffer } from './record.js'
import { Turns } from './turns.js'

/** Offers of one node: all are held in memory, and only their owner makes them. */
export const MAX_OFFERS = 100_000

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

/** The offers of this node: made, kept, switched on and off, and their requests answered. */
export class Issuer {
  readonly #options: IssuerOptions
  readonly #offers = new Map<string, AnyOwnOffer>()
  /** Ids of offers of 2021 that are being stored. */
  readonly #making = new Set<string>()
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
      issuer.#add(readOwnOffer(storedOffer.decode(value).fields))
    }
    options.messenger.handle(64n, (delivery) => void issuer.#onRequest(delivery))
    return issuer
  }

  /** Pairs of nodes on the paths of our offers, for the way back. */
  links(): readonly (readonly [NodeId, NodeId])[] {
    return [...this.#links.values()]
  }

  /** Forms of offers that can be answered here, the one that is made unless asked otherwise first. */
  get forms(): readonly OfferForm[] {
    return offerForms(this.#options.messenger.generations)
  }

  /**
   * Makes an offer in today's form; it is on disk when this resolves.
   * @throws LnoError `OFFER_FORM_UNSPOKEN`, `NO_WALLET`, `OFFER_OPTIONS`, and what `createOffer` throws
   */
  async create(options: NewOffer): Promise<OwnOffer> {
    this.#checkMakes('modern')
    const { random, clock, messenger, pathSecret, chain, identity } = this.#options
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
    return this.#keep(ownOffer(offer, stored))
  }

  /**
   * Makes an offer in the form of 2021, signed with the key of this node, which it names; on disk when this resolves. Equal ones
   * have the same id, so that the second is refused.
   * @throws LnoError `OFFER_FORM_UNSPOKEN`, `NO_WALLET`, `OFFER_EXISTS`, and what `createLegacyOffer` throws
   */
  async createLegacy(options: NewLegacyOffer): Promise<OwnLegacyOffer> {
    this.#checkMakes('2021')
    const { random, clock, chain, identity } = this.#options
    const { label, singleUse, ...rest } = options
    const offer = createLegacyOffer({ ...rest, chains: [chain], nodeKey: identity.secret, aux: random(32) })
    const stored: StoredOffer = {
      created: BigInt(clock.now()),
      offer: offer.bytes,
      nonce: random(16),
      ...(singleUse && { single_use: 1 }),
      ...(label !== undefined && { label }),
    }
    const own = ownLegacyOffer(offer, stored)
    if (this.#offers.has(own.id) || this.#making.has(own.id)) {
      throw offersError('OFFER_EXISTS', `offer ${own.id} says the very same`)
    }
    this.#making.add(own.id)
    try {
      return await this.#keep(own)
    } finally {
      this.#making.delete(own.id)
    }
  }

  /** In the order in which they were made. */
  list(): readonly AnyOwnOffer[] {
    return [...this.#offers.values()].sort((a, b) => (a.stored.created < b.stored.created ? -1 : 1))
  }

  /**
   * One offer by its id or the beginning of it, at least 4 digits.
   * @throws LnoError `OFFER_NOT_FOUND`, `OFFER_AMBIGUOUS`
   */
  find(id: string): AnyOwnOffer {
    const found =
      id.length < 4 ? [] : [...this.#offers.values()].filter((own) => own.id.startsWith(id) || own.text === id)
    if (found.length > 1) throw offersError('OFFER_AMBIGUOUS', `${found.length} offers begin with ${id}`)
    if (found[0] === undefined) throw offersError('OFFER_NOT_FOUND', 'no offer of this node has this id')
    return found[0]
  }

  /** Switches an offer on or off; on disk when this resolves. @throws as `find` */
  async setDisabled(id: string, disabled: boolean): Promise<AnyOwnOffer> {
    const own = this.find(id)
    const { disabled: _, ...rest } = own.stored
    const stored: StoredOffer = disabled ? { ...rest, disabled: BigInt(this.#options.clock.now()) } : rest
    await this.#options.store.commit([{ key: storeKey('offer', own.id), value: storedOffer.encode(stored) }])
    this.#emit({ type: disabled ? 'offer_disabled' : 'offer_enabled', id: own.id })
    return this.#add({ ...own, stored })
  }

  #emit(event: IssuerEvent): void {
    this.#options.onEvent?.(event)
  }

  #issuerKey(nonce: Uint8Array): Uint8Array {
    return deriveKey(this.#options.issuerSecret, toHex(nonce))
  }

  /** @throws LnoError `OFFER_FORM_UNSPOKEN`, `NO_WALLET`, `QUEUE_FULL` */
  #checkMakes(form: OfferForm): void {
    if (!this.forms.includes(form)) {
      const spoken = this.#options.messenger.generations.map(({ name }) => name).join(', ')
      throw offersError('OFFER_FORM_UNSPOKEN', `no reader of a ${form} offer speaks ${spoken}, and this node no other`)
    }
    if (this.#options.paymentPaths === undefined) {
      throw nodeError('NO_WALLET', 'an offer promises invoices, and without a wallet nothing can be received here')
    }
    if (this.#offers.size >= MAX_OFFERS) throw nodeError('QUEUE_FULL', `this node has ${MAX_OFFERS} offers already`)
  }

  async #keep<O extends AnyOwnOffer>(own: O): Promise<O> {
    await this.#options.store.commit([{ key: storeKey('offer', own.id), value: storedOffer.encode(own.stored) }])
    this.#add(own)
    this.#emit({ type: 'offer_created', id: own.id, text: own.text })
    return own
  }

  #add<O extends AnyOwnOffer>(own: O): O {
    this.#offers.set(own.id, own)
    if (own.form === '2021') return own
    const self = toHex(this.#options.identity.publicKey)
    for (const route of own.stored.routes ?? []) {
      const nodes = [...route.map(toHex), self]
      for (let i = 0; i + 1 < nodes.length; i++) {
        this.#links.set(`${nodes[i]}-${nodes[i + 1]}`, [nodes[i]!, nodes[i + 1]!])
      }
    }
    this.#paths.set(pathIdOf(this.#options.pathSecret, own.stored.nonce).pathId, own.id)
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
    const { value } = delivery
    const asked = isLegacyStream('invoice_request', value)
      ? readLegacyAsked(value, this.#options.dialect)
      : readAsked(value)
    const own = this.#offers.get(asked.offerId)
    if (own === undefined) return this.#decide(delivery, asked, own)
    const turn = own.stored.single_use === 1 ? own.id : `${own.id}/${asked.metadataHash}`
    return this.#turns.take(turn, () => this.#decide(delivery, asked, this.#offers.get(own.id)))
  }

  async #decide(delivery: Delivery, asked: Asked, own: AnyOwnOffer | undefined): Promise<void> {
    const { clock, chain, convert, promises } = this.#options
    const { from, replyPath, pathId, isDoubtful } = delivery
    const now = BigInt(Math.floor(clock.now() / 1000))
    const verdict = asked.decide(own, {
      live: promises.of(asked.offerId),
      hasReplyPath: replyPath !== undefined,
      pathOf: this.#paths.get(pathId),
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
      case 'invoice':
        this.#sendInvoice(at, await this.#promise(verdict, at), false)
    }
  }

  /** Makes the invoice for a request; it is on disk when this resolves, or can be derived again from its path id. */
  async #promise(
    { amountMsat, expectedMsat }: Extract<Verdict, { readonly do: 'invoice' }>,
    { delivery, own, asked, now }: Answering,
  ): Promise<AnyInvoice> {
    const { promises, random, paymentPaths, clock } = this.#options
    if (paymentPaths === undefined) throw nodeError('NO_WALLET', 'nothing can be received without a wallet')
    const { requestHash } = asked
    const expiresAt = now + BigInt(DEFAULT_RELATIVE_EXPIRY)
    const receivable = await paymentPaths.receive({
      requestHash,
      offerId: fromHex(own.id),
      amountMsat,
      createdAt: now,
      expiresAt,
    })
    const invoice = asked.invoice(own, {
      amountMsat,
      expectedMsat,
      receivable,
      createdAt: now,
      signingKey: this.signingKey(own, delivery),
      aux: random(32),
    })
    const stored = await promises.add(
      {
        created: BigInt(clock.now()),
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
    if (!stored && (own.stored.single_use === 1 || !asked.isDerivable)) {
      throw offersError('REQUEST_LIMIT', 'too many invoices are open to promise another one that must be kept')
    }
    return invoice
  }

  /** The secret that signs for a request to one of our offers (rule IW4). @internal */
  signingKey({ form, offer, stored }: AnyOwnOffer, delivery: Delivery): Uint8Array {
    const { secret } = this.#options.identity
    if (form === '2021') return secret
    if (offer.fields.offer_issuer_id === undefined) return delivery.blindedSecret()
    return offer.fields.offer_paths === undefined ? secret : this.#issuerKey(stored.nonce)
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
}
