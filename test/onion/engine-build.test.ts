import { describe, expect, test } from 'vitest'
import { buildBlindedPath } from '../../src/blinding/build.js'
import { ENCRYPTED_DATA, encodeEncryptedData } from '../../src/blinding/encrypted-data.js'
import { readHopData, sharePath } from '../../src/blinding/unblind.js'
import { type BuildOnionMessage, buildOnionMessage, forwardMessage, peel } from '../../src/onion/engine.js'
import { modern } from '../../src/onion/generations/modern.js'
import { KEY_LENGTH_PACKET } from '../../src/onion/onion-message.js'
import { decodePacket } from '../../src/onion/packet.js'
import { peelOnion } from '../../src/onion/sphinx.js'
import { readRecords } from '../../src/wire/tlv.js'
import { codeOf } from '../support/code-of.js'
import { node, secretOf } from '../support/keys.js'

const nodes = [0x41, 0x42, 0x43, 0x44].map((byte) => ({ secret: node(byte).secret, node_id: node(byte).id }))
const ids = nodes.map(({ node_id }) => node_id)
const [alice, bob, carol, dave] = ids as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
const of = (...bytes: number[]) => Uint8Array.from(bytes)

/** Bob, then Carol: a path that she made, its first node named by `firstNodeId` or by its id. */
const pathOverBob = (firstNodeId?: { readonly short_channel_id: bigint; readonly direction: 0 | 1 }) =>
  buildBlindedPath({
    hops: [
      { node_id: bob, data: encodeEncryptedData({ next_node_id: carol }) },
      { node_id: carol, data: encodeEncryptedData({ path_id: of(7) }) },
    ],
    sessionKey: secretOf(9),
    ...(firstNodeId && { firstNodeId }),
  }).path

const build = (options: Partial<BuildOnionMessage> & Pick<BuildOnionMessage, 'to'>) =>
  buildOnionMessage({
    generation: modern,
    contents: { invoice_request: of(1) },
    sessionKey: secretOf(3),
    pathSecret: secretOf(4),
    ...options,
  })

/** Sends a message from node to node; what each hop decided, and the payload and data each one found. */
function walk(message: Uint8Array, route: readonly number[]) {
  return route.map((at) => {
    const self = nodes[at]!
    const body = KEY_LENGTH_PACKET.read(message.subarray(2))
    const share = sharePath(self.secret, body.path_key!)
    const layer = peelOnion({ packet: decodePacket(body.onion_message_packet), secret: share.blinded_secret })
    const decision = peel(modern, self, message)
    if (decision.kind === 'drop') throw new Error(`hop ${at} drops it: ${decision.code}`)
    if (decision.kind === 'forward') message = forwardMessage(decision).message
    const payload = readRecords(layer.payload).records
    const encrypted = payload.find(({ type }) => type === 4n)?.value
    const data = readHopData(share, encrypted, ENCRYPTED_DATA).fields
    return { decision, data, payload: payload.map(({ type }) => type) }
  })
}

describe('our own hops', () => {
  const message = build({ via: [alice, bob], to: carol, contents: { invoice_request: of(1) } })
  const hops = walk(message.message, [0, 1, 2])

  test('are told where to go on to and nothing about payments', { tags: ['O1', 'O2'] }, () => {
    expect(hops.map(({ data }) => data)).toEqual([{ next_node_id: bob }, { next_node_id: carol }, {}])
    expect(hops.map(({ decision }) => decision.kind)).toEqual(['forward', 'forward', 'deliver'])
  })

  test('find nothing but their encrypted data', { tags: ['O6'] }, () => {
    expect(hops.map(({ payload }) => payload)).toEqual([[4n], [4n], [4n, 64n]])
  })

  test('peel a packet of version 0 without associated data', { tags: ['O3', 'S8'] }, () => {
    const body = KEY_LENGTH_PACKET.read(message.message.subarray(2))
    const packet = decodePacket(body.onion_message_packet)
    const { blinded_secret } = sharePath(nodes[0]!.secret, body.path_key!)
    expect(packet.version).toBe(0)
    expect(codeOf(() => peelOnion({ packet, secret: blinded_secret }))).toBe('accepted')
    expect(codeOf(() => peelOnion({ packet, secret: blinded_secret, associatedData: of(0) }))).toBe('ONION_HMAC')
  })
})

describe('a given path', () => {
  test('is entered with its own path_key, by override from the hop before', { tags: ['O17'] }, () => {
    const message = build({ via: [dave], to: pathOverBob() })
    expect(message.firstNode).toEqual(dave)
    const [atDave, atBob, atCarol] = walk(message.message, [3, 1, 2])
    expect(atDave?.decision).toMatchObject({ kind: 'forward', next: { next_node_id: bob } })
    expect(atBob?.decision).toMatchObject({ kind: 'forward', next: { next_node_id: carol } })
    expect(atCarol?.decision).toMatchObject({ kind: 'deliver', path_id: of(7) })
  })

  test('is entered directly when its introduction node is our peer', { tags: ['O17'] }, () => {
    const message = build({ to: pathOverBob() })
    expect(message.firstNode).toEqual(bob)
    expect(message.path_key).toEqual(pathOverBob().first_path_key)
    expect(walk(message.message, [1, 2]).at(-1)?.decision).toMatchObject({ kind: 'deliver', path_id: of(7) })
  })

  test('that names its beginning by a channel needs the node behind it', { tags: ['O17'] }, () => {
    const to = pathOverBob({ short_channel_id: 5n, direction: 1 })
    expect(build({ to, introductionNode: bob }).firstNode).toEqual(bob)
    expect(build({ to, introductionNode: bob, via: [dave] }).firstNode).toEqual(dave)
    expect(codeOf(() => build({ to }))).toBe('BLINDED_PATH_UNRESOLVED')
    expect(codeOf(() => build({ to: { ...to, path: [] }, introductionNode: bob }))).toBe('BLINDED_PATH_EMPTY')
  })
})

describe('the contents', () => {
  const delivered = (contents: BuildOnionMessage['contents']) => {
    const decision = walk(build({ to: alice, contents }).message, [0])[0]!.decision
    if (decision.kind !== 'deliver') throw new Error('not delivered')
    return decision
  }

  test('hold a reply path when one is given, whole, and else none', { tags: ['O7'] }, () => {
    const reply_path = pathOverBob()
    expect(delivered({ invoice_request: of(1), reply_path }).reply_path).toEqual(reply_path)
    expect(delivered({ invoice_request: of(1) }).records.map(({ type }) => type)).toEqual([4n, 64n])
    const empty = { ...reply_path, path: [] }
    expect(codeOf(() => delivered({ invoice_request: of(1), reply_path: empty }))).toBe('BLINDED_PATH_EMPTY')
  })

  test('are one payload a message, whatever else goes with it', { tags: ['O16'] }, () => {
    expect(delivered({ invoice: of(6) }).contents).toEqual({ type: 66n, value: of(6) })
    expect(delivered({ invoice_error: of(8) }).contents).toEqual({ type: 68n, value: of(8) })
    expect(delivered({ records: [{ type: 65537n, value: of(2) }] }).contents).toEqual({ type: 65537n, value: of(2) })
    expect(delivered({ records: [{ type: 1n, value: of(2) }] }).contents).toBeUndefined()
    expect(delivered({}).contents).toBeUndefined()
    const two = (contents: BuildOnionMessage['contents']) => codeOf(() => delivered(contents))
    expect(two({ invoice: of(1), invoice_error: of(1) })).toBe('ONION_MESSAGE_CONTENTS')
    expect(two({ invoice: of(1), records: [{ type: 65n, value: of() }] })).toBe('ONION_MESSAGE_CONTENTS')
    expect(two({ records: [{ type: 64n, value: of() }] })).toBe('ONION_MESSAGE_CONTENTS') // has a name
    expect(two({ records: [{ type: 4n, value: of() }] })).toBe('ONION_MESSAGE_CONTENTS')
    const twice = [1n, 1n].map((type) => ({ type, value: of() }))
    expect(two({ records: twice })).toBe('TLV_DUPLICATE')
  })
})

describe('the packet', () => {
  const packetSize = (bytes: number, options: Partial<BuildOnionMessage> = {}) => {
    const contents = { invoice: new Uint8Array(bytes) }
    const { message } = build({ to: alice, contents, ...options })
    return KEY_LENGTH_PACKET.read(message.subarray(2)).onion_message_packet.length
  }
  // What a lone hop takes beside its invoice: payload length 3, data 2 + 16, type 1 and length 3, HMAC 32.
  const beside = 3 + 18 + 4 + 32

  test('has 1366 bytes or, where these are too few, 32834', { tags: ['O4'] }, () => {
    expect(packetSize(0)).toBe(1366)
    expect(packetSize(1300 - beside)).toBe(1366)
    expect(packetSize(1301 - beside)).toBe(32834)
    expect(packetSize(32768 - beside)).toBe(32834)
    expect(codeOf(() => packetSize(32769 - beside))).toBe('ONION_MESSAGE_TOO_LARGE')
  })

  test('has any size that is asked for, up to what a peer message holds', { tags: ['O4'] }, () => {
    expect(packetSize(1, { size: 777 })).toBe(777)
    expect(packetSize(1000, { size: 'exact' })).toBe(66 + 1000 + beside)
    expect(codeOf(() => packetSize(1000, { size: 1000 }))).toBe('ONION_TOO_LARGE')
    const largest = 65498 - 66 - beside
    expect(packetSize(largest, { size: 'exact' })).toBe(65498)
    expect(build({ to: alice, contents: { invoice: new Uint8Array(largest) }, size: 'exact' }).message.length).toBe(
      65535,
    )
    expect(codeOf(() => packetSize(largest + 1, { size: 'exact' }))).toBe('ONION_MESSAGE_TOO_LARGE')
    expect(codeOf(() => packetSize(1, { size: 65499 }))).toBe('ONION_MESSAGE_TOO_LARGE')
  })

  test('is drawn afresh for every message', () => {
    let drawn = 0
    const random = (length: number) => new Uint8Array(length).fill(++drawn)
    const make = () =>
      buildOnionMessage({ generation: modern, via: [alice], to: bob, contents: { invoice: of(1) }, random }).message
    expect(make()).not.toEqual(make())
    expect(drawn).toBe(4)
    const without = () => buildOnionMessage({ generation: modern, to: bob, contents: {} })
    expect(codeOf(without)).toBe('BAD_SECRET')
  })
})
