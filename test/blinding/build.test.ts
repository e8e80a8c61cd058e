import { describe, expect, test } from 'vitest'
import { toHex } from '../../src/base/hex.js'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import { blindHops, buildBlindedPath, MAX_HOP_DATA, MAX_PATH_HOPS } from '../../src/blinding/build.js'
import { ENCRYPTED_DATA, encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { unblindHop } from '../../src/blinding/unblind.js'
import { decode, encode } from '../../src/wire/codec.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'

const [bob, carol, dave] = [node(0x42), node(0x43), node(0x44)]
const sessionKey = secretOf(0x05)
const pathId = secretOf(0xdd)

describe('a blinded path', () => {
  test('leads from its first node to ourselves, every node finding its own data', { tags: ['B1'] }, () => {
    const hops = messageHops({ nodeIds: [bob.id, carol.id, dave.id], pathId })
    const { path } = buildBlindedPath({ hops, sessionKey })
    expect(path.first_node_id).toEqual({ node_id: bob.id })
    expect(path.path).toHaveLength(3)

    let path_key = path.first_path_key
    const read = [bob, carol, dave].map(({ secret }, i) => {
      const hop = unblindHop({
        nodeSecret: secret,
        path_key,
        encryptedRecipientData: path.path[i]!.encrypted_recipient_data,
        table: ENCRYPTED_DATA,
      })
      path_key = hop.next_path_key
      return hop.data.fields
    })
    expect(read.map(({ next_node_id }) => next_node_id && toHex(next_node_id))).toEqual([
      toHex(carol.id),
      toHex(dave.id),
      undefined,
    ])
    expect(read.map(({ path_id }) => path_id)).toEqual([undefined, undefined, pathId])
  })

  test('shows no node but the first, and no session key twice the same path', { tags: ['B1'] }, () => {
    const hops = messageHops({ nodeIds: [bob.id, carol.id], pathId })
    const wire = (key: Uint8Array) => toHex(encode(blindedPath, buildBlindedPath({ hops, sessionKey: key }).path))
    const one = wire(sessionKey)
    for (const hidden of [carol.id, pathId, sessionKey]) expect(one).not.toContain(toHex(hidden))
    expect(one.indexOf(toHex(bob.id))).toBe(0)
    expect(wire(secretOf(0x06)).slice(66)).not.toBe(one.slice(66))
  })

  test('names its introduction node by a channel when told so, and nothing else changes', { tags: ['B1'] }, () => {
    const hops = messageHops({ nodeIds: [bob.id, carol.id], pathId })
    const firstNodeId = { short_channel_id: 1729n, direction: 1 } as const
    const compact = buildBlindedPath({ hops, sessionKey, firstNodeId }).path
    const full = buildBlindedPath({ hops, sessionKey }).path
    expect(compact).toEqual({ ...full, first_node_id: firstNodeId })
    expect(encode(blindedPath, compact).length).toBe(encode(blindedPath, full).length - 24)
    expect(decode(blindedPath, encode(blindedPath, compact))).toEqual(compact)
  })

  test('has at least one hop and at most as many as one byte counts', () => {
    expect(codeOf(() => buildBlindedPath({ hops: [], sessionKey }))).toBe('BLINDED_PATH_EMPTY')
    const hop = { node_id: bob.id, data: new Uint8Array(0) }
    const hops = Array.from({ length: MAX_PATH_HOPS + 1 }, () => hop)
    expect(codeOf(() => buildBlindedPath({ hops, sessionKey }))).toBe('BLINDED_PATH_TOO_LONG')
  })

  test('holds as much data a hop as two bytes of length allow', () => {
    const path = (length: number) =>
      buildBlindedPath({ hops: [{ node_id: bob.id, data: new Uint8Array(length) }], sessionKey }).path
    expect(encode(blindedPath, path(MAX_HOP_DATA)).length).toBe(33 + 33 + 1 + 33 + 2 + 65535)
    expect(codeOf(() => path(MAX_HOP_DATA + 1))).toBe('BLINDED_PATH_DATA_TOO_LONG')
  })

  test('needs keys that are keys', () => {
    const data = encodeEncryptedData({})
    expect(codeOf(() => blindHops(new Uint8Array(32), [{ node_id: bob.id, data }]))).toBe('BAD_SECRET')
    expect(codeOf(() => blindHops(sessionKey, [{ node_id: new Uint8Array(33), data }]))).toBe('BAD_POINT')
  })
})
