import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/base/hex.js'
import type { InvoicePath } from '../../../src/bolt12/create-invoice.js'
import { sha256 } from '../../../src/crypto/hash.js'
import { Intents } from '../../../src/node/payments/intents.js'
import { Patience } from '../../../src/node/payments/patience.js'
import { affordable, defaultMaxFee } from '../../../src/node/payments/price.js'
import { pathsOrUnroutable } from '../../../src/node/payments/receiving.js'
import type { StoredIntent } from '../../../src/node/payments/record.js'
import { type IntentEvent, type IntentStage, nextStage } from '../../../src/node/payments/stage.js'
import { memoryStore } from '../../../src/node/store/memory-store.js'
import { paymentError } from '../../../src/payments/codes.js'
import { manualClock } from '../../../src/testing/manual-clock.js'
import { MAX_MSAT } from '../../../src/wire/amount.js'
import { codeOf } from '../../support/code-of.js'

/** A path as far as its price is concerned. */
function priced(base: number, proportional: number, delta = 40): InvoicePath {
  const payinfo = { fee_base_msat: base, fee_proportional_millionths: proportional, cltv_expiry_delta: delta }
  return { payinfo } as InvoicePath
}

describe('what a path costs', () => {
  test('is what the path says, rounded down; the cheapest is first', { tags: ['P4'] }, () => {
    // BOLT 4: 100000 msat over 10000 + 251 millionths.
    expect(affordable([priced(10_000, 251)], 100_000n, 10_025n)[0].feeMsat).toBe(10_025n)
    expect(codeOf(() => affordable([priced(10_000, 251)], 100_000n, 10_024n))).toBe('PAYMENT_FEE_LIMIT')
    const [dear, cheap] = [priced(100, 0), priced(0, 100)]
    expect(affordable([dear, cheap], 10_000n, 100n).map(({ path }) => path)).toEqual([cheap, dear])
    expect(affordable([dear, cheap], 10_000_000n, 100n).map(({ path }) => path)).toEqual([dear, cheap])
  })

  test('that with the amount is more than all bitcoin is refused, and left out where another way is there', () => {
    const most = 4_294_967_295
    const amount = MAX_MSAT - 1_000n
    expect(codeOf(() => affordable([priced(most, most)], amount, MAX_MSAT * 10_000n))).toBe('PAYMENT_FEE_LIMIT')
    const good = priced(1000, 0)
    expect(affordable([priced(1001, 0), good], amount, MAX_MSAT)).toEqual([{ path: good, feeMsat: 1000n }])
  })

  test('in time is two weeks at most', { tags: ['P4'] }, () => {
    expect(affordable([priced(0, 0, 2016), priced(0, 0, 2017)], 1n, 1n)).toHaveLength(1)
    expect(codeOf(() => affordable([priced(0, 0, 65_535)], 1n, 1n))).toBe('PAYMENT_DELAY_LIMIT')
    expect(codeOf(() => affordable([priced(0, 0, 2017), priced(0, 0, 2018)], 1n, 1n))).toBe('PAYMENT_DELAY_LIMIT')
  })

  test('one part in a hundred unless said otherwise, or 5 sat', () => {
    expect([0n, 1000n, 500_000n, 500_100n, 1_000_000n].map(defaultMaxFee)).toEqual([
      5000n,
      5000n,
      5000n,
      5001n,
      10_000n,
    ])
  })
})

test('stages go forward, and an end is the end', () => {
  const events: readonly IntentEvent[] = ['invoice', 'sent', 'paid', 'failed']
  const next = (stage: IntentStage) => events.map((event) => nextStage(stage, event))
  expect(next('asking')).toEqual(['invoice', undefined, undefined, 'failed'])
  expect(next('invoice')).toEqual([undefined, 'sending', 'paid', 'failed'])
  expect(next('sending')).toEqual([undefined, undefined, 'paid', 'failed'])
  expect([...next('paid'), ...next('failed')].every((stage) => stage === undefined)).toBe(true)
})

describe('payments that are kept', () => {
  const id = (n: number) => toHex(sha256(Uint8Array.of(n)))
  const intent = (created: number, stage: IntentStage): StoredIntent => ({
    created: BigInt(created),
    stage,
    amount: 1n,
    max_fee: 2n,
  })

  test('the oldest that has ended makes room, one that goes on never does', async () => {
    const store = memoryStore()
    const intents = await Intents.load(store, 3)
    await intents.put(id(1), intent(1, 'sending'))
    await intents.put(id(2), intent(2, 'paid'))
    await intents.put(id(3), intent(3, 'asking'))
    await intents.put(id(4), intent(4, 'asking'))
    const kept = async (found: Intents) => (await found.list(10)).map(({ stored }) => Number(stored.created))
    expect(await kept(intents)).toEqual([4, 3, 1])
    // Nothing has ended: what the user wants is not refused for it.
    await intents.put(id(5), intent(5, 'asking'))
    const later = await Intents.load(store.reopen(), 3)
    expect(await kept(later)).toEqual([5, 4, 3, 1])
    expect((await later.open()).map(({ stored }) => Number(stored.created))).toEqual([1, 3, 4, 5])
    expect(later.startingWith(id(3).slice(0, 8))).toEqual([id(3)])
    expect([later.has(id(2)), await later.get(id(2))]).toEqual([false, undefined])
  })
})

describe('patience', () => {
  test('tries again with growing waits, once for each, until it is over', async () => {
    const clock = manualClock(0)
    const patience = new Patience(clock)
    const tries: number[] = []
    const attempt = async () => {
      tries.push(clock.now() / 1000)
      return tries.length < 9 ? ('again' as const) : ('over' as const)
    }
    const work = patience.keepTrying('a', attempt)
    void patience.keepTrying('a', attempt)
    await clock.advance(1_000_000)
    await work
    expect(tries).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183])
  })

  test('tries at once when it is woken, and never again when it is closed', async () => {
    const clock = manualClock(0)
    const patience = new Patience(clock)
    let tries = 0
    const work = patience.keepTrying('a', async () => {
      tries++
      return 'again'
    })
    await clock.settle()
    patience.wake()
    await clock.settle()
    expect(tries).toBe(2)
    patience.close()
    await work
    expect(tries).toBe(2)
    expect(clock.nextAt).toBeUndefined()
  })
})

test('paths that lead nowhere are a way to try things out, and never instead of a channel', async () => {
  const options = {
    requestHash: new Uint8Array(32),
    offerId: new Uint8Array(32),
    amountMsat: 1n,
    createdAt: 0n,
    expiresAt: 1n,
  }
  const given = { paymentHash: new Uint8Array(32), paths: [], features: new Uint8Array(0) }
  const unroutable = { receive: async () => given }
  const wallet = (code: 'NO_INBOUND' | 'HEIGHT_UNKNOWN') => ({
    receive: () => Promise.reject(paymentError(code, 'no')),
  })
  expect(await pathsOrUnroutable(wallet('NO_INBOUND'), () => false, unroutable).receive(options)).toBe(given)
  for (const [code, hasChannels, paths] of [
    ['NO_INBOUND', true, unroutable],
    ['HEIGHT_UNKNOWN', false, unroutable],
    ['NO_INBOUND', false, undefined],
  ] as const) {
    const work = pathsOrUnroutable(wallet(code), () => hasChannels, paths).receive(options)
    await expect(work).rejects.toMatchObject({ code })
  }
})
