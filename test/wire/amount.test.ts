import { expect, test } from 'vitest'
import { checkMsat, checkSat, MAX_MSAT, MAX_SAT } from '../../src/wire/amount.js'
import { codeOf } from '../support/code-of.js'

test('an amount is at most 21 million bitcoin, in either unit', { tags: ['M6'] }, () => {
  expect(MAX_SAT).toBe(21_000_000n * 100_000_000n)
  expect(MAX_MSAT).toBe(MAX_SAT * 1000n)
  expect(checkMsat(MAX_MSAT)).toBe(MAX_MSAT)
  expect(checkSat(MAX_SAT)).toBe(MAX_SAT)
  expect(checkMsat(0n)).toBe(0n)
  expect(codeOf(() => checkMsat(MAX_MSAT + 1n))).toBe('AMOUNT_OUT_OF_RANGE')
  expect(codeOf(() => checkSat(MAX_SAT + 1n))).toBe('AMOUNT_OUT_OF_RANGE')
  expect(codeOf(() => checkMsat(-1n))).toBe('AMOUNT_OUT_OF_RANGE')
})

test('the error names the field', { tags: ['M6'] }, () => {
  expect(() => checkMsat(MAX_MSAT + 1n, ['invoice_amount'])).toThrow(
    expect.objectContaining({ path: ['invoice_amount'], rule: 'M6' }),
  )
})
