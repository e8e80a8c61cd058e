import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../src/base/bytes.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { bytes, prefixed, u8, u16, u32 } from '../../src/wire/codec.js'
import { decodeMessage, encodeMessage, fateOfType, MAX_MESSAGE, message, messageType } from '../../src/wire/message.js'
import { encodeRecord, field } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'

const LETTER = message({
  type: 0x1234,
  name: 'letter',
  body: { weight: u32, text: prefixed(u16, bytes()) },
  tlvs: { stamp: field(2n, u8) },
})

const good = fromHex('1234' + '00000102' + '0002abcd' + '020105' + '0901ff')

describe('a message', () => {
  test('is a big-endian type, its body, its extension', { tags: ['M1'] }, () => {
    expect(messageType(good)).toBe(0x1234)
    const read = decodeMessage(LETTER, good)
    expect(read.kind).toBe('letter')
    expect(read.fields).toEqual({ weight: 0x102, text: fromHex('abcd'), stamp: 5 })
    expect(read.records.map(({ type }) => type)).toEqual([2n, 9n])
    expect(toHex(encodeMessage(LETTER, read.fields, [encodeRecord(9n, fromHex('ff'))]))).toBe(toHex(good))
    expect(read.bytes).toBe(good)
  })

  test('has at most 65535 bytes with its type, in both directions', { tags: ['M1'] }, () => {
    const full = { weight: 1, text: new Uint8Array(MAX_MESSAGE - 8) }
    const largest = encodeMessage(LETTER, full)
    expect(largest).toHaveLength(65535)
    expect(codeOf(() => decodeMessage(LETTER, largest))).toBe('accepted')
    const oneMore = { weight: 1, text: new Uint8Array(MAX_MESSAGE - 7) }
    expect(codeOf(() => encodeMessage(LETTER, oneMore))).toBe('MESSAGE_TOO_LONG')
    const longer = concatBytes(fromHex('1234' + '00000001' + 'fff8'), oneMore.text)
    expect(longer).toHaveLength(65536)
    expect(codeOf(() => decodeMessage(LETTER, longer))).toBe('MESSAGE_TOO_LONG')
  })

  test('of another type is not read', () => {
    expect(codeOf(() => decodeMessage(LETTER, fromHex('1235' + '00000102' + '0000')))).toBe('MESSAGE_WRONG_TYPE')
  })

  test('is too short wherever it is cut within its body', { tags: ['M2'] }, () => {
    for (let length = 0; length < 10; length++) {
      expect(
        codeOf(() => decodeMessage(LETTER, good.subarray(0, length))),
        `${length}`,
      ).toBe('MESSAGE_TOO_SHORT')
    }
    expect(codeOf(() => decodeMessage(LETTER, good.subarray(0, 10)))).toBe('accepted')
    expect(() => decodeMessage(LETTER, good.subarray(0, 9))).toThrow(
      expect.objectContaining({ rule: 'M2', path: ['text'], offset: 8 }),
    )
    expect(codeOf(() => messageType(good.subarray(0, 1)))).toBe('MESSAGE_TOO_SHORT')
  })

  test('with an invalid extension is refused for what is wrong there', { tags: ['M2'] }, () => {
    const body = good.subarray(0, 10)
    const cases = {
      '020105': 'accepted',
      '0900': 'accepted',
      '09': 'WIRE_TRUNCATED',
      '0905ff': 'TLV_LENGTH',
      '0800': 'TLV_UNKNOWN_EVEN',
      '09000900': 'TLV_ORDER',
      '0200': 'WIRE_TRUNCATED',
    }
    for (const [extension, code] of Object.entries(cases)) {
      expect(
        codeOf(() => decodeMessage(LETTER, concatBytes(body, fromHex(extension)))),
        extension,
      ).toBe(code)
    }
    expect(() => decodeMessage(LETTER, concatBytes(body, fromHex('0800')))).toThrow(
      expect.objectContaining({ offset: 10, tlvType: 8n }),
    )
  })

  test('may have a check of its own, for reading and for writing', () => {
    const refuse = () => {
      throw new RangeError('never')
    }
    const never = message({ type: 1, name: 'never', body: { a: u8 }, check: refuse })
    expect(() => encodeMessage(never, { a: 1 })).toThrow(RangeError)
    expect(() => decodeMessage(never, fromHex('000101'))).toThrow(RangeError)
  })
})

describe('a type alone decides', () => {
  const known = (type: number) => type === 16 || type === 513

  test('known types are handled, unknown odd ones ignored, unknown even ones end the connection', {
    tags: ['M2'],
  }, () => {
    expect([16, 513].map((type) => fateOfType(type, known))).toEqual(['handle', 'handle'])
    expect([17, 515, 65535].map((type) => fateOfType(type, known))).toEqual(['ignore', 'ignore', 'ignore'])
    expect([0, 18, 512, 65534].map((type) => fateOfType(type, known))).toEqual(['close', 'close', 'close', 'close'])
  })
})
