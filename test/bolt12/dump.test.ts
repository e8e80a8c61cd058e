import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { dump, dumpBy } from '../../src/bolt12/dump.js'
import { bool, flagged, u16 } from '../../src/wire/codec.js'
import { encodeTlv, field } from '../../src/wire/tlv.js'
import { ALICE, craft, pathsBytes } from './craft.js'

test('each record is a row, and the parts of a path are rows below it', () => {
  const bytes = craft([10, 'tea'], [16, pathsBytes(1)], [33, 'x'])
  const rows = dump(bytes, 'offer')
  expect(rows.map(({ depth, name, tlvType, offset }) => [depth, name, tlvType, offset])).toEqual([
    [0, 'offer_description', 10n, 0],
    [0, 'offer_paths', 16n, 5],
    [1, 'offer_paths[0].first_node_id', undefined, 7],
    [1, 'offer_paths[0].first_path_key', undefined, 40],
    [1, 'offer_paths[0].path (count)', undefined, 73],
    [1, 'offer_paths[0].path[0].blinded_node_id', undefined, 74],
    [1, 'offer_paths[0].path[0].encrypted_recipient_data (length)', undefined, 107],
    [1, 'offer_paths[0].path[0].encrypted_recipient_data', undefined, 109],
    [0, undefined, 33n, 110],
  ])
  for (const row of rows) {
    expect(toHex(bytes.subarray(row.offset, row.offset + row.bytes.length))).toBe(toHex(row.bytes))
  }
})

test('a flag has a row of its own, and so has what it announces', () => {
  const table = { icon: field(1n, flagged(bool, u16)) }
  const names = (value: number | undefined) =>
    dumpBy(table, value === undefined ? Uint8Array.of(1, 1, 0) : encodeTlv(table, { icon: value })).map(
      ({ name, offset }) => [name, offset],
    )
  expect(names(7)).toEqual([
    ['icon', 0],
    ['icon (flag)', 2],
    ['icon', 3],
  ])
  expect(names(undefined)).toEqual([
    ['icon', 0],
    ['icon (flag)', 2],
  ])
})

test('what cannot be split stands in one row', () => {
  const bytes = craft([16, pathsBytes(1).subarray(0, -1)], [22, ALICE.id])
  const cut = dump(bytes, 'offer').filter(({ name }) => name === '…')
  expect(cut).toHaveLength(0) // nothing is left of the path: its last part is what is missing
  const broken = dump(Uint8Array.of(...craft([22, ALICE.id]), 0xfd, 1), 'offer')
  expect(broken.at(-1)).toMatchObject({ name: '…', depth: 0, offset: 35 })
  expect(toHex(broken.at(-1)!.bytes)).toBe('fd01')
})

test('the rows of depth 0 cover any bytes, and nothing throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const rows = dump(bytes, 'invoice').filter(({ depth }) => depth === 0)
      expect(rows.map((row) => toHex(row.bytes)).join('')).toBe(toHex(bytes))
    }),
  )
})
