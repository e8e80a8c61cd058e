import { expect, test } from 'vitest'
import { fromHex } from '../../../src/base/hex.js'
import { defineRecord } from '../../../src/node/store/records.js'
import { tu64, utf8 } from '../../../src/wire/codec.js'
import { field, required } from '../../../src/wire/tlv.js'

const OLD = defineRecord('label', { label: required(2n, utf8) })
const NEW = defineRecord('label', { label: required(2n, utf8), created_at: field(3n, tu64) })
const STRICT = defineRecord('label', { label: required(2n, utf8), secret: field(4n, tu64) })

test('a record is read as it was written', () => {
  expect(OLD.decode(OLD.encode({ label: 'tea' })).fields).toEqual({ label: 'tea' })
})

test('an older program reads a newer odd field over, and keeps it when it writes the record again', () => {
  const stored = OLD.decode(NEW.encode({ label: 'tea', created_at: 5n }))
  expect(stored.fields).toEqual({ label: 'tea' })
  const again = OLD.encode({ label: 'coffee' }, OLD.recordsToKeep(stored))
  expect(NEW.decode(again).fields).toEqual({ label: 'coffee', created_at: 5n })
})

test('a newer even field is refused, with the place', () => {
  expect(() => OLD.decode(STRICT.encode({ label: 'tea', secret: 1n }))).toThrow(
    expect.objectContaining({ code: 'STORE_CORRUPT', offset: 5 }),
  )
})

test.each([
  ['a missing field', ''],
  ['a cut record', '0205'],
])('%s is refused', (_name, hex) => {
  expect(() => OLD.decode(fromHex(hex))).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
})
