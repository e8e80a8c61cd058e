import '../../support/use-toy.js'
import { describe, expect, test } from 'vitest'
import { buildOnionMessage, forwardMessage, peel } from '../../../src/onion/engine.js'
import { GENERATIONS } from '../../../src/onion/generations/all.js'
import { obs } from '../../../src/onion/generations/obs.js'
import { withType } from '../../../src/onion/onion-message.js'
import { buildReplyPath } from '../../../src/onion/reply-path.js'
import { encodeRecord, joinRecords } from '../../../src/wire/tlv.js'
import { alice, bob, candidatesFor, ids, of, outcome, secretFrom } from './cast.js'

describe.each(GENERATIONS)('$name', (generation) => {
  const { message } = buildOnionMessage({
    generation,
    to: alice.node_id,
    contents: { invoice_request: of(1) },
    sessionKey: secretFrom(1),
    pathSecret: secretFrom(2),
  })
  const at = (bytes: Uint8Array) => outcome(peel(candidatesFor(generation), alice, bytes))

  test('a message that ends too early is refused, wherever it ends', { tags: ['O10'] }, () => {
    expect(at(message)).toBe('deliver')
    for (let length = 0; length < message.length; length++) {
      expect(at(message.subarray(0, length))).toBe('ONION_MESSAGE_MALFORMED')
    }
  })

  test('a length that is not the packet’s is refused', { tags: ['O10'] }, () => {
    const offset = generation === obs ? 2 : 35
    const claiming = (length: number) => {
      const copy = message.slice()
      copy[offset] = length >> 8
      copy[offset + 1] = length & 0xff
      return copy
    }
    expect(at(claiming(1366))).toBe('deliver')
    expect(at(claiming(1367))).toBe('ONION_MESSAGE_MALFORMED')
    expect(at(claiming(0xffff))).toBe('ONION_MESSAGE_MALFORMED')
    // The rest is then something behind the packet: nothing to 387 and 513, no valid stream to 385.
    expect(at(claiming(1365))).toBe(generation === obs ? 'ONION_MESSAGE_MALFORMED' : 'ONION_HMAC')
    expect(at(claiming(65))).toBe(generation === obs ? 'ONION_MESSAGE_MALFORMED' : 'ONION_TRUNCATED')
    expect(at(claiming(0))).toBe(generation === obs ? 'ONION_MESSAGE_MALFORMED' : 'ONION_TRUNCATED')
  })

  test('records of odd types behind the packet are ignored', () => {
    expect(at(of(...message, 0x0f, 1, 1))).toBe('deliver')
    expect(at(of(...message, 1, 0, 3, 2, 9, 9))).toBe('deliver')
  })

  test('it goes on without what stood behind it', () => {
    const relayed = buildOnionMessage({
      generation,
      via: ids([alice]),
      to: bob.node_id,
      contents: { invoice_request: of(1) },
      sessionKey: secretFrom(1),
      pathSecret: secretFrom(2),
    }).message
    const passed = [relayed, of(...relayed, 0x0f, 1, 1)].map((bytes) => {
      const decision = peel(generation, alice, bytes)
      if (decision.kind !== 'forward') throw new Error(outcome(decision))
      return forwardMessage(decision).message
    })
    expect(passed[0]).toHaveLength(relayed.length)
    expect(passed[1]).toEqual(passed[0])
  })

  test('a message under any other type is another message', { tags: ['O10'] }, () => {
    for (const type of [0, 1, 384, 385, 386, 387, 512, 513, 514, 65535]) {
      if (type === generation.messageType) continue
      expect(at(withType(type, message.subarray(2)))).toBe('ONION_MESSAGE_MALFORMED')
    }
  })
})

describe('387 and 513', () => {
  test.each(GENERATIONS.filter((one) => one !== obs))(
    '$name: whatever stands behind the packet is ignored',
    (generation) => {
      const { message } = buildOnionMessage({
        generation,
        to: alice.node_id,
        contents: { invoice_request: of(1) },
        sessionKey: secretFrom(1),
        pathSecret: secretFrom(2),
      })
      for (const tail of [[0], [2, 33], [0xff, 0xff], [4, 1, 1]]) {
        expect(outcome(peel(generation, alice, of(...message, ...tail)))).toBe('deliver')
      }
      expect(() => generation.layout.write({ onion_message_packet: new Uint8Array(66) })).toThrow(
        expect.objectContaining({ code: 'ONION_MESSAGE_MALFORMED' }),
      )
    },
  )
})

describe('385', () => {
  const { path, proof } = buildReplyPath({
    generation: obs,
    nodeIds: ids([alice, bob]),
    pathId: secretFrom(3),
    sessionKey: secretFrom(4),
  })
  const { message } = buildOnionMessage({
    generation: obs,
    to: path,
    contents: { invoice: of(1) },
    sessionKey: secretFrom(1),
  })
  const first = peel(obs, alice, message)
  if (first.kind !== 'forward') throw new Error(outcome(first))
  const forwarded = forwardMessage(first).message
  const packet = forwarded.subarray(0, -35)
  const key = forwarded.subarray(-33)
  const withTail = (...records: Parameters<typeof encodeRecord>[]) =>
    outcome(peel(obs, bob, of(...packet, ...joinRecords(records.map(([type, value]) => encodeRecord(type, value))))))

  test('has its path_key in a record behind the packet, odd ones beside it or not', () => {
    expect(peel(obs, bob, forwarded)).toMatchObject({ kind: 'deliver', path_id: proof, path_key: key })
    expect(withTail([2n, key])).toBe('deliver')
    expect(withTail([1n, of()], [2n, key], [3n, of(1)])).toBe('deliver')
  })

  test('is refused with anything else there', { tags: ['O10'] }, () => {
    expect(withTail([2n, key], [4n, of()])).toBe('ONION_MESSAGE_MALFORMED')
    expect(withTail([0n, of()], [2n, key])).toBe('ONION_MESSAGE_MALFORMED')
    expect(withTail([2n, key.subarray(1)])).toBe('ONION_MESSAGE_MALFORMED')
    expect(withTail([2n, of(...key, 0)])).toBe('ONION_MESSAGE_MALFORMED')
    expect(withTail([3n, of()], [2n, key])).toBe('ONION_MESSAGE_MALFORMED')
    expect(withTail([2n, key], [2n, key])).toBe('ONION_MESSAGE_MALFORMED')
    for (let cut = 1; cut < 35; cut++) {
      expect(outcome(peel(obs, bob, forwarded.subarray(0, -cut)))).toBe('ONION_MESSAGE_MALFORMED')
    }
  })

  test('with a key that is no point, or another’s, or none, arrives nowhere', { tags: ['O10'] }, () => {
    expect(withTail([2n, new Uint8Array(33)])).toBe('BLINDED_DATA_BAD_PATH_KEY')
    expect(withTail([2n, alice.node_id])).toBe('ONION_HMAC')
    expect(withTail()).toBe('ONION_HMAC')
  })
})
