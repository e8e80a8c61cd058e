import type { Store } from '../../base/effects.js'
import { fromHex, toHex } from '../../base/hex.js'
import type { BlindedPath } from '../../blinding/blinded-path.js'
import { createOffer } from '../../bolt12/create-offer.js'
import { createLegacyOffer } from '../../bolt12/legacy/create-offer.js'
import { publicKey } from '../../crypto/group.js'
import type { KeyPair } from '../../noise/handshake.js'
import type { Bolt12Form } from '../bolt12-form.js'
import { nodeError } from '../codes.js'
import type { Delivery } from '../messenger/messenger.js'
import type { NodeId } from '../messenger/routes.js'
import { PathIdTable, pathIdOf } from '../path-id.js'
import { deriveKey } from '../secrets.js'
import { keysUnder, storeKey } from '../store/keys.js'
import { offersError } from './codes.js'
import { offerForms } from './form.js'
import type { IssuerEvent } from './issuer-event.js'
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
import { type StoredOffer, storedOffer } from './record.js'
import { type DeskOptions, RequestDesk } from './request-desk.js'

/** Offers of one node: all are held in memory, and only their owner makes them. */
export const MAX_OFFERS = 100_000

export interface IssuerOptions extends DeskOptions {
  readonly store: Store
  readonly identity: KeyPair
  /** `deriveSecret(nodeSecret, 'path_id of offers')`. */
  readonly pathSecret: Uint8Array
  /** `deriveSecret(nodeSecret, 'issuer ids of offers')`. */
  readonly issuerSecret: Uint8Array
}

/** The offers of this node: made, kept, switched on and off. Their requests are answered at the `RequestDesk`. */
export class Issuer {
  readonly #options: IssuerOptions
  readonly #offers = new Map<string, AnyOwnOffer>()
  /** Ids of offers of 2021 that are being stored. */
  readonly #making = new Set<string>()
  readonly #paths = new PathIdTable<string>()
  readonly #links = new Map<string, readonly [NodeId, NodeId]>()

  private constructor(options: IssuerOptions) {
    this.#options = options
  }

  /** Reads what is stored, then takes requests. */
  static async start(options: IssuerOptions): Promise<Issuer> {
    const issuer = new Issuer(options)
    for await (const [, value] of options.store.range(keysUnder('offer'))) {
      issuer.#add(readOwnOffer(storedOffer.decode(value).fields))
    }
    const desk = new RequestDesk(options, {
      offer: (id) => issuer.#offers.get(id),
      pathOf: (pathId) => issuer.#paths.get(pathId),
      signingKey: (own, delivery) => issuer.signingKey(own, delivery),
    })
    options.messenger.handle(64n, (delivery) => void desk.take(delivery))
    return issuer
  }

  /** Pairs of nodes on the paths of our offers, for the way back. */
  links(): readonly (readonly [NodeId, NodeId])[] {
    return [...this.#links.values()]
  }

  /** Forms of offers that can be answered here, the one that is made unless asked otherwise first. */
  get forms(): readonly Bolt12Form[] {
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

  /** One offer by its whole id. */
  get(id: string): AnyOwnOffer | undefined {
    return this.#offers.get(id)
  }

  /** A payment for an offer has come (Unix milliseconds): a single use is over, on disk when this resolves. */
  async paid(id: string, at: number): Promise<void> {
    const own = this.#offers.get(id)
    if (own === undefined || own.stored.single_use !== 1 || own.stored.used !== undefined) return
    const stored: StoredOffer = { ...own.stored, used: BigInt(at) }
    await this.#options.store.commit([{ key: storeKey('offer', id), value: storedOffer.encode(stored) }])
    this.#add({ ...own, stored })
  }

  #emit(event: IssuerEvent): void {
    this.#options.onEvent?.(event)
  }

  #issuerKey(nonce: Uint8Array): Uint8Array {
    return deriveKey(this.#options.issuerSecret, toHex(nonce))
  }

  /** @throws LnoError `OFFER_FORM_UNSPOKEN`, `NO_WALLET`, `QUEUE_FULL` */
  #checkMakes(form: Bolt12Form): void {
    if (!this.forms.includes(form)) {
      const spoken = this.#options.messenger.generations.map(({ name }) => name).join(', ')
      const what = form === '2021' ? 'offers in the form of 2021' : 'modern offers'
      throw offersError('OFFER_FORM_UNSPOKEN', `this node speaks ${spoken} alone, in which nobody asks for ${what}`)
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

  /** The secret that signs for a request to one of our offers (rule IW4). @internal */
  signingKey({ form, offer, stored }: AnyOwnOffer, delivery: Delivery): Uint8Array {
    const { secret } = this.#options.identity
    if (form === '2021') return secret
    if (offer.fields.offer_issuer_id === undefined) return delivery.blindedSecret()
    return offer.fields.offer_paths === undefined ? secret : this.#issuerKey(stored.nonce)
  }
}
