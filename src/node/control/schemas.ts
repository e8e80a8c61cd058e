import * as v from 'valibot'
import { fromHex } from '../../base/hex.js'

/** Amount in msat or another 64-bit number: a decimal string without leading zeros, at most 2^64 - 1. */
export const u64Text = v.pipe(
  v.string(),
  v.regex(/^(0|[1-9]\d{0,19})$/, 'a whole number as a decimal string'),
  v.transform((digits) => BigInt(digits)),
  v.check((value) => value < 1n << 64n, 'at most 2^64 - 1'),
)

/** Bytes as hex, at most `most` of them. */
export function hexText(most: number) {
  return v.pipe(
    v.string(),
    v.maxLength(2 * most, `at most ${most} bytes of hex`),
    v.regex(/^([0-9a-fA-F]{2})*$/, 'bytes as hex'),
    v.transform(fromHex),
  )
}

/** Exactly `length` bytes as hex. */
export function hexOf(length: number) {
  return v.pipe(
    hexText(length),
    v.check((bytes) => bytes.length === length, `${length} bytes of hex`),
  )
}

/** Text of at most `most` characters. */
export function text(most: number) {
  return v.pipe(v.string(), v.maxLength(most, `at most ${most} characters`))
}

/** A whole number between two others. */
export function integer(least: number, most: number) {
  return v.pipe(
    v.number(),
    v.integer('a whole number'),
    v.minValue(least, `at least ${least}`),
    v.maxValue(most, `at most ${most}`),
  )
}

/** No parameters. */
export const none = v.strictObject({})
