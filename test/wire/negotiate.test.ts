import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/base/hex.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { INIT_FEATURES } from '../../src/wire/feature-table.js'
import { bitmapOf, listBits } from '../../src/wire/features.js'
import type { Init } from '../../src/wire/messages/init.js'
import { judgeInit, negotiated, onionMessageRelay } from '../../src/wire/negotiate.js'

const regtest = chainHashOf('regtest')
const none = new Uint8Array(0)
const ours = { features: bitmapOf(INIT_FEATURES), chains: [regtest] }

const judge = (theirs: Partial<Init>, own = ours) =>
  judgeInit({ ours: own, theirs: { globalfeatures: none, features: none, ...theirs } })
const codes = (...args: Parameters<typeof judge>) => judge(...args).issues.map(({ code }) => code)

describe('a peer is kept', () => {
  /** What other nodes really send. */
  const REAL: Readonly<Record<string, Uint8Array>> = {
    'LDK, with demands': fromHex('800898880a0a51a1'),
    LND: bitmapOf([0, 8, 12, 14, 44, 5, 7, 17, 23, 25, 27, 31, 35, 39, 2023]),
    'the least that Eclair wants': fromHex('20000000a202'),
    'one that relays for channel peers only, without 38/39': bitmapOf([1, 9, 13, 15, 45, 67]),
    'one that says so with a demand': bitmapOf([66]),
    'one with everything about channels as a demand': bitmapOf([
      0, 4, 6, 8, 10, 12, 14, 16, 18, 22, 24, 26, 28, 34, 36, 38, 44, 46, 48, 50, 60, 62,
    ]),
    'c-lightning v0.10.1 and v0.10.2': fromHex('8008026aa2'),
    'c-lightning v0.11.2': fromHex('80080269a2'),
    'Core Lightning 22.11': fromHex('08a0800a0269a2'),
    'one that demands onion messages as before they had a number': bitmapOf([102]),
    nothing: none,
  }
  for (const [name, features] of Object.entries(REAL)) {
    test(`that sends the bits of ${name}`, { tags: ['M8'] }, () => {
      const verdict = judge({ features, networks: [regtest] })
      expect(verdict.issues).toEqual([])
      expect(verdict.close).toBe(false)
    })
  }

  test('with unknown odd bits, however many', { tags: ['M8'] }, () => {
    // Every odd bit that no row of the table has a dependency for.
    const odd = new Uint8Array(65000).fill(0xaa)
    expect(codes({ features: odd })).toEqual([])
  })

  test('that names no chains, or one of ours among others', { tags: ['M8'] }, () => {
    expect(codes({})).toEqual([])
    expect(codes({ networks: [chainHashOf('bitcoin'), regtest] })).toEqual([])
  })
})

describe('a peer is let go', () => {
  test('for an unknown even bit, in either bitmap, also when the odd one is set too', { tags: ['M8'] }, () => {
    for (const bit of [2, 32, 64, 68, 254, 1000]) {
      expect(codes({ features: bitmapOf([bit]) }), `${bit}`).toEqual(['FEATURE_UNKNOWN_EVEN'])
      expect(codes({ globalfeatures: bitmapOf([bit]) })).toEqual(['FEATURE_UNKNOWN_EVEN'])
      expect(codes({ features: bitmapOf([bit, bit + 1]) })).toEqual(['FEATURE_UNKNOWN_EVEN'])
      expect(codes({ features: bitmapOf([bit + 1]) })).toEqual([])
    }
    expect(judge({ features: bitmapOf([64]) }).close).toBe(true)
  })

  test('for a demand of a service that we do not offer', { tags: ['M8', 'M13'] }, () => {
    for (const bit of [42, 256, 258]) {
      expect(codes({ features: bitmapOf([bit]) }), `${bit}`).toEqual(['FEATURE_UNKNOWN_EVEN'])
      expect(codes({ features: bitmapOf([bit + 1]) })).toEqual([])
      expect(codes({ features: bitmapOf([bit]) }, { ...ours, features: bitmapOf([bit + 1]) })).toEqual([])
    }
    expect(codes({ features: bitmapOf([38]) }, { ...ours, features: none })).toEqual(['FEATURE_UNKNOWN_EVEN'])
  })

  test('for a feature without the one that it is built on, and not with it, in either bitmap', { tags: ['M8'] }, () => {
    for (const [bit, needs] of [
      [17, 15],
      [51, 47],
      [61, 27],
    ] as const) {
      expect(codes({ features: bitmapOf([bit]) }), `${bit}`).toEqual(['FEATURE_MISSING_DEPENDENCY'])
      expect(codes({ features: bitmapOf([bit, needs]) })).toEqual([])
      expect(codes({ features: bitmapOf([bit]), globalfeatures: bitmapOf([needs - 1]) })).toEqual([])
    }
  })

  test('for other chains', { tags: ['M8'] }, () => {
    expect(codes({ networks: [chainHashOf('bitcoin')] })).toEqual(['NO_COMMON_CHAIN'])
    expect(codes({ networks: [] })).toEqual(['NO_COMMON_CHAIN'])
    expect(judge({ networks: [chainHashOf('bitcoin'), none] }).issues[0]?.message).toBe(
      'the peer is on bitcoin, , this node on regtest',
    )
    expect(codes({ networks: [chainHashOf('bitcoin')] }, { ...ours, chains: [] })).toEqual([])
  })

  test('for several reasons, each told, in words of bounded length', () => {
    const all = judge({ features: new Uint8Array(60000).fill(0xff), networks: Array(2000).fill(chainHashOf('signet')) })
    expect(all.issues.map(({ code }) => code)).toEqual(['FEATURE_UNKNOWN_EVEN', 'NO_COMMON_CHAIN'])
    for (const { message, rule } of all.issues) {
      expect(message.length).toBeLessThan(600)
      expect(rule).toBe('M8')
    }
    expect(judge({ features: bitmapOf([51, 64]) }).issues.map(({ message }) => message)).toEqual([
      'the peer demands 64',
      'the peer offers option_zeroconf (50) without option_scid_alias (46)',
    ])
  })
})

describe('what holds on a connection', () => {
  test('both bitmaps of the peer are one', { tags: ['M8'] }, () => {
    const { features } = judge({ globalfeatures: bitmapOf([9]), features: bitmapOf([39, 1]) })
    expect(listBits(features)).toEqual([1, 9, 39])
  })

  test('a feature is negotiated when both offer it, or when we demand it', () => {
    expect(negotiated(bitmapOf([39]), bitmapOf([38]), 39)).toBe(true)
    expect(negotiated(bitmapOf([39]), none, 39)).toBe(false)
    expect(negotiated(none, bitmapOf([38]), 39)).toBe(false)
    expect(negotiated(bitmapOf([38]), none, 39)).toBe(true)
  })

  test('a peer forwards onion messages for all, for its channels, or not', () => {
    expect(onionMessageRelay(bitmapOf([39]))).toBe('yes')
    expect(onionMessageRelay(bitmapOf([38, 67]))).toBe('yes')
    expect(onionMessageRelay(bitmapOf([67]))).toBe('channels-only')
    // c-lightning v0.10.0, before the feature had its number.
    expect(onionMessageRelay(bitmapOf([103]))).toBe('yes')
    expect(onionMessageRelay(bitmapOf([102]))).toBe('yes')
    expect(onionMessageRelay(bitmapOf([103, 67]))).toBe('yes')
    expect(onionMessageRelay(bitmapOf([101]))).toBe('no')
    expect(onionMessageRelay(bitmapOf([66]))).toBe('channels-only')
    expect(onionMessageRelay(bitmapOf([1, 9]))).toBe('no')
  })
})
