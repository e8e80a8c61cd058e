import '../../support/use-toy.js'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/base/hex.js'
import { type HostedHtlc, makeHtlc } from '../../../src/payments/hosted/htlc-messages.js'
import { LAST_CROSS_SIGNED_STATE } from '../../../src/payments/hosted/messages.js'
import {
  compareStates,
  fromMessage,
  type HostedState,
  hostedChannelId,
  isCrossSigned,
  NO_SIGNATURE,
  reverse,
  sameTerms,
  signRemote,
  stateError,
  stateHash,
  toMessage,
  verifyRemote,
} from '../../../src/payments/hosted/state.js'
import { decodeMessage } from '../../../src/wire/message.js'
import { node } from '../../support/keys.js'

const HOST = node(0x41)
const CLIENT = node(0x42)
const CHANNEL = hostedChannelId(HOST.id, CLIENT.id)

const htlc = (id: number, amountMsat: bigint, blinded = false): HostedHtlc =>
  makeHtlc(CHANNEL, BigInt(id), {
    amountMsat,
    paymentHash: new Uint8Array(32).fill(id),
    cltvExpiry: 700 + id,
    onion: new Uint8Array(1366).fill(id),
    ...(blinded && { pathKey: CLIENT.id }),
  })

/** What the host keeps. */
const STATE: HostedState = {
  isHost: true,
  refundScriptpubkey: fromHex('0014aabb'),
  init: {
    max_htlc_value_in_flight_msat: 500_000n,
    htlc_minimum_msat: 1n,
    max_accepted_htlcs: 20,
    channel_capacity_msat: 1_000_000n,
    initial_client_balance_msat: 3n,
    features: new Uint8Array(0),
  },
  blockDay: 6000,
  localBalanceMsat: 600_000n,
  remoteBalanceMsat: 100_000n,
  localUpdates: 258,
  remoteUpdates: 7,
  incoming: [htlc(2, 50_000n), htlc(1, 50_000n, true)],
  outgoing: [htlc(3, 200_000n)],
  remoteSigOfLocal: NO_SIGNATURE,
  localSigOfRemote: NO_SIGNATURE,
}

/** Both sides sign. */
function crossSigned(state: HostedState): HostedState {
  const localSigOfRemote = signRemote(state, HOST.secret)
  return { ...state, localSigOfRemote, remoteSigOfLocal: signRemote(reverse(state), CLIENT.secret) }
}

const hash = (...hex: readonly string[]) =>
  createHash('sha256')
    .update(fromHex(hex.join('')))
    .digest('hex')
/** The body of an HTLC by hand, as `htlc` makes it. */
const body = (id: string, amount: string, expiry: string, more = '') =>
  [toHex(CHANNEL), `00000000000000${id}`, amount, id.repeat(32), expiry, id.repeat(1366), more].join('')

const FIRST = body('01', '000000000000c350', '000002bd', `0021${toHex(CLIENT.id)}`)
const SECOND = body('02', '000000000000c350', '000002be')
const THIRD = body('03', '0000000000030d40', '000002bf')

describe('the hash of a state', () => {
  test('is over these bytes: integers little-endian, HTLCs sorted, the role last', () => {
    const terms = ['0014aabb', '40420f0000000000', '0300000000000000', '70170000']
    expect(toHex(stateHash(STATE))).toBe(
      hash(...terms, 'c027090000000000', 'a086010000000000', '02010000', '07000000', FIRST, SECOND, THIRD, '01'),
    )
    expect(toHex(stateHash(reverse(STATE)))).toBe(
      hash(...terms, 'a086010000000000', 'c027090000000000', '07000000', '02010000', THIRD, FIRST, SECOND, '00'),
    )
  })

  test('does not depend on the order in which HTLCs are kept, nor on what is not signed', () => {
    const other = { ...STATE, incoming: [...STATE.incoming].reverse(), remoteSigOfLocal: new Uint8Array(64).fill(1) }
    expect(stateHash(other)).toEqual(stateHash(STATE))
    const init = { ...STATE.init, htlc_minimum_msat: 9n, max_accepted_htlcs: 3, max_htlc_value_in_flight_msat: 9n }
    expect(stateHash({ ...STATE, init })).toEqual(stateHash(STATE))
  })

  test.each<[string, Partial<HostedState>]>([
    ['role', { isHost: false }],
    ['script', { refundScriptpubkey: fromHex('0014aabc') }],
    ['capacity', { init: { ...STATE.init, channel_capacity_msat: 1_000_001n } }],
    ['first balance', { init: { ...STATE.init, initial_client_balance_msat: 4n } }],
    ['day', { blockDay: 6001 }],
    ['local balance', { localBalanceMsat: 600_001n }],
    ['remote balance', { remoteBalanceMsat: 100_001n }],
    ['local updates', { localUpdates: 259 }],
    ['remote updates', { remoteUpdates: 8 }],
    ['an HTLC less', { incoming: STATE.incoming.slice(1) }],
    ['an HTLC with another amount', { outgoing: [htlc(3, 200_001n)] }],
    ['an HTLC without its path_key', { incoming: [htlc(1, 50_000n), htlc(2, 50_000n)] }],
  ])('depends on %s', (_, change) => {
    expect(toHex(stateHash({ ...STATE, ...change }))).not.toBe(toHex(stateHash(STATE)))
  })

  test('does not tell on which side of the border between the two lists an HTLC stands', () => {
    const moved = { ...STATE, incoming: [...STATE.incoming, ...STATE.outgoing], outgoing: [] }
    expect(stateHash(moved)).toEqual(stateHash(STATE))
    expect(stateError(moved, CHANNEL)).toBeUndefined()
  })
})

describe('signatures', () => {
  const signed = crossSigned(STATE)

  test('are of the view of the other side', () => {
    expect(verifyRemote(signed, CLIENT.id)).toBe(true)
    expect(verifyRemote(signed, HOST.id)).toBe(false)
    expect(verifyRemote(reverse(signed), HOST.id)).toBe(true)
    expect(isCrossSigned(signed, HOST.id, CLIENT.id)).toBe(true)
    expect(isCrossSigned(reverse(signed), CLIENT.id, HOST.id)).toBe(true)
    expect(isCrossSigned(signed, CLIENT.id, HOST.id)).toBe(false)
  })

  test('must be both there', () => {
    expect(isCrossSigned({ ...signed, localSigOfRemote: NO_SIGNATURE }, HOST.id, CLIENT.id)).toBe(false)
    expect(isCrossSigned({ ...signed, remoteSigOfLocal: NO_SIGNATURE }, HOST.id, CLIENT.id)).toBe(false)
  })

  test('of one channel fit another one on the same terms: they name no node while nothing is in flight', () => {
    const idle = crossSigned({ ...STATE, localBalanceMsat: 900_000n, incoming: [], outgoing: [] })
    const thief = node(0x43)
    const replayed = { ...idle, remoteSigOfLocal: signRemote(reverse(idle), thief.secret) }
    expect(isCrossSigned(replayed, HOST.id, thief.id)).toBe(true)
    expect(stateError(replayed, hostedChannelId(HOST.id, thief.id))).toBeUndefined()
    const busy = { ...crossSigned(STATE), remoteSigOfLocal: signRemote(reverse(STATE), thief.secret) }
    expect(stateError(busy, hostedChannelId(HOST.id, thief.id))?.code).toBe('HOSTED_STATE')
  })

  test('end with any bit of what is signed', () => {
    const bytes = toMessage(signed)
    // The script, capacity and first balance, from the day to the counters, and the first HTLC up to its TLVs.
    const init = 10
    const htlc = init + 64 + 2 + 3
    const parts = [
      [5, 9],
      [init + 18, init + 34],
      [init + 36, init + 64],
      [htlc, htlc + 1450],
    ] as const
    const at = fc.constantFrom(...parts).chain(([from, to]) => fc.integer({ min: from, max: to - 1 }))
    fc.assert(
      fc.property(at, fc.nat(7), (i, bit) => {
        const flipped = Uint8Array.from(bytes)
        flipped[i]! ^= 1 << bit
        const state = fromMessage(decodeMessage(LAST_CROSS_SIGNED_STATE, flipped).fields)
        expect(verifyRemote(state, CLIENT.id)).toBe(false)
      }),
    )
    for (let i = bytes.length - 128; i < bytes.length; i++) {
      const flipped = Uint8Array.from(bytes)
      flipped[i]! ^= 1
      const state = fromMessage(decodeMessage(LAST_CROSS_SIGNED_STATE, flipped).fields)
      expect(isCrossSigned(state, HOST.id, CLIENT.id)).toBe(false)
    }
  })
})

describe('a state', () => {
  test('reversed twice is the same, and reversed once swaps all that has two sides', () => {
    const signed = crossSigned(STATE)
    expect(reverse(reverse(signed))).toEqual(signed)
    expect(reverse(signed)).toEqual({
      ...signed,
      isHost: false,
      localBalanceMsat: 100_000n,
      remoteBalanceMsat: 600_000n,
      localUpdates: 7,
      remoteUpdates: 258,
      incoming: signed.outgoing,
      outgoing: signed.incoming,
      remoteSigOfLocal: signed.localSigOfRemote,
      localSigOfRemote: signed.remoteSigOfLocal,
    })
  })

  test('comes back from its message, HTLCs in the order in which they are hashed', () => {
    const signed = crossSigned(STATE)
    const back = fromMessage(decodeMessage(LAST_CROSS_SIGNED_STATE, toMessage(signed)).fields)
    expect(back).toEqual({ ...signed, incoming: [...signed.incoming].reverse() })
    expect(isCrossSigned(back, HOST.id, CLIENT.id)).toBe(true)
  })

  test('is later with more updates on both sides together', () => {
    expect(compareStates(STATE, STATE)).toBe(0)
    expect(compareStates({ ...STATE, remoteUpdates: 8 }, STATE)).toBeGreaterThan(0)
    expect(compareStates({ ...STATE, localUpdates: 257 }, STATE)).toBeLessThan(0)
    expect(compareStates({ ...STATE, localUpdates: 257, remoteUpdates: 8 }, STATE)).toBe(0)
  })

  test.each<[string, Partial<HostedState>]>([
    ['of whose money a part is missing', { localBalanceMsat: 599_999n }],
    ['of more money than the capacity', { remoteBalanceMsat: 100_001n }],
    ['in which an HTLC counts twice', { incoming: [htlc(1, 50_000n), htlc(1, 50_000n)] }],
    ['with an HTLC of another channel', { outgoing: [makeHtlc(HOST.id.subarray(1), 3n, htlc(3, 200_000n).terms)] }],
    ['with more HTLCs than there were updates', { remoteUpdates: 1 }],
    [
      'with 21 HTLCs in a direction',
      { localBalanceMsat: 800_000n - 21n, outgoing: Array.from({ length: 21 }, (_, i) => htlc(i + 1, 1n)) },
    ],
    ['that began with more than there is', { init: { ...STATE.init, initial_client_balance_msat: 1_000_001n } }],
  ])('%s contradicts itself, from either side', (_, change) => {
    expect(stateError(STATE, CHANNEL)).toBeUndefined()
    expect(stateError(reverse(STATE), CHANNEL)).toBeUndefined()
    expect(stateError({ ...STATE, ...change }, CHANNEL)?.code).toBe('HOSTED_STATE')
    expect(stateError(reverse({ ...STATE, ...change }), CHANNEL)?.code).toBe('HOSTED_STATE')
  })

  test('is of a channel only on all of its terms, signed or not', () => {
    expect(sameTerms(STATE.init, { ...STATE.init, features: new Uint8Array(0) })).toBe(true)
    for (const change of [
      { htlc_minimum_msat: 2n },
      { max_accepted_htlcs: 19 },
      { max_htlc_value_in_flight_msat: 1n },
      { channel_capacity_msat: 1n },
      { initial_client_balance_msat: 1n },
      { features: [1] },
    ]) {
      expect(sameTerms(STATE.init, { ...STATE.init, ...change })).toBe(false)
    }
  })
})

test('a channel id is the hash of both node ids, whoever asks', () => {
  const sorted = [toHex(HOST.id), toHex(CLIENT.id)].sort()
  expect(toHex(CHANNEL)).toBe(hash(...sorted))
  expect(hostedChannelId(CLIENT.id, HOST.id)).toEqual(CHANNEL)
})
