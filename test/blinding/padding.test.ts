import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { MAX_HOP_DATA } from '../../src/blinding/build.js'
import { padToEqual } from '../../src/blinding/padding.js'
import { decodeTlv, encodeRecord, joinRecords } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'

/** A stream of exactly `length` bytes, without padding. */
const streamOf = (length: number): Uint8Array => {
  if (length === 0) return new Uint8Array(0)
  for (const overhead of [2, 4]) {
    const { bytes } = encodeRecord(21n, new Uint8Array(Math.max(0, length - overhead)))
    if (bytes.length === length) return bytes
  }
  throw new Error(`no record has ${length} bytes`)
}
const lengths = fc.nat(700).filter((length) => ![1, 255, 256].includes(length))

describe('padding', () => {
  test('makes all data equally long, whatever their lengths, and changes nothing else', { tags: ['B3'] }, () => {
    fc.assert(
      fc.property(fc.array(lengths, { minLength: 1, maxLength: 6 }), fc.nat(800), (wanted, least) => {
        const data = wanted.map(streamOf)
        const padded = padToEqual(data, least)
        const common = padded[0]!.length
        expect(padded.map(({ length }) => length)).toEqual(data.map(() => common))
        expect(common).toBeGreaterThanOrEqual(Math.max(least, ...wanted))
        padded.forEach((bytes, i) => {
          const { records } = decodeTlv({}, bytes)
          expect(joinRecords(records.filter(({ type }) => type !== 1n))).toEqual(data[i])
        })
      }),
      { numRuns: 80 },
    )
  })

  test.each([
    ['equal already', [10, 10], 10],
    ['a gap of one byte, which no padding fills', [10, 11], 13],
    ['a gap of two', [10, 12], 12],
    ['the longest gap with one byte of length', [0, 254], 254],
    ['gaps at which the length of the padding jumps', [10, 265], 267],
    ['the same, a byte further', [10, 266], 268],
    ['the shortest gap with three bytes of length', [0, 257], 257],
  ])('%s: as little as possible is added', { tags: ['B3'] }, (_, wanted, common) => {
    expect(padToEqual(wanted.map(streamOf)).map(({ length }) => length)).toEqual(wanted.map(() => common))
  })

  test('stands in order, in front of every type but 0, and is not added to older padding', { tags: ['B3'] }, () => {
    const padded = padToEqual([
      fromHex('00000601aa'),
      fromHex('01050000000000' + '0600'),
      fromHex(`0609${'00'.repeat(9)}`),
    ])
    expect(padded.map(toHex)).toEqual([
      `00000104${'00'.repeat(4)}0601aa`,
      `0107${'00'.repeat(7)}0600`,
      `0609${'00'.repeat(9)}`,
    ])
  })

  test('cannot make more of a hop than fits a path', () => {
    expect(padToEqual([new Uint8Array(0)], MAX_HOP_DATA)[0]!.length).toBe(MAX_HOP_DATA)
    expect(codeOf(() => padToEqual([new Uint8Array(0)], MAX_HOP_DATA + 1))).toBe('BLINDED_PATH_DATA_TOO_LONG')
    expect(codeOf(() => padToEqual([fromHex('0605')]))).toBe('TLV_LENGTH')
  })
})
