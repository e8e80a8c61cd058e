import { expect, test } from 'vitest'
import { declaredCodes, publishedCodes } from '../../scripts/lib/codes.js'

const codes = await declaredCodes()

test('no code is declared by two folders', () => {
  const names = codes.map(({ code }) => code)
  expect(names.filter((code, index) => names.indexOf(code) !== index)).toEqual([])
})

test('no published code has disappeared', () => {
  const declared = new Set(codes.map(({ code }) => code))
  expect(publishedCodes().filter((code) => !declared.has(code))).toEqual([])
})

test('codes are upper-case words, their meaning and advice are sentences', () => {
  expect(codes.length).toBeGreaterThan(0)
  for (const { code, meaning, advice } of codes) {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
    expect(meaning, code).toMatch(/^\S.*\.$/)
    expect(advice, code).toMatch(/^\S.*[.?)]$/)
  }
})
