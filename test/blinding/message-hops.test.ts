import { describe, expect, test } from 'vitest'
import { decodeEncryptedData, type EncryptedData } from '../../src/blinding/encrypted-data.js'
import { MAX_DUMMY_HOPS, messageHopData, messageHops } from '../../src/blinding/message-hops.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'

const [bob, carol, dave] = [node(0x42), node(0x43), node(0x44)]
const pathId = secretOf(0xdd)
const payment_relay = { cltv_expiry_delta: 36, fee_proportional_millionths: 150, fee_base_msat: 10000 }
const payment_constraints = { max_cltv_expiry: 748005, htlc_minimum_msat: 1500n }
const relayed: EncryptedData = { next_node_id: carol.id }

const relay = (data: EncryptedData) => codeOf(() => messageHopData(data, { final: false }))
const last = (data: EncryptedData) => codeOf(() => messageHopData(data, { final: true }))

describe('the data for one hop of a path for messages', () => {
  test('hold nothing that is for payments', { tags: ['O1'] }, () => {
    expect(relay(relayed)).toBe('accepted')
    expect(relay({ ...relayed, payment_relay })).toBe('BLINDED_PATH_FOR_PAYMENTS')
    expect(relay({ ...relayed, payment_constraints })).toBe('BLINDED_PATH_FOR_PAYMENTS')
    expect(last({ path_id: pathId })).toBe('accepted')
    expect(last({ path_id: pathId, payment_constraints })).toBe('BLINDED_PATH_FOR_PAYMENTS')
  })

  test('say where to go on, by node or by channel, unless the path ends there', { tags: ['O2'] }, () => {
    expect(relay({})).toBe('BLINDED_PATH_NO_NEXT')
    expect(relay({ allowed_features: new Uint8Array(0) })).toBe('BLINDED_PATH_NO_NEXT')
    expect(relay({ next_node_id: carol.id })).toBe('accepted')
    expect(relay({ short_channel_id: 0n })).toBe('accepted')
    expect(last({})).toBe('accepted')
  })

  test('lead on from the last hop as little as they end before it', { tags: ['B1'] }, () => {
    expect(last({ next_node_id: carol.id })).toBe('BLINDED_PATH_NOT_VIABLE')
    expect(last({ short_channel_id: 1n })).toBe('BLINDED_PATH_NOT_VIABLE')
    expect(relay({ ...relayed, path_id: pathId })).toBe('BLINDED_PATH_NOT_VIABLE')
  })
})

describe('the hops of a path for messages', () => {
  const read = (options: Parameters<typeof messageHops>[0]) =>
    messageHops(options).map(({ node_id, data }) => ({ node_id, ...decodeEncryptedData(data).fields }))

  test('name each other in turn and hide the path_id at the end', { tags: ['B1', 'B3', 'O2'] }, () => {
    expect(read({ nodeIds: [bob.id, carol.id, dave.id], pathId, pad: false })).toEqual([
      { node_id: bob.id, next_node_id: carol.id },
      { node_id: carol.id, next_node_id: dave.id },
      { node_id: dave.id, path_id: pathId },
    ])
  })

  test('go over channels where they are told to', { tags: ['O2'] }, () => {
    const hops = read({ nodeIds: [bob.id, carol.id, dave.id], channels: [undefined, 77n, 88n], pad: false })
    expect(hops).toEqual([
      { node_id: bob.id, next_node_id: carol.id },
      { node_id: carol.id, short_channel_id: 77n },
      { node_id: dave.id },
    ])
  })

  test('may be ourselves alone', { tags: ['B1'] }, () => {
    expect(read({ nodeIds: [dave.id], pathId, pad: false })).toEqual([{ node_id: dave.id, path_id: pathId }])
    expect(codeOf(() => messageHops({ nodeIds: [] }))).toBe('BLINDED_PATH_EMPTY')
  })

  test('have data of one length unless told otherwise', { tags: ['B3'] }, () => {
    const nodeIds = [bob.id, carol.id, dave.id]
    const lengths = (pad: boolean) =>
      new Set(
        messageHops({ nodeIds, channels: [5n], pathId: pathId.subarray(0, 20), dummyHops: 2, pad }).map(
          ({ data }) => data.length,
        ),
      )
    expect(lengths(true).size).toBe(1)
    expect(lengths(false)).toEqual(new Set([10, 35, 22]))
  })

  test('go on to ourselves as often as wanted before they end', { tags: ['B3'] }, () => {
    expect(read({ nodeIds: [bob.id, dave.id], pathId, dummyHops: 2, pad: false })).toEqual([
      { node_id: bob.id, next_node_id: dave.id },
      { node_id: dave.id, next_node_id: dave.id },
      { node_id: dave.id, next_node_id: dave.id },
      { node_id: dave.id, path_id: pathId },
    ])
    for (const dummyHops of [-1, 0.5, MAX_DUMMY_HOPS + 1])
      expect(codeOf(() => messageHops({ nodeIds: [bob.id, dave.id], dummyHops }))).toBe('BLINDED_PATH_TOO_LONG')
  })

  test('are written as another generation writes them', () => {
    const encodeData = (data: EncryptedData) => Uint8Array.of(1, 1, data.next_node_id ? 1 : 0)
    const hops = messageHops({ nodeIds: [bob.id, carol.id], encodeData, pad: false })
    expect(hops.map(({ data }) => data[2])).toEqual([1, 0])
  })
})
