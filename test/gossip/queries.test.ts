import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/base/hex.js'
import {
  GOSSIP_TIMESTAMP_FILTER,
  QUERY_CHANNEL_RANGE,
  QUERY_FLAGS,
  QUERY_SHORT_CHANNEL_IDS,
  REPLY_CHANNEL_RANGE,
  REPLY_SHORT_CHANNEL_IDS_END,
} from '../../src/gossip/queries.js'
import { chainHashOf } from '../../src/wire/chains.js'
import { decodeMessage, encodeMessage, type MessageDef, messageType } from '../../src/wire/message.js'
import { arbitraryMessage, arbitraryUnknown } from '../support/arbitrary.js'
import { codeOf } from '../support/code-of.js'

const chain_hash = chainHashOf('regtest')
const CHAIN = toHex(chain_hash)

describe('a list in a query', () => {
  const query = (list: string, tail = '') =>
    codeOf(() =>
      decodeMessage(
        QUERY_SHORT_CHANNEL_IDS,
        fromHex(`0105${CHAIN}${(list.length / 2).toString(16).padStart(4, '0')}${list}${tail}`),
      ),
    )
  const ONE = '0000000000000001'
  const TWO = '0000000000000002'

  test('is plain, and refused by name when it is zlib, before anything of it is read', () => {
    expect(query(`00${ONE}${TWO}`)).toBe('accepted')
    expect(query('00')).toBe('accepted')
    expect(query(`01${ONE}`)).toBe('ZLIB_FORBIDDEN')
    expect(query('01')).toBe('ZLIB_FORBIDDEN')
    expect(query(`00${ONE}`, '010201aa')).toBe('ZLIB_FORBIDDEN')
  })

  test('has no other encoding', () => {
    expect(query(`02${ONE}`)).toBe('GOSSIP_ENCODING_UNKNOWN')
    expect(query(`ff${ONE}`)).toBe('GOSSIP_ENCODING_UNKNOWN')
    expect(query('')).toBe('MESSAGE_TOO_SHORT')
  })

  test('has whole channels, each once, ascending', () => {
    expect(query(`00${ONE}${TWO.slice(2)}`)).toBe('MESSAGE_TOO_SHORT')
    expect(query(`00${ONE}${ONE}`)).toBe('SCIDS_NOT_ASCENDING')
    expect(query(`00${TWO}${ONE}`)).toBe('SCIDS_NOT_ASCENDING')
    const encoded_short_ids = [2n, 1n]
    expect(codeOf(() => encodeMessage(QUERY_SHORT_CHANNEL_IDS, { chain_hash, encoded_short_ids }))).toBe(
      'SCIDS_NOT_ASCENDING',
    )
  })

  test('of flags has one minimal number for each channel', () => {
    expect(query(`00${ONE}${TWO}`, '0103000105')).toBe('accepted')
    expect(query(`00${ONE}${TWO}`, '01020001')).toBe('GOSSIP_COUNT_MISMATCH')
    expect(query(`00${ONE}`, '0103000105')).toBe('GOSSIP_COUNT_MISMATCH')
    expect(query(`00${ONE}`, '010400fd0001')).toBe('BIGSIZE_NOT_MINIMAL')
    expect(query(`00${ONE}`, '0100')).toBe('WIRE_TRUNCATED')
  })
})

test('a reply has timestamps and checksums for each of its channels, or none', () => {
  const reply = { chain_hash, first_blocknum: 1, number_of_blocks: 2, sync_complete: 1, encoded_short_ids: [7n, 8n] }
  const stamp = { timestamp_node_id_1: 1, timestamp_node_id_2: 2 }
  const sum = { checksum_node_id_1: 1, checksum_node_id_2: 2 }
  const code = (more: object) => codeOf(() => encodeMessage(REPLY_CHANNEL_RANGE, { ...reply, ...more }))
  expect(code({})).toBe('accepted')
  expect(code({ timestamps_tlv: [stamp, stamp], checksums_tlv: [sum, sum] })).toBe('accepted')
  expect(code({ timestamps_tlv: [stamp] })).toBe('GOSSIP_COUNT_MISMATCH')
  expect(code({ checksums_tlv: [sum, sum, sum] })).toBe('GOSSIP_COUNT_MISMATCH')
})

test('the messages are these bytes', () => {
  const end = encodeMessage(REPLY_SHORT_CHANNEL_IDS_END, { chain_hash, full_information: 1 })
  expect(toHex(end)).toBe(`0106${CHAIN}01`)
  const filter = encodeMessage(GOSSIP_TIMESTAMP_FILTER, {
    chain_hash,
    first_timestamp: 0xffffffff,
    timestamp_range: 0,
  })
  expect(toHex(filter)).toBe(`0109${CHAIN}ffffffff00000000`)
  const query = encodeMessage(QUERY_SHORT_CHANNEL_IDS, {
    chain_hash,
    encoded_short_ids: [0x0102n],
    query_flags: [QUERY_FLAGS.channel_announcement | QUERY_FLAGS.node_announcement_2],
  })
  expect(toHex(query)).toBe(`0105${CHAIN}000900000000000000010201020011`)
})

const ALL = [
  QUERY_SHORT_CHANNEL_IDS,
  REPLY_SHORT_CHANNEL_IDS_END,
  QUERY_CHANNEL_RANGE,
  REPLY_CHANNEL_RANGE,
  GOSSIP_TIMESTAMP_FILTER,
] as readonly MessageDef[]

for (const def of ALL) {
  test(`${def.name} is read as it was written, with unknown records too`, () => {
    fc.assert(
      fc.property(arbitraryMessage(def), arbitraryUnknown(def.tlvs), (made, others) => {
        const fields = sorted(made)
        const bytes = encodeMessage(def, fields, others)
        expect(messageType(bytes)).toBe(def.type)
        const read = decodeMessage(def, bytes)
        expect(read.fields).toEqual(fields)
        const types = new Set(others.map(({ type }) => type))
        const again = encodeMessage(
          def,
          read.fields,
          read.records.filter(({ type }) => types.has(type)),
        )
        expect(toHex(again)).toBe(toHex(bytes))
      }),
      { numRuns: 60 },
    )
  })
}

/** The same fields with ascending channels, and the lists beside them as long as they are. */
function sorted(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const ids = fields.encoded_short_ids as readonly bigint[] | undefined
  if (ids === undefined) return fields
  const encoded_short_ids = [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1))
  const fitting = (list: unknown) =>
    Array.isArray(list) && list.length >= encoded_short_ids.length ? list.slice(0, encoded_short_ids.length) : undefined
  const out: Record<string, unknown> = { ...fields, encoded_short_ids }
  for (const name of ['query_flags', 'timestamps_tlv', 'checksums_tlv']) {
    const list = fitting(fields[name])
    if (list === undefined) delete out[name]
    else out[name] = list
  }
  return out
}
