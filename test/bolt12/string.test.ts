import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLnoError, type LnoError } from '../../src/base/error.js'
import { fromHex, toHex } from '../../src/base/hex.js'
import { decodeOffer } from '../../src/bolt12/decode.js'
import { decodeString, encodeString, MAX_STRING_LENGTH } from '../../src/bolt12/string.js'
import { codeOf } from '../support/code-of.js'

const BYTES = fromHex('0a04746573741621' + '02eec7245d6b7d2ccb30380bfbe2a3648cd7a942653f5aa340edcea1f283686619')
const TEXT = encodeString('lno', BYTES)

function errorOf(text: string): LnoError {
  try {
    decodeString(text)
  } catch (error) {
    if (isLnoError(error)) return error
    throw error
  }
  throw new Error('accepted')
}

describe('writing', () => {
  test('a string has one case', { tags: ['A1.1'] }, () => {
    expect(TEXT).toMatch(/^lno1[a-z0-9]+$/)
    expect(encodeString('lno', BYTES, { uppercase: true })).toMatch(/^LNO1[A-Z0-9]+$/)
  })

  test('upper case is for QR codes and is asked for, lower case is what one gets', { tags: ['A1.2'] }, () => {
    expect(encodeString('lni', BYTES)).toBe(encodeString('lni', BYTES, { uppercase: true }).toLowerCase())
    expect(encodeString('lni', BYTES, { uppercase: true })).toBe(encodeString('lni', BYTES).toUpperCase())
  })

  test('lines end with + and join again', { tags: ['A1.3'] }, () => {
    const lines = encodeString('lno', BYTES, { lineLength: 20 }).split('\n')
    expect(lines.slice(0, -1).every((line) => line.length === 21 && line.endsWith('+'))).toBe(true)
    expect(decodeString(lines.join('\n'))).toEqual({ prefix: 'lno', bytes: BYTES })
  })

  test('any bytes under any prefix come back', { tags: ['A1.6'] }, () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.constantFrom('lno', 'lnr', 'lni', 'lnp'),
        fc.boolean(),
        fc.nat(40),
        (bytes, prefix, uppercase, lineLength) => {
          const read = decodeString(encodeString(prefix, bytes, { uppercase, lineLength }))
          expect(read.prefix).toBe(prefix)
          expect(toHex(read.bytes)).toBe(toHex(bytes))
        },
      ),
    )
  })
})

describe('case', () => {
  test('all lower and all upper are read', { tags: ['A1.4'] }, () => {
    expect(decodeString(TEXT.toUpperCase()).bytes).toEqual(BYTES)
  })

  test('one letter of the other case is refused where it stands', { tags: ['A1.4'] }, () => {
    expect(errorOf(`${TEXT.slice(0, 9)}${TEXT[9]!.toUpperCase()}${TEXT.slice(10)}`)).toMatchObject({
      code: 'STRING_MIXED_CASE',
      offset: 9,
      rule: 'A1.4',
    })
    expect(errorOf(`L${TEXT.slice(1)}`)).toMatchObject({ code: 'STRING_MIXED_CASE', offset: 1 })
  })

  test('digits have no case', { tags: ['A1.4'] }, () => {
    expect(decodeString(`LNO1${TEXT.slice(4).toUpperCase()}`).bytes).toEqual(BYTES)
  })
})

describe('continuations', () => {
  test('a + and white space may stand between any two characters', { tags: ['A1.5'] }, () => {
    for (let at = 1; at < TEXT.length; at++) {
      expect(decodeString(`${TEXT.slice(0, at)}+ \t\r\n${TEXT.slice(at)}`).bytes).toEqual(BYTES)
    }
  })

  test.each([
    ['at the beginning', `+${TEXT}`, 0],
    ['at the end', `${TEXT}+`, TEXT.length],
    ['with white space at the end', `${TEXT}+ `, TEXT.length],
    ['twice', `${TEXT.slice(0, 7)}++${TEXT.slice(7)}`, 7],
    ['twice with white space', `${TEXT.slice(0, 7)}+ +${TEXT.slice(7)}`, 7],
    ['alone', '+', 0],
  ])('a + %s is refused', { tags: ['A1.5'] }, (_, text, offset) => {
    expect(errorOf(text)).toMatchObject({ code: 'STRING_BAD_CONTINUATION', offset, rule: 'A1.5' })
  })

  test('white space without a + is refused', { tags: ['A1.5'] }, () => {
    expect(errorOf(`${TEXT.slice(0, 7)} ${TEXT.slice(7)}`)).toMatchObject({ code: 'STRING_BAD_CHARACTER', offset: 7 })
    expect(codeOf(() => decodeString(` ${TEXT}`))).toBe('STRING_BAD_CHARACTER')
    expect(codeOf(() => decodeString(`${TEXT}\n`))).toBe('STRING_BAD_CHARACTER')
  })

  test.each(['\u00a0', '\u000b', '\u000c', '\u2028', '\u3000', '\ufeff'])(
    'U+%# behind a + is no white space to us',
    { tags: ['A1.5'] },
    (space) => {
      expect(errorOf(`${TEXT.slice(0, 7)}+${space}${TEXT.slice(7)}`)).toMatchObject({
        code: 'STRING_BAD_CHARACTER',
        offset: 8,
      })
    },
  )
})

describe('characters and prefix', () => {
  test('there is no checksum: a changed character is another string', { tags: ['A1.6'] }, () => {
    const other = `${TEXT.slice(0, 10)}${TEXT[10] === 'q' ? 'p' : 'q'}${TEXT.slice(11)}`
    expect(decodeString(other).bytes).not.toEqual(BYTES)
  })

  test('a string far beyond 90 characters is read', { tags: ['A1.6'] }, () => {
    const long = new Uint8Array(65_000).fill(7)
    expect(decodeString(encodeString('lni', long)).bytes).toEqual(long)
  })

  test.each([
    ['b', 'b'],
    ['i', 'i'],
    ['o', 'o'],
    ['1', '1'],
    ['a no-break space', '\u00a0'],
    ['the Kelvin sign, which lower case makes a k', '\u212a'],
    ['a character beyond the table', '\u0080'],
    ['half a surrogate pair', '\ud800'],
    ['a NUL', '\0'],
  ])('%s in the data is refused', { tags: ['A1.6'] }, (_, character) => {
    expect(errorOf(`${TEXT.slice(0, 12)}${character}${TEXT.slice(13)}`)).toMatchObject({
      code: 'STRING_BAD_CHARACTER',
      offset: 12,
      rule: 'A1.6',
    })
  })

  test.each(['', 'l', 'lno', 'lnb1qqqq', 'lnbc1qqqq', 'lnoqqqq', '1qqq', 'xno1qqqq'])(
    '%j is no BOLT 12 string',
    { tags: ['A1.6'] },
    (text) => {
      expect(codeOf(() => decodeString(text))).toBe('STRING_UNKNOWN_PREFIX')
    },
  )

  test('a string of another kind is named as such', { tags: ['A1.6'] }, () => {
    expect(codeOf(() => decodeOffer(encodeString('lni', BYTES)))).toBe('STRING_WRONG_KIND')
  })

  test('offsets count in the text as given, continuations included', () => {
    expect(errorOf('lno1pq+\n  pb').offset).toBe(11)
  })

  test('a text beyond the limit is not read', () => {
    expect(codeOf(() => decodeString('q'.repeat(MAX_STRING_LENGTH + 1)))).toBe('STRING_TOO_LONG')
    expect(codeOf(() => decodeString(`lno1${'q'.repeat(MAX_STRING_LENGTH - 4)}`))).toBe('accepted')
  })
})

describe('padding', () => {
  test('up to 4 zero bits may be left over', { tags: ['A1.7'] }, () => {
    expect(decodeString('lno1qq').bytes).toEqual(Uint8Array.of(0)) // 2 bits
    expect(decodeString('lno1qqqq').bytes).toEqual(Uint8Array.of(0, 0)) // 4 bits
    expect(decodeString('lno1qqqqq').bytes).toEqual(Uint8Array.of(0, 0, 0)) // 1 bit
    expect(decodeString('lno1qqqqqqqq').bytes).toEqual(Uint8Array.of(0, 0, 0, 0, 0)) // none
  })

  test('a last character that adds no byte is refused', { tags: ['A1.7'] }, () => {
    for (const length of [1, 3, 6]) {
      expect(errorOf(`lno1${'q'.repeat(length)}`)).toMatchObject({ code: 'STRING_PADDING_TOO_LONG', rule: 'A1.7' })
    }
  })

  test('bits that are left over must be zero', { tags: ['A1.7'] }, () => {
    for (const last of ['p', 'z', 'r']) {
      expect(errorOf(`lno1q${last}`)).toMatchObject({ code: 'STRING_PADDING_NOT_ZERO', offset: 5, rule: 'A1.7' })
    }
    expect(decodeString('lno1qy').bytes).toEqual(Uint8Array.of(1))
  })
})

test('a prefix with nothing behind it is refused', { tags: ['A1.8'] }, () => {
  for (const text of ['lno1', 'LNR1', 'l+ni1', 'lnp1']) {
    expect(errorOf(text)).toMatchObject({ code: 'STRING_EMPTY_DATA', rule: 'A1.8' })
  }
  expect(decodeString('lno1qq').bytes).toHaveLength(1)
})

test('whatever the text, what is thrown has a code', () => {
  const near = fc.string({ unit: fc.constantFrom(...'lno1LNO+ \nqpzry9x8gf2tvdw0', '\u212a'), maxLength: 40 })
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (text) => {
      expect(codeOf(() => decodeString(text))).toMatch(/^(accepted|STRING_[A-Z_]+)$/)
    }),
  )
})
