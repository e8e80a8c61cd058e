import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import { createInvoice } from '../../../src/bolt12/create-invoice.js'
import { createInvoiceRequest } from '../../../src/bolt12/create-invoice-request.js'
import { createOffer } from '../../../src/bolt12/create-offer.js'
import { DETERMINISTIC_AUX } from '../../../src/bolt12/signature.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { unroutablePaths } from '../../../src/node/offers/payment-paths.js'
import { MAX_OWN_PROMISES, Promises } from '../../../src/node/offers/promises.js'
import type { StoredPromise } from '../../../src/node/offers/record.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'
import { ALICE } from '../../bolt12/craft.js'

const NOW = 1_700_000_000n
let drawn = 0
const random = (length: number) => new Uint8Array(length).fill((++drawn % 120) + 1)
const { offer } = createOffer({ description: 'tea', issuerId: ALICE.id })
const offerId = sha256(offer.bytes)
const paths = unroutablePaths({ nodeId: ALICE.id, preimageSecret: random(32), random })

async function promise(expires: bigint) {
  const { request } = createInvoiceRequest(offer, { random, amountMsat: 5n })
  const requestHash = sha256(request.bytes)
  const {
    preimage,
    paymentHash,
    paths: invoicePaths,
  } = await paths.receive({
    requestHash,
    offerId,
    amountMsat: 5n,
    createdAt: NOW,
    expiresAt: expires,
  })
  const invoice = createInvoice(request, {
    createdAt: NOW,
    paymentHash,
    paths: invoicePaths,
    signingKey: ALICE.secret,
    aux: DETERMINISTIC_AUX,
  })
  const stored: StoredPromise = {
    created: NOW * 1000n + BigInt(++drawn),
    invoice: invoice.bytes,
    offer_id: offerId,
    request_hash: requestHash,
    expires,
    ...(preimage && { preimage }),
  }
  return { stored, invoice, hash: toHex(paymentHash) }
}

describe('promises', () => {
  test('are on disk when adding them is over, and read again after a restart', async () => {
    const store = memoryStore()
    const promises = await Promises.load(store)
    const { stored, invoice, hash } = await promise(NOW + 60n)
    expect(await promises.add(stored, invoice, NOW)).toBe(true)
    const later = await Promises.load(store.reopen())
    expect(await later.byPaymentHash(hash)).toEqual(stored)
    expect(later.of(toHex(offerId))).toEqual(promises.of(toHex(offerId)))
    expect(later.of(toHex(offerId))).toMatchObject([
      { requestHash: toHex(stored.request_hash), expires: NOW + 60n, paid: false },
    ])
    expect(await later.list(10)).toEqual([stored])
  })

  test('what strangers ask for stands not in the way of what the owner claims, which has its own bound', async () => {
    const promises = await Promises.load(memoryStore(), 2)
    const add = async (isOwn: boolean) => {
      const { stored, invoice } = await promise(NOW + 60n)
      return promises.add(stored, invoice, NOW, { isOwn })
    }
    expect([await add(false), await add(false), await add(false)]).toEqual([true, true, false])
    for (let i = 0; i < MAX_OWN_PROMISES; i++) expect(await add(true)).toBe(true)
    expect([await add(true), await add(false)]).toEqual([false, false])
    // When these are over, there is room again, a part of it each time.
    const { stored, invoice } = await promise(NOW + 600n)
    let asked = 1
    while (!(await promises.add(stored, invoice, NOW + 61n)) && asked < 50) asked++
    expect(asked).toBeLessThan(20)
  })

  test('a promise counts from the moment at which it is being stored', async () => {
    const promises = await Promises.load(memoryStore())
    const { stored, invoice } = await promise(NOW + 60n)
    const adding = promises.add(stored, invoice, NOW)
    expect(promises.of(toHex(offerId))).toHaveLength(1)
    await adding
  })

  test('a disk that fails leaves no promise behind', async () => {
    const store = memoryStore()
    const promises = await Promises.load({ ...store, commit: () => Promise.reject(new Error('no space')) })
    const { stored, invoice } = await promise(NOW + 60n)
    await expect(promises.add(stored, invoice, NOW)).rejects.toThrow('no space')
    expect(promises.of(toHex(offerId))).toEqual([])
  })

  test('at the bound an expired one makes room', async () => {
    const store = memoryStore()
    const promises = await Promises.load(store, 2)
    const [old, living, fresh] = [await promise(NOW - 1n), await promise(NOW + 60n), await promise(NOW + 60n)]
    for (const { stored, invoice } of [old, living, fresh]) expect(await promises.add(stored, invoice, NOW)).toBe(true)
    expect(await promises.byPaymentHash(old.hash)).toBeUndefined()
    expect(await promises.byPaymentHash(living.hash)).toBeDefined()
    expect(promises.of(toHex(offerId))).toHaveLength(2)
    const keys: string[] = []
    for await (const [key] of store.range({ from: 'a', to: 'z' })) keys.push(key)
    expect(keys.filter((key) => key.includes(old.hash))).toEqual([])
    expect(keys).toHaveLength(4)
  })

  test('when all are alive nothing is stored, and nothing is thrown out', async () => {
    const promises = await Promises.load(memoryStore(), 1)
    const [first, second] = [await promise(NOW + 60n), await promise(NOW + 60n)]
    expect(await promises.add(first.stored, first.invoice, NOW)).toBe(true)
    expect(await promises.add(second.stored, second.invoice, NOW)).toBe(false)
    expect(await promises.byPaymentHash(first.hash)).toBeDefined()
    expect(await promises.byPaymentHash(second.hash)).toBeUndefined()
  })

  test('a paid one is paid for good, also after a restart; once is as good as twice', async () => {
    const store = memoryStore()
    const promises = await Promises.load(store)
    const { stored, invoice, hash } = await promise(NOW + 60n)
    await promises.add(stored, invoice, NOW)
    expect(promises.unpaid()).toEqual([hash])
    expect(await promises.setPaid(hash, 5)).toMatchObject({ paid: 5n })
    expect(await promises.setPaid(hash, 6)).toMatchObject({ paid: 5n })
    expect(await promises.setPaid('00'.repeat(32), 5)).toBeUndefined()
    expect(promises.of(toHex(offerId))).toMatchObject([{ paid: true }])
    const later = await Promises.load(store.reopen())
    expect(later.of(toHex(offerId))).toMatchObject([{ paid: true }])
    expect(later.unpaid()).toEqual([])
  })

  test('at the bound a paid one whose time is over makes room, and is kept on disk', async () => {
    const store = memoryStore()
    const promises = await Promises.load(store, 1)
    const [paid, fresh] = [await promise(NOW - 1n), await promise(NOW + 60n)]
    await promises.add(paid.stored, paid.invoice, NOW - 2n)
    await promises.setPaid(paid.hash, 5)
    expect(await promises.add(fresh.stored, fresh.invoice, NOW)).toBe(true)
    const later = await Promises.load(store.reopen(), 1)
    expect(later.of(toHex(offerId))).toMatchObject([{ requestHash: toHex(fresh.stored.request_hash) }])
    expect(await later.byPaymentHash(paid.hash)).toMatchObject({ ...paid.stored, paid: 5n })
    expect((await later.list(10)).map(({ paid }) => paid)).toEqual([undefined, 5n])
    // A receipt that is told again finds it where it is.
    expect(await later.setPaid(paid.hash, 7)).toMatchObject({ paid: 5n })
  })

  test('a name that is no payment hash finds nothing', async () => {
    const promises = await Promises.load(memoryStore())
    expect(await promises.byPaymentHash('../../offer')).toBeUndefined()
  })
})
