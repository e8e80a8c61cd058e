import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { hexOf, hexText, integer, text, u64Text } from '../../../src/node/control/index.js'

const CASES: [string, v.GenericSchema<unknown, unknown>, unknown, unknown][] = [
  ['zero', u64Text, '0', 0n],
  ['the largest 64-bit number', u64Text, '18446744073709551615', (1n << 64n) - 1n],
  ['one more', u64Text, '18446744073709551616', undefined],
  ['a number that JSON could have rounded', u64Text, 5, undefined],
  ['a leading zero', u64Text, '05', undefined],
  ['no digits', u64Text, '', undefined],
  ['a thousand digits', u64Text, '9'.repeat(1000), undefined],
  ['hex', hexText(2), 'aB01', Uint8Array.of(0xab, 1)],
  ['empty hex', hexText(2), '', new Uint8Array(0)],
  ['too much hex', hexText(2), 'ab0102', undefined],
  ['half a byte', hexText(2), 'abc', undefined],
  ['hex with a prefix', hexText(2), '0xab', undefined],
  ['hex of a length', hexOf(2), 'ab01', Uint8Array.of(0xab, 1)],
  ['hex of a shorter length', hexOf(2), 'ab', undefined],
  ['text at its bound', text(3), 'abc', 'abc'],
  ['text over its bound', text(3), 'abcd', undefined],
  ['a whole number', integer(1, 3), 3, 3],
  ['half a number', integer(1, 3), 1.5, undefined],
  ['a number below', integer(1, 3), 0, undefined],
  ['a number above', integer(1, 3), 4, undefined],
]

describe('a parameter', () => {
  test.each(CASES)('%s', (_name, schema, input, output) => {
    const result = v.safeParse(schema, input)
    expect(result.success).toBe(output !== undefined)
    if (result.success) expect(result.output).toEqual(output)
  })
})
