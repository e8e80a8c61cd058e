import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import {
  acceptableDemands,
  FEATURES,
  featureName,
  featureOf,
  INIT_FEATURES,
  missingDependencies,
  offersBlindedHosting,
  offersHosting,
} from '../../src/wire/feature-table.js'
import {
  bitmapOf,
  demands,
  hasBit,
  joinFeatures,
  listBits,
  MOST_LISTED_BITS,
  minimalFeatures,
  offers,
  unknownEven,
} from '../../src/wire/features.js'

const bits = fc.uniqueArray(fc.nat(300), { maxLength: 12 }).map((all) => all.sort((a, b) => a - b))

describe('a bitmap', () => {
  test('has bit 0 lowest in its last byte', () => {
    expect(toHex(bitmapOf([0]))).toBe('01')
    expect(toHex(bitmapOf([39]))).toBe('8000000000')
    expect(toHex(bitmapOf([8, 0]))).toBe('0101')
    expect(hasBit(fromHex('0102'), 8)).toBe(true)
    expect(hasBit(fromHex('0102'), 1)).toBe(true)
    expect(hasBit(fromHex('0102'), 0)).toBe(false)
    expect(hasBit(fromHex('0102'), 16)).toBe(false)
    expect(hasBit(new Uint8Array(0), 0)).toBe(false)
  })

  test('is made of bits and listed again, in the fewest bytes', { tags: ['M9'] }, () => {
    fc.assert(
      fc.property(bits, (all) => {
        const bitmap = bitmapOf(all)
        expect(listBits(bitmap)).toEqual(all)
        expect(bitmap[0]).not.toBe(0)
        expect(all.every((bit) => hasBit(bitmap, bit))).toBe(true)
      }),
    )
  })

  test('offers a feature by either bit of its pair, and demands it by the even one', () => {
    const bitmap = bitmapOf([12, 39, 44, 45])
    for (const bit of [12, 13, 38, 39, 44, 45]) expect(offers(bitmap, bit)).toBe(true)
    for (const bit of [10, 11, 14, 37, 40]) expect(offers(bitmap, bit)).toBe(false)
    expect([12, 13, 38, 39].map((bit) => demands(bitmap, bit))).toEqual([true, true, false, false])
    // With both bits set the stronger one holds.
    expect(demands(bitmap, 45)).toBe(true)
    expect(unknownEven(bitmap, new Set())).toEqual([12, 44])
  })

  test('joined with another has the bits of both, whichever is longer', { tags: ['M8'] }, () => {
    fc.assert(
      fc.property(bits, bits, fc.nat(3), (a, b, zeros) => {
        const padded = new Uint8Array([...new Uint8Array(zeros), ...bitmapOf(a)])
        const both = bitmapOf([...a, ...b])
        expect(joinFeatures(padded, bitmapOf(b))).toEqual(both)
        expect(joinFeatures(bitmapOf(b), padded)).toEqual(both)
      }),
    )
  })

  test('is left as it was when it is joined, even as a Buffer, whose slice is no copy', { tags: ['M8'] }, () => {
    const theirs = Buffer.from('0001', 'hex')
    expect(joinFeatures(theirs, bitmapOf([1]))).toEqual(Uint8Array.of(3))
    expect(theirs.toString('hex')).toBe('0001')
  })

  test('may begin with zero bytes, which mean nothing', () => {
    const padded = fromHex('000080')
    expect(toHex(minimalFeatures(padded))).toBe('80')
    expect(minimalFeatures(new Uint8Array(3))).toHaveLength(0)
    expect(listBits(padded)).toEqual([7])
    expect(hasBit(padded, 7)).toBe(true)
  })

  test('of 64 thousand bytes is listed as far as somebody reads', () => {
    const huge = new Uint8Array(65535).fill(0xff)
    expect(listBits(huge)).toHaveLength(MOST_LISTED_BITS)
    expect(listBits(huge, 3)).toEqual([0, 1, 2])
    expect(unknownEven(huge, new Set([0, 4]), 3)).toEqual([2, 6, 8])
    expect(hasBit(huge, 8 * 65535 - 1)).toBe(true)
    expect(hasBit(huge, 8 * 65535)).toBe(false)
    const last = new Uint8Array(65535)
    last[0] = 0x40
    expect(unknownEven(last, new Set())).toEqual([8 * 65535 - 2])
  })
})

describe('the table of features', () => {
  test('ascends by even bits, each name once, and builds on rows of its own', () => {
    const numbers = FEATURES.map(({ bit }) => bit)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    expect(numbers.filter((bit) => bit % 2 === 1)).toEqual([])
    expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length)
    for (const { requires } of FEATURES) {
      for (const bit of requires ?? []) expect(featureOf(bit)?.bit).toBe(bit)
    }
  })

  test('names both bits of a pair, and knows an unnamed one by its number', () => {
    expect(featureOf(39)?.name).toBe('option_onion_messages')
    expect(featureOf(38)).toBe(featureOf(39))
    expect(featureName(67)).toBe('option_onion_messages_only_channels (67)')
    expect(featureName(257)).toBe('hosted_channels (257)')
    expect(featureName(259)).toBe('dns_resolver (259)')
    expect(featureName(999)).toBe('999')
  })
})

describe('our own bits', () => {
  const ours = bitmapOf(INIT_FEATURES)

  test('are what LDK, Eclair and LND want to see, all of them optional', () => {
    expect(INIT_FEATURES).toEqual([1, 9, 13, 15, 39, 45])
    expect(toHex(ours)).toBe('20800000a202')
    expect(unknownEven(ours, new Set())).toEqual([])
  })

  test('have all that they are built on', { tags: ['M8'] }, () => {
    for (const extra of [[], [7], [17], [25], [37], [257]]) {
      expect(missingDependencies(bitmapOf([...INIT_FEATURES, ...extra]))).toEqual([])
    }
  })

  test('do not offer to store for others: a demand for it cannot be met', { tags: ['M13'] }, () => {
    expect(offers(ours, 42)).toBe(false)
    expect(acceptableDemands(ours).has(42)).toBe(false)
    expect(acceptableDemands(bitmapOf([43])).has(42)).toBe(true)
  })
})

describe('hosted channels', () => {
  test('are offered by 256 or 257, and take blinded HTLCs with 24 or 25 beside it', () => {
    const said = (...bits: readonly number[]) => [offersHosting(bitmapOf(bits)), offersBlindedHosting(bitmapOf(bits))]
    expect(said(257)).toEqual([true, false])
    expect(said(256)).toEqual([true, false])
    expect(said(25)).toEqual([false, false])
    for (const both of [
      [25, 257],
      [24, 257],
      [25, 256],
    ]) {
      expect(said(...both)).toEqual([true, true])
    }
    expect(said(26, 258)).toEqual([false, false])
  })

  test('have no other name: 32772 and 32972, which programs used before, are not taken', () => {
    expect(offersHosting(bitmapOf([32773, 32973]))).toBe(false)
  })
})

describe('dependencies', () => {
  test('are followed through others', { tags: ['M8'] }, () => {
    const table = [{ bit: 0, requires: [2] }, { bit: 2, requires: [4] }, { bit: 4 }, { bit: 6, requires: [4] }]
    expect(missingDependencies(bitmapOf([1]), table)).toEqual([
      { bit: 0, needs: 2 },
      { bit: 0, needs: 4 },
    ])
    expect(missingDependencies(bitmapOf([0, 3]), table)).toEqual([
      { bit: 0, needs: 4 },
      { bit: 2, needs: 4 },
    ])
    expect(missingDependencies(bitmapOf([0, 3, 4, 7]), table)).toEqual([])
  })

  test('that name each other end', () => {
    const circle = [
      { bit: 0, requires: [2] },
      { bit: 2, requires: [0] },
    ]
    expect(missingDependencies(bitmapOf([1]), circle)).toEqual([{ bit: 0, needs: 2 }])
  })
})
