import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import { array, encode, struct, tu16, tu64, u8, u16 } from '../../src/wire/codec.js'
import {
  decodeTlv,
  encodeRecord,
  encodeRecords,
  encodeTlv,
  field,
  MOST_UNKNOWN_LISTED,
  readFields,
  readRecords,
  required,
  sameRecords,
  stream,
} from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'

const TABLE = {
  small: field(1n, u8),
  amount: field(2n, tu64),
  pairs: field(5n, array(struct('pair', { a: u8, b: tu16 }))),
  wide: field(0x10000n, u16),
}

const code = (hex: string) => codeOf(() => decodeTlv(TABLE, fromHex(hex)))

describe('a stream', () => {
  test('is read into fields, with its records as they stood', { tags: ['M4'] }, () => {
    const bytes = fromHex('010107' + '02020100' + '0301ff' + 'fe00010000021234')
    const { fields, records } = decodeTlv(TABLE, bytes)
    expect(fields).toEqual({ small: 7, amount: 256n, wide: 0x1234 })
    expect(records.map(({ type, offset }) => [type, offset])).toEqual([
      [1n, 0],
      [2n, 3],
      [3n, 7],
      [0x10000n, 10],
    ])
    expect(records.map((record) => toHex(record.bytes)).join('')).toBe(toHex(bytes))
  })

  test('has strictly ascending types', { tags: ['M4'] }, () => {
    expect(code('010107' + '0201ff')).toBe('accepted')
    expect(code('0201ff' + '010107')).toBe('TLV_ORDER')
    expect(code('010107' + '010107')).toBe('TLV_ORDER')
    expect(code('0300' + '0300')).toBe('TLV_ORDER')
  })

  test('has types and lengths in their shortest form', { tags: ['M4'] }, () => {
    expect(code('fd000100')).toBe('BIGSIZE_NOT_MINIMAL')
    expect(code('01fd000107')).toBe('BIGSIZE_NOT_MINIMAL')
  })

  test('has lengths within its bytes', { tags: ['M4'] }, () => {
    expect(code('0301ff')).toBe('accepted')
    expect(code('0302ff')).toBe('TLV_LENGTH')
    expect(code('03ffffffffffffffffffff')).toBe('TLV_LENGTH')
  })

  test('has values that their type consumes exactly', { tags: ['M4'] }, () => {
    expect(code('010107')).toBe('accepted')
    expect(code('0100')).toBe('WIRE_TRUNCATED')
    expect(code('01020708')).toBe('WIRE_TRAILING_BYTES')
  })

  test('has minimal integers inside', { tags: ['M4'] }, () => {
    expect(code('02020100')).toBe('accepted')
    expect(code('02020001')).toBe('TU_NOT_MINIMAL')
  })

  test('is refused for an unknown even type, and not for an odd one', { tags: ['M4'] }, () => {
    expect(code('0300')).toBe('accepted')
    expect(code('0400')).toBe('TLV_UNKNOWN_EVEN')
    expect(code('ffffffffffffffffff00')).toBe('accepted')
    expect(code('fffffffffffffffffe00')).toBe('TLV_UNKNOWN_EVEN')
  })

  test('says where it is wrong: type, field, offset in the outermost input', () => {
    const bytes = fromHex('010107' + '02020001')
    expect(() => decodeTlv(TABLE, bytes, 100)).toThrow(
      expect.objectContaining({ code: 'TU_NOT_MINIMAL', tlvType: 2n, path: ['amount'], offset: 105 }),
    )
    expect(() => decodeTlv(TABLE, fromHex('010107' + '0409'), 100)).toThrow(
      expect.objectContaining({ code: 'TLV_LENGTH', tlvType: 4n, offset: 105 }),
    )
    expect(() => decodeTlv(TABLE, fromHex('0502' + '01'), 7)).toThrow(
      expect.objectContaining({ code: 'TLV_LENGTH', tlvType: 5n }),
    )
  })

  test('can be read as far as it goes, and field by field', () => {
    const { records, error } = readRecords(fromHex('010107' + '0101'))
    expect(records).toHaveLength(1)
    expect(error?.code).toBe('TLV_ORDER')
    const some = readFields(TABLE, readRecords(fromHex('01020708' + '0201ff' + '0400')).records)
    expect(some.fields).toEqual({ amount: 255n })
    expect(some.errors.map((e) => e.code)).toEqual(['WIRE_TRAILING_BYTES', 'TLV_UNKNOWN_EVEN'])
  })

  test('reports the first unknown even types only, and every field that is bad behind them', () => {
    const unknown = Array.from({ length: 1000 }, (_, i) => encodeRecord(BigInt(100 + 2 * i), new Uint8Array(0)))
    const bad = encodeRecord(0x10000n, Uint8Array.of(1))
    const { errors } = readFields(TABLE, [...unknown, bad])
    expect(errors).toHaveLength(MOST_UNKNOWN_LISTED + 1)
    expect(errors[0]).toMatchObject({ code: 'TLV_UNKNOWN_EVEN', tlvType: 100n })
    expect(errors.at(-1)).toMatchObject({ code: 'WIRE_TRUNCATED', tlvType: 0x10000n })
  })
})

describe('a required field', () => {
  const table = { must: required(2n, u8), may: field(4n, u8) }

  test('is missed by name', () => {
    expect(decodeTlv(table, fromHex('020101')).fields).toEqual({ must: 1 })
    expect(() => decodeTlv(table, fromHex('040101'))).toThrow(
      expect.objectContaining({ code: 'TLV_MISSING_FIELD', path: ['must'], tlvType: 2n }),
    )
  })
})

describe('writing', () => {
  test('sorts by type, whatever the order of table and records', { tags: ['M4'] }, () => {
    const table = { late: field(9n, u8), early: field(1n, u8) }
    const bytes = encodeTlv(table, { late: 1, early: 2 }, [
      encodeRecord(11n, fromHex('aa')),
      encodeRecord(3n, fromHex('')),
    ])
    expect(toHex(bytes)).toBe('010102' + '0300' + '090101' + '0b01aa')
    expect(encodeRecords(table, { late: 1, early: 2 }).map(({ offset }) => offset)).toEqual([0, 3])
  })

  test('refuses a type twice', { tags: ['M4'] }, () => {
    expect(codeOf(() => encodeTlv(TABLE, { small: 1 }, [encodeRecord(1n, fromHex('02'))]))).toBe('TLV_DUPLICATE')
  })

  test('takes records of others as they are', () => {
    const { records } = decodeTlv(TABLE, fromHex('0301ff' + 'fe00010000021234'))
    const again = encodeRecords(TABLE, { small: 1 }, records)
    expect(sameRecords(again.slice(1), records)).toBe(true)
    expect(sameRecords(again, records)).toBe(false)
  })

  test('names the field that does not fit', () => {
    expect(() => encodeTlv(TABLE, { small: 300 })).toThrow(expect.objectContaining({ path: ['small'] }))
  })
})

test('a stream within a value keeps its own bytes', () => {
  const nested = { inner: field(1n, stream('inner', TABLE)) }
  const bytes = fromHex('0106' + '010107' + '0301ff')
  const { fields } = decodeTlv(nested, bytes)
  expect(fields.inner?.fields).toEqual({ small: 7 })
  expect(toHex(encodeTlv(nested, fields))).toBe(toHex(bytes))
  expect(() => decodeTlv(nested, fromHex('0103' + '020100'))).toThrow(
    expect.objectContaining({ code: 'TU_NOT_MINIMAL', path: ['inner', 'amount'], offset: 4 }),
  )
})

test('a list whose element takes all that is left has one element', () => {
  expect(toHex(encode(array(tu64), [5n]))).toBe('05')
})
