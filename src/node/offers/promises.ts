import type { Store, StoreChange } from '../../base/effects.js'
import { toHex } from '../../base/hex.js'
import { sha256 } from '../../crypto/hash.js'
import { type AnyInvoice, invoiceFacts, readInvoice } from '../invoice-facts.js'
import { keysUnder, storeKey } from '../store/keys.js'
import type { LivePromise } from './decide.js'
import { type StoredPromise, storedPromise } from './record.js'

/**
 * Invoices that are kept: 20 000 take some 40 megabytes of disk and 10 of memory. Only expired ones are let go; when
 * all of them are alive, a new one is not stored but derived again from its path id.
 */
export const MAX_STORED_PROMISES = 20_000

/**
 * Further ones that the owner of the node causes, by claiming refunds: a single peer that asks often enough holds all of the
 * above for as long as an invoice is open, and must not stand in their way.
 */
export const MAX_OWN_PROMISES = 1_000

/** Expired promises removed in one go, so that no request waits for a big clean-up. */
const EVICTED_AT_ONCE = 64

/**
 * Where paid promises are kept for good, that others have room: on disk alone. That they were paid is the wallet's to remember, and
 * a single-use offer's.
 */
const PAID = 'promise-paid'

interface Entry extends LivePromise {
  readonly offerId: string
}

/** What is known in memory of the promises on disk; of those that were paid long ago the disk alone knows. */
export class Promises {
  readonly #store: Store
  readonly #most: number
  readonly #byOffer = new Map<string, Entry[]>()
  #count = 0

  private constructor(store: Store, most: number) {
    this.#store = store
    this.#most = most
  }

  /** Reads what is stored. `most` is the bound, `MAX_STORED_PROMISES` unless given. */
  static async load(store: Store, most: number = MAX_STORED_PROMISES): Promise<Promises> {
    const promises = new Promises(store, most)
    for await (const [key, value] of store.range(keysUnder('promise'))) {
      const { fields } = storedPromise.decode(value)
      promises.#remember(key, fields, readInvoice(fields.invoice))
    }
    return promises
  }

  /** Live and paid promises of an offer, or of a stand-alone request. */
  of(offerId: string): readonly LivePromise[] {
    return this.#byOffer.get(offerId) ?? []
  }

  /**
   * Puts a promise on disk: it may be sent when this resolves. At the bound expired ones make room; if none has expired,
   * nothing is stored, and `false` is returned.
   * @param isOwn no stranger caused it: `MAX_OWN_PROMISES` more of these may stand
   */
  async add(
    promise: StoredPromise,
    invoice: AnyInvoice,
    nowSeconds: bigint,
    { isOwn = false }: { readonly isOwn?: boolean } = {},
  ): Promise<boolean> {
    const evicted = this.#count >= this.#most ? this.#expired(nowSeconds) : []
    // At once, as all that is counted here: another one may come while the disk works.
    this.#forget(evicted.map(({ key }) => key))
    if (this.#count >= this.#most + (isOwn ? MAX_OWN_PROMISES : 0)) {
      // Above the bound by more than is removed in one go: the room is made for whoever comes later.
      if (evicted.length > 0) await this.#store.commit(await this.#removal(evicted))
      return false
    }
    const hash = hashOf(invoice)
    const key = promiseKey(promise.created, invoice)
    // Remembered first: a second request that comes while the disk works must count this one.
    this.#remember(key, promise, invoice)
    try {
      await this.#store.commit([
        ...(await this.#removal(evicted)),
        { key, value: storedPromise.encode(promise) },
        { key: storeKey('promise-id', hash), value: new TextEncoder().encode(key) },
      ])
    } catch (error) {
      this.#forget([key])
      throw error
    }
    return true
  }

  async get(key: string): Promise<StoredPromise | undefined> {
    const value = await this.#store.get(key)
    return value && storedPromise.decode(value).fields
  }

  /** One by the payment hash (hex) of its invoice. */
  async byPaymentHash(hash: string): Promise<StoredPromise | undefined> {
    const key = await this.#keyOf(hash)
    return key === undefined ? undefined : this.get(key)
  }

  async #keyOf(hash: string): Promise<string | undefined> {
    if (!/^[0-9a-f]{64}$/.test(hash)) return undefined
    const key = await this.#store.get(storeKey('promise-id', hash))
    return key && new TextDecoder().decode(key)
  }

  /** Payment hashes (hex) of those that are not known to be paid. */
  unpaid(): readonly string[] {
    return [...this.#byOffer.values()].flat().flatMap(({ key, paid }) => (paid ? [] : [hashIn(key)]))
  }

  /**
   * Notes that an invoice was paid, and when (Unix milliseconds); on disk when this resolves. Once is as good as twice.
   * @returns what is kept of it; undefined for one that is not kept
   */
  async setPaid(hash: string, at: number): Promise<StoredPromise | undefined> {
    const key = await this.#keyOf(hash)
    if (key === undefined) return undefined
    const promise = await this.get(key)
    if (promise === undefined || promise.paid !== undefined) return promise
    const paid: StoredPromise = { ...promise, paid: BigInt(at) }
    await this.#store.commit([{ key, value: storedPromise.encode(paid) }])
    const offerId = toHex(promise.offer_id)
    const entries = this.#byOffer.get(offerId) ?? []
    this.#byOffer.set(
      offerId,
      entries.map((entry) => (entry.key === key ? { ...entry, paid: true } : entry)),
    )
    return paid
  }

  /** Notes what the payer said against an invoice; without effect for one that is not kept. */
  async setRefused(key: string, why: string): Promise<void> {
    const promise = await this.get(key)
    if (promise === undefined) return
    await this.#store.commit([{ key, value: storedPromise.encode({ ...promise, refused: why }) }])
    const entries = this.#byOffer.get(toHex(promise.offer_id)) ?? []
    const changed = entries.map((entry) => (entry.key === key ? { ...entry, refused: true } : entry))
    this.#byOffer.set(toHex(promise.offer_id), changed)
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly StoredPromise[]> {
    const found: StoredPromise[] = []
    for (const kind of ['promise', PAID]) {
      for await (const [, value] of this.#store.range({ ...keysUnder(kind), reverse: true, limit })) {
        found.push(storedPromise.decode(value).fields)
      }
    }
    return found.sort((a, b) => (a.created < b.created ? 1 : -1)).slice(0, limit)
  }

  /** What takes promises out of the way: of those that were paid it is kept. */
  async #removal(evicted: readonly Entry[]): Promise<readonly StoreChange[]> {
    const changes: StoreChange[] = []
    for (const { key, paid } of evicted) {
      const idKey = storeKey('promise-id', hashIn(key))
      changes.push({ key, value: undefined })
      if (!paid) changes.push({ key: idKey, value: undefined })
      const value = paid ? await this.#store.get(key) : undefined
      if (value !== undefined) {
        const kept = `${PAID}${key.slice(key.indexOf('/'))}`
        changes.push({ key: kept, value }, { key: idKey, value: new TextEncoder().encode(kept) })
      }
    }
    return changes
  }

  #expired(now: bigint): readonly Entry[] {
    const found: Entry[] = []
    for (const entries of this.#byOffer.values()) {
      for (const entry of entries) {
        if (entry.expires >= now) continue
        found.push(entry)
        if (found.length === EVICTED_AT_ONCE) return found
      }
    }
    return found
  }

  #remember(key: string, promise: StoredPromise, invoice: AnyInvoice): void {
    const offerId = toHex(promise.offer_id)
    const entries = this.#byOffer.get(offerId) ?? []
    entries.push({
      key,
      offerId,
      requestHash: toHex(promise.request_hash),
      metadataHash: invoiceFacts(invoice).metadataHash,
      expires: promise.expires,
      paid: promise.paid !== undefined,
      refused: promise.refused !== undefined,
    })
    this.#byOffer.set(offerId, entries)
    this.#count++
  }

  #forget(keys: readonly string[]): void {
    for (const [offerId, entries] of this.#byOffer) {
      const kept = entries.filter(({ key }) => !keys.includes(key))
      this.#count -= entries.length - kept.length
      if (kept.length > 0) this.#byOffer.set(offerId, kept)
      else this.#byOffer.delete(offerId)
    }
  }
}

function hashOf(invoice: AnyInvoice): Uint8Array {
  return invoiceFacts(invoice).paymentHash ?? sha256(invoice.bytes)
}

/** Where a promise is stored that was made at `created` (Unix milliseconds). */
export function promiseKey(created: bigint, invoice: AnyInvoice): string {
  return storeKey('promise', created, hashOf(invoice))
}

/** The payment hash (hex) in the key of a promise. */
function hashIn(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
