import { describe, expect, test } from 'vitest'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { ENCRYPTED_DATA, type EncryptedData, encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import { joinPaths, joinToPath, type MessageRoute, paymentHops } from '../../src/blinding/join.js'
import { messageHops } from '../../src/blinding/message-hops.js'
import { nextPathKey, readHopData, sharePath } from '../../src/blinding/unblind.js'
import { buildOnion, nextPacket, peelOnion } from '../../src/onion/sphinx.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'

const [alice, bob, carol, dave] = [node(0x41), node(0x42), node(0x43), node(0x44)]
const pathId = secretOf(0xdd)

/** Dave's path: Carol is the introduction. */
const { path } = buildBlindedPath({
  hops: messageHops({ nodeIds: [carol.id, dave.id], pathId }),
  sessionKey: secretOf(0x05),
})
const compact = { ...path, first_node_id: { short_channel_id: 1729n, direction: 0 } as const }

/** Sends an onion over a route, every node doing its part; what each of them reads. */
function send(route: MessageRoute, nodes: readonly { readonly secret: Uint8Array }[]): readonly EncryptedData[] {
  let { packet } = buildOnion({
    sessionKey: secretOf(0x07),
    hops: route.hops.map(({ blinded_node_id, encrypted_recipient_data }) => ({
      node_id: blinded_node_id,
      payload: encrypted_recipient_data,
    })),
  })
  let path_key = route.path_key
  return nodes.map(({ secret }, i) => {
    const share = sharePath(secret, path_key)
    const peeled = peelOnion({ packet, secret: share.blinded_secret })
    expect(peeled.final).toBe(i === nodes.length - 1)
    const { fields } = readHopData(share, peeled.payload, ENCRYPTED_DATA)
    path_key = nextPathKey(share, fields.next_path_key_override)
    packet = nextPacket(peeled)
    return fields
  })
}

describe('a message into a path that somebody else made', () => {
  test('goes over our own relays, each blinded, then over the hops of the path', { tags: ['B4', 'B6'] }, () => {
    const route = joinToPath({ path, relays: [alice.id, bob.id], sessionKey: secretOf(0x06) })
    expect(route.first_node_id).toEqual(alice.id)
    expect(route.hops.slice(2)).toEqual(path.path)
    const [first, second, third, last] = send(route, [alice, bob, carol, dave])
    expect(first).toEqual({ next_node_id: bob.id })
    expect(second).toEqual({ next_node_id: carol.id, next_path_key_override: path.first_path_key })
    expect(third!.next_node_id).toEqual(dave.id)
    expect(last!.path_id).toEqual(pathId)
  })

  test('begins with the key of the path when its introduction is our peer', { tags: ['B6'] }, () => {
    const route = joinToPath({ path, relays: [], sessionKey: new Uint8Array(0) })
    expect(route).toEqual({ first_node_id: carol.id, path_key: path.first_path_key, hops: path.path })
    expect(send(route, [carol, dave]).map(({ path_id }) => path_id)).toEqual([undefined, pathId])
  })

  test('does not arrive when the relay before the path is not told the key', { tags: ['B2', 'B6'] }, () => {
    const encodeData = ({ next_node_id }: EncryptedData) =>
      encodeEncryptedData({ ...(next_node_id && { next_node_id }) })
    const route = joinToPath({ path, relays: [bob.id], sessionKey: secretOf(0x06), encodeData })
    expect(codeOf(() => send(route, [bob, carol, dave]))).toBe('ONION_HMAC')
    const told = joinToPath({ path, relays: [bob.id], sessionKey: secretOf(0x06) })
    expect(codeOf(() => send(told, [bob, carol, dave]))).toBe('accepted')
  })

  test('needs to know which node a channel stands for', () => {
    const route = (introduction?: Uint8Array) =>
      joinToPath({ path: compact, relays: [], sessionKey: secretOf(0x06), ...(introduction && { introduction }) })
    expect(codeOf(() => route())).toBe('BLINDED_PATH_UNRESOLVED')
    expect(route(carol.id).first_node_id).toEqual(carol.id)
  })

  test('is not made for a path without hops', () => {
    const empty = { ...path, path: [] }
    expect(codeOf(() => joinToPath({ path: empty, relays: [bob.id], sessionKey: secretOf(6) }))).toBe(
      'BLINDED_PATH_EMPTY',
    )
    expect(codeOf(() => paymentHops(empty))).toBe('BLINDED_PATH_EMPTY')
  })
})

describe('two paths', () => {
  const front = (data: EncryptedData) =>
    buildBlindedPath({ hops: [{ node_id: bob.id, data: encodeEncryptedData(data) }], sessionKey: secretOf(0x06) }).path
  const walk = (joined: ReturnType<typeof joinPaths>) =>
    send({ first_node_id: bob.id, path_key: joined.first_path_key, hops: joined.path }, [bob, carol, dave])

  test('are one when the last hop of the first holds the key of the second', { tags: ['B2'] }, () => {
    const joined = joinPaths(front({ next_node_id: carol.id, next_path_key_override: path.first_path_key }), path)
    expect(joined.first_node_id).toEqual({ node_id: bob.id })
    expect(walk(joined)[2]!.path_id).toEqual(pathId)
  })

  test('are none without it', { tags: ['B2'] }, () => {
    expect(codeOf(() => walk(joinPaths(front({ next_node_id: carol.id }), path)))).toBe('ONION_HMAC')
  })
})

describe('a payment over a path', () => {
  test('is addressed to the introduction node by its id, with the path_key in its payload', {
    tags: ['B4', 'B5'],
  }, () => {
    const [first, second] = path.path
    expect(paymentHops(path)).toEqual([
      {
        node_id: carol.id,
        encrypted_recipient_data: first!.encrypted_recipient_data,
        current_path_key: path.first_path_key,
      },
      { node_id: second!.blinded_node_id, encrypted_recipient_data: second!.encrypted_recipient_data },
    ])
  })

  test('reaches an introduction node that peels with its own secret, and the next with the blinded one', {
    tags: ['B5'],
  }, () => {
    const hops = paymentHops(compact, carol.id)
    const { packet } = buildOnion({
      sessionKey: secretOf(0x07),
      hops: hops.map(({ node_id, encrypted_recipient_data }) => ({ node_id, payload: encrypted_recipient_data })),
    })
    const peeled = peelOnion({ packet, secret: carol.secret })
    const share = sharePath(carol.secret, hops[0]!.current_path_key!)
    expect(codeOf(() => peelOnion({ packet, secret: share.blinded_secret }))).toBe('ONION_HMAC')
    expect(readHopData(share, peeled.payload, ENCRYPTED_DATA).fields.next_node_id).toEqual(dave.id)
    const behind = sharePath(dave.secret, nextPathKey(share))
    expect(peelOnion({ packet: nextPacket(peeled), secret: behind.blinded_secret }).final).toBe(true)
    expect(codeOf(() => paymentHops(compact))).toBe('BLINDED_PATH_UNRESOLVED')
  })
})
