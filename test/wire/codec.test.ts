import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { LnoError } from '../../src/base/error.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import {
  type AnyCodec,
  array,
  bigsize,
  bool,
  bytes,
  chainHash,
  counted,
  decode,
  either,
  encode,
  flagged,
  located,
  point,
  prefixed,
  sciddirOrPubkey,
  struct,
  tu16,
  tu32,
  tu64,
  u8,
  u16,
  u32,
  u64,
  utf8,
} from '../../src/wire/codec.js'
import { codeOf } from '../support/code-of.js'
import { node } from '../support/keys.js'

const refusal = (codec: AnyCodec, hex: string) => codeOf(() => decode(codec, fromHex(hex)))

describe('truncated integers', () => {
  const cases = [
    [tu16, 2],
    [tu32, 4],
    [tu64, 8],
  ] as const

  for (const [codec, most] of cases) {
    test(`${codec.name} has no bytes for 0 and at most ${most}`, { tags: ['T1'] }, () => {
      expect(Number(decode<number | bigint>(codec, new Uint8Array(0)))).toBe(0)
      const largest = decode<number | bigint>(codec, new Uint8Array(most).fill(0xff))
      expect(BigInt(largest)).toBe(256n ** BigInt(most) - 1n)
      expect(refusal(codec, '01'.repeat(most + 1))).toBe('TU_TOO_LONG')
    })

    test(`${codec.name} is refused with a leading zero byte, also as a single one`, { tags: ['T1'] }, () => {
      expect(refusal(codec, '00')).toBe('TU_NOT_MINIMAL')
      expect(refusal(codec, '0001')).toBe('TU_NOT_MINIMAL')
      expect(refusal(codec, '0100')).toBe('accepted')
    })
  }

  test('are big-endian and written in their shortest form', { tags: ['T1'] }, () => {
    expect(decode(tu32, fromHex('010203'))).toBe(0x010203)
    expect(decode(tu64, fromHex('0102030405060708'))).toBe(0x0102030405060708n)
    const written = [0n, 1n, 255n, 256n, 0x0102030405060708n].map((value) => toHex(encode(tu64, value)))
    expect(written).toEqual(['', '01', 'ff', '0100', '0102030405060708'])
    expect([0, 1, 0x10000, 0xffffffff].map((value) => toHex(encode(tu32, value)))).toEqual([
      '',
      '01',
      '010000',
      'ffffffff',
    ])
  })
})

describe('points', () => {
  const { id } = node(1)

  test('are 33 bytes on the curve, whichever sign', { tags: ['T2'] }, () => {
    const other = id.slice()
    other[0]! ^= 1
    for (const good of [id, other]) expect(decode(point, good)).toEqual(good)
  })

  test('are refused with another prefix, off the curve, above the field, or short', { tags: ['T2'] }, () => {
    const x = toHex(id.subarray(1))
    for (const prefix of ['00', '01', '04', '05', '06', '07', 'ff']) {
      expect(refusal(point, prefix + x)).toBe('WIRE_BAD_POINT')
    }
    // x = 5 has no y on the curve; p and p + 1 (the x of a point, were it reduced) are no field elements.
    expect(refusal(point, `02${'05'.padStart(64, '0')}`)).toBe('WIRE_BAD_POINT')
    expect(refusal(point, '02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f')).toBe('WIRE_BAD_POINT')
    expect(refusal(point, '02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30')).toBe('WIRE_BAD_POINT')
    expect(codeOf(() => decode(point, id.subarray(0, 32)))).toBe('WIRE_TRUNCATED')
    expect(codeOf(() => decode(point, concatBytes(id, id)))).toBe('WIRE_TRAILING_BYTES')
  })

  test('are checked wherever one stands, and the error says where', { tags: ['T2'] }, () => {
    const path = concatBytes(id, id, fromHex('01'), id, fromHex('0000'))
    expect(codeOf(() => decode(blindedPath, path))).toBe('accepted')
    for (const [at, where] of [
      [0, ['first_node_id']],
      [33, ['first_path_key']],
      [67, ['path', 0, 'blinded_node_id']],
    ] as const) {
      const bad = path.slice()
      bad.set(fromHex(`02${'05'.padStart(64, '0')}`), at)
      expect(() => decode(blindedPath, bad)).toThrow(
        expect.objectContaining({ code: 'WIRE_BAD_POINT', path: where, offset: at }),
      )
    }
  })
})

describe('utf8', () => {
  test('is kept byte for byte, a byte order mark too', { tags: ['T3'] }, () => {
    for (const hex of ['', 'efbbbf61', '61cc88', 'f09f98800a00', 'efbfbd']) {
      expect(toHex(encode(utf8, decode(utf8, fromHex(hex))))).toBe(hex)
    }
    expect(decode(utf8, fromHex('efbbbf61'))).toHaveLength(2)
  })

  test('is refused where it is not valid, with the offset of the first wrong byte', { tags: ['T3'] }, () => {
    const cases = {
      ff: 0,
      '6180': 1,
      c080: 0,
      '61e28228': 3,
      eda080: 1,
      f4908080: 1,
      '61c3': 2,
    }
    for (const [hex, offset] of Object.entries(cases)) {
      expect(() => decode(utf8, fromHex(hex)), hex).toThrow(expect.objectContaining({ code: 'WIRE_BAD_UTF8', offset }))
    }
  })
})

describe('lists', () => {
  const chains = array(chainHash, 1)

  test('of chain hashes are whole and not empty', { tags: ['T4'] }, () => {
    expect(decode(chains, new Uint8Array(64))).toHaveLength(2)
    expect(refusal(chains, '')).toBe('TOO_FEW_ELEMENTS')
    expect(refusal(chains, '00'.repeat(31))).toBe('WIRE_TRUNCATED')
    expect(refusal(chains, '00'.repeat(33))).toBe('WIRE_TRUNCATED')
    expect(codeOf(() => encode(chains, []))).toBe('VALUE_OUT_OF_RANGE')
  })

  test('of blinded paths end exactly where their value does', { tags: ['T5'] }, () => {
    const paths = array(blindedPath, 1)
    const { id } = node(1)
    const path = concatBytes(id, id, fromHex('01'), id, fromHex('0002abcd'))
    const two = concatBytes(path, path)
    expect(decode(paths, two)).toHaveLength(2)
    expect(toHex(encode(paths, decode(paths, two)))).toBe(toHex(two))
    expect(codeOf(() => decode(paths, new Uint8Array(0)))).toBe('TOO_FEW_ELEMENTS')
    for (let length = path.length + 1; length < two.length; length++) {
      expect(codeOf(() => decode(paths, two.subarray(0, length)))).not.toBe('accepted')
    }
  })

  test('a path begins with 00, 01, 02 or 03 and nothing else', { tags: ['T5'] }, () => {
    const { id } = node(1)
    expect(decode(sciddirOrPubkey, id)).toEqual({ node_id: id })
    for (const direction of [0, 1]) {
      const wanted = { short_channel_id: 0x0102030405060708n, direction }
      expect(decode(sciddirOrPubkey, fromHex(`0${direction}0102030405060708`))).toEqual(wanted)
    }
    for (const first of ['04', '05', '06', '7f', 'ff']) {
      expect(refusal(sciddirOrPubkey, first + '00'.repeat(32))).toBe('BAD_SCIDDIR')
    }
    expect(refusal(sciddirOrPubkey, '')).toBe('WIRE_TRUNCATED')
    expect(refusal(sciddirOrPubkey, `00${'00'.repeat(7)}`)).toBe('WIRE_TRUNCATED')
    expect(refusal(sciddirOrPubkey, `00${'00'.repeat(9)}`)).toBe('WIRE_TRAILING_BYTES')
  })

  test('a count or a length that is not there costs nothing', () => {
    expect(refusal(counted(u16, u64), 'ffff')).toBe('WIRE_TRUNCATED')
    expect(refusal(prefixed(u16, bytes()), 'ffff00')).toBe('WIRE_TRUNCATED')
    expect(refusal(counted(u8, u8, 1), '00')).toBe('TOO_FEW_ELEMENTS')
    expect(refusal(prefixed(u8, u16), '03000102')).toBe('WIRE_TRAILING_BYTES')
  })
})

test('an error that is placed in a structure keeps all that it knew', () => {
  const known = { tlvType: 3n, offset: 4, spec: 'BOLT 1', rule: 'T1', details: { attempts: 2 }, cause: 'this' }
  const placed = located(new LnoError('WIRE_TRUNCATED', 'too short', known), { path: ['a', 0] })
  expect(placed).toMatchObject({ code: 'WIRE_TRUNCATED', message: 'too short', path: ['a', 0], ...known })
})

describe('flags', () => {
  test('are false when zero and true otherwise; a true one is written as 1', () => {
    expect(['00', '01', '02', 'ff'].map((hex) => decode(bool, fromHex(hex)))).toEqual([false, true, true, true])
    expect([false, true].map((value) => toHex(encode(bool, value)))).toEqual(['00', '01'])
    expect(refusal(bool, '')).toBe('WIRE_TRUNCATED')
  })

  test('stand before what may be absent', () => {
    const codec = flagged(bool, u16)
    expect(decode(codec, fromHex('00'))).toBeUndefined()
    expect(decode(codec, fromHex('010203'))).toBe(0x0203)
    expect(toHex(encode(codec, undefined))).toBe('00')
    expect(toHex(encode(codec, 0x0203))).toBe('010203')
    expect(refusal(codec, '0102')).toBe('WIRE_TRUNCATED')
    expect(refusal(codec, '0000')).toBe('WIRE_TRAILING_BYTES')
  })
})

describe('what does not fit is not written', () => {
  const refused: readonly (readonly [AnyCodec, unknown])[] = [
    [u8, 256],
    [u8, -1],
    [u16, 65536],
    [u32, 2 ** 32],
    [u32, 1.5],
    [u64, 1n << 64n],
    [u64, -1n],
    [bigsize, 1n << 64n],
    [tu16, 65536],
    [tu64, 1n << 64n],
    [chainHash, new Uint8Array(31)],
    [point, new Uint8Array(32)],
    [prefixed(u8, bytes()), new Uint8Array(256)],
    [counted(u8, u8), Array(256).fill(0)],
    [utf8, '\ud800'],
  ]
  for (const [codec, value] of refused) {
    test(`${codec.name}: ${value instanceof Uint8Array ? `${value.length} bytes` : String(value).slice(0, 30)}`, () => {
      expect(codeOf(() => encode(codec, value))).toBe(codec === utf8 ? 'BAD_UTF8' : 'VALUE_OUT_OF_RANGE')
    })
  }

  test('and the error names the member', () => {
    const pair = struct('pair', { a: u8, b: array(u8) })
    expect(() => encode(pair, { a: 1, b: [1, 300] })).toThrow(expect.objectContaining({ path: ['b', 1] }))
  })
})

describe('one of two forms', () => {
  const counts = counted(u8, u16)
  const list = array(u16)
  const numbers = either<readonly number[]>(counts, list)

  test('is read by the first that takes all that is there', () => {
    expect(decode(numbers, fromHex('0200010002'))).toEqual([1, 2])
    expect(decode(numbers, fromHex('00010002'))).toEqual([1, 2])
    expect(decode(struct('x', { a: u8, b: numbers }), fromHex('0700010002'))).toEqual({ a: 7, b: [1, 2] })
  })

  test('is refused for what is wrong with the first, at its place in the whole', () => {
    const refused = (hex: string) => {
      try {
        return decode(struct('x', { a: u8, b: numbers }), fromHex(hex))
      } catch (error) {
        return error
      }
    }
    expect(refused('070300010002')).toMatchObject({ code: 'WIRE_TRUNCATED', offset: 6, path: ['b', 2] })
    expect(refused('07000000')).toMatchObject({ code: 'WIRE_TRAILING_BYTES', offset: 2 })
  })

  test('is written in the first, or in that which the value asks for', () => {
    expect(toHex(encode(numbers, [1, 2]))).toBe('0200010002')
    const byLength = either<readonly number[]>(counts, list, (values) => values.length > 1)
    expect(toHex(encode(byLength, [1, 2]))).toBe('0200010002')
    expect(toHex(encode(byLength, [1]))).toBe('0001')
  })
})
