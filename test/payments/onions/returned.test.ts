import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../src/base/bytes.js'
import { useBackend } from '../../../src/crypto/backend.js'
import { FAILURE_ROUNDS } from '../../../src/onion/failure.js'
import { FAILURES } from '../../../src/onion/failure-message.js'
import type { HtlcFailure } from '../../../src/payments/htlc.js'
import { passFailureBack, passFulfilBack } from '../../../src/payments/onions/pass-back.js'
import type { HtlcPlace, Refusal } from '../../../src/payments/onions/refusal.js'
import { unknownDetails } from '../../../src/payments/onions/refusal.js'
import { failFromHere, refuseHtlc } from '../../../src/payments/onions/refuse.js'
import { readFulfilled, readReturned } from '../../../src/payments/onions/returned.js'
import { encode, u16 } from '../../../src/wire/codec.js'
import { secretOf } from '../../support/keys.js'
import { toyBackend } from '../../support/toy-backend.js'

// Counts what the payer does, so that "constant work" can be told without a clock.
const work = { streamed: 0 }
useBackend({
  ...toyBackend,
  chacha20: (key, nonce, data) => {
    work.streamed += data.length
    return toyBackend.chacha20(key, nonce, data)
  },
})

/** Two hops in the clear, then a path of three. */
const sharedSecrets = [1, 2, 3, 4, 5].map(secretOf)
const origin = { sharedSecrets, introduction: 2 }
const POSITIONS: readonly HtlcPlace['position'][] = ['clear', 'clear', 'introduction', 'inside', 'inside']

const place = (i: number, secrets = sharedSecrets) => ({
  position: POSITIONS[i]!,
  final: i === secrets.length - 1,
  sharedSecret: secrets[i]!,
  onionHash: new Uint8Array(32).fill(i),
})

const unknown = unknownDetails(5n, 900, 'w')
const away: Refusal = { failure: 'temporary_channel_failure', data: {}, why: 'w' }

/** What arrives at the payer when hop `at` refuses. */
function comesBack(at: number, refusal: Refusal, secrets = sharedSecrets): HtlcFailure {
  return carriedBack(at - 1, refuseHtlc({ ...place(at, secrets), refusal, holdTime: at }), secrets)
}

function carriedBack(from: number, failure: HtlcFailure, secrets = sharedSecrets): HtlcFailure {
  let carried = failure
  for (let i = from; i >= 0; i--) carried = passFailureBack({ ...place(i, secrets), downstream: carried, holdTime: i })
  return carried
}

describe('what comes back to the payer', () => {
  test('names the hop in the clear that failed', { tags: ['FO2', 'FO4'] }, () => {
    expect(readReturned({ origin, failure: comesBack(1, away) })).toEqual({
      source: 1,
      failure: { code: FAILURES.temporary_channel_failure.code, name: 'temporary_channel_failure', data: {} },
      blinded: false,
      final: false,
      permanent: false,
      holdTimes: [0, 1],
    })
    const refusal: Refusal = { failure: 'unknown_next_peer', data: {}, why: 'w' }
    expect(readReturned({ origin, failure: comesBack(0, refusal) })).toMatchObject({ source: 0, permanent: true })
  })

  test.each([2, 3, 4])('is from hop %i of the path the same as from any', { tags: ['E1', 'E2'] }, (at) => {
    expect(readReturned({ origin, failure: comesBack(at, unknown) })).toMatchObject({
      source: 2,
      failure: { name: 'invalid_onion_blinding', data: { sha256_of_onion: new Uint8Array(32).fill(2) } },
      blinded: true,
      final: false,
      holdTimes: [0, 1, 2],
    })
  })

  test('is what the recipient says when the path begins with it', { tags: ['E3'] }, () => {
    const short = sharedSecrets.slice(0, 3)
    const failure = comesBack(2, unknown, short)
    expect(readReturned({ origin: { sharedSecrets: short, introduction: 2 }, failure })).toMatchObject({
      source: 2,
      failure: { name: 'incorrect_or_unknown_payment_details', data: { htlc_msat: 5n, height: 900 } },
      blinded: false,
      final: true,
      permanent: true,
    })
  })

  test('is the word of the path when such a recipient hides itself', { tags: ['E2'] }, () => {
    const short = sharedSecrets.slice(0, 3)
    const failure = carriedBack(1, refuseHtlc({ ...place(2), refusal: unknown, holdTime: 1 }), short)
    expect(readReturned({ origin: { sharedSecrets: short, introduction: 2 }, failure })).toMatchObject({
      source: 2,
      blinded: true,
      final: false,
    })
  })

  test('from a path that begins with ourselves tells nothing of where', () => {
    const inside = { sharedSecrets, introduction: -1 }
    const failure = { type: 'malformed', failureCode: 0xc018, sha256OfOnion: new Uint8Array(32) } as const
    expect(readReturned({ origin: inside, failure })).toMatchObject({
      source: 0,
      failure: { name: 'invalid_onion_blinding' },
      blinded: true,
      final: false,
    })
    expect(readReturned({ origin: inside, failure: { type: 'fail', reason: new Uint8Array(300) } }).blinded).toBe(true)
  })

  test('as malformed by our peer is its word', () => {
    const failure = { type: 'malformed', failureCode: 0xc005, sha256OfOnion: new Uint8Array(32) } as const
    expect(readReturned({ origin, failure })).toMatchObject({
      source: 0,
      failure: { name: 'invalid_onion_hmac' },
      blinded: false,
      permanent: true,
    })
    expect(readReturned({ origin, failure: { ...failure, failureCode: -1 } }).failure).toEqual({ code: 0xffff })
  })

  test.each<[string, HtlcFailure]>([
    ['no bytes', { type: 'fail', reason: new Uint8Array(0) }],
    ['too few bytes', { type: 'fail', reason: new Uint8Array(35) }],
    ['somebody else’s bytes', { type: 'fail', reason: new Uint8Array(292), attribution: new Uint8Array(920) }],
  ])('with %s tells nothing', (_, failure) => {
    const { source, failure: message, blinded, final } = readReturned({ origin, failure })
    expect({ source, message, blinded, final }).toEqual({ blinded: false, final: false })
  })

  test('without usable attribution data is a failure all the same', { tags: ['FO4'] }, () => {
    const failure = { ...comesBack(1, away), attribution: new Uint8Array(1) } as HtlcFailure
    expect(readReturned({ origin, failure })).toMatchObject({ source: 1, holdTimes: [] })
    const altered = comesBack(1, away)
    if (altered.type !== 'fail') throw new Error(altered.type)
    const attribution = Uint8Array.from(altered.attribution!)
    attribution[0]! ^= 1
    expect(readReturned({ origin, failure: { ...altered, attribution } })).toMatchObject({
      source: 1,
      holdTimes: [],
      unverifiedFrom: 0,
    })
  })

  test('with a message of one byte has none', () => {
    const failure = failFromHere({ sharedSecret: sharedSecrets[0]!, failuremsg: Uint8Array.of(1), holdTime: 0 })
    const returned = readReturned({ origin, failure })
    expect(returned).toMatchObject({ source: 0, permanent: false })
    expect(returned.failure).toBeUndefined()
  })

  test('costs the same work wherever it failed', { tags: ['FO3'] }, () => {
    const cost = (failure: HtlcFailure) => {
      const { attribution: _, ...bare } = failure as HtlcFailure & { type: 'fail' }
      const before = work.streamed
      readReturned({ origin, failure: bare })
      return work.streamed - before
    }
    const whole = cost(comesBack(0, away))
    expect(whole).toBe(FAILURE_ROUNDS * 292)
    expect(cost(comesBack(1, away))).toBe(whole)
    expect(cost(comesBack(4, away))).toBe(whole)
  })

  test('with a channel_update in it says nothing of that', { tags: ['FO5'] }, () => {
    const update = new Uint8Array(136).fill(0xee)
    const failuremsg = concatBytes(
      encode(u16, FAILURES.temporary_channel_failure.code),
      encode(u16, update.length),
      update,
    )
    const failed = failFromHere({ sharedSecret: sharedSecrets[1]!, failuremsg, holdTime: 1 })
    const returned = readReturned({ origin, failure: carriedBack(0, failed) })
    expect(returned).toEqual(readReturned({ origin, failure: comesBack(1, away) }))
  })
})

test('the hold times of a payment that succeeded end where the path begins', { tags: ['FO4', 'E4'] }, () => {
  let attribution: Uint8Array | undefined
  for (let i = 4; i >= 0; i--) {
    attribution = passFulfilBack({ ...place(i), holdTime: 10 + i, ...(attribution && { downstream: attribution }) })
    if (i > 2) expect(attribution).toBeUndefined()
  }
  expect(readFulfilled(origin, attribution)).toEqual([10, 11, 12])
  expect(readFulfilled(origin, undefined)).toEqual([])
  expect(readFulfilled(origin, new Uint8Array(5))).toEqual([])
})
