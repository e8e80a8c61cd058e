import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../src/crypto/hash.js'
import { ATTRIBUTION_LENGTH, readHoldTimes } from '../../../src/onion/attribution.js'
import { readFailure, wrapFailure } from '../../../src/onion/failure.js'
import { decodeFailureMessage, FAILURES } from '../../../src/onion/failure-message.js'
import type { HtlcFailure } from '../../../src/payments/htlc.js'
import { passFailureBack, passFulfilBack } from '../../../src/payments/onions/pass-back.js'
import { readHtlc } from '../../../src/payments/onions/read-htlc.js'
import type { HtlcPlace, Refusal } from '../../../src/payments/onions/refusal.js'
import { unknownDetails } from '../../../src/payments/onions/refusal.js'
import { hidesFailures, refuseHtlc } from '../../../src/payments/onions/refuse.js'
import { encodeRecord } from '../../../src/wire/tlv.js'
import { secretOf } from '../../support/keys.js'
import { bob, type CraftedHop, craftHtlc, FINAL, HEIGHT, MIN_FINAL } from './craft.js'

const BLINDED = FAILURES.invalid_onion_blinding.code
const onionHash = new Uint8Array(32).fill(3)
const sharedSecret = secretOf(0x61)
const place = (position: HtlcPlace['position'], final = false) => ({ position, final, sharedSecret, onionHash })

/** What an origin next to the node reads. */
function readBack(failure: HtlcFailure, secrets: readonly Uint8Array[] = [sharedSecret]) {
  if (failure.type !== 'fail') throw new Error(`malformed: ${failure.failureCode}`)
  const { source, failuremsg, holdTimes } = readFailure({
    packet: failure.reason,
    sharedSecrets: secrets,
    ...(failure.attribution && { attribution: failure.attribution }),
  })
  return { source, ...decodeFailureMessage(failuremsg!), holdTimes }
}

/** Failures of all kinds: by ourselves as a relay and as the recipient, unreadable, temporary, for good. */
const REFUSALS: readonly (readonly [what: string, refusal: Refusal])[] = [
  ['an unknown payment', unknownDetails(5n, HEIGHT, 'w')],
  ['a fee that is too low', { failure: 'fee_insufficient', data: { htlc_msat: 7n }, why: 'w' }],
  ['a peer that is away', { failure: 'temporary_channel_failure', data: {}, why: 'w' }],
  ['a set that is late', { failure: 'mpp_timeout', data: {}, why: 'w' }],
  ['an onion of another version', { failure: 'invalid_onion_version', data: { sha256_of_onion: onionHash }, why: 'w' }],
]
const DOWNSTREAM: readonly (readonly [what: string, failure: HtlcFailure])[] = [
  ['a failure', refuseHtlc({ ...place('clear', true), refusal: REFUSALS[0]![1], holdTime: 3 })],
  ['a failure that says nothing', { type: 'fail', reason: new Uint8Array(0) }],
  ['an unreadable onion', { type: 'malformed', failureCode: BLINDED, sha256OfOnion: new Uint8Array(32) }],
  ['another unreadable onion', { type: 'malformed', failureCode: 0xc005, sha256OfOnion: new Uint8Array(32) }],
]

describe('inside a blinded path', () => {
  const same: HtlcFailure = { type: 'malformed', failureCode: BLINDED, sha256OfOnion: onionHash }

  test.each(REFUSALS)('%s is answered as all else is', { tags: ['E1', 'E4'] }, (_, refusal) => {
    for (const final of [false, true]) {
      expect(refuseHtlc({ ...place('inside', final), refusal, holdTime: 1 })).toEqual(same)
    }
  })

  test.each(DOWNSTREAM)('%s from downstream is, too', { tags: ['E1', 'E4'] }, (_, downstream) => {
    expect(passFailureBack({ ...place('inside'), downstream, holdTime: 1 })).toEqual(same)
  })

  test('so is an onion that could not be peeled', { tags: ['E1'] }, () => {
    const { sharedSecret: _, ...unread } = place('inside')
    expect(refuseHtlc({ ...unread, refusal: REFUSALS[4]![1], holdTime: 1 })).toEqual(same)
  })

  test('nobody says how long a payment took', { tags: ['E4'] }, () => {
    expect(passFulfilBack({ ...place('inside'), holdTime: 1 })).toBeUndefined()
    const downstream = new Uint8Array(ATTRIBUTION_LENGTH)
    expect(passFulfilBack({ ...place('inside'), downstream, holdTime: 1 })).toBeUndefined()
  })

  test('the hash is that of the onion that came', { tags: ['E1'] }, () => {
    const hop: CraftedHop = { node: bob, data: { path_id: Uint8Array.of(1) }, payload: FINAL }
    const { terms } = craftHtlc([hop], { inside: true, amountMsat: 9_999n })
    const read = readHtlc({ terms, nodeSecret: bob.secret, nodeId: bob.id, height: HEIGHT, minFinalCltv: MIN_FINAL })
    if (read.type !== 'refuse') throw new Error(read.type)
    expect(refuseHtlc({ ...read, holdTime: 0 })).toEqual({ ...same, sha256OfOnion: sha256(terms.onion) })
  })
})

describe('at an introduction node that passes on', () => {
  const all = { source: 0, name: 'invalid_onion_blinding', data: { sha256_of_onion: onionHash } }

  test.each(REFUSALS)('%s is answered as all else is', { tags: ['E2'] }, (_, refusal) => {
    expect(readBack(refuseHtlc({ ...place('introduction'), refusal, holdTime: 1 }))).toMatchObject(all)
  })

  test.each(DOWNSTREAM)('%s from downstream is, too', { tags: ['E2'] }, (_, downstream) => {
    const failure = passFailureBack({ ...place('introduction'), downstream, holdTime: 4 })
    expect(readBack(failure)).toMatchObject({ ...all, holdTimes: [4] })
  })

  test('answers should wait', { tags: ['E2'] }, () => {
    expect(hidesFailures(place('introduction'))).toBe(true)
    expect(hidesFailures(place('introduction', true))).toBe(false)
    expect([place('inside'), place('clear')].map(hidesFailures)).toEqual([false, false])
  })

  test('attribution data begin anew', { tags: ['E4'] }, () => {
    const behind = passFulfilBack({ position: 'clear', sharedSecret: secretOf(1), holdTime: 9 })!
    const own = passFulfilBack({ ...place('introduction'), downstream: behind, holdTime: 4 })!
    expect(own).toEqual(passFulfilBack({ ...place('introduction'), holdTime: 4 }))
    expect(readHoldTimes(own, [sharedSecret, secretOf(1)])).toEqual([4])
  })

  test('a dummy hop of ours behind it does not show in what is answered', { tags: ['E2'] }, () => {
    const payment_relay = { cltv_expiry_delta: 0, fee_proportional_millionths: 0, fee_base_msat: 0 }
    const dummy: CraftedHop = { node: bob, data: { next_node_id: bob.id, payment_relay } }
    const end: CraftedHop = { node: bob, data: { path_id: Uint8Array.of(1) }, payload: FINAL }
    const { terms, sharedSecrets } = craftHtlc([dummy, end])
    const read = readHtlc({ terms, nodeSecret: bob.secret, nodeId: bob.id, height: HEIGHT, minFinalCltv: MIN_FINAL })
    expect(read.type).toBe('receive')
    const failure = refuseHtlc({ ...read, refusal: REFUSALS[0]![1], holdTime: 1 })
    expect(readBack(failure, sharedSecrets)).toMatchObject({ source: 0, name: 'invalid_onion_blinding' })
  })
})

describe('at an introduction node that is the end', () => {
  test.each(REFUSALS.slice(0, 4))('%s is said', { tags: ['E3'] }, (_, refusal) => {
    const failure = refuseHtlc({ ...place('introduction', true), refusal, holdTime: 2 })
    expect(readBack(failure)).toMatchObject({ source: 0, name: refusal.failure, data: refusal.data, holdTimes: [2] })
  })

  test('so it is with what is wrong in the payload', { tags: ['E3'] }, () => {
    const others = [encodeRecord(65537n, new Uint8Array(1))]
    const end: CraftedHop = { node: bob, data: { path_id: Uint8Array.of(1) }, payload: FINAL, others }
    const { terms, sharedSecrets } = craftHtlc([end])
    const read = readHtlc({ terms, nodeSecret: bob.secret, nodeId: bob.id, height: HEIGHT, minFinalCltv: MIN_FINAL })
    if (read.type !== 'refuse') throw new Error(read.type)
    expect(readBack(refuseHtlc({ ...read, holdTime: 2 }), sharedSecrets)).toMatchObject({
      name: 'invalid_onion_payload',
      data: { type: 65537n },
    })
  })
})

describe('in the clear', () => {
  test.each(REFUSALS.slice(0, 4))(
    '%s is said, padded, encrypted and attributed',
    { tags: ['FO1', 'FO2', 'FO4'] },
    (_, refusal) => {
      const failure = refuseHtlc({ ...place('clear'), refusal, holdTime: 2 })
      expect(readBack(failure)).toMatchObject({ source: 0, name: refusal.failure, data: refusal.data, holdTimes: [2] })
      if (failure.type !== 'fail') return
      const raw = wrapFailure(failure.reason, sharedSecret)
      const length = raw[32]! * 256 + raw[33]!
      const pad = raw[34 + length]! * 256 + raw[35 + length]!
      expect(length + pad).toBe(256)
      expect(raw).toHaveLength(32 + 2 + 256 + 2)
      expect(failure.attribution).toHaveLength(920)
    },
  )

  test('an unreadable onion is answered by its name and hash', () => {
    const { sharedSecret: _, ...unread } = place('clear')
    const refusal = REFUSALS[4]![1]
    const failureCode = FAILURES.invalid_onion_version.code
    expect(refuseHtlc({ ...unread, refusal, holdTime: 1 })).toEqual({
      type: 'malformed',
      failureCode,
      sha256OfOnion: onionHash,
    })
    // Of a failure that there is nothing to encrypt with, as much is said as can be.
    expect(refuseHtlc({ ...unread, refusal: REFUSALS[0]![1], holdTime: 1 })).toMatchObject({ type: 'malformed' })
  })

  test('an onion that the next node could not read is told of in our name', () => {
    const downstream = { type: 'malformed', failureCode: 0xc005, sha256OfOnion: onionHash } as const
    expect(readBack(passFailureBack({ ...place('clear'), downstream, holdTime: 3 }))).toMatchObject({
      source: 0,
      name: 'invalid_onion_hmac',
      data: { sha256_of_onion: onionHash },
      holdTimes: [3],
    })
  })

  test.each([
    ['a code that says something else', { failureCode: 0x400f, sha256OfOnion: onionHash }],
    ['a hash that is none', { failureCode: 0xc005, sha256OfOnion: new Uint8Array(31) }],
  ])('with %s, as a failure of the channel', (_, said) => {
    const downstream = { type: 'malformed', ...said } as const
    expect(readBack(passFailureBack({ ...place('clear'), downstream, holdTime: 3 }))).toMatchObject({
      name: 'temporary_channel_failure',
    })
  })

  test('a failure gets a layer and our hold time before the others', { tags: ['FO2', 'FO4'] }, () => {
    const [first, second] = [secretOf(0x62), sharedSecret]
    const downstream = refuseHtlc({ ...place('clear'), refusal: REFUSALS[1]![1], holdTime: 5 })
    const failure = passFailureBack({ ...place('clear'), sharedSecret: first, downstream, holdTime: 8 })
    expect(readBack(failure, [first, second])).toMatchObject({
      source: 1,
      name: 'fee_insufficient',
      holdTimes: [8, 5],
    })
  })

  test('attribution data of another length count as none', { tags: ['FO4'] }, () => {
    const [first, second] = [secretOf(0x62), sharedSecret]
    const failed = refuseHtlc({ ...place('clear'), refusal: REFUSALS[1]![1], holdTime: 5 })
    const downstream = { ...failed, attribution: new Uint8Array(919) } as HtlcFailure
    const failure = passFailureBack({ ...place('clear'), sharedSecret: first, downstream, holdTime: 8 })
    expect(readBack(failure, [first, second])).toMatchObject({ source: 1, holdTimes: [8] })
    const fulfilled = passFulfilBack({ ...place('clear'), downstream: new Uint8Array(1), holdTime: 8 })!
    expect(readHoldTimes(fulfilled, [sharedSecret])).toEqual([8])
  })

  test('a preimage carries our hold time before the others', { tags: ['FO4'] }, () => {
    const [first, second] = [secretOf(0x62), sharedSecret]
    const downstream = passFulfilBack({ ...place('clear', true), holdTime: 5 })!
    const attribution = passFulfilBack({ position: 'clear', sharedSecret: first, downstream, holdTime: 8 })!
    expect(readHoldTimes(attribution, [first, second])).toEqual([8, 5])
  })
})
