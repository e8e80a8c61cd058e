import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes } from '../../../src/base/bytes.js'
import { isLnoError } from '../../../src/base/error.js'
import { decodeMessage, encodeMessage, type MessageDef } from '../../../src/wire/message.js'
import { decodeTlv, encodeTlv, type Table, type TlvRecord } from '../../../src/wire/tlv.js'
import { arbitraryFields, arbitraryUnknown } from '../../support/arbitrary.js'
import { damaged, hostileStream } from '../../support/hostile.js'
import { acceptableFields, declared, OWN } from '../declared.js'

/** How often hostile input may be looked at, in multiples of its length. */
const MOST = 4

const unknownOf = (table: Table, records: readonly TlvRecord[]): readonly TlvRecord[] => {
  const known = new Set(Object.values(table).map(({ type }) => type))
  return records.filter(({ type }) => !known.has(type))
}

/**
 * What bLIP 17 and its programs write in several ways, which we read and write in one: flags that are ff, HTLCs in any order.
 * Who compares such messages does so by what they say.
 */
const SEVERAL_WAYS: ReadonlySet<string> = new Set([
  'last_cross_signed_state',
  'hosted_channel_branding',
  'CHANNEL_RECORD',
])

/**
 * Decodes bytes of a stranger: accepted ones are written again to the same bytes (what has several ways, to those of one way),
 * others refused with a code, and neither is looked at too often.
 */
function hold(
  name: string,
  input: Uint8Array,
  again: (input: Uint8Array, touched: { bytes: number }) => Uint8Array,
): 'accepted' | 'refused' {
  const touched = { bytes: 0 }
  let outcome: 'accepted' | 'refused' = 'accepted'
  try {
    const bytes = again(input, touched)
    const expected = SEVERAL_WAYS.has(name) ? again(bytes, { bytes: 0 }) : input
    if (!equalBytes(bytes, expected)) expect(bytes).toEqual(expected)
  } catch (error) {
    if (!isLnoError(error)) throw error
    outcome = 'refused'
  }
  expect(touched.bytes).toBeLessThanOrEqual(MOST * input.length)
  return outcome
}

/** bLIP 17 writes features in two ways, which can be told apart only where nothing follows: no extension behind any. */
function endsWithFields(def: MessageDef, { features }: Readonly<Record<string, unknown>>): boolean {
  return def.name === 'init_hosted_channel' && features instanceof Uint8Array && features.length > 0
}

function rewriteMessage(def: MessageDef, input: Uint8Array, touched?: { bytes: number }): Uint8Array {
  const { fields, records } = decodeMessage(def, input, touched)
  return encodeMessage(def, fields, unknownOf(def.tlvs, records))
}

export function streams(runs: number): void {
  describe.each(declared.tables)('%s', (name, table) => {
    test('what was written is read, unknown odd records too, and written again it is the same', {
      tags: ['M4'],
    }, () => {
      fc.assert(
        fc.property(arbitraryFields(table, OWN), arbitraryUnknown(table), (fields, unknown) => {
          const bytes = encodeTlv(table, fields, unknown)
          const read = decodeTlv(table, bytes)
          expect(read.fields).toEqual(fields)
          const others = unknownOf(table, read.records)
          expect(others.map(({ type }) => type)).toEqual(unknown.map(({ type }) => type))
          expect(encodeTlv(table, read.fields, others)).toEqual(bytes)
        }),
        { numRuns: runs },
      )
    })

    test('bytes of a stranger are written again as they were, or refused with a code, at bounded cost', () => {
      const outcomes = { accepted: 0, refused: 0 }
      fc.assert(
        fc.property(hostileStream(table, OWN), (input) => {
          const outcome = hold(name, input, (bytes, touched) => {
            const { fields, records } = decodeTlv(table, bytes, 0, touched)
            return encodeTlv<Table>(table, fields, unknownOf(table, records))
          })
          outcomes[outcome]++
        }),
        { numRuns: 2 * runs },
      )
      expect(Math.min(outcomes.accepted, outcomes.refused), JSON.stringify(outcomes)).toBeGreaterThan(0)
    })
  })

  describe.each(declared.messages.map((def) => [def.name, def] as const))('%s', (_, def) => {
    const good = fc
      .tuple(acceptableFields(def), arbitraryUnknown(def.tlvs))
      .map(([fields, unknown]) => [fields, endsWithFields(def, fields) ? [] : unknown] as const)
      .map(([fields, unknown]) => ({ fields, unknown, bytes: encodeMessage(def, fields, unknown) }))

    test('what was written is read, unknown odd records too, and written again it is the same', () => {
      fc.assert(
        fc.property(good, ({ fields, bytes }) => {
          expect(decodeMessage(def, bytes).fields).toEqual(fields)
          expect(rewriteMessage(def, bytes)).toEqual(bytes)
        }),
        { numRuns: runs },
      )
    })

    test('bytes of a stranger are written again as they were, or refused with a code, at bounded cost', () => {
      fc.assert(
        fc.property(damaged(good.map(({ bytes }) => bytes)), (input) => {
          hold(def.name, input, (bytes, touched) => rewriteMessage(def, bytes, touched))
        }),
        { numRuns: 2 * runs },
      )
    })
  })

  describe.each(declared.records.map((record) => [record.name, record] as const))('stored %s', (_, record) => {
    test('what was stored is read, and what a newer program added is kept', () => {
      fc.assert(
        fc.property(arbitraryFields(record.table, OWN), arbitraryUnknown(record.table), (fields, unknown) => {
          const bytes = record.encode(fields, unknown)
          const read = record.decode(bytes)
          expect(read.fields).toEqual(fields)
          expect(record.encode(read.fields, record.recordsToKeep(read))).toEqual(bytes)
        }),
        { numRuns: runs },
      )
    })

    test('what a broken disk gives back is refused by one code', () => {
      fc.assert(
        fc.property(hostileStream(record.table, OWN), (input) => {
          try {
            record.decode(input)
          } catch (error) {
            if (!isLnoError(error, 'STORE_CORRUPT')) throw error
          }
        }),
        { numRuns: runs },
      )
    })
  })
}
