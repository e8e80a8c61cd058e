import { describe, expect, test } from 'vitest'
import {
  INVOICE_RANGES,
  INVREQ_RANGES,
  inRanges,
  isSignatureType,
  MIRRORED_RANGES,
  OFFER_RANGES,
  recordsIn,
  type TypeRange,
} from '../../src/bolt12/ranges.js'
import { encodeRecord } from '../../src/wire/tlv.js'

/** The types around every edge that a range of BOLT 12 has, and the greatest there is. */
const EDGES = [0n, 1n, 79n, 80n, 159n, 160n, 239n, 240n, 1000n, 1001n]
  .concat([1n, 2n, 3n, 4n].flatMap((n) => [n * 1_000_000_000n - 1n, n * 1_000_000_000n]))
  .concat([2n ** 64n - 1n])

const within = (ranges: readonly TypeRange[]) => EDGES.filter((type) => inRanges(type, ranges)).map(String)

describe('types at the edges', () => {
  test('of an offer, which are those that a request copies', { tags: ['T8', 'OR1', 'RW1'] }, () => {
    expect(within(OFFER_RANGES)).toEqual(['1', '79', '1000000000', '1999999999'])
  })

  test('of an invoice_request', { tags: ['T8', 'RR2'] }, () => {
    expect(within(INVREQ_RANGES)).toEqual([
      '0',
      '1',
      '79',
      '80',
      '159',
      '240',
      '1000',
      '1000000000',
      '1999999999',
      '2000000000',
      '2999999999',
    ])
  })

  test('of what an invoice repeats: all of the request but signatures', { tags: ['IR7'] }, () => {
    expect(within(MIRRORED_RANGES)).toEqual(within(INVREQ_RANGES).filter((type) => !isSignatureType(BigInt(type))))
  })

  test('of an invoice', { tags: ['T8'] }, () => {
    expect(within(INVOICE_RANGES)).toEqual([
      ...['0', '1', '79', '80', '159', '160', '239', '240', '1000'],
      ...['1000000000', '1999999999', '2000000000', '2999999999', '3000000000', '3999999999'],
    ])
  })

  test('of signatures', { tags: ['A2.2'] }, () => {
    expect(EDGES.filter(isSignatureType)).toEqual([240n, 1000n])
  })

  test('records are picked by them as they stand', () => {
    const records = EDGES.map((type) => encodeRecord(type, new Uint8Array(1)))
    expect(recordsIn(records, OFFER_RANGES)).toEqual([records[1], records[2], records[11], records[12]])
  })
})
