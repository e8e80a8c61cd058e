import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/base/hex.js'
import { blindedPath } from '../../src/blinding/blinded-path.js'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { ENCRYPTED_DATA } from '../../src/blinding/encrypted-data.js'
import { describePath, inspectPath, unblindPath } from '../../src/blinding/inspect.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { encode } from '../../src/wire/codec.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'

const [bob, carol, dave] = [node(0x42), node(0x43), node(0x44)]
const pathId = secretOf(0xdd)
const hops = messageHops({ nodeIds: [bob.id, carol.id, dave.id], pathId, dummyHops: 1 })
const { path, secrets } = buildBlindedPath({ hops, sessionKey: secretOf(0x05) })

describe('a path, seen without secrets', () => {
  test('shows where it begins and how much its hops hold', () => {
    const report = inspectPath(encode(blindedPath, path))
    expect(report).toMatchObject({ path, introduction: { node_id: bob.id }, path_key: path.first_path_key })
    expect(report.hops).toEqual(
      secrets.map(({ blinded_node_id }) => ({ blinded_node_id, encryptedBytes: 37 + 16, dataBytes: 37 })),
    )
    expect(report.equalLengths).toBe(true)
  })

  test('shows hops of different lengths, and those that can never decrypt', () => {
    const [first, ...rest] = path.path
    const short = { ...first!, encrypted_recipient_data: new Uint8Array(15) }
    const report = describePath({ ...path, path: [short, ...rest] })
    expect(report.equalLengths).toBe(false)
    expect(report.hops[0]).toMatchObject({ encryptedBytes: 15, dataBytes: undefined })
    expect(describePath({ ...path, path: [] })).toMatchObject({ hops: [], equalLengths: true })
  })

  test('is refused with a code when it is no path', () => {
    const bytes = encode(blindedPath, path)
    expect(codeOf(() => inspectPath(bytes.subarray(0, 90)))).toBe('WIRE_TRUNCATED')
    expect(codeOf(() => inspectPath(Uint8Array.of(...bytes, 0)))).toBe('WIRE_TRAILING_BYTES')
    expect(codeOf(() => inspectPath(fromHex('04')))).toBe('BAD_SCIDDIR')
  })
})

describe('a path, opened with secrets', () => {
  const open = (...nodes: readonly { readonly secret: Uint8Array }[]) =>
    unblindPath({ path, secrets: nodes.map(({ secret }) => secret), table: ENCRYPTED_DATA })

  test('shows all of it to whoever has all of them, in any order', () => {
    const { hops: opened, closed } = open(dave, carol, bob)
    expect(closed).toBe(0)
    expect(opened.map(({ node_id }) => node_id)).toEqual([bob.id, carol.id, dave.id, dave.id])
    expect(opened.map(({ dummy }) => dummy)).toEqual([false, false, true, false])
    expect(opened[3]!.data?.fields.path_id).toEqual(pathId)
    expect(opened.slice(0, 3).map(({ next_path_key }) => next_path_key)).toEqual(
      secrets.slice(1).map(({ path_key }) => path_key),
    )
  })

  test('stays closed behind the first hop whose secret is missing', () => {
    expect(open(bob, dave)).toMatchObject({ hops: [{ index: 0, node_id: bob.id }], closed: 3 })
    expect(open(carol, dave)).toEqual({ hops: [], closed: 4 })
    expect(open()).toEqual({ hops: [], closed: 4 })
  })

  test('shows a hop whose data are refused, with the reason, and ends there', () => {
    const [first, second, ...rest] = path.path
    const spoilt = { ...second!, encrypted_recipient_data: new Uint8Array(40) }
    const result = unblindPath({
      path: { ...path, path: [first!, spoilt, ...rest] },
      secrets: [bob.secret, carol.secret, dave.secret],
      table: ENCRYPTED_DATA,
    })
    expect(result.closed).toBe(2)
    expect(result.hops[1]).toMatchObject({ node_id: carol.id, error: { code: 'BLINDED_DATA_UNDECRYPTABLE' } })
    expect(result.hops[1]!.next_path_key).toBeUndefined()
  })
})
