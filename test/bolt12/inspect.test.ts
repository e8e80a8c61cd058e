import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeOffer } from '../../src/bolt12/create-offer.js'
import { decodeAny, decodeAs, decodeOffer } from '../../src/bolt12/decode.js'
import { type Inspection, inspect, inspectOffer } from '../../src/bolt12/inspect.js'
import type { Kind } from '../../src/bolt12/layout.js'
import { RULE_TEXT } from '../../src/bolt12/rules/text.js'
import { encodeString } from '../../src/bolt12/string.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { codeOf } from '../support/code-of.js'
import { ALICE, craft, pathsBytes } from './craft.js'

const KINDS: readonly Kind[] = ['offer', 'invoice_request', 'invoice', 'invoice_error', 'payer_proof']
const issuer = [22, ALICE.id] as const
const context = { now: 100n, chains: [chainHashOf('bitcoin')] }
const text = encodeOffer(decodeOffer(craft([10, 'tea'], issuer)))

/** The verdicts by rule id; of several rules with one id the worst. */
function verdicts({ rules }: Inspection): Record<string, string> {
  const rank = ['not_applicable', 'ok', 'not_checked', 'failed']
  const out: Record<string, string> = {}
  for (const { rule, verdict } of rules) {
    if (rank.indexOf(verdict) >= rank.indexOf(out[rule.id] ?? '')) out[rule.id] = verdict
  }
  return out
}

describe('every rule has a verdict', () => {
  test('of a good offer', () => {
    const seen = inspectOffer(text, context)
    expect(seen.issues).toEqual([])
    expect(verdicts(seen)).toEqual({
      'A1.4': 'ok',
      'A1.5': 'ok',
      'A1.6': 'ok',
      'A1.7': 'ok',
      'A1.8': 'ok',
      T1: 'not_applicable',
      T2: 'ok',
      T3: 'ok',
      T4: 'not_applicable',
      T5: 'not_applicable',
      M6: 'not_applicable',
      OR1: 'ok',
      OR2: 'ok',
      OR3: 'not_applicable',
      OR4: 'ok',
      OR5: 'not_applicable',
      OR6: 'not_applicable',
      OR7: 'not_applicable',
      OR8: 'ok',
      OR9: 'not_applicable',
      OR10: 'not_applicable',
      OR11: 'not_checked',
      OR12: 'not_checked',
      OR13: 'not_checked',
    })
  })

  test('each of them has a sentence', () => {
    for (const kind of KINDS) {
      const { rules } = inspect(craft(issuer), { as: kind })
      for (const { rule } of rules) expect(RULE_TEXT[rule.id]?.text, rule.id).toMatch(/\.$/)
    }
    expect(RULE_TEXT.constructor, 'names of people find nothing else').toBeUndefined()
  })

  test('without a context what depends on the reader is not checked', () => {
    expect(verdicts(inspectOffer(text))).toMatchObject({ OR4: 'not_checked', OR8: 'ok' })
  })

  test('of a string that cannot be read: the layer that failed, and nothing behind it', () => {
    const seen = inspectOffer('lno1')
    expect(verdicts(seen)).toMatchObject({ 'A1.8': 'failed', 'A1.4': 'not_checked', OR8: 'not_checked' })
    expect(seen).toMatchObject({ kind: 'offer', fields: {}, records: [] })
    expect(inspect('lno1').kind, 'nobody said what it is').toBeUndefined()
  })

  test('of another kind of string than asked for', () => {
    const seen = inspectOffer(encodeString('lni', craft(issuer)))
    expect(seen.issues.map(({ code, layer }) => [code, layer])).toEqual([['STRING_WRONG_KIND', 'string']])
    expect(seen.kind).toBe('invoice')
    expect(seen.rules.filter(({ verdict }) => verdict === 'ok').map(({ rule }) => rule.id)).not.toContain('T8')
  })
})

describe('all that is wrong is told', () => {
  test('layer by layer, with field, type and offset', () => {
    const seen = inspect(craft([6, 'EUR'], [10, 'hex:ff'], [16, pathsBytes(1, 0)], [24, ''], [81, '']), {
      as: 'offer',
      context,
    })
    expect(seen.issues.map(({ code, layer, rule, field, tlvType }) => [code, layer, rule, field, tlvType])).toEqual([
      ['OFFER_TYPE_OUT_OF_RANGE', 'tlv', 'OR1', undefined, 81n],
      ['TLV_UNKNOWN_EVEN', 'tlv', 'M4', undefined, 24n],
      ['WIRE_BAD_UTF8', 'field', 'T3', 'offer_description', 10n],
      ['OFFER_CURRENCY_WITHOUT_AMOUNT', 'rules', 'OR7', 'offer_currency', 6n],
      ['OFFER_PATH_WITHOUT_HOPS', 'rules', 'OR9', 'offer_paths', 16n],
    ])
    expect(seen.issues.map(({ offset }) => offset)).toEqual([
      seen.records[4]!.offset,
      seen.records[3]!.offset,
      seen.records[1]!.offset + 2,
      0,
      seen.records[2]!.offset,
    ])
    expect(seen.issues[4]?.path).toEqual(['offer_paths', 1, 'path'])
  })

  test('what could not be read is not called missing', () => {
    const seen = inspectOffer(craft([8, 5n], [10, 'hex:ff'], [22, 'not a point']), context)
    expect(seen.issues.map(({ code }) => code)).toEqual(['WIRE_BAD_UTF8', 'WIRE_TRUNCATED'])
    expect(verdicts(seen)).toMatchObject({ OR5: 'not_checked', OR8: 'not_checked', OR6: 'ok' })
  })

  test('a stream that is cut off tells no rule on what is missing', () => {
    const seen = inspectOffer(craft([10, 'tea'], issuer).subarray(0, -1), context)
    expect(seen.fields).toEqual({ offer_description: 'tea' })
    expect(seen.issues.map(({ code }) => code)).toEqual(['TLV_LENGTH'])
    expect(verdicts(seen)).toMatchObject({ OR2: 'failed', OR8: 'not_checked' })
  })
})

describe('nothing that comes in breaks anything', () => {
  const types = fc.constantFrom(
    ...Array.from({ length: 92 }, (_, i) => i),
    160,
    162,
    166,
    170,
    174,
    176,
    240,
    241,
    1002,
  )
  const streams = fc
    .array(fc.tuple(types, fc.uint8Array({ maxLength: 80 })), { maxLength: 6 })
    .map((records) => craft(...records.sort(([a], [b]) => a - b)))

  test('bytes: decode throws coded errors, inspect says the same first', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), streams), fc.constantFrom(...KINDS), (bytes, kind) => {
        const code = codeOf(() => decodeAs(kind, bytes))
        const codes = inspect(bytes, { as: kind }).issues.map((issue) => issue.code)
        expect(code === 'accepted' ? codes : codes.includes(code)).toEqual(code === 'accepted' ? [] : true)
      }),
      { numRuns: 300 },
    )
  })

  test('a megabyte of unknown even types: inspect does not throw, and names the first of them', () => {
    const bytes = new Uint8Array(6 * 170_000)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < 170_000; i++) {
      view.setUint8(6 * i, 0xfe)
      view.setUint32(6 * i + 1, 1_000_000_000 + 2 * i)
    }
    const { issues, records } = inspect(bytes, { as: 'offer' })
    expect(records).toHaveLength(170_000)
    expect(issues[0]).toMatchObject({ code: 'TLV_UNKNOWN_EVEN', tlvType: 1_000_000_000n })
    expect(issues.length).toBeLessThan(100)
    expect(codeOf(() => decodeOffer(bytes))).toBe('TLV_UNKNOWN_EVEN')
  })

  test('text: decode throws coded errors, inspect never', () => {
    const alphabet = fc.string({ unit: fc.constantFrom(...'qpzry9x8gf2tvdw0s3jn54khce6mua7l'), maxLength: 60 })
    const strings = fc
      .tuple(fc.constantFrom('lno1', 'lnr1', 'lni1', 'lnp1', 'LNO1'), alphabet)
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), strings), (input) => {
        const code = codeOf(() => decodeAny(input))
        expect(inspect(input).issues.length > 0).toBe(code !== 'accepted')
      }),
      { numRuns: 300 },
    )
  })
})
